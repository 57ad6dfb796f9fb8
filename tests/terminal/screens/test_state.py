"""Transitions between screens, as a table; test_entry_state.py has plate entry, test_state_stories.py any
order.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.errors import JournalFull
from terminal.model import (
    AnswerSummary,
    CredentialFinding,
    Fit,
    LookupState,
    Outcome,
    Plate,
    Subject,
    VehicleFinding,
)
from terminal.ports import Button
from terminal.screens.check import LINGER_S, OTHER_CODE_S, Ready
from terminal.screens.comparing import Compared, Comparison, Fitted
from terminal.screens.events import (
    CheckCode,
    Confirm,
    Effect,
    Failed,
    PlaySignal,
    Pressed,
    Recheck,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
    Scanned,
    ScreenEvent,
    StopSignal,
    Tick,
    ToggleTorch,
)
from terminal.screens.shift import LoadShift, LogEntry
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, LastSeen, Logged, Status
from tests.terminal.screens.builders import entry, judged, notice, scan, shown

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
FULL = notice(JournalFull)


GOOD = judged()
REFUSED = judged(found=CredentialFinding.FAILED)
WANTED = judged(vehicle=VehicleFinding.CACHED_ALARM)
CONFIRMED = judged(subject=Subject.CONFIRMED)


READY, SEEN = Ready(), Ready(seen=LastSeen("A", 10.0))
ALARM = shown(WANTED)
COMPARED = replace(WANTED, fits=(Fit.AGREES, Fit.AGREES, Fit.DIFFERS))
COMPARISON = Comparison(Status(), WANTED, ALARM, seen=LastSeen("A", 0.0))
PASSED = judged(vehicle=VehicleFinding.VALID, subject=Subject.CONFIRMED)
ASKED = replace(CONFIRMED, lookup=LookupState.WAITING)
ANSWERED = replace(judged(vehicle=VehicleFinding.VALID), lookup=LookupState.ANSWERED)
OLD = replace(shown(PASSED), status=Status(ClockStatus(monotonic_s=181.0)))
REFUSED_LATER = replace(REFUSED, lookup=LookupState.NO_ANSWER)
TROUBLE = FaultScreen(Status(), FULL, LastSeen("A", 0.0))


@pytest.mark.parametrize(
    ("screen", "event", "now_s", "after", "effects"),
    [
        pytest.param(READY, Scanned(scan()), 10.0, SEEN, (CheckCode(scan()),), id="a new code is checked"),
        pytest.param(SEEN, Scanned(scan()), 10.0 + LINGER_S, SEEN, (), id="a code in view is not"),
        pytest.param(
            SEEN, Scanned(scan()), 10.1 + LINGER_S, SEEN, (CheckCode(scan()),), id="one that was away is"
        ),
        pytest.param(
            SEEN,
            Scanned(scan("B")),
            10.1,
            Ready(seen=LastSeen("B", 0)),
            (CheckCode(scan("B")),),
            id="another one is",
        ),
        pytest.param(SEEN, Pressed(TRIGGER), 11.0, READY, (), id="the trigger forgets what was seen"),
        pytest.param(SEEN, Pressed(BACK), 11.0, SEEN, (ToggleTorch(),), id="back is the torch when ready"),
        pytest.param(SEEN, Pressed(CONFIRM), 11.0, entry(seen=SEEN.seen), (), id="confirm enters a plate"),
        pytest.param(
            SEEN,
            Recorded(GOOD),
            11.0,
            shown(GOOD),
            (),
            id="recorded, so its plate is shown, without a verdict's signal",
        ),
        pytest.param(READY, Recorded(WANTED), 11.0, ALARM, (PlaySignal(Outcome.ALARM),), id="an alarm too"),
        pytest.param(
            READY, Failed(FULL), 11.0, FaultScreen(Status(), FULL), (StopSignal(),), id="failed, so not shown"
        ),
        pytest.param(
            ALARM,
            Failed(FULL),
            11.0,
            FaultScreen(Status(), FULL, LastSeen("A", 0.0), ALARM),
            (StopSignal(),),
            id="a fault leads back to a verdict, which is recorded",
        ),
        pytest.param(
            ALARM,
            Pressed(CONFIRM),
            11.0,
            COMPARISON,
            (StopSignal(),),
            id="an alarm's question is answered by points",
        ),
        pytest.param(
            COMPARISON,
            Pressed(TRIGGER),
            11.0,
            replace(COMPARISON, fits=(Fit.AGREES,)),
            (),
            id="the trigger says that one agrees",
        ),
        pytest.param(
            COMPARISON,
            Pressed(BACK),
            11.0,
            replace(COMPARISON, fits=(Fit.DIFFERS,)),
            (),
            id="back says that it differs",
        ),
        pytest.param(
            COMPARISON, Pressed(CONFIRM), 11.0, COMPARISON, (), id="confirm says nothing of a point"
        ),
        pytest.param(
            replace(COMPARISON, fits=(Fit.AGREES, Fit.AGREES)),
            Fitted(Fit.UNSURE),
            11.0,
            ALARM,
            (Compared(WANTED, (Fit.AGREES, Fit.AGREES, Fit.UNSURE)),),
            id="a touch says that nobody can tell, and the last point ends it",
        ),
        pytest.param(
            ALARM, Recorded(COMPARED), 11.0, shown(COMPARED), (), id="the verdict says what was found"
        ),
        pytest.param(
            shown(COMPARED),
            Pressed(BACK),
            11.0,
            entry(after=COMPARED, seen=LastSeen("A", 0.0)),
            (StopSignal(),),
            id="and a car that differs may be another",
        ),
        pytest.param(
            COMPARISON,
            Refined(GOOD),
            11.0,
            shown(GOOD),
            (StopSignal(),),
            id="what is no alarm any more is not compared",
        ),
        pytest.param(
            COMPARISON,
            Refined(replace(WANTED, answer=AnswerSummary(newer_issued=True))),
            11.0,
            replace(
                COMPARISON,
                judged=replace(WANTED, answer=AnswerSummary(newer_issued=True)),
                back=shown(replace(WANTED, answer=AnswerSummary(newer_issued=True))),
            ),
            (),
            id="what is one still is, with what is known of it",
        ),
        pytest.param(
            ALARM,
            Rerecorded(123, replace(WANTED, seq=7)),
            11.0,
            shown(replace(WANTED, seq=7)),
            (),
            id="an alarm that is recorded later has another number",
        ),
        # Old verdicts.
        pytest.param(
            shown(PASSED),
            Tick(Status(ClockStatus(monotonic_s=60.0))),
            11.0,
            replace(shown(PASSED), status=Status(ClockStatus(monotonic_s=60.0))),
            (),
            id="a pass of a minute is fresh",
        ),
        pytest.param(
            shown(PASSED),
            Tick(Status(ClockStatus(monotonic_s=60.5))),
            11.0,
            replace(shown(PASSED), status=Status(ClockStatus(monotonic_s=60.5))),
            (StopSignal(),),
            id="an older one is neither green nor shines so",
        ),
        pytest.param(
            OLD, Pressed(CONFIRM), 11.0, OLD, (Recheck(PASSED),), id="one that is hidden is checked again"
        ),
        pytest.param(
            OLD,
            Pressed(BACK),
            11.0,
            replace(OLD, revealed=True, returned=True),
            (),
            id="or shown as old as it is",
        ),
        pytest.param(
            OLD,
            Pressed(TRIGGER),
            11.0,
            Ready(OLD.status, OLD.seen, OLD.judged),
            (StopSignal(),),
            id="or left",
        ),
        pytest.param(
            replace(OLD, revealed=True),
            Recorded(replace(PASSED, as_of_s=180.0)),
            11.0,
            replace(OLD, judged=replace(PASSED, as_of_s=180.0)),
            (PlaySignal(Outcome.PASS),),
            id="a new check is fresh, and heard",
        ),
        pytest.param(shown(GOOD), Pressed(CONFIRM), 11.0, shown(GOOD), (Confirm(GOOD),), id="this vehicle"),
        pytest.param(
            shown(GOOD),
            Recorded(CONFIRMED),
            11.0,
            shown(CONFIRMED),
            (PlaySignal(Outcome.PROVISIONAL),),
            id="the verdict is heard once the vehicle is confirmed",
        ),
        pytest.param(shown(CONFIRMED), Recorded(CONFIRMED), 11.0, shown(CONFIRMED), (), id="and only once"),
        pytest.param(
            shown(GOOD),
            Recorded(WANTED),
            11.0,
            ALARM,
            (PlaySignal(Outcome.ALARM),),
            id="a refinement may alarm",
        ),
        pytest.param(ALARM, Recorded(WANTED), 11.0, ALARM, (), id="once"),
        pytest.param(
            shown(REFUSED),
            Pressed(CONFIRM),
            11.0,
            entry(after=REFUSED, seen=SEEN.seen),
            (StopSignal(),),
            id="a code that proves no vehicle is followed by a plate",
        ),
        pytest.param(
            shown(GOOD),
            Pressed(BACK),
            11.0,
            entry(after=GOOD, seen=SEEN.seen),
            (StopSignal(),),
            id="back says that it is another vehicle",
        ),
        pytest.param(
            shown(CONFIRMED),
            Pressed(CONFIRM),
            11.0,
            LogEntry(
                Status(),
                Logged(
                    123,
                    CONFIRMED.checked_s,
                    CONFIRMED.plate,
                    Outcome.PROVISIONAL,
                    finding=CONFIRMED.verdict.finding.finding,
                    judged=CONFIRMED,
                ),
                shown(CONFIRMED),
                seen=LastSeen("A", 0.0),
            ),
            (StopSignal(), LoadShift()),
            id="confirm adds to a verdict that asks nothing",
        ),
        pytest.param(
            shown(CONFIRMED),
            Pressed(BACK),
            11.0,
            replace(SEEN, checked=CONFIRMED),
            (StopSignal(),),
            id="back leaves a verdict",
        ),
        pytest.param(
            shown(REFUSED),
            Pressed(BACK),
            11.0,
            replace(SEEN, checked=REFUSED),
            (StopSignal(),),
            id="back leaves a refusal",
        ),
        pytest.param(
            shown(GOOD),
            Pressed(TRIGGER),
            11.0,
            replace(SEEN, checked=GOOD),
            (StopSignal(),),
            id="the trigger leaves it too",
        ),
        pytest.param(
            shown(GOOD),
            Scanned(scan("B")),
            11.0,
            shown(GOOD, other="B"),
            (),
            id="another code is told, not checked",
        ),
        pytest.param(
            shown(GOOD), Scanned(scan("A", "B")), 11.0, shown(GOOD, other="B"), (), id="or beside the first"
        ),
        pytest.param(shown(GOOD), Scanned(scan()), 11.0, shown(GOOD), (), id="the same code changes nothing"),
        pytest.param(
            shown(GOOD, last_s=5.0, other="B"),
            Tick(Status()),
            5.0 + OTHER_CODE_S,
            shown(GOOD, other="B"),
            (),
            id="another code is told for a while",
        ),
        pytest.param(
            shown(GOOD, last_s=5.0, other="B"),
            Tick(Status()),
            5.1 + OTHER_CODE_S,
            shown(GOOD),
            (),
            id="and no longer",
        ),
        pytest.param(TROUBLE, Scanned(scan()), 11.0, TROUBLE, (), id="nothing is checked in trouble"),
        pytest.param(TROUBLE, Scanned(scan("B")), 11.0, TROUBLE, (), id="nor another code"),
        *(
            pytest.param(TROUBLE, Pressed(button), 11.0, READY, (), id=f"{button} ends trouble")
            for button in Button
        ),
        pytest.param(
            TROUBLE,
            Recorded(CONFIRMED),
            11.0,
            shown(CONFIRMED),
            (PlaySignal(Outcome.PROVISIONAL),),
            id="trouble is over",
        ),
        # Later answers.
        pytest.param(
            shown(GOOD),
            Refined(ANSWERED),
            11.0,
            shown(ANSWERED),
            (),
            id="an answer before the vehicle is confirmed shows no verdict",
        ),
        pytest.param(
            shown(ASKED),
            Refined(PASSED),
            11.0,
            shown(PASSED),
            (PlaySignal(Outcome.PASS),),
            id="an answer after it does",
        ),
        pytest.param(
            shown(ASKED),
            Refined(CONFIRMED),
            11.0,
            shown(CONFIRMED),
            (PlaySignal(Outcome.PROVISIONAL),),
            id="and so does the end of the wait",
        ),
        pytest.param(shown(ASKED), Pressed(CONFIRM), 11.0, shown(ASKED), (), id="a press meanwhile does not"),
        pytest.param(
            shown(CONFIRMED),
            Recorded(ASKED),
            11.0,
            shown(ASKED),
            (StopSignal(),),
            id="what is asked again has no signal meanwhile",
        ),
        pytest.param(
            shown(GOOD),
            Refined(replace(WANTED, seq=9)),
            11.0,
            shown(GOOD),
            (),
            id="not of another check",
        ),
        pytest.param(READY, Refined(WANTED), 11.0, READY, (), id="nor of one that was left"),
        pytest.param(ALARM, Refined(GOOD), 11.0, shown(GOOD), (StopSignal(),), id="a lesser word"),
        pytest.param(
            shown(GOOD), Reported(WANTED), 11.0, shown(GOOD), (), id="what is told of another vehicle"
        ),
    ],
)
def test_what_follows(
    screen: Screen, event: ScreenEvent, now_s: float, after: Screen, effects: tuple[Effect, ...]
):
    assert step(screen, event, now_s) == (after, effects)


@pytest.mark.parametrize("screen", [READY, SEEN, shown(GOOD), ALARM, entry("粤B"), TROUBLE])
def test_tick_brings_the_bar_up_to_date_and_does_nothing(screen: Screen):
    late = Status(ClockStatus(99.0), records=7)
    after, effects = step(screen, Tick(late), 1.0)
    assert after == replace(screen, status=late)
    assert effects == ()


@pytest.mark.parametrize("found", CredentialFinding)
@pytest.mark.parametrize("subject", Subject)
def test_question_is_asked_of_a_code_that_names_a_vehicle_and_only_once(
    found: CredentialFinding, subject: Subject
):
    asks = shown(judged(found=found, subject=subject)).needs_confirmation
    named = {
        CredentialFinding.CURRENT,
        CredentialFinding.PAST,
        CredentialFinding.WITHDRAWN,
        CredentialFinding.NOT_ISSUED,
    }
    assert asks is (found in named and subject is Subject.CODE)


def test_plate_is_wanted_where_nothing_says_which_vehicle_it_is():
    assert shown(REFUSED).wants_plate
    assert not shown(GOOD).wants_plate
    assert not shown(replace(REFUSED, plate=Plate("粤B12345", "02"))).wants_plate


@pytest.mark.parametrize("found", VehicleFinding)
def test_only_what_lets_a_vehicle_go_fades_and_hides(found: VehicleFinding):
    one = replace(
        shown(judged(vehicle=found, subject=Subject.CONFIRMED)), status=Status(ClockStatus(monotonic_s=9e4))
    )
    goes = one.judged.verdict.outcome in (Outcome.PASS, Outcome.PROVISIONAL)
    assert (one.faded, one.hidden) == (goes, goes)
    assert not replace(one, revealed=True).hidden


def test_going_back_to_a_code_still_in_view_checks_it_only_on_the_trigger():
    screen, _ = step(shown(CONFIRMED, last_s=0.0), Scanned(scan()), 9.0)
    screen, _ = step(screen, Pressed(TRIGGER), 9.1)
    screen, effects = step(screen, Scanned(scan()), 9.2)
    assert effects == ()
    screen, _ = step(screen, Pressed(TRIGGER), 9.3)
    _, effects = step(screen, Scanned(scan()), 9.4)
    assert effects == (CheckCode(scan()),)
