"""Numbers that differ from an entered one in a single character, for when the registry has no such vehicle.

Officers confuse characters that look alike, and touch the key beside the one they want. A neighbour that a
list knows is more likely to be the number on the plate than one that merely looks like it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.model import Plate
from terminal.vehicle.plate import fits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MOST_OFFERED = 3
"""Most numbers that are offered: as many plates as fit side by side and are told apart at a glance."""
_ALIKE = ("0D", "0O", "0Q", "8B", "2Z", "1I", "1L", "5S", "UV")
"""Pairs of characters that look alike on a plate."""
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def alike(one: str, other: str) -> bool:
    """Return True if two characters look alike on a plate."""
    return one + other in _ALIKE or other + one in _ALIKE


def neighbours(plate: Plate) -> tuple[Plate, ...]:
    """Return every plate of the same kind whose number differs in one digit or letter and fits the kind.

    Those with a character that looks alike come first, then by place. The province stays: its characters are
    picked from a keyboard of their own, and no list holds all provinces at hand. Of a kind that the table
    does not list there are none.
    """
    found = [
        (not alike(before, after), place, Plate(number, plate.kind))
        for place, before in enumerate(plate.number)
        if before in _CHARACTERS
        for after in _CHARACTERS
        if after != before
        for number in (plate.number[:place] + after + plate.number[place + 1 :],)
        if fits(Plate(number, plate.kind))
    ]
    return tuple(near for _, _, near in sorted(found, key=lambda one: one[:2]))


def offered(plate: Plate, known: Callable[[tuple[Plate, ...]], Collection[Plate]]) -> tuple[Plate, ...]:
    """Return the neighbours to offer, best first, at most MOST_OFFERED.

    `known` returns those of its plates that a list has. These come first, then those that only look alike.
    """
    near = neighbours(plate)
    listed = known(near)
    best = [one for one in near if one in listed]
    rest = [one for one in near if one not in listed and _looks_like(one.number, plate.number)]
    return (*best, *rest)[:MOST_OFFERED]


def _looks_like(one: str, other: str) -> bool:
    return all(first == second or alike(first, second) for first, second in zip(one, other, strict=True))
