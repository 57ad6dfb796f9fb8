"""Sealed claims are offered where they may be opened, behind a second press and a reason, for a minute."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.errors import JournalFull
from terminal.journal.notes import OPENING_REASONS
from terminal.model import Outcome, SealedClaims, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import Ready, Result
from terminal.screens.events import Effect, Failed, Pressed, Refined, Scanned, ScreenEvent, Tick
from terminal.screens.sealed import (
    SHOWN_S,
    OpenSealed,
    ReasonPicked,
    SealedOpened,
    SealedReasons,
    SealedView,
)
from terminal.screens.shift import LogEntry, MenuTouched, Part
from terminal.screens.shift_step import logged
from terminal.screens.state import FaultScreen, Screen, subject_of
from terminal.screens.step import step
from terminal.screens.ui import Ui, advance
from terminal.screens.values import ClockStatus, EnforcementStatus, LastSeen, Status, TrustStatus
from tests.terminal.screens.builders import judged, notice, scan, with_sealed_claims


def keys(province: str, *epochs: int) -> Status:
    """The bar of a terminal that has these keys."""
    return Status(trust=TrustStatus(enforcement=EnforcementStatus(province, frozenset(epochs))))


BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
S = keys("苏", 1, 2)
SEEN = LastSeen("A", 0.0)
CHECK = with_sealed_claims(judged(subject=Subject.CONFIRMED))
NOTE = LogEntry(S, logged(CHECK), Result(S, CHECK, SEEN), seen=SEEN)
WHY = SealedReasons(S, CHECK, NOTE, SEEN)
CLAIMS = SealedClaims("LSVAA4182E2123456", "G12345", "王*")
VIEW = SealedView(S, CHECK, CLAIMS, NOTE, 0.0, SEEN)
REASON = OPENING_REASONS[1]
FULL = notice(JournalFull)
WANTED = replace(
    CHECK,
    verdict=replace(
        CHECK.verdict, outcome=Outcome.ALARM, status=judged(vehicle=VehicleFinding.ALARM).verdict.status
    ),
)
REFINED = LogEntry(S, replace(NOTE.logged, outcome=Outcome.ALARM), Result(S, WANTED, SEEN), seen=SEEN)

CASES: dict[str, tuple[Screen, ScreenEvent, Screen, tuple[Effect, ...]]] = {
    "the second press asks why": (NOTE, Pressed(CONFIRM), WHY, ()),
    "a reason opens": (WHY, ReasonPicked(REASON), WHY, (OpenSealed(CHECK, REASON),)),
    "no other reason opens": (WHY, ReasonPicked("好奇"), WHY, ()),
    "a press opens nothing": (WHY, Pressed(CONFIRM), WHY, ()),
    "what is recorded is shown": (WHY, SealedOpened(CHECK.seq, CLAIMS), VIEW, ()),
    "a failed opening is told": (
        WHY,
        SealedOpened(CHECK.seq, None),
        replace(VIEW, claims=None),
        (),
    ),
    "what was opened for another check is not shown": (WHY, SealedOpened(124, CLAIMS), WHY, ()),
    "nor what comes after the reasons were left": (NOTE, SealedOpened(CHECK.seq, CLAIMS), NOTE, ()),
    "no reason counts elsewhere": (NOTE, ReasonPicked(REASON), NOTE, ()),
    "back leaves the reasons": (WHY, Pressed(BACK), NOTE, ()),
    "back leaves the claims": (VIEW, Pressed(BACK), NOTE, ()),
    "confirm does nothing there": (VIEW, Pressed(CONFIRM), VIEW, ()),
    "the trigger goes on": (VIEW, Pressed(TRIGGER), Ready(S, SEEN), ()),
    "codes in view change nothing": (VIEW, Scanned(scan("A")), VIEW, ()),
    "the menu is not there": (VIEW, MenuTouched(Part.MENU), VIEW, ()),
    "a refinement is behind the claims": (
        VIEW,
        Refined(WANTED),
        replace(VIEW, judged=WANTED, back=REFINED),
        (),
    ),
    "another check's is not": (VIEW, Refined(replace(WANTED, seq=124)), VIEW, ()),
}


@pytest.mark.parametrize("case", CASES)
def test_each_transition(case: str):
    before, event, after, effects = CASES[case]
    assert step(before, event, 0.0) == (after, effects)


@pytest.mark.parametrize(
    "entry",
    [
        replace(NOTE, status=Status()),
        replace(NOTE, status=keys("苏", 2)),
        replace(NOTE, status=keys("粤", 1)),
        replace(NOTE, back=Result(S, judged(subject=Subject.CONFIRMED), SEEN)),
        replace(NOTE, back=Result(S, replace(CHECK, recorded=False, seq=-1), SEEN)),
    ],
    ids=["no keys", "another epoch", "another province", "nothing sealed", "not recorded"],
)
def test_without_something_to_open_the_second_press_does_nothing(entry: LogEntry):
    assert step(entry, Pressed(CONFIRM), 0.0) == (entry, ())


def test_an_opening_that_cannot_be_recorded_shows_the_fault_and_nothing_else():
    screen, _ = step(WHY, Failed(FULL), 0.0)
    assert screen == FaultScreen(S, FULL, SEEN, NOTE)
    assert step(screen, Pressed(CONFIRM), 0.0)[0] == NOTE


def test_claims_are_hidden_by_themselves():
    at_last = replace(S, clock=ClockStatus(monotonic_s=SHOWN_S))
    assert isinstance(step(VIEW, Tick(at_last), 0.0)[0], SealedView)
    over = replace(S, clock=ClockStatus(monotonic_s=SHOWN_S + 0.5))
    assert step(VIEW, Tick(over), 0.0)[0] == replace(NOTE, status=over)


def test_claims_belong_to_their_check():
    assert subject_of(VIEW) == subject_of(WHY) == CHECK


def test_an_alarm_about_another_car_covers_the_claims_and_leaves_them():
    other = replace(judged(vehicle=VehicleFinding.ALARM), seq=9)
    ui, _ = advance(Ui(VIEW), Refined(other), 0.0)
    assert ui.up == other
    assert ui.below == VIEW
