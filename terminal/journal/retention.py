"""Retention: records are removed, oldest first, once the registry's receipt is old enough.

Records without a receipt are never removed (wire format, section 6). The hash of the last removed record is
kept, so that the chain of the remaining ones still verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.errors import JournalDamaged
from terminal.journal import database, record
from terminal.limits import DAY_S, RETENTION_DAYS

if TYPE_CHECKING:
    from sqlite3 import Connection

RETENTION_S = RETENTION_DAYS * DAY_S
"""Time that a record stays after its receipt, s, unless the settings name another."""
MOST_AT_ONCE = 1000
"""Records removed in one transaction: a few ms, and a write-ahead log of a few hundred KiB."""


def mark_receipted(db: Connection, seq: int, received_ms: int) -> None:
    """Store a receipt of the records up to `seq`; `received_ms` is Unix time, ms. Raises sqlite3.Error."""
    with database.transaction(db):
        db.execute("UPDATE journal SET receipted = ? WHERE receipted < ?", (seq, seq))
        db.execute("INSERT INTO receipt VALUES (?, ?) ON CONFLICT DO NOTHING", (seq, received_ms))
        db.execute("DELETE FROM refused WHERE seq <= ?", (seq,))


def refuse(db: Connection, seq: int) -> None:
    """Store that the registry refuses record `seq` for good. Raises sqlite3.Error."""
    with database.transaction(db):
        db.execute("INSERT OR REPLACE INTO refused VALUES (1, ?)", (seq,))


def withdraw_receipt(db: Connection, seq: int) -> None:
    """Withdraw receipts after `seq`, as the registry does not hold those records. Raises sqlite3.Error."""
    with database.transaction(db):
        db.execute("UPDATE journal SET receipted = min(receipted, ?)", (seq,))
        db.execute("DELETE FROM receipt WHERE seq > ?", (seq,))


def remove(db: Connection, before_ms: int) -> int:
    """Remove the oldest records received before `before_ms` (Unix ms), at most MOST_AT_ONCE.

    Returns the number of the last record removed, 0 if there was none. Raises sqlite3.Error, JournalDamaged.
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
    """Return free pages to the file system. Raises sqlite3.Error."""
    db.executescript("PRAGMA incremental_vacuum")  # `execute` would run only the first step: one page
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
