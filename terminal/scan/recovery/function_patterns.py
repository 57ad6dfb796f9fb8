"""Function patterns of QR symbols (ISO/IEC 18004): the modules whose values do not depend on the text."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Signs = NDArray[np.float32]
"""[modules, modules]: positive for dark, negative for light, zero for unknown; the magnitude is certainty."""

VERSIONS = range(1, 41)


def modules(version: int) -> int:
    """Return the modules per side (clause 6.3)."""
    return 17 + 4 * version


@cache
def known(version: int) -> Signs:
    """Return the function modules of a version: 1 dark, -1 light, 0 for data modules.

    Finders with separators, timing, alignment, version information and the dark module (clause 6.3).
    """
    size = modules(version)
    signs = np.zeros((size, size), np.float32)
    signs[6, :] = signs[:, 6] = np.where(np.arange(size) % 2, -1, 1)
    centres = _alignments(version)
    for row, column in product(centres, repeat=2):
        if not _in_finder(row, column, size):
            signs[row - 2 : row + 3, column - 2 : column + 3] = _rings(5)
    corner = -np.ones((8, 8), np.float32)
    corner[:7, :7] = _rings(7)
    signs[:8, :8] = corner
    signs[:8, -8:] = corner[:, ::-1]
    signs[-8:, :8] = corner[::-1]
    signs[-8, 8] = 1
    if version >= 7:
        bits = _polynomial(version, 6, 0x1F25, 12)
        block = bits.reshape(6, 3)
        signs[:6, -11:-8] = block
        signs[-11:-8, :6] = block.T
    signs.setflags(write=False)
    return signs


@cache
def anchors(version: int) -> tuple[tuple[int, int, int], ...]:
    """Return top row, left column and side in modules of the three finders and of each alignment pattern."""
    size = modules(version)
    finders = ((0, 0, 7), (0, size - 7, 7), (size - 7, 0, 7))
    pairs = product(_alignments(version), repeat=2)
    return finders + tuple((row - 2, col - 2, 5) for row, col in pairs if not _in_finder(row, col, size))


def agreement(signs: Signs, version: int) -> float:
    """Return the share of function modules that have the right sign, 0 to 1."""
    fixed = known(version)
    return float(np.count_nonzero(signs * fixed > 0) / np.count_nonzero(fixed))


def likeness(signs: Signs, version: int) -> float:
    """Return the correlation of the signs with the function modules, -1 to 1."""
    fixed = known(version)
    at = fixed != 0
    seen = signs[at] - signs[at].mean()
    must = fixed[at] - fixed[at].mean()
    return float(seen @ must / np.sqrt(max(1e-6, float(seen @ seen) * float(must @ must))))


def repainted(signs: Signs, version: int) -> Signs:
    """Return the signs with all function modules corrected and the most likely format information painted in.

    The format information is the one of its 32 words (clause 7.9) that agrees best with both copies, weighted
    by certainty.
    """
    at = _format_places(modules(version))
    words = _format_words()
    likeliest = words[np.argmax(words @ np.clip(signs[at], -1, 1).sum(axis=0))]
    fixed = known(version)
    out = np.where(fixed != 0, fixed, signs)
    out[at] = likeliest
    return out.astype(np.float32)


def _rings(size: int) -> Signs:
    """Return concentric squares around a dark centre: a finder for 7, an alignment pattern for 5."""
    away = np.abs(np.arange(size) - size // 2)
    ring = np.maximum(away[:, None], away)
    light = ring == (2 if size == 7 else 1)
    return np.where(light, -1, 1).astype(np.float32)


def _alignments(version: int) -> list[int]:
    """Return the rows, which are also the columns, of the alignment pattern centres (annex E)."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    last = modules(version) - 7
    return [6, *(last - step * nth for nth in range(count - 2, -1, -1))]


def _in_finder(row: int, column: int, size: int) -> bool:
    return (row, column) in ((6, 6), (6, size - 7), (size - 7, 6))


def _polynomial(value: int, width: int, generator: int, checks: int) -> Signs:
    """Return a BCH code word as signs, least significant bit first."""
    rest = value << checks
    for bit in reversed(range(checks, checks + width)):
        if rest >> bit & 1:
            rest ^= generator << (bit - checks)
    word = value << checks | rest
    bits = np.array([word >> bit & 1 for bit in range(checks + width)])
    return np.where(bits, 1, -1).astype(np.float32)


@cache
def _format_words() -> Signs:
    """Return the 32 masked words of format information, [32, 15], least significant bit first."""
    mask = np.array([0x5412 >> bit & 1 for bit in range(15)])
    plain = np.stack([_polynomial(value, 5, 0x537, 10) for value in range(32)])
    return np.where(mask, -plain, plain).astype(np.float32)


@cache
def _format_places(size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns, [2, 15] each, of both copies of the format information (clause 7.9.1)."""
    down = [0, 1, 2, 3, 4, 5, 7, 8]
    first = [(row, 8) for row in down] + [(8, column) for column in (7, 5, 4, 3, 2, 1, 0)]
    second = [(8, size - 1 - nth) for nth in range(8)] + [(size - 15 + nth, 8) for nth in range(8, 15)]
    places = np.array([first, second])
    return places[..., 0], places[..., 1]
