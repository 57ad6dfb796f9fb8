"""Question before a note on a check is revoked, or replaced by one that excludes it.

A note is never deleted: a second record revokes it. Touching a note that stands asks if it is to be revoked;
touching one that excludes it asks if it is to take its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from terminal.journal.notes import excluded_by, is_revocable
from terminal.ports import Button
from terminal.screens.check import Ready
from terminal.screens.shift import Annotate, Revoke

if TYPE_CHECKING:
    from terminal.journal.notes import OfficerNote
    from terminal.screens.shift import LogEntry
    from terminal.screens.values import LastSeen, Status


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note that is about to be revoked, or to replace others."""

    status: Status
    back: LogEntry
    """The check's notes, which are shown again afterwards."""
    note: OfficerNote
    replaced: tuple[OfficerNote, ...] = ()
    """Notes that stand and that `note` excludes; empty if `note` itself stands and is to be revoked."""
    seen: LastSeen | None = None


_Transition: TypeAlias = "tuple[NoteChange | LogEntry | Ready, tuple[Annotate | Revoke, ...]]"


def picked(screen: LogEntry, note: OfficerNote) -> _Transition:
    """Handle a touch on a note: add it, or ask first if it stands or excludes one that does."""
    standing = screen.logged.acts
    if note not in screen.notes:
        return screen, ()
    if note in standing:
        asked = NoteChange(screen.status, screen, note, seen=screen.seen)
        return (asked if is_revocable(note) else screen), ()
    replaced = excluded_by(note, standing)
    if replaced:
        return NoteChange(screen.status, screen, note, replaced, screen.seen), ()
    return replace(screen, noted=False), (Annotate(screen.logged.seq, note),)


def pressed(screen: NoteChange, button: Button) -> _Transition:
    """Handle a button: CONFIRM makes the change, BACK makes none, TRIGGER leads to the next check."""
    match button:
        case Button.CONFIRM:
            return back(screen), (_change(screen),)
        case Button.BACK:
            return back(screen), ()
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen), ()
        case _:
            assert_never(button)


def back(screen: NoteChange) -> LogEntry:
    """Return the check's notes, with the bar of now."""
    return replace(screen.back, status=screen.status, seen=screen.seen, noted=False)


def _change(screen: NoteChange) -> Annotate | Revoke:
    seq = screen.back.logged.seq
    return Annotate(seq, screen.note, screen.replaced) if screen.replaced else Revoke(seq, screen.note)
