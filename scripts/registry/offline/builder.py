"""Build the files of the offline list from vehicles; the same vehicles give the same bytes.

A file is checked as a terminal will check it. Its SHA-256 is what has to be signed. Wire format, section 7.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from terminal.errors import InputFault, OfflineListFault
from terminal.registry.offline import bloom_filter, files
from terminal.registry.offline.packing import (
    TABLE_KINDS,
    TAKEN_OFF,
    ListClass,
    OfflineEntry,
    pack_plate,
    pack_record,
    province_of,
)
from terminal.vehicle.inspection import is_day
from terminal.vehicle.status import StatusClass, classify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from terminal.model import Plate
    from terminal.registry.offline.files import FileName

Numbers = npt.NDArray[np.int64]
Meta = dict[str, str | int | bytes]

PAGE_BYTES = 4096
"""Takes 14.2 bytes a vehicle, as do pages of 8, 16 and 64 KiB; 1 KiB takes 14.5, and WITHOUT ROWID 16.0."""
_SCHEMA = (
    "CREATE TABLE meta(key, value)",
    "CREATE TABLE vehicle(plate INTEGER PRIMARY KEY, record INTEGER)",
)
_ROWS_AT_ONCE = 1_000_000


class Listing(NamedTuple):
    """A vehicle as the registry publishes it."""

    plate: Plate
    letters: str
    valid_through: int | None
    """yyyymmdd; None removes the vehicle, in a file of changes."""


class Packed(NamedTuple):
    """Vehicles in the order of their numbers, and the number of vehicles left out because they are never
    listed.
    """

    plates: Numbers
    records: Numbers
    left_out: int


_LIST_CLASS = {
    StatusClass.ALARM: ListClass.ALARM,
    StatusClass.OFF_ROAD: ListClass.OFF_ROAD,
    StatusClass.OVERDUE: ListClass.UNKNOWN,  # until the month is past; then overdue, which ranks higher
    StatusClass.UNKNOWN: ListClass.UNKNOWN,
    StatusClass.CAUTION: ListClass.CAUTION,
    StatusClass.PASS: ListClass.PASS,
}


def pack(name: FileName, listings: Iterable[Listing]) -> Packed:
    """Pack the vehicles of a file. Raises InputFault for an invalid row, with its number (from 1)."""
    plates, records, left_out = array("q"), array("q"), 0
    for row, listing in enumerate(listings, 1):
        if province_of(listing.plate) not in (None, name.province):
            raise InputFault(f"row {row}: of another province")
        plate = pack_plate(listing.plate)
        if plate is None:
            left_out += 1
            continue
        plates.append(plate)
        records.append(_record(row, name, listing))
    numbers = np.frombuffer(plates, np.int64) if plates else np.empty(0, np.int64)
    order = np.argsort(numbers, kind="stable")
    twice = np.flatnonzero(np.diff(numbers[order]) == 0)
    if twice.size:
        raise InputFault(f"{twice.size} vehicles are listed twice")
    return Packed(numbers[order], np.asarray(records, np.int64)[order], left_out)


def _record(row: int, name: FileName, listing: Listing) -> int:
    if listing.valid_through is None:
        if name.day is None:
            raise InputFault(f"row {row}: no date; only a file of changes can remove a vehicle")
        return TAKEN_OFF
    if not is_day(listing.valid_through):
        raise InputFault(f"row {row}: its date is not a day yyyymmdd")
    try:
        return pack_record(OfflineEntry(listing.valid_through // 100, _LIST_CLASS[classify(listing.letters)]))
    except ValueError as error:
        raise InputFault(f"row {row}: {error}") from None


def write(folder: Path, name: FileName, day: int, plates: Numbers, records: Numbers) -> bytes:
    """Write a file of the list into `folder`, atomically, and return its SHA-256.

    `plates` are in order, without repetition; `day` is yyyymmdd. Raises OfflineListFault, also if a terminal
    would refuse the file.
    """
    building = folder / f".{name}.building"
    with files.faults(OfflineListFault, name):
        folder.mkdir(parents=True, exist_ok=True)
        building.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(building, isolation_level=None)) as db:
                _fill(db, _meta(name, day, plates), plates, records)
            with building.open("rb") as file:
                os.fsync(file.fileno())
            sha256 = files.digest(building)
            files.verify(building, name, sha256)
            building.rename(folder / str(name))
        finally:
            building.unlink(missing_ok=True)
    return sha256


def _meta(name: FileName, day: int, plates: Numbers) -> Meta:
    meta: Meta = {
        "province": name.province,
        "day": day,
        "count": len(plates),
        "kinds": files.write_kinds(TABLE_KINDS),
    }
    content = bloom_filter.build(plates.tolist(), len(plates)) if name.day is not None else None
    if content is not None:
        meta["filter"] = content
    return meta


def _fill(db: sqlite3.Connection, meta: Meta, plates: Numbers, records: Numbers) -> None:
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        db.execute(f"PRAGMA {setting}")  # the file is new, and deleted if anything fails
    db.execute("BEGIN")
    for statement in _SCHEMA:
        db.execute(statement)
    db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for first in range(0, len(plates), _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)  # in order, so that SQLite fills every page
        both = zip(plates[part].tolist(), records[part].tolist(), strict=True)
        db.executemany("INSERT INTO vehicle VALUES (?, ?)", both)
    db.execute("COMMIT")
