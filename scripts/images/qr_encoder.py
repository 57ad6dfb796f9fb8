"""Encode arbitrary bytes as the data of an otherwise valid QR symbol (ISO/IEC 18004), versions 1-L to 5-L.

Encoders only write meaningful data; this one tests readers with truncated segments, wrong lengths and unknown
modes behind valid error correction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Modules = npt.NDArray[np.uint8]

BLOCKS = ((19, 7), (34, 10), (55, 15), (80, 20), (108, 26))
"""Data and error correction codewords of versions 1-L to 5-L, each a single block (table 9)."""
MASKS = 8
_LEVEL_L = 0b01
_POLYNOMIAL = 0x11D


def symbol(version: int, mask: int, data: bytes) -> Modules:
    """Return the modules of a symbol, uint8 [side, side], 1 dark; its codewords are `data` and zeros."""
    size, checks = BLOCKS[version - 1]
    codewords = data[:size].ljust(size, b"\0")
    codewords += correction(codewords, checks)
    modules, fixed = frame(version)
    bits = np.unpackbits(np.frombuffer(codewords, np.uint8))
    for at, (row, column) in enumerate(_places(fixed)):
        bit = int(bits[at]) if at < bits.size else 0  # the remainder bits are 0
        modules[row, column] = bit ^ _masked(mask, row, column)
    _write_format(modules, mask)
    return modules


def frame(version: int) -> tuple[Modules, Modules]:
    """Return a symbol's function patterns, and the mask of these with format and version, uint8 [side, side].

    Of several alignment patterns only the last is drawn.
    """
    side = 17 + 4 * version
    modules, fixed = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    modules[6, ::2] = modules[::2, 6] = 1
    fixed[6, :] = fixed[:, 6] = 1
    for row, column in ((0, 0), (0, side - 7), (side - 7, 0)):
        _square(modules, row, column, 7)
        top, left = max(0, row - 1), max(0, column - 1)
        fixed[top : row + 8, left : column + 8] = 1
    fixed[8, :9] = fixed[:9, 8] = fixed[8, side - 8 :] = fixed[side - 8 :, 8] = 1
    if version > 1:
        _square(modules, side - 9, side - 9, 5)
        fixed[side - 9 : side - 4, side - 9 : side - 4] = 1
    if version > 6:  # version information
        fixed[:6, side - 11 : side - 8] = fixed[side - 11 : side - 8, :6] = 1
    return modules, fixed


def correction(data: bytes, checks: int) -> bytes:
    """Return the Reed-Solomon codewords for `data` (clause 7.5)."""
    generator = [1]
    root = 1
    for _ in range(checks):
        shifted = [*generator, 0]
        generator = [a ^ _times(b, root) for a, b in zip(shifted, [0, *generator], strict=True)]
        root = _times(root, 2)
    rest = [0] * checks
    for byte in data:
        factor = byte ^ rest[0]
        rest = [a ^ _times(b, factor) for a, b in zip([*rest[1:], 0], generator[1:], strict=True)]
    return bytes(rest)


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (_POLYNOMIAL if a & 0x80 else 0)
        b >>= 1
    return product


def _square(modules: Modules, row: int, column: int, side: int) -> None:
    """Draw a dark square with a light ring in it."""
    modules[row : row + side, column : column + side] = 1
    modules[row + 1 : row + side - 1, column + 1 : column + side - 1] = 0
    modules[row + 2 : row + side - 2, column + 2 : column + side - 2] = 1


def _places(fixed: Modules) -> Iterator[tuple[int, int]]:
    """Yield the data module positions in order: column pairs from the right, up and down (clause 7.7.3)."""
    side = len(fixed)
    for turn, right in enumerate([*range(side - 1, 6, -2), *range(5, 0, -2)]):
        rows = range(side) if turn % 2 else range(side - 1, -1, -1)
        for row in rows:
            for column in (right, right - 1):
                if not fixed[row, column]:
                    yield row, column


def _masked(mask: int, row: int, column: int) -> int:
    both = row * column
    return int(
        (
            (row + column) % 2,
            row % 2,
            column % 3,
            (row + column) % 3,
            (row // 2 + column // 3) % 2,
            both % 2 + both % 3,
            (both % 2 + both % 3) % 2,
            ((row + column) % 2 + both % 3) % 2,
        )[mask]
        == 0
    )


def _write_format(modules: Modules, mask: int) -> None:
    """Write level and mask twice with their BCH code (clause 7.9), and the dark module."""
    said = _LEVEL_L << 3 | mask
    rest = said
    for _ in range(10):
        rest = rest << 1 ^ (rest >> 9) * 0x537
    word = (said << 10 | rest) ^ 0x5412
    side = len(modules)
    first = [(row, 8) for row in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, column) for column in (7, 5, 4, 3, 2, 1, 0)]
    second = [(8, side - 1 - at) for at in range(8)] + [(side - 15 + at, 8) for at in range(8, 15)]
    for at, (one, other) in enumerate(zip(first, second, strict=True)):
        modules[one] = modules[other] = word >> at & 1
    modules[side - 8, 8] = 1
