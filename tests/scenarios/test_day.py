"""An officer's day with the real app: self-test, sign-in, check, spoken note, settings, handover, end."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from keys import files, lab
from keys.files import Algorithm
from terminal.drawing.draw import event_at
from terminal.journal import codec, record
from terminal.journal.entry import Note, Session, SessionStep
from terminal.journal.notes import Action
from terminal.model import Plate
from terminal.scenarios import player
from terminal.screens.attention import SETTLE_S
from terminal.screens.open_alarm import OpenAlarm
from terminal.screens.self_test import Component, Condition, SelfTest, SignalAnswered
from terminal.screens.settings import CHOICES, Setting, SettingPicked
from terminal.screens.shift import HandedOver, LogEntry
from terminal.screens.sign_in import PadTouched, SignIn, SignInRefusal
from terminal.screens.values import SignedInOfficer
from terminal.screens.voice import VoiceWanted
from terminal.services import device_settings
from terminal.services.open_alarms import LEFT_OPEN
from terminal.wire.sealed import SealingKeyPair
from tests.scenarios.conftest import OFFICER, SIGN_IN

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.screens.state import Touch
    from tests.scenarios.conftest import Desk

_, SUCCESSOR, _ = lab.OFFICERS
ALARM = OpenAlarm(Plate("苏A50000", "02"), (2,), 0.0, "C")


def touch(desk: Desk, wanted: Touch) -> None:
    """Touch the place on the screen that means `wanted`, once it counts."""
    app = desk.app
    assert app is not None
    desk.rig.advance(SETTLE_S)
    app.run_once(player.TURN_S)
    width, height = app.style.size
    places = product(range(8, width, 16), range(8, height, 16))
    desk.rig.touch(*next(at for at in places if event_at(app.screen, at, app.style) == wanted))
    app.run_once(player.TURN_S)


def bodies(desk: Desk, laboratory: Path) -> list[object]:
    """Return the contents of this journal's records, opened with the registry's key."""
    assert desk.app is not None
    pair = SealingKeyPair.of(files.load(laboratory / "private" / "journal.key", Algorithm.X25519))
    sealed = [record.read(one).sealed for one in desk.app.services.checks.recorder.journal.records(0)]
    return [codec.read_entry(pair.open(one) or b"").body for one in sealed]


def test_the_day_begins_with_a_self_test_in_which_nothing_is_ok_that_is_not_known(desk: Desk) -> None:
    app = desk.start(signed_in=False)
    desk.until(lambda: app.frames_seen > 0)
    desk.play("expect selftest")
    screen = app.screen
    assert isinstance(screen, SelfTest)
    found = {state.component: state.condition for state in screen.shown}
    assert found[Component.CAMERA] is Condition.OK
    assert found[Component.BATTERY] is Condition.OK
    assert found[Component.LINK] is Condition.ATTENTION
    assert found[Component.SOUND] is Condition.UNKNOWN
    assert desk.rig.panel.sounding or desk.rig.panel.vibrating or any(desk.rig.panel.lamp_colour)
    touch(desk, SignalAnswered(Component.SOUND))
    assert isinstance(app.screen, SelfTest)
    assert {state.component: state.condition for state in app.screen.shown}[Component.SOUND] is Condition.OK
    desk.play(f"{SIGN_IN}\nexpect ready")
    assert not desk.rig.panel.vibrating


def test_the_self_test_names_a_missing_battery_gauge_and_a_stalled_camera(desk: Desk) -> None:
    desk.rig.battery.reading = None
    app = desk.start()
    desk.play("open menu\nopen selftest\nexpect selftest\ncamera stalled")

    def condition(component: Component) -> tuple[Condition, str]:
        assert isinstance(app.screen, SelfTest)
        return next((one.condition, one.finding) for one in app.screen.shown if one.component is component)

    assert condition(Component.BATTERY) == (Condition.UNKNOWN, "none")
    desk.until(lambda: condition(Component.CAMERA)[0] is Condition.FAULT)
    desk.play("camera live\npress CONFIRM\nexpect ready")


def test_settings_take_effect_at_once_and_are_kept(desk: Desk) -> None:
    app = desk.start()
    desk.play("open menu\nopen settings\nexpect settings")
    touch(desk, SettingPicked(Setting.LANGUAGE, 1))
    touch(desk, SettingPicked(Setting.THEME, 1))
    touch(desk, SettingPicked(Setting.BRIGHTNESS, 0))
    app.run_once(0.0)
    assert (app.style.language, app.style.night, app.style.dimmed) == ("en", True, 0.6)
    kept = device_settings.parse((desk.settings.paths.state / device_settings.FILE).read_bytes())
    assert (kept.language, kept.theme, kept.brightness) == ("en", "night", 1)
    desk.stop()
    app = desk.start(signed_in=False)
    assert (app.style.language, app.style.night) == ("en", True)
    assert len(CHOICES[Setting.LANGUAGE]) == 2


def test_settings_that_cannot_be_read_are_noticed_until_they_are_set_anew(desk: Desk) -> None:
    desk.settings.paths.state.mkdir(mode=0o700)
    (desk.settings.paths.state / device_settings.FILE).write_bytes(b"damaged")
    app = desk.start()
    desk.play("expect notice C04\nopen menu\nopen settings\nexpect settings")
    touch(desk, SettingPicked(Setting.BRIGHTNESS, 0))
    app.run_once(0.0)
    assert "C04" not in {notice.code for notice in app.screen.status.notices}


def test_diagnostics_name_no_vehicle_and_no_officer(desk: Desk) -> None:
    app = desk.start()
    desk.play(
        "show phone.jpg\nexpect compare\npress TRIGGER\nopen menu\nopen diagnostics\nexpect diagnostics"
    )
    shown = repr(app.screen)
    assert "roadside" in shown
    for private in ("苏A12345", OFFICER.number, OFFICER.name):
        assert private not in shown


def test_a_spoken_note_is_kept_as_sealed_evidence(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    touch(desk, VoiceWanted())
    desk.play("expect recording\npress CONFIRM")
    app = desk.app
    assert app is not None
    assert isinstance(app.screen, LogEntry)
    assert app.screen.noted
    ((name, _),) = app.services.shift_actions.uploads.uploading.evidence.pending()
    assert bodies(desk, laboratory)[-1] == Note(seq=3, text="语音备注 4 秒", sounds=(name,))
    pair = SealingKeyPair.of(files.load(laboratory / "private" / "journal.key", Algorithm.X25519))
    sealed = (desk.settings.paths.state / "evidence" / name.hex()).read_bytes()
    opened = pair.open(sealed)
    assert opened is not None
    assert opened.startswith(b"RIFF")
    assert opened.endswith(desk.rig.microphone.samples)


def test_a_missing_microphone_is_said_and_keeps_nothing(desk: Desk) -> None:
    desk.rig.microphone.samples = b""
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    touch(desk, VoiceWanted())
    desk.play("expect trouble H06\npress CONFIRM")
    assert desk.app is not None
    assert isinstance(desk.app.screen, LogEntry)


def refusal(desk: Desk) -> SignInRefusal | None:
    """Return why the pad refused."""
    assert desk.app is not None
    screen = desk.app.screen
    return screen.refusal if isinstance(screen, SignIn) else None


def with_open_alarm(desk: Desk) -> None:
    """Put an alarm without a result in the shift's list."""
    assert desk.app is not None
    desk.app.services.shift_actions.open_alarms.alarms = (ALARM,)
    desk.app.run_once(0.0)  # it is in the banner now


