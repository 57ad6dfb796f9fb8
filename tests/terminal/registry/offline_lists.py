"""Offline list files for tests, made by the builder, and sets of them in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.registry import offline
from scripts.registry.offline import Listing
from terminal.credential.verify import Moment
from terminal.model import Plate
from terminal.registry import offline_files
from terminal.registry.offline_files import FileName, date_of

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
    packed = offline.pack(name, listings)
    return offline.write(folder, name, day or name.day or BASE_DAY, packed.plates, packed.records)


def content(folder: Path, name: FileName) -> bytes:
    """Return a file's content."""
    return (folder / str(name)).read_bytes()


def install(folder: Path, workshop: Path, name: FileName, listings: Iterable[Listing], day: int) -> None:
    """Build a file in another folder and install it."""
    sha256 = build(workshop, name, listings, day)
    offline_files.install(folder, name, workshop / str(name), sha256)


def at(day: int, *, clock_trusted: bool = True) -> Moment:
    """Return noon of a day yyyymmdd in Asia/Shanghai."""
    return Moment(date_of(day).timestamp() + DAY_S / 2, clock_trusted)
