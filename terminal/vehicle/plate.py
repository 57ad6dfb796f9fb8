"""A plate is a kind and a number; the number's form is hard, its issuing letter is not."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from terminal.model import Plate
from terminal.vehicle.tables import KINDS, PROVINCES

_ANY_NUMBER = re.compile("[0-9A-Z一-鿿]{5,10}")
_ANY_KIND = re.compile("[0-9]{2}", re.ASCII)


def fits(plate: Plate) -> bool:
    """Whether the number fits its kind: the kind's pattern, or 5 to 10 of 0-9 A-Z and Chinese characters.

    Advice for typing and for reading plates: authorities issue new forms before any table has them.
    """
    kind = KINDS.get(plate.kind)
    if kind is None:
        return False
    return (kind.pattern or _ANY_NUMBER).fullmatch(plate.number) is not None


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which no sequence has."""
ISSUER_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""The letter after the province may be O (internal series)."""
TAILS = ("挂", "学", "警", "港", "澳", "领", "使", "试", "临", "超")
WORDS = ("应急", "民航")
"""What two characters of a plate say together."""
SYMBOLS = frozenset((*PROVINCES, *ISSUER_LETTERS, *"0123456789", *TAILS, *WORDS))
"""What a plate is typed with."""
LONGEST = 8
"""Characters of the longest number."""
_PATTERNED = re.compile("|".join({kind.pattern.pattern: None for kind in KINDS.values() if kind.pattern}))
_LENGTHS = (7, LONGEST)
_HEADS = ("", "A", "京", "京A")
_ENDS = ("", "A", "X", "应急", *TAILS)


def kinds_of(number: str) -> tuple[str, ...]:
    """The codes of all kinds that this number fits, in the table's order; kinds without a pattern, of which
    any number may be, only where credentials are issued for them, and last.
    """
    fitting = [kind for kind in KINDS.values() if fits(Plate(number, kind.code))]
    patterned = [kind.code for kind in fitting if kind.pattern is not None]
    return (*patterned, *(kind.code for kind in fitting if kind.pattern is None and kind.credential))


@lru_cache(maxsize=256)
def symbols_after(number: str) -> frozenset[str]:
    """The SYMBOLS with which a number so far goes on to one of a kind that has a pattern."""
    return frozenset(symbol for symbol in SYMBOLS if _begins(number + symbol))


def _begins(number: str) -> bool:
    """Whether a number of some pattern begins so: tried with what patterns ask for, filled up with zeros."""
    for length, head, end in product(_LENGTHS, _HEADS, _ENDS):
        zeros = length - len(number) - len(head) - len(end)
        if zeros >= 0 and _PATTERNED.fullmatch(number + head + "0" * zeros + end):
            return True
    return False


def may_carry_credential(plate: Plate) -> bool:
    """Whether a credential may name this plate (wire format, section 3, `Vehicle`): 5 to 10 of 0-9 A-Z and
    Chinese characters, and a kind of two digits that the table does not list without credentials.

    Patterns of numbers refuse nothing here.
    """
    kind = KINDS.get(plate.kind)
    issued = _ANY_KIND.fullmatch(plate.kind) is not None if kind is None else kind.credential
    return issued and _ANY_NUMBER.fullmatch(plate.number) is not None
