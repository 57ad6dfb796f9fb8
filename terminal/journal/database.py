"""SQLite file of the journal: every commit is synced, and a damaged file is refused."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import storage
from terminal.errors import JournalDamaged, JournalFault, JournalFull
from terminal.journal import record
from terminal.journal.record import Break, BreakKind, Head
from terminal.storage import error_name
from terminal.wire.fields import HASH_SIZE, ID_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from terminal.model import Outcome

APPLICATION_ID = 0x52534A4C  # "RSJL"
SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE journal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL, terminal_public_key BLOB NOT NULL,
  seq INTEGER NOT NULL, hash BLOB NOT NULL,
  receipted INTEGER NOT NULL
) STRICT;
CREATE TABLE record (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE tally (
  shift TEXT NOT NULL, outcome TEXT NOT NULL, checks INTEGER NOT NULL,
  PRIMARY KEY (shift, outcome)
) STRICT, WITHOUT ROWID;
"""
_SINCE_2 = """
CREATE TABLE removed (
  one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE receipt (seq INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL) STRICT;
CREATE TABLE predecessor (id BLOB PRIMARY KEY, receipted INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""
_SINCE_3 = """
CREATE TABLE refused (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
"""
_PAGE = 256
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LITTLE_SPACE = 64 * 1024
"""Free space, bytes, below which an I/O error counts as a full disk: SQLite reports one if its shared memory
(32 KiB) does not fit.
"""


@dataclass(frozen=True, slots=True)
class Header:
    """Header of a journal: its owner, first and last position, and the last record that has a receipt."""

    terminal_public_key: bytes
    start: Head
    """Position before the first record kept: the genesis, until records are removed by retention."""
    head: Head
    receipted: int
    refused: int | None = None
    """The record that the registry refuses for good, so that the journal is to be set aside."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Result of an examination: the header, if readable, and the damage found, if any."""

    meta: Header | None
    damage: str | None


def faults(folder: Path) -> AbstractContextManager[None]:
    """Translate storage errors into JournalFault; misuse of SQLite (ProgrammingError) passes unchanged.

    `folder` is the journal's: a full disk is recognized by the space left there.
    """
    return storage.translate_errors(lambda error: _fault(error, folder))


def _fault(error: sqlite3.DatabaseError | OSError, folder: Path) -> JournalFault:
    name = error_name(error)
    if isinstance(error, OSError):
        detail = f"{name}: {error.filename or folder}"
        return JournalFull(detail) if error.errno in _FULL else JournalFault(detail)
    if name == "SQLITE_FULL":
        return JournalFull(name)
    if name.startswith(storage.DAMAGED):
        return JournalDamaged(name)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        space = os.statvfs(folder)
        if space.f_bavail * space.f_frsize < _LITTLE_SPACE:
            return JournalFull(name)
    return JournalFault(f"{name}: {folder}")


def create(path: Path, journal_id: bytes, terminal_public_key: bytes) -> Head:
    """Create an empty journal at `path`, which must not exist. Raises sqlite3.Error, OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # SQLite copies this mode
    head = record.genesis(terminal_public_key, journal_id)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        require(db, "auto_vacuum", 2)  # INCREMENTAL: removed records free disk space
        db.execute("VACUUM")
    with closing(connect(path)) as db, transaction(db):
        for statement in (_SCHEMA + _SINCE_2 + _SINCE_3).split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?, 0)",
            (journal_id, terminal_public_key, head.seq, head.hash),
        )
    return head


def upgrade(db: sqlite3.Connection) -> None:
    """Migrate a file of an older version to the current schema. Raises sqlite3.Error."""
    with transaction(db):
        (version,) = db.execute("PRAGMA user_version").fetchone()
        for since, schema in ((2, _SINCE_2), (3, _SINCE_3)):
            for statement in schema.split(";\n") if version < since else ():
                db.execute(statement)
        if version < SCHEMA_VERSION:
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing file for writing, with every commit synced before it returns.

    Raises sqlite3.Error, and JournalFault if SQLite does not accept a setting.
    """
    with ExitStack() as undo:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        undo.callback(db.close)
        require(db, "journal_mode", "wal")
        require(db, "synchronous", 2)  # FULL
        undo.pop_all()
    return db


def require(db: sqlite3.Connection, name: str, value: str | int) -> None:
    """Set a pragma and verify it. Raises JournalFault if it has another value."""
    db.execute(f"PRAGMA {name} = {value}")
    (found,) = db.execute(f"PRAGMA {name}").fetchone()
    if found != value:
        raise JournalFault(f"{name} is {found} instead of {value}")


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a file without changing it or its log, even while another process writes. Raises sqlite3.Error."""
    # Without a log there is no writer, and SQLite would create a log.
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Run a transaction: commit and sync on exit, roll back on an exception. Raises sqlite3.Error."""
    if db.in_transaction:  # an earlier rollback failed
        db.execute("ROLLBACK")
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def append(db: sqlite3.Connection, previous: Head, encoded: bytes) -> Head:
    """Append a record after `previous`, within a transaction. Raises sqlite3.Error, JournalDamaged."""
    head = Head(previous.journal_id, previous.seq + 1, record.digest(encoded))
    moved = db.execute(
        "UPDATE journal SET seq = ?, hash = ? WHERE id = ? AND seq = ? AND hash = ?",
        (head.seq, head.hash, previous.journal_id, previous.seq, previous.hash),
    )
    if moved.rowcount != 1:
        raise JournalDamaged("its head was changed by another writer")
    db.execute("INSERT INTO record VALUES (?, ?)", (head.seq, encoded))
    return head


def count(db: sqlite3.Connection, shift: str, outcome: Outcome) -> None:
    """Count a check with this outcome in the shift, within a transaction."""
    db.execute(
        "INSERT INTO tally VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET checks = checks + 1", (shift, outcome)
    )


def uncount(db: sqlite3.Connection, shift: str, outcome: Outcome) -> bool:
    """Undo one count, within a transaction; False if the shift has no check with this outcome."""
    where = "WHERE shift = ? AND outcome = ? AND checks > 0"
    return db.execute(f"UPDATE tally SET checks = checks - 1 {where}", (shift, outcome)).rowcount == 1  # noqa: S608 - constant


def records(db: sqlite3.Connection, after_seq: int) -> Iterator[bytes]:
    """Yield the records after `after_seq`; no read stays open between pages. Raises sqlite3.Error."""
    while page := db.execute(
        "SELECT seq, bytes FROM record WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, _PAGE)
    ).fetchall():
        for _, encoded in page:
            yield encoded
        after_seq = page[-1][0]


def tallies(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Return the checks by shift and outcome, without zeros. Raises sqlite3.Error."""
    found: dict[str, dict[str, int]] = {}
    for shift, outcome, checks in db.execute("SELECT * FROM tally WHERE checks > 0 ORDER BY shift, outcome"):
        found.setdefault(shift, {})[outcome] = checks
    return found


def measure(db: sqlite3.Connection, after_seq: int) -> tuple[int, int]:
    """Return the number of records after `after_seq` and their total size, bytes. Raises sqlite3.Error."""
    found: tuple[int, int] = db.execute(
        "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM record WHERE seq > ?", (after_seq,)
    ).fetchone()
    return found


def predecessor(db: sqlite3.Connection, journal_id: bytes) -> int:
    """Return the last receipted record of a set-aside journal, 0 if unknown. Raises sqlite3.Error."""
    found = db.execute("SELECT receipted FROM predecessor WHERE id = ?", (journal_id,)).fetchone()
    return found[0] if found else 0


def receive_of(db: sqlite3.Connection, journal_id: bytes, seq: int) -> None:
    """Store the receipt of a set-aside journal up to `seq`. Raises sqlite3.Error."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO predecessor VALUES (?, ?)", (journal_id, seq))


def inherit(db: sqlite3.Connection, path: Path) -> None:
    """Copy counts of checks and extents of receipts from the intact journal at `path`.

    Raises sqlite3.Error.
    """
    with closing(connect_read_only(path)) as old, transaction(db):
        db.executemany("INSERT INTO tally VALUES (?, ?, ?)", old.execute("SELECT * FROM tally"))
        db.executemany("INSERT INTO predecessor VALUES (?, ?)", old.execute("SELECT * FROM predecessor"))


def load(db: sqlite3.Connection) -> Header:
    """Read the header. Raises sqlite3.Error, JournalDamaged, and JournalFault for a newer version's file."""
    application, version = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application != APPLICATION_ID:
        raise JournalDamaged("not a journal file")
    if version > SCHEMA_VERSION:
        raise JournalFault(f"made by a newer version of this program (schema {version})")
    row = db.execute("SELECT id, terminal_public_key, seq, hash, receipted FROM journal").fetchone()
    if row is None or [len(row[place]) for place in (0, 1, 3)] != [ID_SIZE, KEY_SIZE, HASH_SIZE]:
        raise JournalDamaged("its head is not readable")
    journal_id, key, seq, head, receipted = row
    start = record.genesis(key, journal_id)
    for removed in db.execute("SELECT seq, hash FROM removed") if version > 1 else ():
        start = Head(journal_id, *removed)
    refused = db.execute("SELECT seq FROM refused").fetchone() if version > 2 else None
    return Header(key, start, Head(journal_id, seq, head), receipted, refused[0] if refused else None)


def examine(path: Path, witness: Head | None, *, newest: int | None = None) -> Examined:
    """Check a file without changing it: its pages, its header and its chain.

    `witness` is the last head known from elsewhere; `newest` limits the check to that many last records.
    Raises sqlite3.Error, OSError and JournalFault for anything but damage of the file itself.
    """
    if path.stat().st_size == 0:
        return Examined(None, "its file is empty")  # SQLite would delete the log of an empty file
    meta = None
    try:
        with closing(connect_read_only(path)) as db:
            db.execute("BEGIN")  # a consistent view while another process writes
            meta = load(db)
            pages = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return Examined(meta, "damaged pages" if pages != "ok" else _chain(db, meta, witness, newest))
    except JournalDamaged as damage:
        return Examined(meta, damage.detail)
    except sqlite3.DatabaseError as error:
        if not error_name(error).startswith((*storage.DAMAGED, "SQLITE_ERROR")):  # missing table or column
            raise
        return Examined(meta, error_name(error))


def _chain(db: sqlite3.Connection, meta: Header, witness: Head | None, newest: int | None) -> str | None:
    head, start = meta.head, meta.start
    if start.seq > meta.receipted:
        return f"record {start.seq}: removed without a receipt"
    known = {start.seq: start.hash}
    for place in (head, witness):
        if place is None or place.journal_id != head.journal_id or place.seq < start.seq:
            continue
        if known.setdefault(place.seq, place.hash) != place.hash:
            return str(Break(BreakKind.CHANGED, place.seq))
    known.pop(start.seq)  # has no record any more
    if newest is not None and head.seq - newest > start.seq:
        start = _from(db, Head(head.journal_id, head.seq - newest, head.hash))
    end = record.verify_chain(start, records(db, start.seq), known)
    if isinstance(end, Break):
        return str(end)
    return None if end == head else f"record {end.seq}: beyond the head"


def _from(db: sqlite3.Connection, place: Head) -> Head:
    encoded = next(records(db, place.seq - 1), b"")
    return Head(place.journal_id, place.seq, record.digest(encoded))
