"""Bloom filters of the offline list: most files need no query for a vehicle that they do not contain.

A file may carry a Bloom filter of its vehicles, in `meta` under `filter`, signed with the file. It has three
bits per vehicle and a power of two as its size. The bit positions of a plate are the three little-endian
32-bit numbers of BLAKE2b-96 (RFC 7693) over the plate as 8 bytes, most significant first, each modulo the
size; bit n is bit n % 8, counted from the least significant, of byte n // 8. Without filters a lookup
searches 31 files: a hundred random reads of a memory card instead of four.
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
"""Minimum size; it limits false positives to about two in a hundred."""
_FEWEST_BYTES, _MOST_BYTES = 8, 1 << 18
"""The maximum serves 209,715 vehicles, and takes 8 MB of memory if every file has that many."""

EVERYTHING = b"\xff"
"""Stands for the filter of a file that has none."""


class BloomFilters:
    """Filters of a province's files, interleaved: three reads test all files at once."""

    def __init__(self, contents: Sequence[bytes]) -> None:
        """Interleave filters as stored in the files, or EVERYTHING."""
        self._files = len(contents)
        largest = max(map(len, contents), default=1)
        self._last = largest - 1
        self._table = bytearray(largest * self._files)
        for index, content in enumerate(contents):
            # Repeating a filter does not change positions modulo a power of two.
            self._table[index :: self._files] = content * (largest // len(content))
        self._lowest_bits = int.from_bytes(b"\x01" * self._files, "little")

    def which(self, plate: int) -> list[int]:
        """Return the indices of the files that may contain a packed plate."""
        one, two, three = _places(plate)
        bits = self._lowest_bits & self._row(one) & self._row(two) & self._row(three)
        found = []
        while bits:  # one byte per file, of which the lowest bit remains
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
    """Build the filter of `count` packed plates; None if they are too many for a useful filter."""
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
