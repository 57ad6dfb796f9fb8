"""The self-test, the settings, a spoken note, and the handover's pad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.device_ports import CLIP_S, Heard
from terminal.ports import Button
from terminal.screens.check import Ready
from terminal.screens.day_step import pressed, step
from terminal.screens.self_test import (
    PERCEIVED,
    Component,
    Condition,
    RunSelfTest,
    SelfTest,
    SignalAnswered,
)
from terminal.screens.session import UiSession
from terminal.screens.settings import ChangeSettings, DeviceSettings, Setting, SettingPicked, SettingsScreen
from terminal.screens.shift import LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver
from terminal.screens.sign_in import Locked, LockNow, OpenSignIn, SignedIn, SignIn, Takeover
from terminal.screens.state import Screen
from terminal.screens.ui import Ui
from terminal.screens.values import SignedInOfficer, Status
from terminal.screens.voice import ClipHeard, DropClip, KeepClip, VoiceNote
from tests.terminal.drawing.gallery_day import ALARMED, BROKEN, IN_ORDER, LIMITED, OPEN_ALARMS
from tests.terminal.screens.officer import BACK, CONFIRM, OFFICER, TRIGGER, Desk

S = Status()
OTHER = SignedInOfficer("000002", "李明")


@given(st.sampled_from([IN_ORDER, LIMITED, BROKEN]), st.lists(st.sampled_from(Component), max_size=6))
def test_a_touch_makes_nothing_ok_but_a_signal_that_was_unknown(
    states: tuple[object, ...], touched: list[Component]
):
    screen: Screen = SelfTest(S, states)  # type: ignore[arg-type]  # of the gallery
    before = {one.component: one.condition for one in SelfTest(S, states).shown}  # type: ignore[arg-type]  # same
    for component in touched:
        screen, effects = step(screen, SignalAnswered(component))
        assert effects == ()
    assert isinstance(screen, SelfTest)
    for state in screen.shown:
        if state.condition is Condition.OK and before[state.component] is not Condition.OK:
            assert state.component in PERCEIVED
            assert before[state.component] is Condition.UNKNOWN


def test_what_is_worst_is_listed_first():
    shown = [state.condition for state in SelfTest(S, BROKEN).shown]
    assert shown == sorted(shown, key=list(Condition)[::-1].index) or shown[0] is Condition.FAULT


@pytest.mark.parametrize(
    ("on_duty", "button", "after"),
    [
        (False, CONFIRM, SelfTest),
        (False, BACK, ShiftOver),
        (True, CONFIRM, Ready),
        (True, BACK, Menu),
        (True, TRIGGER, SelfTest),
    ],
)
def test_one_press_leaves_the_self_test(
    on_duty: bool,  # noqa: FBT001 - a parameter
    button: Button,
    after: type,
):
    screen, effects = pressed(SelfTest(S, IN_ORDER, on_duty=on_duty), button)
    assert isinstance(screen, after)
    assert (OpenSignIn() in effects) is (button is CONFIRM and not on_duty)
    assert (RunSelfTest() in effects) is (button is TRIGGER)


def test_a_setting_is_changed_by_a_touch_or_by_the_buttons():
    screen = SettingsScreen(S, DeviceSettings())
    assert step(screen, SettingPicked(Setting.THEME, 1))[1] == (
        ChangeSettings(DeviceSettings(theme="night")),
    )
    assert step(screen, SettingPicked(Setting.THEME, 9))[1] == ()
    marked, _ = pressed(screen, TRIGGER)
    assert isinstance(marked, SettingsScreen)
    assert pressed(marked, CONFIRM)[1] == (ChangeSettings(DeviceSettings(volume="off")),)


def test_a_spoken_note_is_kept_once_by_a_press_or_at_its_greatest_length():
    entry = LogEntry(S, ALARMED, ShiftLog(S))
    screen = VoiceNote(S, entry, Heard(3.0, 0.5))
    kept, effects = pressed(screen, CONFIRM)
    assert effects == (KeepClip(ALARMED.seq),)
    assert isinstance(kept, VoiceNote)
    assert pressed(kept, CONFIRM) == (kept, ())
    assert step(kept, ClipHeard(Heard(CLIP_S, 0.5))) == (kept, ())
    assert step(screen, ClipHeard(Heard(CLIP_S, 0.5)))[1] == (KeepClip(ALARMED.seq),)
    assert pressed(screen, BACK) == (entry, (DropClip(),))


def handing_over() -> Desk:
    """A desk whose officer asked for a successor."""
    below = ShiftEnd(S, handover=True, counts=(), open=OPEN_ALARMS)
    desk = Desk(Ui(below, session=UiSession(OFFICER)))
    desk.draw()
    desk.now_s += 1.0
    desk.press(CONFIRM)
    assert isinstance(desk.screen, SignIn)
    return desk


def test_a_handover_is_called_off_and_locks_by_itself():
    desk = handing_over()
    desk.press(BACK)
    assert isinstance(desk.screen, ShiftEnd)
    desk = handing_over()
    desk.tell(LockNow())
    assert isinstance(desk.screen, Locked)


def test_the_successor_sees_what_is_open_first():
    desk = handing_over()
    desk.tell(SignedIn(OTHER, new_shift=True, takeover=Takeover(OFFICER, OPEN_ALARMS, 7)))
    shown = desk.screen
    assert (getattr(shown, "before", None), getattr(shown, "now", None)) == (OFFICER, OTHER)
    assert getattr(shown, "open", None) == OPEN_ALARMS
    desk.press(CONFIRM)
    assert isinstance(desk.screen, Ready)
