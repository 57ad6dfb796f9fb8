"""The journal's SQLite file: what was committed is on the medium, and what cannot be trusted is refused."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.errors import JournalDamaged, JournalFault, JournalFull
from terminal.journal import record
from terminal.journal.record import Break, BreakKind, Head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.model import Outcome

APPLICATION_ID = 0x52534A4C  # "RSJL"
SCHEMA_VERSION = 2
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
_PAGE = 256
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_LITTLE_SPACE = 64 * 1024
"""SQLite calls it an I/O error where its shared memory (32 KiB) does not fit."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What a journal's file says of itself: whose it is, where it stands, how far the registry has it."""

    terminal_public_key: bytes
    start: Head
    """Before the first record that is kept: the genesis, until records went after their retention."""
    head: Head
    receipted: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What a look at a file found: what it says of itself as far as that is readable, and what is wrong."""

    meta: Meta | None
    damage: str | None


@contextmanager
def faults(folder: Path) -> Iterator[None]:
    """Whatever storage does inside becomes a JournalFault; misuse stays a bug."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _fault(error, folder) from error
    except OSError as error:
        detail = f"{error.strerror}: {error.filename or folder}"
        raise (JournalFull if error.errno in _FULL else JournalFault)(detail) from error


def _fault(error: sqlite3.DatabaseError, folder: Path) -> JournalFault:
    name = _name(error)
    if name == "SQLITE_FULL":
        return JournalFull(name)
    if name.startswith(_DAMAGE):
        return JournalDamaged(name)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        space = os.statvfs(folder)
        if space.f_bavail * space.f_frsize < _LITTLE_SPACE:
            return JournalFull(name)
    return JournalFault(f"{name}: {folder}")


def _name(error: sqlite3.DatabaseError) -> str:
    # The error's own text may quote what is stored; Python's own complaints have no name.
    return getattr(error, "sqlite_errorname", "SQLITE_ERROR")


def create(path: Path, journal_id: bytes, terminal_public_key: bytes) -> Head:
    """A new journal without records at `path`, where nothing may be. Raises sqlite3.Error, OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # SQLite gives its logs the same mode
    head = record.genesis(terminal_public_key, journal_id)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        require(db, "auto_vacuum", 2)  # INCREMENTAL: what is removed makes room for others too
        db.execute("VACUUM")
    with closing(connect(path)) as db, transaction(db):
        for statement in (_SCHEMA + _SINCE_2).split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?, 0)",
            (journal_id, terminal_public_key, head.seq, head.hash),
        )
    return head


def upgrade(db: sqlite3.Connection) -> None:
    """Bring an older version's file to this one's schema. Raises sqlite3.Error."""
    with transaction(db):
        if db.execute("PRAGMA user_version").fetchone() == (1,):
            for statement in _SINCE_2.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes to an existing file, with every commit synced before it returns.

    Raises sqlite3.Error, and JournalFault where SQLite does not take a setting.
    """
    with ExitStack() as undo:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        undo.callback(db.close)
        require(db, "journal_mode", "wal")
        require(db, "synchronous", 2)  # FULL
        undo.pop_all()
    return db


def require(db: sqlite3.Connection, name: str, value: str | int) -> None:
    """Set a pragma and read it back. Raises JournalFault where it is not so."""
    db.execute(f"PRAGMA {name} = {value}")
    (found,) = db.execute(f"PRAGMA {name}").fetchone()
    if found != value:
        raise JournalFault(f"{name} is {found} and not {value}")


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes neither the file nor its log, beside a writer too. Raises sqlite3.Error."""
    # Without a log nobody writes, and SQLite would make one.
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it committed and synced, or nothing. Raises sqlite3.Error."""
    if db.in_transaction:  # a rollback that failed in its turn
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
    """Put a record after `previous`; within a transaction. Raises sqlite3.Error, JournalDamaged."""
    head = Head(previous.journal_id, previous.seq + 1, record.digest(encoded))
    moved = db.execute(
        "UPDATE journal SET seq = ?, hash = ? WHERE id = ? AND seq = ? AND hash = ?",
        (head.seq, head.hash, previous.journal_id, previous.seq, previous.hash),
    )
    if moved.rowcount != 1:
        raise JournalDamaged("its head was moved by another")
    db.execute("INSERT INTO record VALUES (?, ?)", (head.seq, encoded))
    return head


def count(db: sqlite3.Connection, shift: str, outcome: Outcome) -> None:
    """One more check of this outcome in the shift; within a transaction."""
    db.execute(
        "INSERT INTO tally VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET checks = checks + 1", (shift, outcome)
    )


