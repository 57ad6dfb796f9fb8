"""Transitions of the shift's screens, as a table; test_shift_stories.py has the invariants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.errors import JournalFull
from terminal.journal.notes import END_REASONS, Action, Control, ControlWord, Mistaken
from terminal.model import AnswerSummary, CredentialFinding, Outcome, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import Ready, Result
from terminal.screens.events import (
    Effect,
    Failed,
    Pressed,
    Recorded,
    Refined,
    Scanned,
    ScreenEvent,
    StopSignal,
    Tick,
)
from terminal.screens.shift import (
    MENU,
    Annotate,
    Annotated,
    EndReasonPicked,
    EndShift,
    HandedOver,
    LoadShift,
    LockSession,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Paged,
    Part,
    ShiftEnd,
    ShiftEnded,
    ShiftLoaded,
    ShiftLog,
    ShiftOver,
    StartUpload,
    Uploading,
    UploadTold,
)
from terminal.screens.shift_step import logged
from terminal.screens.sign_in import OpenSignIn
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, LastSeen, Sending, Status, UploadProgress
from tests.terminal.drawing.gallery import COUNTS, log
from tests.terminal.drawing.gallery_day import BEFORE, NOW, OPEN_ALARMS
from tests.terminal.screens.builders import judged, notice, scan

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
FULL = notice(JournalFull)
S = Status(records=3)
SEEN = LastSeen("A", 0.0)
LOG = log(12)
BEFORE_RESTART = sum(count for _, count in COUNTS) - len(LOG)
LISTED = ShiftLog(S, LOG, told=True, before_restart=BEFORE_RESTART, seen=SEEN)
CHECK = judged(subject=Subject.CONFIRMED)
VERDICT = Result(S, CHECK, SEEN)
NOTE = LogEntry(S, logged(CHECK), VERDICT, seen=SEEN)
CHOSEN = LogEntry(S, LOG[1], LISTED, seen=SEEN)
OPEN = OPEN_ALARMS
END = ShiftEnd(S, counts=COUNTS, unuploaded=3, seen=SEEN)
LEFT = replace(END, open=OPEN)
WHY = replace(LEFT, asking=True)
SENDING = Uploading(S, UploadProgress(1, 3, state=Sending.SENDING), seen=SEEN)
ENDED = replace(SENDING, ended=COUNTS)
OVER = ShiftOver(S, COUNTS, SEEN)
HANDED = HandedOver(S, BEFORE, NOW, OPEN, 3, SEEN)
WANTED = replace(CHECK, verdict=judged(vehicle=VehicleFinding.CACHED_ALARM).verdict)
TOLD = ShiftLoaded(LOG, COUNTS, 3, OPEN[::-1])
DID = Action("扣留车辆")


def with_act(acts: tuple[Action, ...]) -> ShiftLoaded:
    """Return the shift with these notes on the check that NOTE shows."""
    return replace(TOLD, log=(replace(logged(CHECK), acts=acts), *LOG))


CASES: dict[str, tuple[Screen, ScreenEvent, Screen, tuple[Effect, ...]]] = {
    "the bar opens the menu": (Ready(S, SEEN), MenuTouched(Part.MENU), Menu(S, SEEN), ()),
    "no row is opened without the menu": (Ready(S, SEEN), MenuTouched(Part.END), Ready(S, SEEN), ()),
    "the bar of a verdict opens nothing": (VERDICT, MenuTouched(Part.MENU), VERDICT, ()),
    "back leaves the menu": (Menu(S, SEEN), Pressed(BACK), Ready(S, SEEN), ()),
    "the trigger leaves the menu": (Menu(S, SEEN), Pressed(TRIGGER), Ready(S, SEEN), ()),
    "confirm does nothing there": (Menu(S, SEEN), Pressed(CONFIRM), Menu(S, SEEN), ()),
    "the log is asked for": (Menu(S, SEEN), MenuTouched(Part.LOG), ShiftLog(S, seen=SEEN), (LoadShift(),)),
    "the upload begins": (
        Menu(S, SEEN),
        MenuTouched(Part.UPLOAD),
        Uploading(S, UploadProgress(0, 3), seen=SEEN),
        (StartUpload(),),
    ),
    "the end is asked about": (Menu(S, SEEN), MenuTouched(Part.END), ShiftEnd(S, seen=SEEN), (LoadShift(),)),
    "so is a handover": (
        Menu(S, SEEN),
        MenuTouched(Part.HANDOVER),
        ShiftEnd(S, handover=True, seen=SEEN),
        (LoadShift(),),
    ),
    "the log is told": (ShiftLog(S, seen=SEEN), TOLD, LISTED, ()),
    "confirm turns the page": (LISTED, Pressed(CONFIRM), replace(LISTED, page=1), ()),
    "the page before is turned to": (replace(LISTED, page=2), Paged(-1), replace(LISTED, page=1), ()),
    "one check has no other page": (
        replace(LISTED, log=LOG[:1]),
        Pressed(CONFIRM),
        replace(LISTED, log=LOG[:1]),
        (),
    ),
    "back leads to the menu": (LISTED, Pressed(BACK), Menu(S, SEEN), ()),
    "the trigger leads to checking": (LISTED, Pressed(TRIGGER), Ready(S, SEEN), ()),
    "a row opens its check": (LISTED, LogRowTouched(LOG[1].seq), CHOSEN, ()),
    "a row that is not in the log does not": (LISTED, LogRowTouched(9_999), LISTED, ()),
    "a log is told anew when a check changes": (LISTED, Refined(CHECK), LISTED, (LoadShift(),)),
    "a verdict is added to": (VERDICT, Pressed(CONFIRM), NOTE, (StopSignal(), LoadShift())),
    "what was added before is told": (
        NOTE,
        with_act((DID,)),
        replace(NOTE, logged=replace(NOTE.logged, acts=(DID,))),
        (),
    ),
    "back shows the verdict": (NOTE, Pressed(BACK), replace(VERDICT, returned=True), ()),
    "back shows the page": (CHOSEN, Pressed(BACK), LISTED, ()),
    "the trigger leaves a check": (CHOSEN, Pressed(TRIGGER), Ready(S, SEEN), ()),
    "an action is recorded": (NOTE, NotePicked(DID), NOTE, (Annotate(123, DID),)),
    "a mistake is recorded": (NOTE, NotePicked(Mistaken()), NOTE, (Annotate(123, Mistaken()),)),
    "the control room is not asked about no alarm": (
        NOTE,
        NotePicked(ControlWord(Control.DENIED)),
        NOTE,
        (),
    ),
    "no other action can be recorded": (NOTE, NotePicked(Action("罚款")), NOTE, ()),
    "it is said once it is on disk": (NOTE, Annotated(123), replace(NOTE, noted=True), (LoadShift(),)),
    "of that check alone": (NOTE, Annotated(122), NOTE, ()),
    "the check behind a note follows what is known of it": (
        NOTE,
        Refined(WANTED),
        replace(NOTE, back=Result(S, WANTED, SEEN), logged=replace(NOTE.logged, outcome=Outcome.ALARM)),
        (),
    ),
    "a lesser word changes the check behind it": (
        NOTE,
        Refined(replace(CHECK, answer=AnswerSummary(newer_issued=True))),
        replace(NOTE, back=Result(S, replace(CHECK, answer=AnswerSummary(newer_issued=True)), SEEN)),
        (),
    ),
    "an alarm on another check does not": (NOTE, Refined(replace(WANTED, seq=9)), NOTE, ()),
    "the count is told before the end": (ShiftEnd(S, seen=SEEN), TOLD, LEFT, ()),
    "no shift ends uncounted": (ShiftEnd(S, seen=SEEN), Pressed(CONFIRM), ShiftEnd(S, seen=SEEN), ()),
    "confirm ends it": (END, Pressed(CONFIRM), END, (EndShift(),)),
    "with an open alarm it asks why": (LEFT, Pressed(CONFIRM), WHY, ()),
    "no press answers that": (WHY, Pressed(CONFIRM), WHY, ()),
    "a reason ends it": (
        WHY,
        EndReasonPicked(END_REASONS[0]),
        WHY,
        (EndShift(END_REASONS[0]),),
    ),
    "no other word does": (WHY, EndReasonPicked("下班"), WHY, ()),
    "nor a reason that was not asked for": (LEFT, EndReasonPicked(END_REASONS[0]), LEFT, ()),
    "back takes the question back": (WHY, Pressed(BACK), LEFT, ()),
    "the question ends with the last open alarm": (WHY, replace(TOLD, open_alarms=()), END, ()),
    "confirm asks the successor to sign in": (
        replace(LEFT, handover=True),
        Pressed(CONFIRM),
        replace(LEFT, handover=True),
        (OpenSignIn(handover=True),),
    ),
    "any button starts the successor's work": (HANDED, Pressed(CONFIRM), Ready(S, SEEN), ()),
    "back too": (HANDED, Pressed(BACK), Ready(S, SEEN), ()),
    "the count follows an alarm that comes meanwhile": (END, Refined(CHECK), END, (LoadShift(),)),
    "the menu locks": (Menu(S, SEEN), MenuTouched(Part.LOCK), Ready(S, SEEN), (LockSession(),)),
    "not yet": (END, Pressed(BACK), Menu(S, SEEN), ()),
    "an ended shift is uploaded": (
        END,
        ShiftEnded(COUNTS, 4),
        Uploading(S, UploadProgress(0, 4), COUNTS, SEEN),
        (StartUpload(),),
    ),
    "the upload tells": (
        SENDING,
        UploadTold(UploadProgress(2, 3)),
        replace(SENDING, progress=UploadProgress(2, 3)),
        (),
    ),
    "it tells no other screen": (LISTED, UploadTold(UploadProgress(2, 3)), LISTED, ()),
    "back leaves it to itself": (SENDING, Pressed(BACK), Ready(S, SEEN), ()),
    "after the end no check follows it": (ENDED, Pressed(TRIGGER), OVER, ()),
    "nor by back": (ENDED, Pressed(BACK), OVER, ()),
    "confirm opens the sign-in": (OVER, Pressed(CONFIRM), OVER, (OpenSignIn(),)),
    "the trigger does not": (OVER, Pressed(TRIGGER), OVER, ()),
    "back shows the upload": (
        OVER,
        Pressed(BACK),
        Uploading(S, UploadProgress(0, 3), COUNTS, SEEN),
        (StartUpload(),),
    ),
    "no verdict is shown where none goes on": (OVER, Recorded(CHECK), OVER, ()),
    "nor while its upload is": (ENDED, Recorded(CHECK), ENDED, ()),
    "nor behind a fault": (
        FaultScreen(S, FULL, SEEN, OVER),
        Recorded(CHECK),
        FaultScreen(S, FULL, SEEN, OVER),
        (),
    ),
    "a code is not checked in the menu": (Menu(S), Scanned(scan("B")), Menu(S), ()),
    "nor when the shift is over": (OVER, Scanned(scan("B")), OVER, ()),
    "time goes by": (
        OVER,
        Tick(Status(ClockStatus(9.0))),
        replace(OVER, status=Status(ClockStatus(9.0))),
        (),
    ),
    "a fault covers a note": (NOTE, Failed(FULL), FaultScreen(S, FULL, SEEN, NOTE), (StopSignal(),)),
    "and gives it back": (FaultScreen(S, FULL, SEEN, NOTE), Pressed(CONFIRM), NOTE, ()),
    "a fault on a fault loses nothing": (
        FaultScreen(S, FULL, SEEN, OVER),
        Failed(FULL),
        FaultScreen(S, FULL, SEEN, OVER),
        (StopSignal(),),
    ),
    "a shift that could not start is not begun": (FaultScreen(S, FULL, SEEN, OVER), Pressed(BACK), OVER, ()),
}


@pytest.mark.parametrize("name", CASES)
def test_what_follows(name: str):
    screen, event, after, effects = CASES[name]
    assert step(screen, event, 11.0) == (after, effects)


def test_what_time_changed_meanwhile_is_kept_on_the_way_back():
    later = Status(ClockStatus(60.0), records=4)
    screen, _ = step(NOTE, Tick(later), 11.0)
    screen, _ = step(screen, Failed(FULL), 11.0)
    for _ in range(2):
        screen, _ = step(screen, Pressed(BACK), 11.0)
    assert screen == replace(VERDICT, status=later, returned=True)


def test_code_that_stayed_in_view_is_the_same_sighting_after_the_menu():
    screen, _ = step(Ready(S, SEEN), MenuTouched(Part.MENU), 1.0)
    for later_s in (2.0, 3.5, 5.0):
        screen, _ = step(screen, Scanned(scan("A")), later_s)
    screen, _ = step(screen, Pressed(BACK), 5.5)
    assert step(screen, Scanned(scan("A")), 6.0)[1] == ()


def test_control_room_is_asked_about_alarms_alone():
    for outcome in Outcome:
        offered = replace(NOTE, logged=replace(NOTE.logged, outcome=outcome)).notes
        words = [note for note in offered if isinstance(note, ControlWord)]
        assert words == ([ControlWord(word) for word in Control] if outcome is Outcome.ALARM else [])


def test_menu_has_every_part_but_itself():
    assert {*MENU, Part.MENU} == set(Part)


@pytest.mark.parametrize("found", [CredentialFinding.UNREADABLE, CredentialFinding.FAILED])
def test_a_check_in_the_log_keeps_the_finding_of_its_code(found: CredentialFinding):
    assert logged(judged(found=found)).finding is found
