"""Signing in: the pad by touch and by buttons, refusals, locking, release by a supervisor, waiting alarms."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import Candidate, Outcome, VehicleFinding, VehicleStatus
from terminal.ports import Button
from terminal.screens import shift_step
from terminal.screens.attention import HOLD_S, SETTLE_S, Drawn, KeyDown, KeyUp, Touched
from terminal.screens.check import KindChoice, KindSource, PlateEntry, Ready
from terminal.screens.choice import CodeChosen, Identify
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Confirm,
    Effect,
    Enter,
    Listed,
    PlaySignal,
    Recheck,
    Recorded,
    Refined,
    Report,
    Reported,
    Scanned,
    StopSignal,
    Tick,
    Typed,
)
from terminal.screens.session import UiSession
from terminal.screens.shift import Menu, MenuTouched, Part, ShiftOver
from terminal.screens.sign_in import (
    BUTTON_KEYS,
    ENTER,
    ERASE,
    PAD,
    Blocked,
    CheckPin,
    Locked,
    LockNow,
    PadEntry,
    PadTouched,
    RecordLock,
    Released,
    SignedIn,
    SignIn,
    SignInRefusal,
    SignInRefused,
)
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.ui import Ui, UiEvent, advance
from terminal.screens.values import AgeLimits, ClockStatus, SignedInOfficer, Status, WaitingAlarms
from tests.terminal.screens.builders import scan
from tests.terminal.screens.officer import (
    BACK,
    CONFIRM,
    CONFIRMED,
    FRONT,
    FULL,
    OFFICER,
    SCREENS,
    STOLEN,
    TRIGGER,
    A,
    C,
    Desk,
    alarm,
    at,
    check,
    on,
)

OTHER_OFFICER = SignedInOfficer("987654", "李明")
CHECKS = (CheckCode, Identify, Confirm, Recheck, Compared, Enter, AskKinds)
"""Effects that make a check."""


def working(screen: Screen) -> Desk:
    """A desk on which an officer has signed in, at a screen that has been seen."""
    desk = at(screen)
    desk.ui = replace(desk.ui, session=UiSession(OFFICER, used_s=desk.now_s))
    return desk


def locked(screen: Screen) -> Desk:
    """The same, with the session locked."""
    desk = working(screen)
    assert RecordLock() in desk.tell(LockNow())
    return desk


def touch(desk: Desk, keys: str | tuple[str, ...]) -> tuple[Effect, ...]:
    """Touch keys of the pad one after another; what was asked for."""
    return tuple(effect for key in keys for effect in desk.tell(Touched(PadTouched(key), desk.now_s)))


def test_number_and_pin_are_touched_and_checked_once():
    desk = at(ShiftOver())
    assert desk.press(CONFIRM) == ()
    touch(desk, (*"0123459", ERASE, ENTER))
    assert (on(desk, SignIn).number, on(desk, SignIn).entry) == ("012345", PadEntry.PIN)
    assert touch(desk, (*"27182", ENTER)) == ()  # too short
    assert touch(desk, ("8", ENTER)) == (CheckPin("012345", "271828"),)
    shown = on(desk, SignIn)
    assert (shown.checking, shown.pin) == (True, "")
    for key in PAD:
        assert touch(desk, (key,)) == ()
    for button in Button:
        assert desk.press(button) == ()
    assert on(desk, SignIn).checking


def test_all_is_entered_by_buttons_too():
    desk = at(ShiftOver())
    desk.press(CONFIRM)
    for digit in "70":
        while on(desk, SignIn).marked != digit:
            desk.press(TRIGGER)
        desk.press(CONFIRM)
    desk.press(BACK)
    assert on(desk, SignIn).number == "7"
    while on(desk, SignIn).marked != ENTER:
        desk.press(TRIGGER)
    desk.press(CONFIRM)
    assert on(desk, SignIn).entry is PadEntry.PIN
    for _ in range(6):
        desk.press(TRIGGER)
        desk.press(CONFIRM)
    assert on(desk, SignIn).pin == "123456"
    while on(desk, SignIn).marked != ENTER:
        desk.press(TRIGGER)
    assert desk.press(CONFIRM) == (CheckPin("7", "123456"),)


def test_digits_count_though_they_come_faster_than_they_are_drawn():
    desk = at(ShiftOver())
    desk.press(CONFIRM)
    for digit in "012345":
        desk.happen(Touched(PadTouched(digit), desk.now_s))
    assert on(desk, SignIn).number == "012345"


def test_no_digit_of_a_pin_is_in_a_repr():
    desk = locked(Ready())
    desk.press(CONFIRM)
    touch(desk, "271828")
    (effect,) = touch(desk, (ENTER,))
    assert "271828" not in repr(effect) + repr(desk.ui)


@pytest.mark.parametrize("refusal", [one for one in SignInRefusal if one is not SignInRefusal.BLOCKED])
def test_refusal_is_said_until_the_next_digit(refusal: SignInRefusal):
    desk = locked(Ready())
    desk.press(CONFIRM)
    touch(desk, (*"271828", ENTER))
    desk.tell(SignInRefused(refusal, 400.0))
    shown = on(desk, SignIn)
    assert (shown.refusal, shown.opens_s, shown.checking, shown.pin) == (refusal, 400.0, False, "")
    touch(desk, "1")
    assert on(desk, SignIn).refusal is None


def test_back_leads_from_an_empty_pad_to_where_it_was_opened():
    desk = at(ShiftOver())
    desk.press(CONFIRM)
    touch(desk, ("1", ENTER))
    desk.press(BACK)
    assert (on(desk, SignIn).entry, on(desk, SignIn).number) == (PadEntry.NUMBER, "1")
    desk.press(BACK)
    desk.press(BACK)
    on(desk, ShiftOver)
    desk = locked(Ready())
    for button in (CONFIRM, BACK):
        desk.press(button)
        on(desk, SignIn)
        desk.press(BACK)
        on(desk, Locked)


def test_supervisor_releases_a_blocked_number():
    desk = at(ShiftOver())
    desk.press(CONFIRM)
    touch(desk, ("7", ENTER, *"000000", ENTER))
    desk.tell(SignInRefused(SignInRefusal.BLOCKED))
    assert on(desk, Blocked).number == "7"
    desk.press(CONFIRM)
    assert on(desk, SignIn).release == "7"
    touch(desk, ("9", ENTER, *"111111"))
    assert touch(desk, (ENTER,)) == (CheckPin("9", "111111", release="7"),)
    desk.tell(SignInRefused(SignInRefusal.NOT_SUPERVISOR))
    assert on(desk, SignIn).release == "7"
    assert touch(desk, (*"111111", ENTER)) == (CheckPin("9", "111111", release="7"),)
    desk.tell(Released("7"))
    shown = on(desk, SignIn)
    assert (shown.number, shown.entry, shown.released, shown.release) == ("7", PadEntry.PIN, True, "")


def test_another_number_can_sign_in_beside_a_blocked_one():
    desk = at(ShiftOver())
    desk.press(CONFIRM)
    touch(desk, ("7", ENTER, *"000000", ENTER))
    desk.tell(SignInRefused(SignInRefusal.BLOCKED))
    desk.press(BACK)
    assert touch(desk, ("8", ENTER, *"000000", ENTER)) == (CheckPin("8", "000000"),)


@pytest.mark.parametrize("below", [*SCREENS, Menu(Status())], ids=lambda one: type(one).__name__)
def test_officers_own_pin_gives_the_screen_back_unchanged(below: Screen):
    desk = locked(below)
    assert on(desk, Locked).officer == OFFICER
    assert A.number not in repr(desk.screen)
    desk.press(CONFIRM)
    assert touch(desk, (*"271828", ENTER)) == (CheckPin(OFFICER.number, "271828"),)
    assert desk.tell(SignedIn(OFFICER, new_shift=False)) == ()
    assert desk.screen == below


@pytest.mark.parametrize("below", [*SCREENS, Menu(Status())], ids=lambda one: type(one).__name__)
def test_another_officer_sees_nothing_of_it(below: Screen):
    desk = locked(below)
    desk.tell(SignedIn(OTHER_OFFICER, new_shift=True))
    assert desk.ui.session.officer == OTHER_OFFICER
    fault = FaultScreen(Status(), FULL)
    shown = fault if isinstance(below, FaultScreen) else Ready()
    assert desk.screen == replace(shown, status=below.status)


def test_back_held_for_a_second_locks_and_a_shorter_press_does_not():
    desk = working(Ready())
    desk.tell(KeyDown(BACK, desk.now_s))
    desk.now_s += HOLD_S - SETTLE_S - 0.01
    desk.tell(KeyUp(BACK, desk.now_s))
    desk.now_s += HOLD_S
    desk.tell(Tick(Status()))
    on(desk, Ready)
    desk.happen(KeyDown(BACK, desk.now_s))
    desk.now_s += HOLD_S
    assert RecordLock() in desk.tell(Tick(Status()))
    on(desk, Locked)


@pytest.mark.parametrize("button", [TRIGGER, CONFIRM])
def test_no_other_button_locks(button: Button):
    desk = working(Ready())
    desk.tell(KeyDown(button, desk.now_s))
    desk.now_s += 2 * HOLD_S
    desk.tell(Tick(Status()))
    assert desk.ui.session.gate is None


def test_session_locks_by_itself_unless_it_is_used():
    desk = working(Ready())
    for use in (KeyDown(TRIGGER, 0.0), Touched(MenuTouched(Part.MENU), 0.0), Recorded(check(1, A))):
        desk.now_s += 299.0
        desk.tell(use)
        desk.tell(Tick(Status()))
        assert desk.ui.session.gate is None
    desk.now_s += 60.0
    assert RecordLock() in desk.tell(Tick(Status(limits=AgeLimits(locks_s=60.0))))
    on(desk, Locked)


def test_nothing_is_locked_twice_or_after_the_shift():
    desk = locked(Ready())
    assert desk.tell(LockNow()) == ()
    over = at(ShiftOver())
    assert over.tell(LockNow()) == ()
    over.now_s += 1e4
    assert over.tell(Tick(Status())) == ()
    on(over, ShiftOver)


def test_signal_of_a_verdict_ends_with_the_lock_and_an_alarms_goes_on():
    assert working(FRONT).tell(LockNow()) == (RecordLock(), StopSignal())
    desk = working(Ready())
    desk.tell(Reported(check(9, C, STOLEN)))
    assert desk.tell(LockNow()) == (RecordLock(),)
    assert C.number not in repr(desk.screen)
    assert on(desk, Locked).status.alarms.waiting == WaitingAlarms(1, locked=True)


@pytest.mark.parametrize(("officer", "new_shift"), [(OFFICER, False), (OTHER_OFFICER, True)])
def test_alarm_on_a_locked_terminal_is_signalled_unread_and_seen_first(
    officer: SignedInOfficer, *, new_shift: bool
):
    desk = locked(CONFIRMED)
    told = check(9, C, STOLEN)
    assert desk.tell(Reported(told)) == (PlaySignal(Outcome.ALARM),)
    assert on(desk, Locked).status.alarms.waiting == WaitingAlarms(1, locked=True)
    desk.press(CONFIRM)
    assert on(desk, SignIn).status.alarms.waiting == WaitingAlarms(1, locked=True)
    assert C.number not in repr(desk.screen)
    assert desk.tell(SignedIn(officer, new_shift=new_shift)) == (PlaySignal(Outcome.ALARM),)
    assert alarm(desk).judged == told
    desk.hold()
    assert desk.screen == (Ready() if new_shift else CONFIRMED)


def test_alarm_of_an_older_check_waits_unread_too():
    desk = locked(Ready())
    desk.tell(Reported(check(3, C, STOLEN, as_of_s=desk.now_s - 1e4)))
    assert desk.screen.status.alarms.waiting == WaitingAlarms(1, locked=True)
    assert desk.screen.status.alarms.banners == ()
    desk.tell(SignedIn(OFFICER, new_shift=False))
    assert len(desk.screen.status.alarms.banners) == 1


@pytest.mark.parametrize("found", [VehicleFinding.VALID, VehicleFinding.ALARM])
def test_answer_about_a_number_is_kept_for_the_officer_and_its_alarm_is_recorded(found: VehicleFinding):
    asking = KindChoice(Status(), C.number, ("02",), KindSource.ASKING)
    desk = locked(asking)
    effects = desk.tell(Listed(C.number, (Candidate("02", VehicleStatus(found, "C")),)))
    assert effects == ((Report(C),) if found is VehicleFinding.ALARM else ())
    desk.tell(SignedIn(OFFICER, new_shift=False))
    assert on(desk, KindChoice).listing is KindSource.REGISTRY


EVENTS: st.SearchStrategy[UiEvent] = st.one_of(
    st.sampled_from(
        [
            Scanned(scan("VI1:A")),
            Scanned(scan("VI1:A", "VI1:B")),
            Typed("A"),
            CodeChosen(0),
            MenuTouched(Part.MENU),
            LockNow(),
            Tick(Status(online=True)),
            Tick(Status(clock=ClockStatus(monotonic_s=1e4))),
            Drawn(),
            SignInRefused(SignInRefusal.WRONG),
            SignInRefused(SignInRefusal.BLOCKED),
            Released("7"),
            Listed(C.number, (Candidate("02", VehicleStatus(VehicleFinding.VALID, "A")),)),
        ]
    ),
    st.builds(
        lambda kind, found: kind(check(1, A, found)),
        st.sampled_from([Recorded, Refined, Reported]),
        st.sampled_from([VehicleFinding.VALID, STOLEN]),
    ),
    st.builds(KeyDown, st.sampled_from(Button), st.just(1e9)),
    st.builds(KeyUp, st.sampled_from(Button), st.just(1e9)),
    st.builds(Touched, st.builds(PadTouched, st.sampled_from([*PAD, "x", "", "１"])), st.just(1e9)),
    st.builds(Touched, st.sampled_from([Typed("A"), MenuTouched(Part.END), CodeChosen(1)]), st.just(1e9)),
)


@given(
    st.sampled_from([*SCREENS, FRONT, PlateEntry(Status(), "苏A12345"), ShiftOver()]),
    st.lists(EVENTS, max_size=40),
)
def test_no_event_on_a_locked_screen_reaches_a_check_or_uncovers_it(below: Screen, events: list[UiEvent]):
    """Keys and touches all count here, as if everything had long been seen."""
    over = isinstance(below, ShiftOver)
    ui = Ui(below, session=UiSession(gate=SignIn()) if over else UiSession(OFFICER, Locked(OFFICER)))
    for event in events:
        ui, effects = advance(advance(ui, Drawn(), 0.0)[0], event, 100.0)
        assert not set(map(type, effects)) & set(CHECKS)
        if ui.session.gate is None:
            assert over
            assert shift_step.over(ui.below)
        assert ui.up is None
        for effect in effects:
            if isinstance(effect, PlaySignal):
                assert effect.outcome in (Outcome.ALARM, Outcome.OFF_ROAD)
                assert ui.alerts


def test_pad_and_button_keys_are_the_same_but_for_erasing():
    assert set(PAD) - {ERASE} == set(BUTTON_KEYS)
