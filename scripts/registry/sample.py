"""Sample vehicles, drawn from a seed and a day. The same two give the same ones, with every outcome.

They are invented, but their numbers have the right form and so may exist.
"""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.model import RecordDetails
from terminal.registry.messages import HotlistEntry, VehicleRecord
from terminal.vehicle.inspection import is_day
from terminal.wire.fields import CTI_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.model import Plate

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN = _DIGITS + "ABCDEFGHJKLMNPRSTUVWXYZ"
_MAKER = "LSVAA2180E2"
PROVINCE = "苏"


@dataclass(frozen=True, slots=True)
class _Named:
    """A vehicle that demonstrations and tests refer to by its number."""

    number: str
    kind: str
    letters: str = "A"
    months: int = 9
    """Months of validity left; negative if it is past."""
    vehicle_type: str = "K33"
    use: str = "A"
    scrap_in_years: int | None = None
    colour: str | None = None
    """Drawn if not given."""
    vin_tail: str | None = None
    newest_known: bool = True


_NAMED = (
    _Named(
        "苏A12345", "02", colour="H", vin_tail="123456", newest_known=False
    ),  # as in the demonstration's codes
    _Named("苏A20001", "02", months=-2),  # past, and not yet marked as overdue
    _Named("苏A20002", "02", "Q", months=-5),
    _Named("苏A20003", "02", "Q", months=5),  # contradictory
    *(_Named(f"苏A3000{place}", "02", letter) for place, letter in enumerate("BGHIKLO")),
    _Named("苏A30010", "02", "GI"),
    _Named("苏A30011", "02", "GK  "),  # padded with blanks, as in a column of fixed width
    *(_Named(f"苏A4000{place}", "02", letter) for place, letter in enumerate("DEMP")),
    *(_Named(f"苏A5000{place}", "02", letter) for place, letter in enumerate("CJN")),
    _Named("苏A50010", "02", "GC"),  # the gravest letter decides
    _Named("苏A60001", "02", "Z"),
    _Named("苏A60002", "02", ""),
    _Named("苏A60003", "02", "AG"),
    _Named("苏A60004", "02", "X"),
    _Named("苏B70001", "01", vehicle_type="H11", use="F", scrap_in_years=3),  # one number, three vehicles
    _Named("苏B70001", "02", "G"),
    _Named("苏B70001", "07", vehicle_type="M21"),
    _Named("苏AD12345", "52", months=20),
    _Named("苏AF23456", "52", "G", months=20),
    _Named("苏A12345D", "51", vehicle_type="K12", use="C"),
    _Named("苏E1A234", "07", vehicle_type="M21"),
    _Named("苏E2345学", "17", vehicle_type="M21", use="N"),
    _Named("苏C1234挂", "15", vehicle_type="B11", use="F", scrap_in_years=-1),
)
_ON_HOTLIST = frozenset("CJN")
_FORMS = (
    ("02", ("K33", "K31", "H31"), (_LETTERS, _LETTERS + _DIGITS, *[_DIGITS] * 4)),
    ("07", ("M21", "M11"), (_LETTERS, _LETTERS + _DIGITS, *[_DIGITS] * 4)),
    ("52", ("K33",), (_LETTERS, "DF", *[_DIGITS] * 5)),
)
_DRAWN_LETTERS = ("A",) * 16 + ("G", "GI", "Q", "E")


def vehicles(seed: int, day: int, count: int) -> tuple[VehicleRecord, ...]:
    """Return the named vehicles and `count` random ones as of a day (yyyymmdd), all different.

    Raises ValueError for an invalid day.
    """
    if not is_day(day):
        raise ValueError("not a day")
    draw = random.Random(f"{seed} {day}")  # noqa: S311 - samples are reproducible, not secret
    found: dict[Plate, VehicleRecord] = {}
    for named in (*_NAMED, *_drawn(draw, count)):
        record = _record(draw, named, day)
        found.setdefault(record.plate, record)
    return tuple(found.values())


def hotlist(records: tuple[VehicleRecord, ...]) -> tuple[HotlistEntry, ...]:
    """Return the vehicles that belong on a hot list: those with an alarm."""
    return tuple(
        HotlistEntry(record.plate, record.letters)
        for record in records
        if not _ON_HOTLIST.isdisjoint(record.letters)
    )


def vins(records: tuple[VehicleRecord, ...]) -> dict[str, Plate]:
    """Return a vehicle identification number (17 characters) for each vehicle, ending in its VIN tail."""
    return {f"{_MAKER}{record.vin_tail}": record.plate for record in records}


def _drawn(draw: random.Random, count: int) -> Iterator[_Named]:
    for _ in range(count):
        kind, types, places = draw.choice(_FORMS)
        yield _Named(
            PROVINCE + "".join(draw.choice(may_stand) for may_stand in places),
            kind,
            draw.choice(_DRAWN_LETTERS),
            draw.randint(-3, 24),
            draw.choice(types),
        )


def _record(draw: random.Random, named: _Named, day: int) -> VehicleRecord:
    year = day // 10_000
    return VehicleRecord(
        number=named.number,
        kind=named.kind,
        vehicle_type=named.vehicle_type,
        use=named.use,
        valid_through=_last_day(day, named.months),
        letters=named.letters,
        colour=named.colour or draw.choice(("A", "B", "H", "J")),
        vin_tail=named.vin_tail or "".join(draw.choice(_VIN) for _ in range(6)),
        brand=draw.choice(("样车牌 SX7150", "示例牌 SL1041", "试作牌 SZ125")),
        details=RecordDetails(
            first_registered=(year - draw.randint(1, 12)) * 10_000 + draw.randint(1, 12) * 100 + 15,
            scrap_date=None if named.scrap_in_years is None else (year + named.scrap_in_years) * 10_000 + 630,
        ),
        newest_cti=draw.randbytes(CTI_SIZE) if named.newest_known else None,
    )


def _last_day(day: int, months: int) -> int:
    """Return the last day, yyyymmdd, of the month `months` after a day's."""
    year, month = divmod(day // 10_000 * 12 + day // 100 % 100 - 1 + months, 12)
    return year * 10_000 + (month + 1) * 100 + monthrange(year, month + 1)[1]
