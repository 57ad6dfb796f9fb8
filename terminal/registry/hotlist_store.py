"""SQLite file of the hot lists: each change is committed together with the position it leads to.

All content can be fetched again: a damaged file is replaced by an empty one, and `HotList.damaged` is set.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from terminal import storage
from terminal.errors import HotListFault
from terminal.journal.database import transaction
from terminal.model import Plate, VehicleStatus
from terminal.registry import hotlist
from terminal.registry.hotlist import ChangeResult, Position
from terminal.registry.messages import HotlistChange
from terminal.vehicle import status
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from terminal.ports import Incoming
    from terminal.registry.messages import HotlistQuestion, LookupAnswer

_APPLICATION_ID = 0x5253484C  # "RSHL"
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE position (
  province TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL, seq INTEGER NOT NULL, heard INTEGER NOT NULL,
  renewing INTEGER NOT NULL, at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE vehicle (
  number TEXT NOT NULL, kind TEXT NOT NULL, province TEXT NOT NULL,
  epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
  letters TEXT NOT NULL,
  PRIMARY KEY (number, kind, province)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_off ON vehicle (province) WHERE letters = '';
"""
_PUT = """
INSERT INTO vehicle VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, letters = excluded.letters
WHERE (excluded.epoch, excluded.seq) > (vehicle.epoch, vehicle.seq)
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle on the hot list: its letters, and the age of the oldest list that has it, s."""

    letters: str
    age_s: int | None
    provinces: tuple[str, ...] = ()
    """Provinces whose lists have it."""

    @property
    def status(self) -> VehicleStatus:
        """Return the cached finding for the letters."""
        return VehicleStatus(status.cached(self.letters), status.kept(self.letters), age_s=self.age_s)


class HotList:
    """Hot lists of this terminal's provinces, for one thread; its methods raise HotListFault.

    `heard` counts changes by result; `damaged` is True if a damaged file was replaced.
    """

    def __init__(self, db: sqlite3.Connection, provinces: Collection[str], *, damaged: bool) -> None:
        """See `open`."""
        self.heard: Counter[ChangeResult] = Counter()
        self.damaged = damaged
        self._db = db
        with _faults(), transaction(db):
            self._positions = dict.fromkeys(provinces, Position()) | _load(db, provinces)

    @classmethod
    def open(cls, path: Path, provinces: Collection[str] = tuple(PROVINCES)) -> Self:
        """Open the hot list at `path`, creating it if necessary; lists of other provinces are deleted."""
        with _faults():
            db = _opened(path)
            damaged = db is None
            if db is None:
                for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                    path.with_name(name).unlink(missing_ok=True)
                db = _connected(path)
        return cls(db, provinces, damaged=damaged)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def receive(self, incoming: Incoming, keys: Mapping[bytes, bytes]) -> ChangeResult:
        """Apply a message from a hot-list topic; a change that counts is on disk on return.

        `keys` are the registry's hot-list keys, by kid.
        """
        change = hotlist.read_change(incoming, keys)
        return self.apply(change) if isinstance(change, HotlistChange) else self._count(change)

    def apply(self, change: HotlistChange) -> ChangeResult:
        """Apply a change whose signature was verified."""
        before = self._positions.get(change.province)
        if before is None:
            return self._count(ChangeResult.NOT_TAKEN)
        after, heard = hotlist.place(before, change)
        if heard.counts:
            with self._moving(change.province, after):
                self._put(change)
        return self._count(heard)

    def conclude(self, question: HotlistQuestion, answer: LookupAnswer) -> None:
        """Apply the answer to one of the questions from `wanted`, with all its changes."""
        for change in answer.changes or ():
            self.apply(change)
        before = self._positions.get(question.province)
        if before is None:
            return
        after = hotlist.conclude(before, question, answer)
        if after != before:
            with self._moving(question.province, after):
                self._db.execute(
                    "DELETE FROM vehicle WHERE province = ? AND epoch < ?", (question.province, after.epoch)
                )

    def take_snapshot(self, province: str, content: bytes) -> bool:
        """Apply the verified target `hotlist/<province>.cbor`; False if it brought nothing new."""
        snapshot = hotlist.read_snapshot(province, content)
        before = self._positions.get(province)
        if snapshot is None or before is None:
            return False
        after = hotlist.place_snapshot(before, snapshot)
        if after is None:
            return False
        with self._moving(province, after):
            covered = (province, snapshot.epoch, snapshot.seq)
            self._db.execute("DELETE FROM vehicle WHERE province = ? AND (epoch, seq) <= (?, ?)", covered)
            self._put(snapshot)
        return True

    def wanted(self, silent: Collection[str] = ()) -> tuple[HotlistQuestion, ...]:
        """Return the questions for the registry, one per province; empty while every list is complete.

        The caller keeps one question open at a time and waits after an answer that brought nothing.
        """
        questions = (
            hotlist.wanted(province, at, silent=province in silent)
            for province, at in self._positions.items()
        )
        return tuple(question for question in questions if question is not None)

    def hit(self, plate: Plate, now_s: float) -> Hit | None:
        """Look up a vehicle: all letters of all lists that have it; None if there are none."""
        with _faults():
            rows = self._db.execute(
                "SELECT province, letters FROM vehicle"
                " WHERE number = ? AND kind = ? AND letters <> '' ORDER BY province",
                (plate.number, plate.kind),
            ).fetchall()
        if not rows:
            return None
        letters = ""
        for _, said in rows:
            letters += "".join(letter for letter in status.cut(said) if letter not in letters)
        provinces = tuple(province for province, _ in rows)
        return Hit(letters, _oldest([self._positions[name].age_s(now_s) for name in provinces]), provinces)

    def listed(self, plates: Sequence[Plate]) -> set[Plate]:
        """Return those of some plates that any list has."""
        with _faults():
            rows = self._db.execute(
                "SELECT number, kind FROM vehicle"
                " WHERE letters <> '' AND number IN (SELECT value FROM json_each(?))",
                (json.dumps([plate.number for plate in plates]),),
            ).fetchall()
        return {Plate(number, kind) for number, kind in rows} & set(plates)

    @property
    def positions(self) -> Mapping[str, Position]:
        """The position of each province's list."""
        return self._positions

    def position(self, province: str) -> Position:
        """Return how far the list of a province is known; KeyError for other provinces."""
        return self._positions[province]

    def ages_s(self, now_s: float) -> dict[str, int | None]:
        """Return the seconds since each province's list was last complete; None if it never was."""
        return {province: at.age_s(now_s) for province, at in self._positions.items()}

    def age_s(self, now_s: float) -> int | None:
        """Return the age of the oldest list, s; None if one is missing."""
        return _oldest(list(self.ages_s(now_s).values()))

    def _count(self, heard: ChangeResult) -> ChangeResult:
        self.heard[heard] += 1
        return heard

    def _put(self, change: HotlistChange) -> None:
        last = {line.plate: line.letters for line in change.vehicles}
        self._db.executemany(
            _PUT,
            [
                (plate.number, plate.kind, change.province, change.epoch, change.seq, letters)
                for plate, letters in last.items()
            ],
        )

    @contextmanager
    def _moving(self, province: str, after: Position) -> Iterator[None]:
        """Commit changes of the list and its new position in one transaction."""
        with _faults(), transaction(self._db):
            yield
            self._db.execute(
                "REPLACE INTO position VALUES (?, ?, ?, ?, ?, ?)",
                (province, after.epoch, after.seq, after.heard, after.renewing, after.at_ms),
            )
            if not after.renewing:  # no earlier change can arrive any more
                self._db.execute(
                    "DELETE FROM vehicle WHERE province = ? AND letters = '' AND (epoch, seq) <= (?, ?)",
                    (province, after.epoch, after.seq),
                )
        self._positions[province] = after


