"""Transitions of a check's screens: live picture, verdict and plate entry."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from terminal.model import Outcome, RecordedCheck
from terminal.ports import Button
from terminal.screens import comparing, entry_step, sealed_step, shift_step
from terminal.screens.check import KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison, Fitted
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
from terminal.screens.sealed import ReasonPicked, SealedOpened, SealedReasons, SealedView
from terminal.screens.shift import LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, ShiftScreen, Uploading
from terminal.screens.state import FaultScreen, Screen, Transition
from terminal.screens.values import LastSeen


def shift_screen_behind(screen: Screen) -> ShiftScreen | Result | None:
    """Return the screen that a fault covers and that comes back after it; what it shows is recorded."""
    match screen:
        case FaultScreen(back=back) | Comparison(back=back):
            return back
        case SealedReasons(back=back) | SealedView(back=back):
            return back
        case Result() | Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return screen
        case _:
            return None


def recorded(screen: Screen, judged: RecordedCheck, now_s: float) -> Transition:
    """Return the screen after a check was recorded: its verdict, unless an unacknowledged alarm is shown."""
    if shift_step.over(shift_screen_behind(screen) or screen):
        return screen, ()  # no verdict is shown without an active shift
    outcome = judged.verdict.outcome
    if not isinstance(screen, Result):
        seen = screen.seen or (LastSeen(judged.text, now_s) if judged.text is not None else None)
        return Result(screen.status, judged, seen), (PlaySignal(outcome),)
    before = screen.judged
    shown = replace(screen, judged=judged, revealed=screen.revealed and judged.as_of_s == before.as_of_s)
    changed = outcome is not before.verdict.outcome or (screen.faded and not shown.faded)
    return shown, (PlaySignal(outcome),) if changed else ()


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
        case SealedReasons() | SealedView():
            return sealed_step.refined(screen, judged, seq)
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


def entered(
    screen: Screen, event: Typed | KeyboardSwitched | Picked | Fitted | ReasonPicked | SealedOpened
) -> Transition:
    """Handle a touch on a key of plate entry, on a kind or a reason, and what was opened for a reason."""
    if isinstance(event, ReasonPicked | SealedOpened):
        return sealed_step.step(screen, event)
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
    """Handle a button at a verdict; an unacknowledged alarm takes CONFIRM alone."""
    match button:
        case Button.CONFIRM if screen.hidden:
            return screen, (Recheck(screen.judged),)
        case Button.BACK if screen.hidden:
            return replace(screen, revealed=True), ()
        case Button.CONFIRM:
            return confirmed(screen)
        case Button.BACK if screen.needs_confirmation:
            return entry_step.entry(screen, screen.judged), (StopSignal(),)
        case Button.BACK | Button.TRIGGER:
            return Ready(screen.status, screen.seen), (StopSignal(),)
        case _:
            assert_never(button)


def confirmed(screen: Result) -> Transition:
    """Handle CONFIRM at a verdict. For an alarm it opens the comparison, whose points are answered by other
    keys.
    """
    if screen.compares:
        return comparing.opened(screen), (StopSignal(),)
    if screen.needs_confirmation and screen.judged.verdict.outcome is not Outcome.ALARM:
        return screen, (Confirm(screen.judged),)
    if screen.wants_plate:
        return entry_step.entry(screen, screen.judged), (StopSignal(),)
    return shift_step.entry(screen)
