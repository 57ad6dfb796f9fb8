"""The offline list in numbers: a plate and what is listed of it are an integer each, and nothing is lost.

Wire format, section 7. A file is of one province, so a plate's integer leaves the province out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from terminal.model import Plate, VehicleFinding
from terminal.vehicle.inspection import end_of_month_s, is_month
from terminal.vehicle.plate import fits
from terminal.vehicle.tables import KINDS, PROVINCES

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ挂学警港澳领使试"
"""The digits 1 to 44; digit 0 is no character."""
PLACES = 7
PLATES_A_KIND = (len(DIGITS) + 1) ** PLACES
TAKEN_OFF = -1
"""The record of a vehicle that a file of changes takes off the list."""

_DIGIT = {character: digit for digit, character in enumerate(DIGITS, 1)}
_POWERS = [(len(DIGITS) + 1) ** places for places in range(PLACES + 1)]
_KIND_AT = {kind.index: kind.code for kind in KINDS.values() if kind.pattern}
_FIRST_YEAR = 2000


class ListClass(IntEnum):
    """What the status letters amount to; overdue is not among them, since it follows from the month."""

    PASS = 0
    CAUTION = 1
    OFF_ROAD = 2
    ALARM = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """What is listed of a vehicle."""

    month: int
    """检验有效期至, yyyymm; valid through its last day, Asia/Shanghai."""
    list_class: ListClass


def province_of(plate: Plate) -> str | None:
    """The province whose files would list the vehicle; None where its number does not begin with one."""
    return plate.number[:1] if plate.number[:1] in PROVINCES else None


def pack_plate(plate: Plate) -> int | None:
    """The plate as its province's files have it; None for a vehicle that is never listed.

    That is a kind without a pattern, a number that does not fit its kind or does not begin with a province,
    and one with a character that is no digit (临, 超, 应急).
    """
    kind = KINDS.get(plate.kind)
    if kind is None or kind.pattern is None or province_of(plate) is None or not fits(plate):
        return None
    packed = kind.index
    characters = plate.number[1:]
    for character in characters:
        digit = _DIGIT.get(character)
        if digit is None:
            return None
        packed = packed * _POWERS[1] + digit
    return packed * _POWERS[PLACES - len(characters)] if len(characters) <= PLACES else None


def unpack_plate(packed: int, province: str) -> Plate:
    """The plate that `pack_plate` packed, of a file of `province`. Raises ValueError where there is none."""
    index, rest = divmod(packed, PLATES_A_KIND)
    characters = []
    for power in reversed(_POWERS[:PLACES]):
        digit, rest = divmod(rest, power)
        characters.append(DIGITS[digit - 1] if digit else "")
    plate = Plate(province + "".join(characters), _KIND_AT.get(index, ""))
    if pack_plate(plate) != packed:  # no such kind, a gap between digits, a number that does not fit
        raise ValueError("no plate packs to this number")
    return plate


def pack_record(entry: Entry) -> int:
    """The record of a listed vehicle. Raises ValueError where its month is none a credential may name."""
    if not is_month(entry.month):
        raise ValueError(f"{entry.month} is not a month of validity")
    year, month = divmod(entry.month, 100)
    return ((year - _FIRST_YEAR) * 12 + month - 1) * 8 + entry.list_class


@cache
def unpack_record(record: int) -> Entry | None:
    """What a record says; None for a vehicle taken off. Raises ValueError where it is no record."""
    if record == TAKEN_OFF:
        return None
    months, list_class = divmod(record, 8)
    year, month = divmod(months, 12)
    entry = Entry((_FIRST_YEAR + year) * 100 + month + 1, ListClass(list_class))
    if not is_month(entry.month):
        raise ValueError(f"{record} is not a record")
    return entry


LAST_RECORD = pack_record(Entry(219912, ListClass.UNKNOWN))


def judge(entry: Entry, now_s: float, *, dates_count: bool) -> VehicleFinding:
    """The finding of a listed vehicle at `now_s`, Unix time; the highest rank decides (section 5).

    `dates_count` says that the clock is trusted and the list not too old. Where it is not so, an alarm
    stands, and everything else is unchecked.
    """
    if entry.list_class is ListClass.ALARM:
        return VehicleFinding.CACHED_ALARM
    if not dates_count:
        return VehicleFinding.UNCHECKED
    if entry.list_class is ListClass.OFF_ROAD:
        return VehicleFinding.CACHED_OFF_ROAD
    if now_s >= _end_of_month_s(entry.month):
        return VehicleFinding.CACHED_OVERDUE
    return _IN_DATE[entry.list_class]


_end_of_month_s = cache(end_of_month_s)
_IN_DATE = {
    ListClass.UNKNOWN: VehicleFinding.UNKNOWN,
    ListClass.CAUTION: VehicleFinding.CACHED_CAUTION,
    ListClass.PASS: VehicleFinding.CACHED_VALID,
}
