"""Read the vehicles to list from a table or the registry's database, one by one."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sqlalchemy import select

from scripts.registry.offline.builder import Listing
from scripts.registry.tables import VEHICLE
from terminal.errors import InputFault
from terminal.model import Plate

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_ROWS_AT_ONCE = 10_000


def from_table(path: Path) -> Iterator[Listing]:
    """Yield the vehicles of a CSV table: number, kind, letters, valid_through (yyyymmdd; empty removes it).

    Raises InputFault for an invalid row, with its number (from 1).
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row, line in enumerate(csv.DictReader(file), 1):
                yield _listing(row, line)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFault(f"{path}: {type(error).__name__}") from None


def _listing(row: int, line: dict[str, str | None]) -> Listing:
    number, kind, letters, through = (line.get(key) for key in ("number", "kind", "letters", "valid_through"))
    if number is None or kind is None or letters is None or through is None:
        raise InputFault(f"row {row}: number, kind, letters and valid_through are needed")
    if through and not (through.isascii() and through.isdigit()):
        raise InputFault(f"row {row}: its date is not a day yyyymmdd")
    return Listing(Plate(number, kind), letters, int(through) if through else None)


def from_database(connection: Connection, province: str) -> Generator[Listing, None, None]:
    """Yield a province's vehicles, ordered by number and kind; faults count rows in this order.

    Close it before the connection.
    """
    asked = (
        select(VEHICLE.c.number, VEHICLE.c.kind, VEHICLE.c.letters, VEHICLE.c.valid_through)
        .where(VEHICLE.c.number.startswith(province))
        .order_by(VEHICLE.c.number, VEHICLE.c.kind)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    with connection.execute(asked) as rows:
        for number, kind, letters, through in rows:
            yield Listing(Plate(number, kind), letters, through)
