"""Transitions of a check's screens: live picture, verdict and plate entry."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from terminal.model import Outcome, RecordedCheck
from terminal.ports import Button
from terminal.screens import comparing, day_step, entry_step, sealed_step, shift_step, vin_entry
from terminal.screens.check import DetailsWanted, KindChoice, Phase, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.day import DayScreen
from terminal.screens.events import (
    Confirm,
    KeyboardSwitched,
    Picked,
    PlaySignal,
    Recheck,
    StopSignal,
    ToggleTorch,
    Typed,
)
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import ReasonPicked, SealedOpened, SealedReasons, SealedScreen, SealedView
from terminal.screens.shift import (
    LoadShift,
    LogEntry,
    Menu,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
    ShiftScreen,
    Uploading,
)
from terminal.screens.state import FaultScreen, Screen, Transition
from terminal.screens.values import LastSeen
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote


def shift_screen_behind(screen: Screen) -> ShiftScreen | DayScreen | Result | None:
    """Return the screen that a fault covers and that comes back after it; what it shows is recorded."""
    match screen:
        case FaultScreen(back=back) | Comparison(back=back):
            return back
        case SealedReasons(back=back) | SealedView(back=back) | NoteChange(back=back):
            return back
        case Result() | Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return screen
        case VoiceNote(entry=entry):
            return entry
        case _:
            return screen if isinstance(screen, DayScreen) else None


def recorded(screen: Screen, judged: RecordedCheck, now_s: float) -> Transition:
    """Return the screen after a check was recorded: its verdict, unless an unacknowledged alarm is shown."""
    if shift_step.over(shift_screen_behind(screen) or screen):
        return screen, ()  # no verdict is shown without an active shift
    if not isinstance(screen, Result):
        seen = screen.seen or (LastSeen(judged.text, now_s) if judged.text is not None else None)
        shown = Result(screen.status, judged, seen)
        return shown, _signals(None, shown.heard)
    before = screen.judged
    revealed = screen.revealed and judged.as_of_s == before.as_of_s
    shown = replace(screen, judged=judged, revealed=revealed)
    if judged.verdict != before.verdict or shown.phase is not Phase.VERDICT:
        shown = replace(shown, details=0)
    return shown, _signals(screen.heard, shown.heard)


def _signals(before: Outcome | None, now: Outcome | None) -> tuple[PlaySignal | StopSignal, ...]:
    """Return what follows from a change of the outcome whose signal belongs to the screen."""
    if before is now:
        return ()
    return (StopSignal(),) if now is None else (PlaySignal(now),)


def refined(screen: Screen, judged: RecordedCheck, seq: int) -> Transition:
    """Apply a refined verdict to the check shown as record `seq`, or to the one that a code or kind is picked
    for.
    """
    match screen:
        case Result(judged=shown) if shown.seq == seq:
            return recorded(screen, judged, 0.0)
        case Comparison(back=Result(judged=shown)) | FaultScreen(back=Result(judged=shown)) if (
            shown.seq == seq
        ):
            return refined_behind(screen, judged)
        case (
            PlateEntry(after=RecordedCheck() as after)
            | KindChoice(after=RecordedCheck() as after)
            | CodeChoice(after=RecordedCheck() as after)
        ) if after.seq == seq:
            return replace(screen, after=judged), ()
        case Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return shift_step.refined(screen, judged, seq)
        case SealedReasons() | SealedView() | VinEntry() | NoteChange():
            return _refined_before(screen, judged, seq)
        case _:
            return day_step.refined(screen, judged, seq) if isinstance(screen, VoiceNote) else (screen, ())


def _refined_before(
    screen: SealedScreen | VinEntry | NoteChange, judged: RecordedCheck, seq: int
) -> Transition:
    """Apply a refined verdict to the screen that BACK shows again, whose signal is over."""
    if isinstance(screen, SealedReasons | SealedView):
        return sealed_step.refined(screen, judged, seq)
    behind, effects = refined(screen.back, judged, seq)
    match screen, behind:
        case VinEntry(), PlateEntry() | Result():
            return replace(screen, back=behind), ()
        case NoteChange(), LogEntry():
            return replace(screen, back=behind), effects
        case _:
            return screen, ()


def refined_behind(screen: Comparison | FaultScreen, judged: RecordedCheck) -> Transition:
    """Apply a refined verdict behind a comparison or a fault; if it is no alarm any more, the comparison
    ends.
    """
    if not isinstance(screen.back, Result):
        return screen, ()
    back = replace(screen.back, judged=judged)
    if isinstance(screen, FaultScreen):
        return replace(screen, back=back), ()
    if judged.verdict.outcome is not Outcome.ALARM:
        return recorded(screen.back, judged, 0.0)
    return replace(screen, judged=judged, back=back), ()


def _details(screen: Screen) -> Screen:
    """Return the details of a verdict, or the check of the code that is in view."""
    if isinstance(screen, Ready) and screen.known is not None:
        return Result(screen.status, screen.known, screen.seen)
    if isinstance(screen, Result) and screen.has_details:
        return replace(screen, details=1)
    return screen


def entered(
    screen: Screen,
    event: Typed | KeyboardSwitched | Picked | Fitted | DetailsWanted | ReasonPicked | SealedOpened,
) -> Transition:
    """Handle a touch on a key of plate entry, on a kind, a reason or the details, and what was opened."""
    if isinstance(screen, VinEntry) and isinstance(event, Typed):
        return vin_entry.touched(screen, event), ()
    if isinstance(event, ReasonPicked | SealedOpened):
        return sealed_step.step(screen, event)
    if isinstance(event, DetailsWanted):
        return _details(screen), ()
    if not isinstance(event, Fitted):
        return entry_step.entered(screen, event)
    return comparing.answered(screen, event.fit) if isinstance(screen, Comparison) else (screen, ())


def pressed_when_ready(screen: Ready, button: Button) -> Transition:
    """Handle a button at the live picture."""
    match button:
        case Button.TRIGGER:
            return replace(screen, seen=None), ()
        case Button.BACK:
            return screen, (ToggleTorch(),)
        case Button.CONFIRM:
            return entry_step.entry(screen, None), ()
        case _:
            assert_never(button)


def pressed_at_result(screen: Result, button: Button) -> Transition:
    """Handle a button at a check; while the registry is being asked CONFIRM does nothing."""
    if button is Button.TRIGGER:
        return _next(screen), (StopSignal(),)
    if screen.hidden:
        recheck = button is Button.CONFIRM
        revealed = replace(screen, revealed=True, returned=True)
        return (screen, (Recheck(screen.judged),)) if recheck else (revealed, ())
    if screen.details:
        turned = screen.details % screen.detail_pages + 1
        return replace(screen, details=turned if button is Button.CONFIRM else 0), ()
    return confirmed(screen) if button is Button.CONFIRM else _left(screen)


def _left(screen: Result) -> Transition:
    """Handle BACK at a check: to the list that it was opened from, to another plate, or to the next check."""
    if screen.log is not None:
        return replace(screen.log, status=screen.status, seen=screen.seen), (LoadShift(),)
    if screen.needs_confirmation and not screen.returned:
        return entry_step.entry(screen, screen.judged), (StopSignal(),)
    return _next(screen), (StopSignal(),)


def _next(screen: Result) -> Ready:
    """Return the live picture after a check."""
    return Ready(screen.status, screen.seen, None if screen.reopened else screen.judged)


def confirmed(screen: Result) -> Transition:
    """Handle CONFIRM at a check. For an alarm it opens the comparison, whose points are answered by other
    keys.
    """
    if screen.phase is Phase.CHECKING:
        return screen, ()
    if screen.compares:
        return comparing.opened(screen), (StopSignal(),)
    if screen.needs_confirmation and screen.judged.verdict.outcome is not Outcome.ALARM:
        return screen, (Confirm(screen.judged),)
    if screen.wants_plate:
        return entry_step.entry(screen, screen.judged), (StopSignal(),)
    return shift_step.entry(screen)
