"""Transitions of the shift's screens; without an active shift only a new shift leads to checking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.journal.notes import END_REASONS
from terminal.ports import Button
from terminal.screens import note_change
from terminal.screens.check import Ready, Result
from terminal.screens.diagnostics import Diagnostics, LoadDiagnostics
from terminal.screens.events import StopSignal
from terminal.screens.self_test import RunSelfTest, SelfTest
from terminal.screens.settings import LoadSettings, SettingsScreen
from terminal.screens.shift import (
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
    OpenAlarmTouched,
    Paged,
    Part,
    ShiftEnd,
    ShiftEnded,
    ShiftEvent,
    ShiftLoaded,
    ShiftLog,
    ShiftOver,
    ShiftScreen,
    ShiftTouch,
    StartUpload,
    Uploading,
    UploadTold,
)
from terminal.screens.sign_in import OpenSignIn
from terminal.screens.values import Logged, UploadProgress
from terminal.screens.voice import VoiceNote
from terminal.vehicle import law

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.state import Screen, Transition
    from terminal.vehicle.law import Article


def over(screen: Screen) -> bool:
    """Return True if no shift is active, so that no check may be made or shown."""
    match screen:
        case ShiftOver() | Uploading(ended=tuple()) | SelfTest(on_duty=False):
            return True
        case _:
            return False


def step(screen: Screen, event: ShiftEvent) -> Transition:
    """Handle a touch on a screen of the shift, or the answer to an effect."""
    match event:
        case MenuTouched() | Paged() | LogRowTouched() | NotePicked() | EndReasonPicked():
            return _touched(screen, event)
        case OpenAlarmTouched():
            return screen, ()
        case _:
            return _told(screen, event)


def _touched(screen: Screen, touch: ShiftTouch) -> Transition:
    match screen, touch:
        case Ready(), MenuTouched(Part.MENU):
            return Menu(screen.status, screen.seen), ()
        case Menu(), MenuTouched(part):
            return _opened(screen, part)
        case ShiftLog(), Paged(by):
            return _turned(screen, by), ()
        case ShiftLog(), LogRowTouched(seq):
            return _reopened(screen, seq), ()
        case _:
            return _picked(screen, touch)


def _picked(screen: Screen, touch: ShiftTouch) -> Transition:
    """Record a note, or end the shift for a reason."""
    match screen, touch:
        case ShiftEnd(asking=True), EndReasonPicked(reason) if reason in END_REASONS:
            return screen, (EndShift(reason),)
        case LogEntry(), NotePicked(note):
            return note_change.picked(screen, note)
        case _:
            return screen, ()


def _reopened(screen: ShiftLog, seq: int) -> Screen:
    """Open a check of the list as it was shown; one that is not in memory any more can only be noted on."""
    row = next((one for one in screen.log if one.seq == seq), None)
    if row is None:
        return screen
    if row.judged is None:
        return LogEntry(screen.status, row, screen, seen=screen.seen)
    return Result(screen.status, row.judged, screen.seen, log=screen)


def _turned(screen: ShiftLog, by: int) -> ShiftLog:
    """Turn the page; the display decides how many pages the log has, and one check needs no more than one."""
    return replace(screen, page=screen.page + by) if len(screen.log) > 1 else screen


def _opened(screen: Menu, part: Part) -> Transition:
    status, seen = screen.status, screen.seen
    match part:
        case Part.LOG:
            return ShiftLog(status, seen=seen), (LoadShift(),)
        case Part.UPLOAD:
            return Uploading(status, UploadProgress(total=status.records), seen=seen), (StartUpload(),)
        case Part.HANDOVER | Part.END:
            return ShiftEnd(status, handover=part is Part.HANDOVER, seen=seen), (LoadShift(),)
        case _:
            return _opened_device(screen, part)


def _opened_device(screen: Menu, part: Part) -> Transition:
    """Open a destination of the menu that concerns the device."""
    status, seen = screen.status, screen.seen
    match part:
        case Part.SELF_TEST:
            return SelfTest(status, on_duty=True, seen=seen), (RunSelfTest(),)
        case Part.SETTINGS:
            return SettingsScreen(status, seen=seen), (LoadSettings(),)
        case Part.DIAGNOSTICS:
            return Diagnostics(status, seen=seen), (LoadDiagnostics(),)
        case Part.LOCK:
            return Ready(status, seen), (LockSession(),)
        case _:
            return screen, ()


def _told(screen: Screen, event: ShiftLoaded | Annotated | ShiftEnded | UploadTold) -> Transition:
    match screen, event:
        case ShiftLog() | LogEntry() | ShiftEnd(), ShiftLoaded():
            return _with_shift(screen, event), ()
        case LogEntry(logged=Logged(seq=shown)), Annotated(seq) if seq == shown:
            return replace(screen, noted=True), (LoadShift(),)
        case VoiceNote(entry=LogEntry(logged=Logged(seq=shown)) as entry), Annotated(seq) if seq == shown:
            noted = replace(entry, status=screen.status, seen=screen.seen, noted=True)
            return noted, (LoadShift(),)
        case ShiftEnd(), ShiftEnded(counts, unuploaded):
            ended = Uploading(screen.status, UploadProgress(total=unuploaded), counts, screen.seen)
            return ended, (StartUpload(),)
        case Uploading(), UploadTold(progress):
            return replace(screen, progress=progress), ()
        case _:
            return screen, ()


def _with_shift(screen: ShiftLog | LogEntry | ShiftEnd, told: ShiftLoaded) -> Screen:
    match screen:
        case ShiftEnd():
            counted = replace(screen, counts=told.counts, unuploaded=told.unuploaded)
            return with_open_alarms(counted, told.open_alarms)
        case ShiftLog():
            return _with_log(screen, told)
        case LogEntry():
            known = next((one for one in told.log if one.seq == screen.logged.seq), screen.logged)
            back = _with_log(screen.back, told) if isinstance(screen.back, ShiftLog) else screen.back
            return replace(screen, logged=known, back=back)
        case _:
            assert_never(screen)


def with_open_alarms(screen: Screen, alarms: tuple[OpenAlarm, ...]) -> Screen:
    """Show the alarms without a result, oldest first, in a summary; a reason is asked for as long as there
    are any.
    """
    newest_first = alarms[::-1]
    match screen:
        case ShiftEnd():
            return replace(screen, open=newest_first, asking=screen.asking and bool(newest_first))
        case HandedOver():
            return replace(screen, open=newest_first)
        case _:
            return screen


def _with_log(screen: ShiftLog, told: ShiftLoaded) -> ShiftLog:
    checks = sum(count for _, count in told.counts)
    return replace(screen, log=told.log, told=True, before_restart=max(0, checks - len(told.log)))


def pressed(screen: ShiftScreen, button: Button) -> Transition:
    """Handle a button on a screen of the shift. TRIGGER returns to checking while a shift is active."""
    match button:
        case _ if isinstance(screen, ShiftOver):
            return _pressed_when_over(screen, button)
        case Button.CONFIRM:
            return _confirmed(screen)
        case Button.BACK:
            return _back(screen), ()
        case Button.TRIGGER:
            return _to_checking(screen), ()
        case _:
            assert_never(button)


def _confirmed(screen: ShiftScreen) -> Transition:
    match screen:
        case ShiftLog():
            return _turned(screen, 1), ()
        case ShiftEnd(counts=None) | ShiftEnd(asking=True):
            return screen, ()
        case ShiftEnd(handover=True):
            return screen, (OpenSignIn(handover=True),)
        case ShiftEnd():
            return (replace(screen, asking=True), ()) if screen.open else (screen, (EndShift(),))
        case HandedOver():
            return _to_checking(screen), ()
        case _:
            return screen, ()


def _pressed_when_over(screen: ShiftOver, button: Button) -> Transition:
    match button:
        case Button.CONFIRM:
            return screen, (OpenSignIn(),)
        case Button.BACK:
            progress = UploadProgress(total=screen.status.records)
            return Uploading(screen.status, progress, screen.ended, screen.seen), (StartUpload(),)
        case Button.TRIGGER:
            return screen, ()
        case _:
            assert_never(button)


def _back(screen: ShiftScreen) -> Screen:
    match screen:
        case ShiftEnd(asking=True):
            return replace(screen, asking=False)
        case ShiftLog() | ShiftEnd():
            return Menu(screen.status, screen.seen)
        case LogEntry(back=Result() as back):
            return replace(back, status=screen.status, seen=screen.seen, returned=True)
        case LogEntry(back=back):
            return replace(back, status=screen.status, seen=screen.seen)
        case _:
            return _to_checking(screen)


def _to_checking(screen: ShiftScreen) -> Screen:
    match screen:
        case Uploading(ended=tuple() as counts):
            return ShiftOver(screen.status, counts, screen.seen)
        case _:
            return Ready(screen.status, screen.seen)


def entry(screen: Result) -> Transition:
    """Open a check for annotation, and load the notes it already has.

    BACK leads to the verdict, or for a reopened check to the list.
    """
    behind = screen if screen.log is None else replace(screen.log, status=screen.status, seen=screen.seen)
    opened = LogEntry(screen.status, logged(screen.judged), behind, seen=screen.seen)
    return opened, (StopSignal(), LoadShift())


def articles_of(logged: Logged, measure: str) -> tuple[Article, ...]:
    """Return the articles of law that a measure after a check rests on, in force on the check's day."""
    letters = logged.judged.verdict.status.letters if logged.judged is not None else None
    return law.articles(measure, logged.outcome, letters, logged.checked_s)


def logged(judged: RecordedCheck) -> Logged:
    """Return a check as the log shows it, as far as its verdict tells."""
    # The answer to LoadShift, which opening an entry requests, says whether the picture is still available.
    verdict = judged.verdict
    return Logged(
        judged.seq,
        judged.checked_s,
        judged.plate,
        verdict.outcome,
        finding=verdict.finding.finding,
        judged=judged,
    )


def refined(screen: ShiftScreen, judged: RecordedCheck, seq: int) -> Transition:
    """Apply a refined verdict to the result that comes back later; an open log is loaded again."""
    match screen:
        case LogEntry(back=Result(judged=shown) as back) if shown.seq == seq:
            known = replace(logged(judged), acts=screen.logged.acts)
            return replace(screen, back=replace(back, judged=judged), logged=known), ()
        case ShiftLog() | ShiftEnd() | LogEntry(back=ShiftLog()):
            return screen, (LoadShift(),)
        case _:
            return screen, ()
