"""Vehicle identification numbers (GB 16735, ISO 3779): characters, length and check digit."""

from __future__ import annotations

from terminal.vehicle.compare import VIN_LENGTH, is_vin

__all__ = ["CHARACTERS", "VIN_LENGTH", "check_character", "is_vin"]

CHARACTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
"""Characters of a VIN: digits and capitals without I, O and Q."""
CHECK_PLACE = 8
"""Place of the check character, from 0."""
_VALUES = dict(zip(CHARACTERS, (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def check_character(vin: str) -> str:
    """Return the character that a whole VIN has at CHECK_PLACE by its other characters: 0 to 9, or X.

    Vehicles made in China and North America have it; others may have any character there, so a difference
    is a ground to read the number again, and none to refuse it.
    """
    remainder = sum(weight * _VALUES[one] for weight, one in zip(_WEIGHTS, vin, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)
