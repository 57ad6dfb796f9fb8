"""Withdraw credentials in the status lists of a repository's content (wire format, section 3, "Status")."""

from __future__ import annotations

import math
import zlib
from argparse import ArgumentTypeError
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys import files
from keys.arguments import place
from keys.trustset import STATUS_BITS
from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_COUNT_ONES = bytes(byte.bit_count() for byte in range(256))


@dataclass(frozen=True, slots=True)
class ListSize:
    """Size of a status list."""

    number: int
    places: int
    withdrawn: int
    raw: int
    """Bytes of the target."""
    bound: int
    """Entropy bound, bytes: the least average size of any encoding of this many withdrawn among these places.
    """
    compressed: int
    """Bytes after DEFLATE, as a server may send it."""


def withdraw(content: Path, places: Iterable[tuple[int, int]]) -> list[ListSize]:
    """Set the bit of each (list, index), writing each list once; return the sizes of the changed lists.

    Withdrawing a place twice changes nothing. A list is created or extended as needed.
    """
    lists: dict[int, bytearray] = {}
    for number, index in places:
        bits = lists.get(number)
        if bits is None:
            bits = lists[number] = bytearray(_load(content, number))
        if index >= 8 * len(bits):
            bits.extend(bytes(index // 8 + 1 - len(bits)))
        bits[index // 8] |= 1 << index % 8
    (content / "status").mkdir(exist_ok=True)
    for number, bits in lists.items():
        files.replace(_path(content, number), bytes(bits))
    return sizes(lists)


def read_places(path: Path) -> Iterable[tuple[int, int]]:
    """Read lines LIST:INDEX. Raises InputFault."""
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                yield place(line.strip())
            except ArgumentTypeError as error:
                raise InputFault(f"{path}, line {number}: {error}") from error


def sizes(lists: Mapping[int, bytes | bytearray]) -> list[ListSize]:
    """Measure status lists by number."""
    return [_size(number, bytes(lists[number])) for number in sorted(lists)]


def entropy_bound(places: int, withdrawn: int) -> int:
    """Return the least average bytes of any encoding: log2 of the number of choices, by Shannon's H."""
    share = withdrawn / places if places else 0
    if share in {0, 1}:
        return 0
    bits = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
    return math.ceil(places * bits / 8)


def _size(number: int, bits: bytes) -> ListSize:
    withdrawn = sum(bits.translate(_COUNT_ONES))
    places = 8 * len(bits)
    bound = entropy_bound(places, withdrawn)
    return ListSize(number, places, withdrawn, len(bits), bound, len(zlib.compress(bits, 9)))


def _load(content: Path, number: int) -> bytes:
    path = _path(content, number)
    return path.read_bytes() if path.exists() else bytes(STATUS_BITS // 8)


def _path(content: Path, number: int) -> Path:
    return content / "status" / f"{number}.bin"
