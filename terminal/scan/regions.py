"""A code is where the picture changes quickly both across and down: a glance at the whole frame shows that.

Differences between neighbours, gathered in cells of 16 pixels, the lesser of both directions:
lines and edges have one direction, noise has a floor that is everywhere, a code has neither.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.strategy import Box
from terminal.scan.views import halved, scaled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from terminal.model import Luma

CELL = 16
"""Pixels of the frame across a cell of the texture."""
MARGIN = 3 * CELL
"""Pixels of quiet zone that a region is given on every side."""
_PROMINENT = 0.4
"""Of the way from the mean to the most; what is above belongs to a region."""

_MOST = 4
"""How many regions are worth a look."""
_LEAST_ACROSS = 5
_MOST_SLENDER = 3


def texture(luma: Luma) -> Luma:
    """How much each cell changes in both directions, uint8 [height / 16, width / 16]; no side is below 64.

    Every other row is left out: the memory that is read is what this costs.
    """
    thin = halved(luma[::2])  # a pixel is 2 across and 4 down
    across = np.asarray(cv2.absdiff(thin[:-1, 1:], thin[:-1, :-1]), np.uint8)
    down = np.asarray(cv2.absdiff(thin[1:, :-1], thin[:-1, :-1]), np.uint8)
    changes = (halved(halved(change)) for change in (across, down))
    least = cv2.min(*(scaled(change, 0.5, 1) for change in changes))
    return np.asarray(cv2.blur(least, (3, 3)), np.uint8)


def boxes(cells: Luma, width: int, height: int) -> list[Box]:
    """Regions of much texture, the largest first, in pixels of a frame of this size."""
    return [_box(stats, width, height) for stats in _components(cells)]


def compact_boxes(cells: Luma, least: float, width: int, height: int) -> list[Box]:
    """Such regions as large and as square as a symbol of ours, where any texture reaches `least`.

    What a shadow or a fold has parted is one region: their margins overlap.
    """
    if peak(cells) < least:
        return []
    found: list[Box] = []
    for box in boxes(cells, width, height):
        near = [other for other in found if other.overlaps(box)]
        found = [other for other in found if other not in near]
        found.append(reduce(Box.joined, near, box))
    return [box for box in found if _is_compact(box)]


def peak(cells: Luma) -> float:
    """The most texture of any cell."""
    return float(cv2.minMaxLoc(cells)[1])


def _components(cells: Luma) -> list[list[int]]:
    """Left, top, width, height and area, in cells, of connected cells with much texture."""
    mean = cv2.mean(cells)[0]
    _, marked = cv2.threshold(cells, int(mean + _PROMINENT * (peak(cells) - mean)), 1, cv2.THRESH_BINARY)
    _, _, stats, _ = cv2.connectedComponentsWithStats(marked)
    found: list[list[int]] = stats[1:].tolist()
    return sorted(found, key=_area, reverse=True)[:_MOST]


def _box(stats: list[int], width: int, height: int) -> Box:
    left, top, across, down, _ = stats
    box = Box(left * CELL, top * CELL, (left + across) * CELL, (top + down) * CELL)
    return box.grown(MARGIN, width, height)


def _area(stats: list[int]) -> int:
    return stats[cv2.CC_STAT_AREA]


def _is_compact(box: Box) -> bool:
    shorter, longer = sorted((box.width, box.height))
    return shorter >= _LEAST_ACROSS * CELL + 2 * MARGIN and longer <= _MOST_SLENDER * shorter


def without(cells: Luma, known: Iterable[Box]) -> Luma:
    """The texture outside of these boxes."""
    left = cells.copy()
    for box in known:
        left[box.top // CELL : -(-box.bottom // CELL) + 1, box.left // CELL : -(-box.right // CELL) + 1] = 0
    return left