def _oldest(ages: list[int | None]) -> int | None:
    known = [age for age in ages if age is not None]
    return max(known) if known and len(known) == len(ages) else None


def _load(db: sqlite3.Connection, provinces: Collection[str]) -> dict[str, Position]:
    known = db.execute("SELECT province, epoch, seq, heard, renewing, at_ms FROM position").fetchall()
    for province in {row[0] for row in known} - set(provinces):
        db.execute("DELETE FROM vehicle WHERE province = ?", (province,))
        db.execute("DELETE FROM position WHERE province = ?", (province,))
    return {
        province: Position(epoch, seq, heard, renewing=bool(renewing), at_ms=at_ms)
        for province, epoch, seq, heard, renewing, at_ms in known
        if province in provinces
    }


def _opened(path: Path) -> sqlite3.Connection | None:
    """Open or create the list; None if the file is damaged or not a hot list."""
    db = None
    try:
        db = _connected(path)
        kept = _pragma(db, "application_id"), _pragma(db, "user_version")
        if kept == (_APPLICATION_ID, _SCHEMA_VERSION) and _is_sound(db):
            return db
    except sqlite3.DatabaseError as error:
        if not storage.error_name(error).startswith(storage.DAMAGED):
            raise
    if db is not None:
        db.close()
    return None


def _is_sound(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _connected(path: Path) -> sqlite3.Connection:
    """Connect with every commit synced before it returns; an empty file gets the schema."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite copies this mode to its logs
    with ExitStack() as undo:
        db = sqlite3.connect(path, isolation_level=None)
        undo.callback(db.close)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        with transaction(db):
            if not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        undo.pop_all()
    return db


def _pragma(db: sqlite3.Connection, name: str) -> int:
    value: int = db.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _faults() -> AbstractContextManager[None]:
    """Translate storage errors into HotListFault; misuse of SQLite (ProgrammingError) passes unchanged."""
    return storage.translate_errors(_fault)


def _fault(error: sqlite3.DatabaseError | OSError) -> HotListFault:
    where = f": {error.filename}" if isinstance(error, OSError) else ""
    return HotListFault(f"{storage.error_name(error)}{where}")
