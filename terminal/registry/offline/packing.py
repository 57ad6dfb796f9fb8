"""Packing of plates and offline list entries into integers (wire format, section 7).

Each file covers one province, so the packed plate omits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from terminal.model import Plate, VehicleFinding
from terminal.vehicle.inspection import end_of_month_s, is_month
from terminal.vehicle.tables import KINDS, PROVINCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ挂学警港澳领使试"
"""Digits 1 to 44; digit 0 marks the end of a shorter number."""
PLACES = 7
PLATES_A_KIND = (len(DIGITS) + 1) ** PLACES
TAKEN_OFF = -1
"""Record of a vehicle that a file of changes removes from the list."""

_DIGIT = {character: digit for digit, character in enumerate(DIGITS, 1)}
_POWERS = [(len(DIGITS) + 1) ** places for places in range(PLACES + 1)]
_SHORTEST = 4
"""Fewest characters after the province (wire format, section 3, `Vehicle`)."""
_NEVER_LISTED = frozenset(kind.code for kind in KINDS.values() if kind.pattern is None)
TABLE_KINDS = tuple(KINDS)
"""Plate kinds in the table's order: that of files that do not name their own."""
_FIRST_YEAR = 2000


class ListClass(IntEnum):
    """Summary of the status letters; overdue is not included, since it follows from the month."""

    PASS = 0
    CAUTION = 1
    OFF_ROAD = 2
    ALARM = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class OfflineEntry:
    """List entry of a vehicle."""

    month: int
    """检验有效期至, yyyymm; valid through the last day of the month, Asia/Shanghai."""
    list_class: ListClass


def province_of(plate: Plate) -> str | None:
    """Return the province whose files would list the vehicle; None if its number names none."""
    return plate.number[:1] if plate.number[:1] in PROVINCES else None


def places_of(kinds: Sequence[str]) -> Mapping[str, int]:
    """Return the place of each kind in a file's `kinds`, from 0."""
    return {code: place for place, code in enumerate(kinds)}


TABLE_PLACES = places_of(TABLE_KINDS)


def pack_plate(plate: Plate, places: Mapping[str, int] = TABLE_PLACES) -> int | None:
    """Pack a plate for a file with these kinds; None for a vehicle that such a file never lists.

    Never listed are kinds without a pattern, numbers that name no province, and numbers that are too short or
    have a character that is not a digit (临, 超, 应急). A number need not match its kind's pattern.
    """
    packed = places.get(plate.kind)
    if packed is None or plate.kind in _NEVER_LISTED or province_of(plate) is None:
        return None
    characters = plate.number[1:]
    if len(characters) < _SHORTEST:
        return None
    for character in characters:
        digit = _DIGIT.get(character)
        if digit is None:
            return None
        packed = packed * _POWERS[1] + digit
    return packed * _POWERS[PLACES - len(characters)] if len(characters) <= PLACES else None


def unpack_plate(packed: int, province: str, kinds: Sequence[str] = TABLE_KINDS) -> Plate:
    """Unpack a plate from a file of `province` with these kinds.

    Raises ValueError if no plate packs to this number.
    """
    index, rest = divmod(packed, PLATES_A_KIND)
    characters = []
    for power in reversed(_POWERS[:PLACES]):
        digit, rest = divmod(rest, power)
        characters.append(DIGITS[digit - 1] if digit else "")
    kind = kinds[index] if 0 <= index < len(kinds) else ""
    plate = Plate(province + "".join(characters), kind)
    if pack_plate(plate, places_of(kinds)) != packed:  # no such kind, a gap, or a number that is too short
        raise ValueError("no plate packs to this number")
    return plate


def pack_record(entry: OfflineEntry) -> int:
    """Pack an entry. Raises ValueError if its month is not allowed in a credential."""
    if not is_month(entry.month):
        raise ValueError(f"{entry.month} is not a month of validity")
    year, month = divmod(entry.month, 100)
    return ((year - _FIRST_YEAR) * 12 + month - 1) * 8 + entry.list_class


@cache
def unpack_record(record: int) -> OfflineEntry | None:
    """Unpack an entry; None for a removed vehicle. Raises ValueError for an invalid record."""
    if record == TAKEN_OFF:
        return None
    months, list_class = divmod(record, 8)
    year, month = divmod(months, 12)
    entry = OfflineEntry((_FIRST_YEAR + year) * 100 + month + 1, ListClass(list_class))
    if not is_month(entry.month):
        raise ValueError(f"{record} is not a valid record")
    return entry


LAST_RECORD = pack_record(OfflineEntry(219912, ListClass.UNKNOWN))


def finding_of(entry: OfflineEntry, now_s: float, *, dates_count: bool) -> VehicleFinding:
    """Return the finding of a listed vehicle at `now_s` (Unix time, s); the highest rank decides (section 5).

    `dates_count` means that the clock is trusted and the list is not too old. Otherwise only alarms count,
    and everything else is unchecked.
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