def uncount(db: sqlite3.Connection, shift: str, outcome: Outcome) -> bool:
    """One check less, where the shift has one of this outcome; within a transaction."""
    where = "WHERE shift = ? AND outcome = ? AND checks > 0"
    return db.execute(f"UPDATE tally SET checks = checks - 1 {where}", (shift, outcome)).rowcount == 1  # noqa: S608 - constant


def records(db: sqlite3.Connection, after_seq: int) -> Iterator[bytes]:
    """The records after a number, in order; no read stays open between pages. Raises sqlite3.Error."""
    while page := db.execute(
        "SELECT seq, bytes FROM record WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, _PAGE)
    ).fetchall():
        for _, encoded in page:
            yield encoded
        after_seq = page[-1][0]


def tallies(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Checks by shift and outcome; what has none is left out. Raises sqlite3.Error."""
    found: dict[str, dict[str, int]] = {}
    for shift, outcome, checks in db.execute("SELECT * FROM tally WHERE checks > 0 ORDER BY shift, outcome"):
        found.setdefault(shift, {})[outcome] = checks
    return found


def measure(db: sqlite3.Connection, after_seq: int) -> tuple[int, int]:
    """How many records come after a number, and their bytes. Raises sqlite3.Error."""
    found: tuple[int, int] = db.execute(
        "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM record WHERE seq > ?", (after_seq,)
    ).fetchone()
    return found


def predecessor(db: sqlite3.Connection, journal_id: bytes) -> int:
    """How far the registry has a journal that was set aside, as far as known. Raises sqlite3.Error."""
    found = db.execute("SELECT receipted FROM predecessor WHERE id = ?", (journal_id,)).fetchone()
    return found[0] if found else 0


def receive_of(db: sqlite3.Connection, journal_id: bytes, seq: int) -> None:
    """The registry has a journal that was set aside up to `seq`. Raises sqlite3.Error."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO predecessor VALUES (?, ?)", (journal_id, seq))


def load(db: sqlite3.Connection) -> Meta:
    """What the file says of itself. Raises sqlite3.Error, JournalDamaged, JournalFault (a newer version)."""
    application, version = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application != APPLICATION_ID:
        raise JournalDamaged("not a journal's file")
    if version > SCHEMA_VERSION:
        raise JournalFault(f"made by a newer version of this program (schema {version})")
    row = db.execute("SELECT id, terminal_public_key, seq, hash, receipted FROM journal").fetchone()
    if row is None or [len(row[place]) for place in (0, 1, 3)] != [16, 32, 32]:
        raise JournalDamaged("its head is not readable")
    journal_id, key, seq, head, receipted = row
    start = record.genesis(key, journal_id)
    for removed in db.execute("SELECT seq, hash FROM removed") if version > 1 else ():
        start = Head(journal_id, *removed)
    return Meta(key, start, Head(journal_id, seq, head), receipted)


def examine(path: Path, witness: Head | None, *, newest: int | None = None) -> Examined:
    """Look a file over without changing it: the pages, what it says of itself, and its chain.

    `witness` is the last head that is known from elsewhere; `newest` spares all but so many records. Raises
    sqlite3.Error, OSError and JournalFault for what is not the file's own damage.
    """
    if path.stat().st_size == 0:
        return Examined(None, "its file is empty")  # SQLite would delete the log of an empty file
    meta = None
    try:
        with closing(connect_read_only(path)) as db:
            db.execute("BEGIN")  # one view of the file, whoever writes
            meta = load(db)
            pages = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return Examined(meta, "damaged pages" if pages != "ok" else _chain(db, meta, witness, newest))
    except JournalDamaged as damage:
        return Examined(meta, damage.detail)
    except sqlite3.DatabaseError as error:
        if not _name(error).startswith((*_DAMAGE, "SQLITE_ERROR")):  # no such table or column
            raise
        return Examined(meta, _name(error))


def _chain(db: sqlite3.Connection, meta: Meta, witness: Head | None, newest: int | None) -> str | None:
    head, start = meta.head, meta.start
    if start.seq > meta.receipted:
        return f"record {start.seq}: removed without a receipt"
    known = {start.seq: start.hash}
    for place in (head, witness):
        if place is None or place.journal_id != head.journal_id or place.seq < start.seq:
            continue
        if known.setdefault(place.seq, place.hash) != place.hash:
            return str(Break(BreakKind.CHANGED, place.seq))
    known.pop(start.seq)  # no record
    if newest is not None and head.seq - newest > start.seq:
        start = _from(db, Head(head.journal_id, head.seq - newest, head.hash))
    end = record.follow(start, records(db, start.seq), known)
    if isinstance(end, Break):
        return str(end)
    return None if end == head else f"record {end.seq}: beyond the head"


def _from(db: sqlite3.Connection, place: Head) -> Head:
    encoded = next(records(db, place.seq - 1), b"")
    return Head(place.journal_id, place.seq, record.digest(encoded))
