"""Offline list files for tests, made by the builder, and sets of them in a folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from scripts.registry.offline import builder
from scripts.registry.offline.builder import Listing
from terminal.credential.verify import Moment
from terminal.model import Plate
from terminal.registry.offline import files
from terminal.registry.offline.files import FileName, date_of
from terminal.registry.offline.packing import pack_plate, places_of, unpack_plate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PROVINCE = "苏"
BASE_DAY = 20260701
BASE = FileName(PROVINCE)
DAY_S = 86_400


def changes(day: int) -> FileName:
    """Return the file name of a day's changes."""
    return FileName(PROVINCE, day)


def plate(number: int, kind: str = "02") -> Plate:
    """Return one of 100,000 plates."""
    return Plate(f"{PROVINCE}A{number:05}", kind)


def listing(number: int, letters: str = "A", valid_through: int | None = 20270731) -> Listing:
    """Return a vehicle's listing, by default unremarkable and current."""
    return Listing(plate(number), letters, valid_through)


def build(folder: Path, name: FileName, listings: Iterable[Listing], day: int | None = None) -> bytes:
    """Write a file directly into a folder and return its SHA-256."""
    packed = builder.pack(name, listings)
    return builder.write(folder, name, day or name.day or BASE_DAY, packed.plates, packed.records)


def in_order(folder: Path, name: FileName, kinds: tuple[str, ...]) -> None:
    """Give a file another order of kinds, as a table of another release has it."""
    with closing(sqlite3.connect(folder / str(name))) as db, db:
        rows = db.execute("SELECT plate, record FROM vehicle").fetchall()
        known = [(unpack_plate(packed, "苏"), record) for packed, record in rows]
        db.execute("DELETE FROM vehicle")
        places = places_of(kinds)
        moved = [(pack_plate(one, places), record) for one, record in known]
        db.executemany("INSERT INTO vehicle VALUES (?, ?)", moved)
        db.execute("DELETE FROM meta WHERE key = 'filter'")
        db.execute("UPDATE meta SET value = ? WHERE key = 'kinds'", (" ".join(kinds),))


def content(folder: Path, name: FileName) -> bytes:
    """Return a file's content."""
    return (folder / str(name)).read_bytes()


def install(folder: Path, workshop: Path, name: FileName, listings: Iterable[Listing], day: int) -> None:
    """Build a file in another folder and install it."""
    sha256 = build(workshop, name, listings, day)
    files.install(folder, name, workshop / str(name), sha256)


def at(day: int, *, clock_trusted: bool = True) -> Moment:
    """Return noon of a day yyyymmdd in Asia/Shanghai."""
    return Moment(date_of(day).timestamp() + DAY_S / 2, clock_trusted)
