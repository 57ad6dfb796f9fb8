"""Transitions of the screens of sealed claims: notes on a check, reason, claims, and back to the notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.journal.notes import OPENING_REASONS
from terminal.ports import Button
from terminal.screens import shift_step
from terminal.screens.check import Ready
from terminal.screens.sealed import (
    OpenSealed,
    ReasonPicked,
    SealedOpened,
    SealedReasons,
    SealedScreen,
    SealedView,
    offered,
)
from terminal.screens.shift import LogEntry

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.state import Screen, Transition


def step(screen: Screen, event: ReasonPicked | SealedOpened) -> Transition:
    """Handle the choice of a reason, or what was opened for it."""
    if not isinstance(screen, SealedReasons):
        return screen, ()
    match event:
        case ReasonPicked(reason) if reason in OPENING_REASONS:
            return screen, (OpenSealed(screen.judged, reason),)
        case SealedOpened(seq, claims) if seq == screen.judged.seq:
            opened_s = screen.status.clock.monotonic_s
            return SealedView(screen.status, screen.judged, claims, screen.back, opened_s, screen.seen), ()
        case _:
            return screen, ()


def wanted(entry: LogEntry) -> Screen:
    """Handle CONFIRM at the notes on a check: ask why, if there is something to open."""
    judged = offered(entry)
    return entry if judged is None else SealedReasons(entry.status, judged, entry, entry.seen)


def pressed(screen: SealedScreen, button: Button) -> Transition:
    """Handle a button: BACK leads to the notes, TRIGGER to the next check."""
    match button:
        case Button.BACK:
            return back(screen), ()
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen), ()
        case Button.CONFIRM:
            return screen, ()
        case _:
            assert_never(button)


def back(screen: SealedScreen) -> LogEntry:
    """Return the notes on the check, with the bar of now."""
    return replace(screen.back, status=screen.status, seen=screen.seen)


def refined(screen: SealedScreen, judged: RecordedCheck, seq: int) -> Transition:
    """Apply a refined verdict to the check behind the claims."""
    if screen.judged.seq != seq:
        return screen, ()
    behind, effects = shift_step.refined(screen.back, judged, seq)
    entry = behind if isinstance(behind, LogEntry) else screen.back
    return replace(screen, judged=judged, back=entry), effects
