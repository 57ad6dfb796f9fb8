"""The pages of details of a verdict, and a check that is reopened from the shift's list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.model import Outcome, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import DetailsWanted, Phase, Ready, Result
from terminal.screens.events import (
    Effect,
    PlaySignal,
    Pressed,
    Refined,
    RepeatSignal,
    Reported,
    Scanned,
    ScreenEvent,
    SignalAsked,
    StopSignal,
)
from terminal.screens.shift import LoadShift, LogEntry, LogRowTouched, ShiftLog
from terminal.screens.shift_step import logged
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, Status
from tests.terminal.screens.builders import judged, scan, shown
from tests.terminal.screens.officer import STOLEN, A, Desk, alarm, check

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
GOOD = judged()
CONFIRMED = judged(subject=Subject.CONFIRMED)
PASSED = judged(vehicle=VehicleFinding.VALID, subject=Subject.CONFIRMED)
LATER = Status(ClockStatus(monotonic_s=20.0))


@pytest.mark.parametrize(
    ("screen", "event", "now_s", "after", "effects"),
    [
        pytest.param(
            shown(PASSED), DetailsWanted(), 11.0, replace(shown(PASSED), details=1), (), id="a touch opens"
        ),
        pytest.param(shown(GOOD), DetailsWanted(), 11.0, shown(GOOD), (), id="but no verdict's before it"),
        pytest.param(
            replace(shown(PASSED), details=1),
            Pressed(CONFIRM),
            11.0,
            replace(shown(PASSED), details=2),
            (),
            id="confirm turns the details",
        ),
        pytest.param(
            replace(shown(PASSED), details=2),
            Pressed(CONFIRM),
            11.0,
            replace(shown(PASSED), details=1),
            (),
            id="round and round",
        ),
        pytest.param(
            replace(shown(PASSED), details=2),
            Pressed(BACK),
            11.0,
            shown(PASSED),
            (),
            id="back leads from the details to the verdict",
        ),
        pytest.param(
            replace(shown(CONFIRMED), details=2),
            Refined(PASSED),
            11.0,
            shown(PASSED),
            (PlaySignal(Outcome.PASS),),
            id="another verdict is not hidden by the details",
        ),
    ],
)
def test_what_follows_of_the_details(
    screen: Screen, event: ScreenEvent, now_s: float, after: Screen, effects: tuple[Effect, ...]
):
    assert step(screen, event, now_s) == (after, effects)


@pytest.mark.parametrize(
    ("screen", "repeats"),
    [(shown(PASSED), True), (shown(GOOD), False), (Ready(), False)],
    ids=["a verdict", "a plate to compare", "no check"],
)
def test_only_the_signal_of_a_verdict_that_is_shown_is_repeated(screen: Screen, *, repeats: bool):
    assert step(screen, SignalAsked(), 1.0) == (screen, (RepeatSignal(),) if repeats else ())


LISTED = [
    judged(vehicle=VehicleFinding.VALID, subject=Subject.CONFIRMED),
    judged(vehicle=VehicleFinding.OVERDUE, subject=Subject.CONFIRMED),
    judged(vehicle=STOLEN),
    judged(),
]


def reopened(one: Result | None = None, place: int = 0) -> Result:
    """Return a check of the list, reopened."""
    log = ShiftLog(LATER, (logged(LISTED[place]),), told=True)
    screen, effects = step(log, LogRowTouched(LISTED[place].seq), 1.0)
    assert effects == ()
    assert isinstance(screen, Result)
    return one or screen


@pytest.mark.parametrize("place", range(len(LISTED)))
def test_a_reopened_check_is_as_it_was_and_has_no_signal(place: int):
    screen = reopened(place=place)
    assert screen.judged is LISTED[place]
    assert screen.reopened
    assert screen.heard is None
    assert not screen.needs_confirmation
    assert not screen.compares
    assert not screen.hidden
    outcome = screen.judged.verdict.outcome
    assert screen.faded is (screen.phase is Phase.VERDICT and outcome in (Outcome.PASS, Outcome.PROVISIONAL))


def test_notes_are_reached_from_a_reopened_check_and_the_list_by_back():
    screen = reopened()
    assert isinstance(screen.log, ShiftLog)
    entry, effects = step(screen, Pressed(CONFIRM), 1.0)
    assert isinstance(entry, LogEntry)
    assert effects == (StopSignal(), LoadShift())
    assert step(entry, Pressed(BACK), 1.0)[0] == screen.log
    assert step(screen, Pressed(BACK), 1.0) == (screen.log, (LoadShift(),))
    assert step(screen, Pressed(TRIGGER), 1.0) == (Ready(LATER), (StopSignal(),))


def test_a_check_that_is_not_in_memory_any_more_can_only_be_noted_on():
    row = replace(logged(PASSED), judged=None)
    screen, _ = step(ShiftLog(LATER, (row,), told=True), LogRowTouched(row.seq), 1.0)
    assert isinstance(screen, LogEntry)


def test_codes_in_view_behind_a_reopened_check_are_neither_checked_nor_offered():
    screen, effects = step(reopened(), Scanned(scan("VI1:B")), 2.0)
    assert isinstance(screen, Result)
    assert (screen.other, effects) == (None, ())


def test_an_alarm_over_a_reopened_check_asks_if_its_car_is_still_there():
    """The reopened check's car is not the one in front, and its old alarm holds back no other."""
    desk = Desk()
    desk.ui = replace(desk.ui, below=reopened(place=2))
    desk.draw()
    desk.tell(Reported(check(9, A, STOLEN)))
    assert alarm(desk).about.value == "left"
