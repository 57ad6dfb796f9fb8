"""Compare a code with the registry's record in colour, type and VIN (wire format, section 5).

A field is compared only if both sides have it and it is well-formed; anything else is no difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from terminal.model import ComparedField

if TYPE_CHECKING:
    from terminal.model import Vehicle

LEAST_VIN_TAIL = 4
"""Smallest common length of two VIN tails that are compared."""
VIN_CHARACTER = "[0-9A-HJ-NPR-Z]"
"""Pattern of a character of a VIN, without I, O and Q."""
VEHICLE_TYPE = re.compile("[A-Z][0-9A-Z]{2}")
"""Pattern of a vehicle type, such as K33."""
VIN_LENGTH = 17
_COLOUR = re.compile("[A-Z]+")
_VIN = re.compile(f"{VIN_CHARACTER}{{{VIN_LENGTH}}}")
_VIN_TAIL = re.compile(f"{VIN_CHARACTER}{{{LEAST_VIN_TAIL},{VIN_LENGTH}}}")
_OTHER_COLOUR = "Z"


def is_vin(text: str) -> bool:
    """Return True for a whole VIN: 17 of 0-9 and A-Z without I, O and Q."""
    return _VIN.fullmatch(text) is not None


def differing(code: Vehicle, registry: Vehicle) -> tuple[ComparedField, ...]:
    """Return the fields that differ between a code and the registry's record of the same vehicle."""
    differences = {
        ComparedField.COLOUR: _colours_differ(code.colour, registry.colour),
        ComparedField.TYPE: _types_differ(code.vehicle_type, registry.vehicle_type),
        ComparedField.VIN: _vins_differ(code.vin_tail, registry.vin_tail),
    }
    return tuple(name for name, differs in differences.items() if differs)


def _are(form: re.Pattern[str], *values: str | None) -> bool:
    """Return True if every value is present and well-formed."""
    return all(value is not None and form.fullmatch(value) is not None for value in values)


def _colours_differ(one: str | None, other: str | None) -> bool:
    """Return True if two sets of colour letters share none; other colours (Z) never differ."""
    if one is None or other is None or not _are(_COLOUR, one, other):
        return False
    return _OTHER_COLOUR not in one + other and set(one).isdisjoint(other)


def _types_differ(one: str, other: str) -> bool:
    """Return True if the first characters of two vehicle types differ, such as car and motorcycle."""
    return _are(VEHICLE_TYPE, one, other) and one[0] != other[0]


def _vins_differ(one: str | None, other: str | None) -> bool:
    """Return True if two VIN tails differ within their common length."""
    if one is None or other is None or not _are(_VIN_TAIL, one, other):
        return False
    common = min(len(one), len(other))
    return one[-common:] != other[-common:]
