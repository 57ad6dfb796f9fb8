"""Whether a file of changes may have a vehicle: most need not be asked, and none is passed over that has it.

A file may carry a Bloom filter of its vehicles, in `meta` under `filter`, so that it is signed with them:
three bits a vehicle, of a number of bits that is a power of two. The places of a plate's bits are the three
little-endian 32-bit numbers of BLAKE2b-96 (RFC 7693) over the plate as 8 bytes, most significant first, each
modulo the number of bits; bit n is bit n % 8, from the least, of byte n // 8. Without a filter a vehicle is
looked for in 31 files, which costs a memory card a hundred random reads where this costs four.
"""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBERS = struct.Struct("<3I")
_PLATE = struct.Struct(">Q")
_BITS_A_VEHICLE = 10
"""At least; so a filter is wrong about two vehicles of a hundred that it does not hold, at the most."""
_FEWEST_BYTES, _MOST_BYTES = 8, 1 << 18
"""The most are for 209,715 vehicles, and take 8 MB of memory where every file has so many."""

EVERYTHING = b"\xff"
"""Stands for the filter of a file that has none."""


class Sieve:
    """The filters of a province's files, laid side by side: three looks tell it of all files at once."""

    def __init__(self, contents: Sequence[bytes]) -> None:
        """Of filters as the files have them, or EVERYTHING."""
        self._files = len(contents)
        largest = max(map(len, contents), default=1)
        self._last = largest - 1
        self._table = bytearray(largest * self._files)
        for index, content in enumerate(contents):
            # A place modulo a power of two is the same in a filter repeated.
            self._table[index :: self._files] = content * (largest // len(content))
        self._lowest_bits = int.from_bytes(b"\x01" * self._files, "little")

    def which(self, plate: int) -> list[int]:
        """The files, by the indices of their filters, that may have a packed plate."""
        one, two, three = _places(plate)
        bits = self._lowest_bits & self._row(one) & self._row(two) & self._row(three)
        found = []
        while bits:  # a byte a file, of which the lowest bit is left
            lowest = bits & -bits
            found.append(lowest.bit_length() >> 3)
            bits ^= lowest
        return found

    def _row(self, place: int) -> int:
        start = (place >> 3 & self._last) * self._files
        return int.from_bytes(self._table[start : start + self._files], "little") >> (place & 7)


def _places(plate: int) -> tuple[int, int, int]:
    one, two, three = _NUMBERS.unpack(blake2b(_PLATE.pack(plate), digest_size=_NUMBERS.size).digest())
    return one, two, three


def build(plates: Iterable[int], count: int) -> bytes | None:
    """The filter of `count` packed plates; None where they are too many for a filter to be of use."""
    size = _FEWEST_BYTES
    while size * 8 < count * _BITS_A_VEHICLE:
        size *= 2
    if size > _MOST_BYTES:
        return None
    content = bytearray(size)
    for plate in plates:
        for place in _places(plate):
            content[place >> 3 & size - 1] |= 1 << (place & 7)
    return bytes(content)
