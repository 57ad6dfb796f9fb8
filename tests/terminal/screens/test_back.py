"""BACK leads home within four presses, and a hold that locks does nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from terminal.ports import Button
from terminal.screens.attention import BOUNCE_S, HOLD_S, SETTLE_S, KeyDown, KeyUp
from terminal.screens.check import PlateEntry, Ready, Result
from terminal.screens.comparing import Comparison
from terminal.screens.events import Click, Pressed, Reported, ScreenEvent, StopSignal, Tick, ToggleTorch
from terminal.screens.session import UiSession
from terminal.screens.shift import Menu, ShiftOver
from terminal.screens.sign_in import Locked, LockNow, RecordLock
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.step import step
from terminal.screens.values import Status
from tests.terminal.screens.officer import BACK, CONFIRM, FRONT, OFFICER, SCREENS, STOLEN, C, at, check, on
from tests.terminal.screens.stories import MANY, STORY, told

MOST_PRESSES = 4


def _has_open_alarm(screen: Screen) -> bool:
    match screen:
        case Comparison() | Result(compares=True) | FaultScreen(back=Result(compares=True)):
            return True
        case _:
            return False


@settings(MANY, deadline=None)
@given(STORY)
def test_back_leads_home_within_four_presses_from_anywhere(story: list[tuple[ScreenEvent, float]]):
    for reached in {after for _, _, after, _ in told(story) if not _has_open_alarm(after)}:
        screen, way = reached, [type(reached).__name__]
        for _ in range(MOST_PRESSES):
            if isinstance(screen, Ready | ShiftOver):
                break
            screen, _ = step(screen, Pressed(Button.BACK), 1000.0)
            way.append(type(screen).__name__)
        assert isinstance(screen, Ready | ShiftOver), way


def test_back_does_not_alternate_between_a_question_and_plate_entry():
    desk = at(FRONT)
    desk.press(BACK)
    on(desk, PlateEntry)
    desk.press(BACK)
    assert on(desk, Result).judged == FRONT.judged
    assert desk.press(BACK) == (StopSignal(),)
    on(desk, Ready)


@pytest.mark.parametrize("below", [*SCREENS, Menu(Status())], ids=lambda one: type(one).__name__)
def test_a_hold_that_locks_leaves_the_screen_below_as_it_was(below: Screen):
    desk = at(below)
    desk.ui = replace(desk.ui, session=UiSession(OFFICER, used_s=desk.now_s))
    desk.happen(KeyDown(BACK, desk.now_s))
    desk.now_s += HOLD_S
    effects = desk.tell(Tick(below.status))
    assert set(effects) <= {RecordLock(), StopSignal()}
    assert RecordLock() in effects
    on(desk, Locked)
    desk.tell(KeyUp(BACK, desk.now_s))
    desk.now_s += HOLD_S
    desk.tell(Tick(below.status))
    on(desk, Locked)
    assert desk.ui.below == below


def test_back_acts_once_it_is_let_go():
    desk = at(Ready())
    assert desk.tell(KeyDown(BACK, desk.now_s)) == ()
    assert desk.happen(KeyUp(BACK, desk.now_s)) == ()  # the contact may only have bounced
    desk.now_s += BOUNCE_S / 2
    assert desk.happen(KeyDown(BACK, desk.now_s, bounce=True)) == ()
    desk.now_s += BOUNCE_S
    assert desk.happen(Tick(Status())) == ()
    desk.happen(KeyUp(BACK, desk.now_s))
    desk.now_s += 2 * BOUNCE_S
    assert desk.happen(Tick(Status())) == (ToggleTorch(),)
    assert desk.happen(Tick(Status())) == ()


def test_what_is_pressed_after_back_comes_after_it():
    """Even where no time has passed on the screen in between."""
    desk = at(FRONT)
    desk.happen(KeyDown(BACK, desk.now_s))
    desk.happen(KeyUp(BACK, desk.now_s))
    desk.now_s += SETTLE_S
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == (StopSignal(), Click())
    on(desk, PlateEntry)


def test_back_does_nothing_on_a_screen_that_came_up_while_it_was_down():
    desk = at(FRONT)
    desk.tell(KeyDown(BACK, desk.now_s))
    desk.tell(Reported(check(9, C, STOLEN)))
    shown = desk.screen
    assert desk.happen(KeyUp(BACK, desk.now_s - 2 * BOUNCE_S)) == (Click(),)
    assert desk.screen == shown
    assert desk.ui.below == FRONT


def test_back_does_nothing_below_a_lock_that_came_while_it_was_down():
    desk = at(FRONT)
    desk.ui = replace(desk.ui, session=UiSession(OFFICER, used_s=desk.now_s))
    desk.tell(KeyDown(BACK, desk.now_s))
    desk.tell(LockNow())
    assert desk.happen(KeyUp(BACK, desk.now_s)) == ()
    assert desk.ui.below == FRONT
