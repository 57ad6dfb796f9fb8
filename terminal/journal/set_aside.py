"""Read the readable part of journals that were set aside. Their files are evidence and never written.

The extent of their receipts is stored in the current journal.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from terminal.errors import JournalFault
from terminal.journal import database, record
from terminal.journal.record import Head
from terminal.journal.recovery import DAMAGED
from terminal.wire.cbor import Malformed
from terminal.wire.fields import HASH_SIZE, ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from terminal.journal.store import Journal

_NAME = re.compile(
    rf"{re.escape(DAMAGED)}[0-9]{{8}}T[0-9]{{6}}Z-([0-9a-f]{{{2 * ID_SIZE}}})(-[0-9]+)?\.sqlite", re.ASCII
)


class SetAsideJournal:
    """Readable part of a journal that was set aside: from the last receipt to the first chain failure."""

    def __init__(self, keeper: Journal, db: sqlite3.Connection, journal_id: bytes, start: int) -> None:
        """Use `open`."""
        self._keeper, self._db, self._id = keeper, db, journal_id
        self._receipted = start
        self._end = self._walk(start)

    @classmethod
    def open(cls, path: Path, keeper: Journal) -> Self | None:
        """Open a file; None if nothing of it is readable. `keeper` is the current journal.

        Raises JournalFault if `keeper` fails.
        """
        try:
            if path.stat().st_size == 0:
                return None  # SQLite would delete the log of an empty file
            db = database.connect_read_only(path)
        except (OSError, sqlite3.DatabaseError):
            return None
        found = _said(db, path)
        if found is None:
            db.close()
            return None
        journal_id, receipted = found
        return cls(keeper, db, journal_id, max(receipted, keeper.predecessor(journal_id)))

    @property
    def head(self) -> Head:
        """Number and hash of the last record readable from the last receipt on."""
        return Head(self._id, self._end, self.hash_at(self._end) or bytes(HASH_SIZE))

    @property
    def receipted(self) -> int:
        """Number of the last record with a receipt."""
        return self._receipted

    def pending(self) -> tuple[int, int]:
        """Return the number of readable records without a receipt, and their total size, bytes."""
        sizes = [len(one) for one in self.records(self._receipted)]
        return len(sizes), sum(sizes)

    def hash_at(self, seq: int) -> bytes | None:
        """Return the hash of record `seq`, from it or from the next record; None if neither is readable."""
        encoded = self._record(seq)
        if encoded is not None:
            return record.digest(encoded)
        following = self._record(seq + 1)
        return None if following is None else record.read(following).previous

    def mark_receipted(self, seq: int, digest: bytes, received_ms: int) -> bool:  # noqa: ARG002 - nothing is removed here
        """Store a receipt for all records up to `seq`; False if `digest` is not our hash there.

        Raises JournalFault.
        """
        if seq < 1 or self.hash_at(seq) != digest:
            return False
        if seq > self._receipted:
            self._move(seq)
        return True

    def withdraw_receipt(self, seq: int, digest: bytes) -> bool:
        """Withdraw receipts after `seq`; False if `digest` is not our hash there.

        Raises JournalFault.
        """
        if self.hash_at(seq) != digest:
            return False
        if seq < self._receipted:
            self._move(seq)
            self._end = self._walk(seq)
        return True

    def refuse(self, seq: int) -> None:
        """Ignored: the journal is already set aside."""

    def records(self, after_seq: int) -> Iterator[bytes]:
        """Yield the readable records after `after_seq`, in order."""
        for seq in range(after_seq + 1, self._end + 1):
            encoded = self._record(seq)
            if encoded is None:
                return  # the medium fails now; the rest is uploaded in the next run
            yield encoded

    def close(self) -> None:
        """Close the file; harmless twice."""
        self._db.close()

    def _move(self, seq: int) -> None:
        self._keeper.receive_of(self._id, seq)
        self._receipted = seq

    def _walk(self, seq: int) -> int:
        """Return the last record number that an intact chain of readable records reaches from `seq`."""
        reached = self._record(seq)
        before = None if reached is None else record.digest(reached)
        while (encoded := self._record(seq + 1)) is not None:
            if before is not None and record.read(encoded).previous != before:
                break
            before = record.digest(encoded)
            seq += 1
        return seq

    def _record(self, seq: int) -> bytes | None:
        with suppress(sqlite3.DatabaseError, Malformed):
            for (encoded,) in self._db.execute("SELECT bytes FROM record WHERE seq = ?", (seq,)):
                if type(encoded) is bytes and record.read(encoded).seq == seq:
                    return encoded
        return None


def set_aside(state_dir: Path, keeper: Journal) -> list[SetAsideJournal]:
    """Open the readable journals that were set aside, oldest first. Raises JournalFault."""
    with database.faults(state_dir):
        files = sorted(state_dir.glob(f"{DAMAGED}*.sqlite"))
    opened = (SetAsideJournal.open(file, keeper) for file in files)
    return [one for one in opened if one is not None]


def _said(db: sqlite3.Connection, path: Path) -> tuple[bytes, int] | None:
    """Return the journal's id, from the file or its name, and its last record with a receipt."""
    with suppress(sqlite3.DatabaseError, JournalFault):
        meta = database.load(db)
        # A damaged head may name any number; missing records cannot have a receipt.
        return meta.head.journal_id, min(meta.receipted, meta.head.seq)
    named = _NAME.fullmatch(path.name)
    if named is None:
        return None
    with suppress(sqlite3.DatabaseError):
        (first,) = db.execute("SELECT min(seq) FROM record").fetchone()
        return bytes.fromhex(named[1]), max(0, (first or 1) - 1)
    return None