def test_the_successor_signs_in_and_takes_over_the_open_alarms(desk: Desk, laboratory: Path) -> None:
    app = desk.start()
    with_open_alarm(desk)
    desk.play("open menu\nopen handover\nexpect ending\npress CONFIRM\nwait 1\nexpect pad")
    for key in (*OFFICER.number, "enter"):
        touch(desk, PadTouched(key))
    assert refusal(desk) is SignInRefusal.SAME_OFFICER
    for _ in OFFICER.number:
        desk.play("press BACK")
    desk.play(f"sign in {SUCCESSOR.number} {SUCCESSOR.pin}\nexpect taken")
    screen = app.screen
    assert isinstance(screen, HandedOver)
    assert screen.before == SignedInOfficer(OFFICER.number, OFFICER.name)
    assert screen.now == SignedInOfficer(SUCCESSOR.number, SUCCESSOR.name)
    assert screen.open == (ALARM,)
    desk.play("press BACK\nexpect ready\nopen menu\nopen log\nexpect log")
    assert app.services.open_alarms == (ALARM,)
    steps = [body.step for body in bodies(desk, laboratory) if isinstance(body, Session)]
    assert steps[2:] == [
        *(SessionStep.HANDED_OVER, SessionStep.SIGNED_OUT),
        *(SessionStep.SIGNED_IN, SessionStep.SHIFT_STARTED),
    ]


def test_a_handover_that_is_called_off_changes_nothing(desk: Desk) -> None:
    app = desk.start()
    desk.play("open menu\nopen handover\nexpect ending\npress CONFIRM\nexpect pad\npress BACK\nexpect ending")
    assert app.services.session.officer == SignedInOfficer(OFFICER.number, OFFICER.name)
    desk.play("press CONFIRM\nexpect pad\nwait 301\nexpect locked")


def test_a_shift_with_an_open_alarm_ends_only_for_a_reason_which_is_recorded(
    desk: Desk, laboratory: Path
) -> None:
    desk.start()
    with_open_alarm(desk)
    desk.play("open menu\nopen end\nexpect ending\npress CONFIRM\nwait 1\nexpect ending")
    assert not any(isinstance(body, Note) for body in bodies(desk, laboratory))
    desk.play("choose 1\nexpect uploading")
    said = Note(seq=2, text=f"{LEFT_OPEN}等待指挥中心答复")
    ended = [Session(SessionStep.SHIFT_ENDED), Session(SessionStep.SIGNED_OUT)]
    assert bodies(desk, laboratory)[-3:] == [said, *ended]


def test_an_alarm_that_comes_after_the_count_keeps_the_shift_open(desk: Desk) -> None:
    app = desk.start()
    desk.play("open menu\nopen end\nexpect ending")
    with_open_alarm(desk)
    desk.play("press CONFIRM\nexpect ending")
    assert app.services.shift_on


def test_the_menu_locks_at_a_press(desk: Desk) -> None:
    desk.start()
    desk.play(f"open menu\nopen lock\nexpect locked\n{SIGN_IN}\nexpect ready")


def test_an_oral_warning_is_recorded_with_the_article_in_force(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    desk.mark(Action("口头警告"))
    named = Note(seq=3, action="口头警告", text="《道路交通安全法》第八十七条")
    assert bodies(desk, laboratory)[-1] == named
