"""How the screens of the shift follow one another; where it is over, a new shift alone leads to checking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.model import CredentialFinding, Judged
from terminal.ports import Button
from terminal.screens.check import Ready, Result
from terminal.screens.events import Quiet
from terminal.screens.shift import (
    Annotate,
    Annotated,
    Chosen,
    EndShift,
    LogEntry,
    Marked,
    Menu,
    Opened,
    Paged,
    Part,
    ShiftEnd,
    ShiftEnded,
    ShiftEvent,
    ShiftLog,
    ShiftOver,
    ShiftScreen,
    ShiftStarted,
    ShiftTold,
    ShiftTouch,
    StartShift,
    TellShift,
    Upload,
    Uploading,
    UploadTold,
)
from terminal.screens.values import Logged, Progress

if TYPE_CHECKING:
    from terminal.screens.state import Screen, Step


def over(screen: Screen) -> bool:
    """Whether no shift goes on, so that no check may be made or shown."""
    return isinstance(screen, ShiftOver) or (isinstance(screen, Uploading) and screen.ended is not None)


def happened(screen: Screen, event: ShiftEvent) -> Step:
    """What a touch on the screens of the shift, or an answer to them, changes."""
    match event:
        case Opened() | Paged() | Chosen() | Marked():
            return _touched(screen, event)
        case _:
            return _told(screen, event)


def _touched(screen: Screen, touch: ShiftTouch) -> Step:
    match screen, touch:
        case Ready(), Opened(Part.MENU):
            return Menu(screen.status, screen.seen), ()
        case Menu(), Opened(part):
            return _opened(screen, part)
        case ShiftLog(), Paged(by):
            return _turned(screen, by), ()
        case ShiftLog(), Chosen(seq):
            chosen = [logged for logged in screen.shown if logged.seq == seq]
            return (LogEntry(screen.status, chosen[0], screen, seen=screen.seen) if chosen else screen), ()
        case LogEntry(), Marked(note) if note in screen.notes and (note,) != screen.logged.acts[-1:]:
            # A finger that touched twice adds nothing.
            return replace(screen, noted=False), (Annotate(screen.logged.seq, note),)
        case _:
            return screen, ()


def _turned(screen: ShiftLog, by: int) -> ShiftLog:
    """Another page; after the last comes the first."""
    return replace(screen, page=(screen.page + by) % screen.pages)


def _opened(screen: Menu, part: Part) -> Step:
    status, seen = screen.status, screen.seen
    match part:
        case Part.MENU:
            return screen, ()
        case Part.LOG:
            return ShiftLog(status, seen=seen), (TellShift(),)
        case Part.UPLOAD:
            return Uploading(status, Progress(total=status.records), seen=seen), (Upload(),)
        case Part.HANDOVER | Part.END:
            return ShiftEnd(status, handover=part is Part.HANDOVER, seen=seen), (TellShift(),)
        case _:
            assert_never(part)


def _told(screen: Screen, event: ShiftTold | Annotated | ShiftEnded | ShiftStarted | UploadTold) -> Step:
    match screen, event:
        case ShiftLog() | LogEntry() | ShiftEnd(), ShiftTold():
            return _with_shift(screen, event), ()
        case LogEntry(logged=Logged(seq=shown)), Annotated(seq) if seq == shown:
            return replace(screen, noted=True), (TellShift(),)
        case ShiftEnd(), ShiftEnded(counts, unuploaded):
            ended = Uploading(screen.status, Progress(total=unuploaded), counts, screen.seen)
            return ended, (Upload(),)
        case ShiftOver(), ShiftStarted():
            return Ready(screen.status, screen.seen), ()
        case Uploading(), UploadTold(progress):
            return replace(screen, progress=progress), ()
        case _:
            return screen, ()


def _with_shift(screen: ShiftLog | LogEntry | ShiftEnd, told: ShiftTold) -> Screen:
    match screen:
        case ShiftEnd():
            return replace(screen, counts=told.counts, unuploaded=told.unuploaded)
        case ShiftLog():
            return _with_log(screen, told)
        case LogEntry():
            known = next((one for one in told.log if one.seq == screen.logged.seq), screen.logged)
            back = _with_log(screen.back, told) if isinstance(screen.back, ShiftLog) else screen.back
            return replace(screen, logged=known, back=back)
        case _:
            assert_never(screen)


def _with_log(screen: ShiftLog, told: ShiftTold) -> ShiftLog:
    listed = replace(screen, log=told.log, told=True)
    return replace(listed, page=min(screen.page, listed.pages - 1))


def pressed(screen: ShiftScreen, button: Button) -> Step:
    """What a button does on a screen of the shift. TRIGGER goes back to checking, unless it is over."""
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


def _confirmed(screen: ShiftScreen) -> Step:
    match screen:
        case ShiftLog():
            return _turned(screen, 1), ()
        case ShiftEnd(counts=tuple()):
            return screen, (EndShift(screen.handover),)
        case _:
            return screen, ()


def _pressed_when_over(screen: ShiftOver, button: Button) -> Step:
    match button:
        case Button.CONFIRM:
            return screen, (StartShift(),)
        case Button.BACK:
            progress = Progress(total=screen.status.records)
            return Uploading(screen.status, progress, screen.ended, screen.seen), (Upload(),)
        case Button.TRIGGER:
            return screen, ()
        case _:
            assert_never(button)


def _back(screen: ShiftScreen) -> Screen:
    match screen:
        case ShiftLog() | ShiftEnd():
            return Menu(screen.status, screen.seen)
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


def entry(screen: Result) -> Step:
    """A verdict's check, to add to; what was added before is asked for."""
    return LogEntry(screen.status, logged(screen.judged), screen, seen=screen.seen), (Quiet(), TellShift())


def logged(judged: Judged) -> Logged:
    """A check as the log has it, as far as its verdict says."""
    read = judged.verdict.finding.finding is not CredentialFinding.UNREADABLE
    # The answer to TellShift, which every note begins with, says whether the picture is at hand.
    return Logged(judged.seq, judged.checked_s, judged.plate, judged.verdict.outcome, read=read)


def refined(screen: ShiftScreen, judged: Judged, seq: int) -> Step:
    """More of a check: an alarm interrupts where its verdict was on the screen; a log is asked for anew."""
    match screen:
        case LogEntry(back=Result(judged=shown) as back) if shown.seq == seq:
            known = replace(logged(judged), acts=screen.logged.acts)
            return replace(screen, back=replace(back, judged=judged), logged=known), ()
        case ShiftLog() | LogEntry(back=ShiftLog()):
            return screen, (TellShift(),)
        case _:
            return screen, ()
