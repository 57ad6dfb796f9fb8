"""Hypothesis strategies for values of the strict profile, and an equality that distinguishes True from 1."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from terminal.wire.cbor import Value

INTEGERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(
        [sign * (2**n) + d for n in (0, 4, 8, 16, 32, 62) for sign in (1, -1) for d in (-1, 0, 1)]
    ),
    st.integers(-300, 300),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
LEAVES = st.one_of(INTEGERS, st.binary(max_size=300), TEXTS, st.booleans(), st.none())


def _values(depth: int) -> st.SearchStrategy[Value]:
    values: st.SearchStrategy[Value] = LEAVES
    for _ in range(depth):
        values = st.one_of(
            LEAVES, st.lists(values, max_size=4), st.dictionaries(INTEGERS, values, max_size=4)
        )
    return values


VALUES = _values(6)


def same(a: Value, b: Value) -> bool:
    """Return True if two values are equal and have the same types at every level."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(type(k) is int and same(a[k], b[k]) for k in a)
    return a == b


@st.composite
def mutated(draw: st.DrawFn, originals: st.SearchStrategy[bytes]) -> bytes:
    """Draw valid bytes with a few of them changed, removed, repeated or added."""
    content = bytearray(draw(originals))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["change", "drop", "add", "repeat", "cut"])):
            case "change" if content:
                content[at] = draw(st.integers(0, 255))
            case "drop":
                del content[at : at + draw(st.integers(1, 4))]
            case "add":
                content[at:at] = draw(st.binary(min_size=1, max_size=3))
            case "repeat":
                content[at:at] = content[at : at + draw(st.integers(1, 8))]
            case _:
                del content[at:]
    return bytes(content)
