"""Files of the offline list for tests, built by the builder, and sets of them in a folder."""

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
    """The changes of a day."""
    return FileName(PROVINCE, day)


def plate(number: int, kind: str = "02") -> Plate:
    """One of 100,000 plates."""
    return Plate(f"{PROVINCE}A{number:05}", kind)


def listing(number: int, letters: str = "A", valid_through: int | None = 20270731) -> Listing:
    """A vehicle, without a remark and in date unless told."""
    return Listing(plate(number), letters, valid_through)


def build(folder: Path, name: FileName, listings: Iterable[Listing], day: int | None = None) -> bytes:
    """Write a file straight into a folder; its SHA-256."""
    packed = offline.pack(name, listings)
    return offline.write(folder, name, day or name.day or BASE_DAY, packed.plates, packed.records)


def content(folder: Path, name: FileName) -> bytes:
    """A file's bytes."""
    return (folder / str(name)).read_bytes()


def install(folder: Path, workshop: Path, name: FileName, listings: Iterable[Listing], day: int) -> None:
    """Build a file elsewhere and put it into force."""
    sha256 = build(workshop, name, listings, day)
    offline_files.install(folder, name, workshop / str(name), sha256)


def at(day: int, *, clock_trusted: bool = True) -> Moment:
    """Noon of a day yyyymmdd, Asia/Shanghai."""
    return Moment(date_of(day).timestamp() + DAY_S / 2, clock_trusted)
