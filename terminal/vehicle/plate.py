"""Number plates: which numbers and kinds are possible, and which kinds fit a number.

Only length and alphabet refuse a number. Patterns of kinds are advice for typing and reading, because
authorities issue new forms before any table has them (wire format, section 3).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from terminal.model import Plate
from terminal.vehicle.tables import KINDS, PROVINCES, PlateKind, derived

_ANY_NUMBER = re.compile("[0-9A-Z一-鿿]{5,10}")
_ANY_KIND = re.compile("[0-9]{2}", re.ASCII)
_KIND = re.compile("[0-9A-Z]{2}")


def can_be(number: str) -> bool:
    """Return True if a plate may have this number: 5 to 10 of 0-9, A-Z and Chinese characters."""
    return _ANY_NUMBER.fullmatch(number) is not None


def can_be_kind(code: str) -> bool:
    """Return True if a plate kind may have this code, listed or not: two of 0-9 and A-Z."""
    return _KIND.fullmatch(code) is not None


def fits(plate: Plate) -> bool:
    """Return True if the number fits its kind's pattern, or, without a pattern, may be a number at all.

    False for a kind that the table does not list. Advice only: see the module.
    """
    kind = KINDS.get(plate.kind)
    if kind is None:
        return False
    return (kind.pattern or _ANY_NUMBER).fullmatch(plate.number) is not None


CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Letters that can be typed; I and O, which present numbers do not use, are for new forms."""
TAILS = ("挂", "学", "警", "港", "澳", "领", "使", "试", "临", "超")
WORDS = ("应急", "民航")
"""Two characters that are typed with one key."""
SYMBOLS = frozenset((*PROVINCES, *CAPITALS, *"0123456789", *TAILS, *WORDS))
"""Characters and words that a plate is typed with."""
LONGEST = 10
"""Length of the longest possible number."""
TRAILER, TRAILER_TAIL = "15", "挂"
"""Kind of a trailer's plate, and the character that its numbers end in."""
_TEMPORARY = "22"
_SHORT, _LONG = 7, 8
"""Lengths of the numbers that patterns describe."""
_HEADS = ("", "A", "京", "京A")
_ENDS = ("", "A", "X", "应急", *TAILS)


def kinds_of(number: str) -> tuple[str, ...]:
    """Return the codes of the kinds that a number fits, in the table's order.

    Kinds without a pattern come last, and only if credentials are issued for them.
    """
    fitting = [kind for kind in KINDS.values() if fits(Plate(number, kind.code))]
    patterned = [kind.code for kind in fitting if kind.pattern is not None]
    return (*patterned, *(kind.code for kind in fitting if kind.pattern is None and kind.credential))


def fits_a_pattern(number: str) -> bool:
    """Return True if the number fits the pattern of some kind; one that fits none is unusual."""
    return any(pattern.fullmatch(number) for pattern in _PATTERNS)


def kinds_offered(number: str) -> tuple[str, ...]:
    """Return the codes of the kinds to pick from, in the table's order, kinds without a pattern last.

    These are the kinds that the number fits. If it fits none but the temporary plate, which takes nearly any
    number, kinds with credentials are added whose numbers have about its length and its last character.
    """
    tail = number[-1:] if number[-1:] in TAILS else ""
    fitting = kinds_of(number)
    if any(code != _TEMPORARY and KINDS[code].pattern for code in fitting):
        return fitting
    if tail and _TEMPORARY in fitting:
        return fitting
    length = str(_SHORT if len(number) <= _SHORT else _LONG)
    near = [
        kind.code
        for kind in KINDS.values()
        if kind.credential and kind.pattern and length in kind.length and _tail_of(kind) in ("", tail)
    ]
    return (*near, *(kind.code for kind in KINDS.values() if kind.credential and kind.pattern is None))


def _tail_of(kind: PlateKind) -> str:
    """Return the character that all numbers of a kind end in, such as 挂; empty if there is none."""
    last = kind.pattern.pattern[-2:-1] if kind.pattern else ""
    return last if last in TAILS else ""


@lru_cache(maxsize=256)
def symbols_after(number: str) -> frozenset[str]:
    """Return the SYMBOLS that can follow the beginning of a number, by the patterns of all kinds."""
    return frozenset(symbol for symbol in SYMBOLS if _begins(number + symbol))


def _begins(number: str) -> bool:
    """Return True if some number that fits a pattern begins so."""
    return _begins_of(number, _SHORT) or _begins_of(number, _LONG)


def _begins_of(number: str, length: int) -> bool:
    """Return True if some number of this length that fits a pattern begins so: tries known ends, filled up
    with zeros.
    """
    for head, end in product(_HEADS, _ENDS):
        zeros = length - len(number) - len(head) - len(end)
        if zeros >= 0 and fits_a_pattern(number + head + "0" * zeros + end):
            return True
    return False


@lru_cache(maxsize=256)
def missing(number: str) -> int | None:
    """Return how many characters the beginning of a number lacks to have the shortest length that fits it.

    0 for a number that is long enough; None if no number that fits a pattern begins so, or if it is empty.
    A temporary plate's pattern takes six characters, its length in the table none below seven.
    """
    if not number:
        return None
    lengths = (length for length in (_SHORT, _LONG) if length >= len(number) and _begins_of(number, length))
    shortest = next(lengths, None)
    return None if shortest is None else shortest - len(number)


_PATTERNS: list[re.Pattern[str]] = []
"""All patterns in one regular expression, so that a symbol is tried quickly."""


@derived
def _read_patterns() -> None:
    every = {kind.pattern.pattern: None for kind in KINDS.values() if kind.pattern}
    _PATTERNS[:] = [re.compile("|".join(every))] if every else []
    symbols_after.cache_clear()
    missing.cache_clear()


RED_ON_LIGHT, RED_ON_DARK = "#C00000", "#FF4D4D"
"""Red of characters on light and on dark plates (colours.csv, column basis)."""


def red_places(plate: Plate) -> range:
    """Return the places of the characters that the plate of this kind has in red, counted from 0."""
    kind, number = KINDS.get(plate.kind), plate.number
    _, _, red = (kind.foreground if kind else "").partition("+red:")
    if red == "first two":
        return range(2)
    start = number.find(red) if red else -1
    return range(start, start + len(red)) if start >= 0 else range(0)


def has_dot(number: str) -> bool:
    """Return True if plates show a dot after the second character: a province and a letter lead the number.

    Numbers of tractors have digits after the province, and no dot.
    """
    letter = number[1:2]
    return number[:1] in PROVINCES and letter.isascii() and letter.isalpha()


def may_carry_credential(plate: Plate) -> bool:
    """Return True if a credential may name this plate (wire format, section 3, `Vehicle`).

    The number has 5 to 10 of 0-9, A-Z and Chinese characters; the kind is two digits, and not one that the
    table lists with credential `no`. Patterns do not matter.
    """
    kind = KINDS.get(plate.kind)
    issued = _ANY_KIND.fullmatch(plate.kind) is not None if kind is None else kind.credential
    return issued and _ANY_NUMBER.fullmatch(plate.number) is not None
