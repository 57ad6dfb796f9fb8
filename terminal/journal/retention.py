"""What the registry has receipted may go, oldest first, after its time; what it has not may never.

The hash of the last record that went stays, so that the chain of those that are kept still verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.errors import JournalDamaged
from terminal.journal import database, record

if TYPE_CHECKING:
    from sqlite3 import Connection

RETENTION_S = 30 * 86_400
MOST_AT_ONCE = 1000
"""Records that go in one transaction: a few ms, and a log of a few hundred KiB."""


def receive(db: Connection, seq: int, received_ms: int) -> None:
    """The registry holds all records up to `seq`, by its receipt of that time. Raises sqlite3.Error."""
    with database.transaction(db):
        db.execute("UPDATE journal SET receipted = ? WHERE receipted < ?", (seq, seq))
        db.execute("INSERT INTO receipt VALUES (?, ?) ON CONFLICT DO NOTHING", (seq, received_ms))


def take_back(db: Connection, seq: int) -> None:
    """The registry holds no more than the records up to `seq`, whatever it said. Raises sqlite3.Error."""
    with database.transaction(db):
        db.execute("UPDATE journal SET receipted = min(receipted, ?)", (seq,))
        db.execute("DELETE FROM receipt WHERE seq > ?", (seq,))


def remove(db: Connection, before_ms: int) -> int:
    """Remove the oldest records whose receipt came before a time, MOST_AT_ONCE of them at most.

    The number of the last record that is gone now, 0 where none went. Raises sqlite3.Error, JournalDamaged.
    """
    with database.transaction(db):
        meta = database.load(db)
        (due,) = db.execute("SELECT max(seq) FROM receipt WHERE received_ms < ?", (before_ms,)).fetchone()
        last = min(due or 0, meta.receipted, meta.start.seq + MOST_AT_ONCE)
        if last <= meta.start.seq:
            return 0
        encoded = next(database.records(db, last - 1), None)
        if encoded is None:
            raise JournalDamaged(f"record {last} is missing")
        db.execute("INSERT OR REPLACE INTO removed VALUES (1, ?, ?)", (last, record.digest(encoded)))
        db.execute("DELETE FROM record WHERE seq <= ?", (last,))
        db.execute("DELETE FROM receipt WHERE seq < ?", (last,))
    return last


def shrink(db: Connection) -> None:
    """Give the room of what went back to the file system. Raises sqlite3.Error."""
    db.executescript("PRAGMA incremental_vacuum")  # `execute` would take its first step alone: one page
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
