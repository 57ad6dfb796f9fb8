"""What can still be read of a journal that was set aside; its file is evidence, and never written to.

How far the registry has it is kept in the journal that is in use.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from terminal.credential.cbor import Malformed
from terminal.errors import JournalFault
from terminal.journal import database, record
from terminal.journal.record import Head
from terminal.journal.renewal import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from terminal.journal.store import Journal

_NAME = re.compile(
    rf"{re.escape(DAMAGED)}[0-9]{{8}}T[0-9]{{6}}Z-([0-9a-f]{{32}})(-[0-9]+)?\.sqlite", re.ASCII
)


class Predecessor:
    """What is readable of a journal that was set aside: from the last receipt to the chain's first break."""

    def __init__(self, keeper: Journal, db: sqlite3.Connection, journal_id: bytes, start: int) -> None:
        """For `open` alone."""
        self._keeper, self._db, self._id = keeper, db, journal_id
        self._receipted = start
        self._end = self._walk(start)

    @classmethod
    def open(cls, path: Path, keeper: Journal) -> Self | None:
        """What can be read of a file; None where that is nothing. `keeper` is the journal in use.

        Raises JournalFault where `keeper` fails.
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
        """The last record that can be read on from what is receipted, by number and hash."""
        return Head(self._id, self._end, self.hash_at(self._end) or bytes(record.HASH_SIZE))

    @property
    def receipted(self) -> int:
        """The last record that a receipt covers."""
        return self._receipted

    def pending(self) -> tuple[int, int]:
        """How many readable records no receipt covers, and their bytes."""
        sizes = [len(one) for one in self.records(self._receipted)]
        return len(sizes), sum(sizes)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after record `seq`, by itself or by the next; None where neither can be read."""
        encoded = self._record(seq)
        if encoded is not None:
            return record.digest(encoded)
        following = self._record(seq + 1)
        return None if following is None else record.read(following).previous

    def receive(self, seq: int, digest: bytes, received_ms: int) -> bool:  # noqa: ARG002 - nothing of it goes
        """Take it that the registry holds all records up to `seq`; False where its hash there is not ours.

        Raises JournalFault.
        """
        if seq < 1 or self.hash_at(seq) != digest:
            return False
        if seq > self._receipted:
            self._move(seq)
        return True

    def take_back(self, seq: int, digest: bytes) -> bool:
        """Take it that the registry holds the records up to `seq` alone; False where its hash is not ours.

        Raises JournalFault.
        """
        if self.hash_at(seq) != digest:
            return False
        if seq < self._receipted:
            self._move(seq)
            self._end = self._walk(seq)
        return True

    def refuse(self, seq: int) -> None:
        """The registry refuses record `seq` for good: nothing changes, it is set aside already."""

    def records(self, after_seq: int) -> Iterator[bytes]:
        """The readable records after a number, in order."""
        for seq in range(after_seq + 1, self._end + 1):
            encoded = self._record(seq)
            if encoded is None:
                return  # the medium fails further; what is left comes with the next run
            yield encoded

    def close(self) -> None:
        """Let go of the file; harmless twice."""
        self._db.close()

    def _move(self, seq: int) -> None:
        self._keeper.receive_of(self._id, seq)
        self._receipted = seq

    def _walk(self, seq: int) -> int:
        """The last number that a chain of readable records leads to from `seq`."""
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


def set_aside(state_dir: Path, keeper: Journal) -> list[Predecessor]:
    """The journals that were set aside and can be read, oldest first. Raises JournalFault."""
    with database.faults(state_dir):
        files = sorted(state_dir.glob(f"{DAMAGED}*.sqlite"))
    opened = (Predecessor.open(file, keeper) for file in files)
    return [one for one in opened if one is not None]


def _said(db: sqlite3.Connection, path: Path) -> tuple[bytes, int] | None:
    """The journal's id, by its file or by its name, and how far it was receipted."""
    with suppress(sqlite3.DatabaseError, JournalFault):
        meta = database.load(db)
        # A file whose head is damaged may name any number; what is not there cannot be receipted.
        return meta.head.journal_id, min(meta.receipted, meta.head.seq)
    named = _NAME.fullmatch(path.name)
    if named is None:
        return None
    with suppress(sqlite3.DatabaseError):
        (first,) = db.execute("SELECT min(seq) FROM record").fetchone()
        return bytes.fromhex(named[1]), max(0, (first or 1) - 1)
    return None
