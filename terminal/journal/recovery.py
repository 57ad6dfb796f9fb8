"""Recovery of the journal at start: a damaged or refused one is set aside complete, and a new one begins.

The new file is built beside the old one, with its first entry, under a name that states what it follows. From
there on every step is a rename that can be repeated, so that a power cut loses no byte of the old file.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import JournalDamaged, RecordRefused
from terminal.journal import database
from terminal.journal.entry import Event, EventKind

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.errors import Fault
    from terminal.journal.entry import Stamp
    from terminal.journal.record import Head
    from terminal.journal.writer import EntryWriter

NAME = "journal.sqlite"
CHECKED_AT_OPENING = 20_000
"""Number of newest records verified at opening: 0.15 s on the development machine; 100,000 take 0.7 s."""
_BUILDING = "journal.building.sqlite"
_NEXT = "journal.next-"
DAMAGED = "journal.damaged-"
PARTS = ("", "-wal", "-shm")
"""Suffixes of SQLite's files for one database; the last file is rebuilt from the others."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A journal that was set aside: reason, last known head, and name of the kept file."""

    why: str
    last: Head | None
    name: str | None
    """None if no file was left to keep."""
    refused: bool = False
    """True if it is intact, but the registry refuses one of its records."""

    def fault(self) -> Fault:
        """Return the fault to show."""
        return (RecordRefused if self.refused else JournalDamaged)(self.why)

    def event(self) -> Event:
        """Return the first entry of the next journal (wire format, section 6, type 6)."""
        kept = f"kept as {self.name}" if self.name else "nothing was left of it"
        known = (
            f"{self.last.journal_id.hex()} seq {self.last.seq} hash {self.last.hash.hex()}"
            if self.last
            else "unknown"
        )
        return Event(EventKind.JOURNAL, f"follows journal {known}; {self.why}; {kept}")


def ensure_intact(
    state_dir: Path, last: Head | None, writer: EntryWriter, owner: bytes, stamp: Stamp
) -> SetAside | None:
    """Ensure that an intact journal is in place; return the one that was set aside for it, if any.

    `last` is the last head remembered by the lock, `owner` the terminal's Ed25519 public key (32 bytes), and
    `stamp` is for the first entry of a new journal. Raises sqlite3.Error, OSError, JournalFault.
    """
    interrupted = _finish(state_dir)
    found = database.Examined(None, "its file is gone")
    if (state_dir / NAME).exists():
        found = database.examine(state_dir / NAME, last, newest=CHECKED_AT_OPENING)
    meta = found.meta
    whole = found.damage is None and meta is not None and meta.terminal_public_key == owner
    why = refusal(state_dir, meta.refused) if whole and meta else found.damage
    if why is None:
        return interrupted
    known = meta.head if meta else None
    old = _old(state_dir, why, known if whole else last or known, stamp.at_ms, whole=whole)
    try:
        _begin(state_dir, writer, owner, stamp, old)
    except (OSError, sqlite3.Error):
        if whole and (state_dir / NAME).exists():
            _clear(state_dir)
            return interrupted  # it stays in use: there is no room for a new one now
        raise
    return old


def _old(state_dir: Path, why: str, last: Head | None, at_ms: int, *, whole: bool) -> SetAside | None:
    """Return the journal to set aside and its new name; None if nothing is left or known of one."""
    remains = any((state_dir / (NAME + part)).exists() for part in PARTS)
    if not remains and last is None:
        return None
    return SetAside(why, last, _unused_name(state_dir, last, at_ms) if remains else None, refused=whole)


def refusal(state_dir: Path, refused: int | None) -> str | None:
    """Return the reason for setting an intact journal aside, if the registry refuses one of its records.

    None otherwise, and for a journal that follows another and whose first record is refused: that of the next
    one would be refused likewise. Raises OSError.
    """
    if refused is None or (refused == 1 and any(state_dir.glob(f"{DAMAGED}*.sqlite"))):
        return None
    return f"the registry refuses record {refused}"


def _unused_name(state_dir: Path, last: Head | None, at_ms: int) -> str:
    time = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    stem = f"{DAMAGED}{time}-{last.journal_id.hex() if last else 'unknown'}"
    names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(f"{name}.sqlite" for name in names if not any(state_dir.glob(f"{name}.*")))


def _begin(state_dir: Path, writer: EntryWriter, owner: bytes, stamp: Stamp, old: SetAside | None) -> None:
    building = state_dir / _BUILDING
    _clear(state_dir)
    head = database.create(building, writer.journal_id(), owner)
    if old is not None:
        with closing(database.connect(building)) as db:
            if old.refused:
                database.inherit(db, state_dir / NAME)
            writer.write(db, head, stamp, old.event())
    following = old.name.removeprefix(DAMAGED) if old and old.name else "first.sqlite"
    building.rename(state_dir / (_NEXT + following))
    atomic_file.sync_folder(state_dir)
    _finish(state_dir)


def _clear(state_dir: Path) -> None:
    """Remove the files of a journal whose construction was interrupted."""
    for part in PARTS:
        (state_dir / (_BUILDING + part)).unlink(missing_ok=True)


def _finish(state_dir: Path) -> SetAside | None:
    done = None
    for coming in state_dir.glob(f"{_NEXT}*.sqlite"):
        kept = DAMAGED + coming.name.removeprefix(_NEXT)
        for part in PARTS:
            old, new = state_dir / (NAME + part), state_dir / (kept + part)
            if old.exists():
                if new.exists():
                    raise FileExistsError(
                        errno.EEXIST, "a journal that was set aside is there already", str(new)
                    )
                old.rename(new)
                done = SetAside("a cut came while it was set aside", None, kept)
        atomic_file.sync_folder(state_dir)
        coming.rename(state_dir / NAME)
        atomic_file.sync_folder(state_dir)
    return done
