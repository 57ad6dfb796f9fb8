"""A press counts only for a screen that the officer can have seen, and only a hold acknowledges an alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.model import UNCHECKED, Candidate, Fit, Plate, VehicleFinding
from terminal.ports import Button
from terminal.screens.alarms import Alarm
from terminal.screens.attention import BOUNCE_S, HOLD_S, SETTLE_S, KeyDown, KeyUp, Touched
from terminal.screens.check import KindChoice, KindSource, PlateEntry, Ready, Result
from terminal.screens.comparing import Comparison
from terminal.screens.events import (
    Click,
    Confirm,
    Enter,
    Listed,
    Picked,
    Recorded,
    Refined,
    Reported,
    Scanned,
    StopSignal,
    Tick,
    Typed,
)
from terminal.screens.values import ClockStatus, Status
from tests.terminal.screens.builders import scan
from tests.terminal.screens.officer import BACK, CONFIRM, FRONT, STOLEN, TRIGGER, A, C, alarm, at, check, on


@pytest.mark.parametrize("seconds", [0.0, HOLD_S - 0.01])
def test_a_press_or_a_short_hold_acknowledges_nothing(seconds: float):
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    shown = desk.screen
    assert desk.hold(seconds) == ()
    desk.now_s += HOLD_S
    desk.tell(Tick(Status()))
    assert desk.screen == shown


@pytest.mark.parametrize("button", [BACK, TRIGGER])
def test_no_other_button_acknowledges_an_alarm_however_long_it_is_held(button: Button):
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    assert desk.tell(KeyDown(button, desk.now_s)) == ((Click(),) if button is BACK else ())
    desk.now_s += 2 * HOLD_S
    desk.tell(KeyUp(button, desk.now_s))
    assert desk.ui.heard == ()
    assert len(desk.ui.alerts) == 1
    assert StopSignal() not in desk.effects


def test_a_hold_that_began_before_the_alarm_was_drawn_acknowledges_nothing():
    desk = at(FRONT)
    desk.happen(Refined(check(1, A, STOLEN)))
    down_s = desk.now_s
    assert desk.happen(KeyDown(CONFIRM, down_s)) == (Click(),)  # not drawn at all
    desk.now_s += 0.1
    desk.draw()
    assert desk.happen(KeyDown(CONFIRM, down_s)) == (Click(),)  # drawn after the key went down
    desk.now_s += 5.0
    desk.tell(Tick(Status()))
    desk.tell(KeyUp(CONFIRM, desk.now_s))
    on(desk, Alarm)
    assert desk.hold() == (StopSignal(),)


def test_a_hold_may_begin_as_soon_as_the_alarm_is_drawn():
    desk = at(FRONT)
    desk.happen(Refined(check(1, A, STOLEN)))
    desk.draw()
    assert desk.hold() == (StopSignal(),)


def test_a_hold_ends_where_the_alarm_says_something_else_meanwhile():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, VehicleFinding.CACHED_ALARM)))
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    assert alarm(desk).held
    desk.now_s += 0.9
    stolen = replace(check(1, A, STOLEN))
    named = replace(
        stolen, verdict=replace(stolen.verdict, status=replace(stolen.verdict.status, letters="C"))
    )
    desk.tell(Refined(named))
    assert not alarm(desk).held
    desk.now_s += 0.2
    desk.tell(Tick(Status()))
    desk.tell(KeyUp(CONFIRM, desk.now_s))
    assert alarm(desk).judged == named


def test_a_contact_that_bounces_while_it_is_held_is_not_let_go():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    for _ in range(5):
        desk.happen(KeyUp(CONFIRM, desk.now_s))
        desk.now_s += BOUNCE_S / 5
        desk.happen(KeyDown(CONFIRM, desk.now_s, bounce=True))
    assert alarm(desk).held
    desk.now_s += HOLD_S
    desk.tell(Tick(Status()))
    on(desk, Result)


def test_a_hold_that_was_let_go_for_longer_begins_anew():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.now_s += HOLD_S / 2
    desk.happen(KeyUp(CONFIRM, desk.now_s))
    desk.now_s += 2 * BOUNCE_S
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.now_s += HOLD_S / 2
    desk.tell(Tick(Status()))
    on(desk, Alarm)


@pytest.mark.parametrize(("after_s", "counts"), [(-0.1, False), (0.0, False), (0.49, False), (0.5, True)])
def test_a_press_counts_half_a_second_after_a_screen_that_changed_by_itself_was_drawn(
    after_s: float, *, counts: bool
):
    desk = at(Ready())
    desk.happen(Recorded(check(1, A)))
    desk.draw()
    drawn_s = desk.now_s
    desk.now_s += 2.0
    effects = desk.happen(KeyDown(CONFIRM, drawn_s + after_s))
    assert effects == ((Confirm(check(1, A)),) if counts else (Click(),))
    assert desk.ui.dropped == (0 if counts else 1)


def test_a_press_for_what_was_never_drawn_counts_for_nothing_and_is_not_queued():
    desk = at(Ready())
    desk.happen(Recorded(check(1, A)))
    desk.now_s += 5.0
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == (Click(),)
    desk.draw()
    desk.now_s += 5.0
    assert desk.happen(KeyUp(CONFIRM, desk.now_s)) == ()
    assert desk.happen(Tick(Status())) == ()


def test_the_officer_s_own_navigation_is_immediate():
    desk = at(Ready())
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.draw()
    on(desk, PlateEntry)
    for letter in "苏A1":
        assert desk.happen(Touched(Typed(letter), desk.now_s)) == ()
        desk.draw()
    on(desk, PlateEntry)
    assert on(desk, PlateEntry).number == "苏A1"


def test_the_bar_s_clock_and_a_code_behind_a_verdict_keep_no_press_from_counting():
    desk = at(FRONT)
    desk.happen(Tick(Status(ClockStatus(7.0, monotonic_s=1.0), records=3)))
    desk.happen(Scanned(scan("B")))
    desk.draw()
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == (Confirm(FRONT.judged),)


def test_rows_that_changed_by_themselves_are_not_touched_by_accident():
    desk = at(KindChoice(Status(), "苏A12345", ("02", "01"), KindSource.ASKING))
    desk.happen(Listed("苏A12345", tuple(Candidate(kind, UNCHECKED) for kind in ("07", "01"))))
    desk.draw()
    desk.now_s += 0.2
    assert desk.happen(Touched(Picked("01"), desk.now_s)) == (Click(),)
    desk.now_s += SETTLE_S
    entered = (Enter(Plate("苏A12345", "01"), None),)
    assert desk.happen(Touched(Picked("01"), desk.now_s)) == entered


def test_a_verdict_that_comes_back_from_under_an_alarm_waits_for_half_a_second():
    desk = at(FRONT)
    desk.tell(Reported(check(9, C, STOLEN)))
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.now_s += HOLD_S
    desk.happen(Tick(Status()))
    desk.draw()
    desk.happen(KeyUp(CONFIRM, desk.now_s))
    desk.now_s += 0.1
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == (Click(),)
    desk.now_s += SETTLE_S
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == (Confirm(FRONT.judged),)


def test_two_presses_a_tenth_of_a_second_apart_answer_one_point():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    desk.hold()
    desk.press(CONFIRM)
    desk.happen(KeyDown(TRIGGER, desk.now_s))
    desk.draw()
    desk.now_s += 0.1
    assert desk.happen(KeyDown(TRIGGER, desk.now_s)) == (Click(),)
    on(desk, Comparison)
    assert on(desk, Comparison).fits == (Fit.AGREES,)
