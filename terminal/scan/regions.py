"""A code is where the picture changes quickly both across and down: a glance at the whole frame shows that.

Differences between neighbours, gathered in cells of 16 pixels, the lesser of both directions: lines and
edges have one direction, noise has a floor that is everywhere, a code has neither.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.strategy import Box
from terminal.scan.views import halved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.model import Luma

CELL = 16
"""Pixels of the frame across a cell of the texture."""
MARGIN = 2 * CELL
"""Pixels of quiet zone that a region is given on every side."""
_PROMINENT = 0.4
"""Of the way from the mean to the most; what is above belongs to a region."""

_MOST = 4
"""How many regions are worth a look."""
_LEAST_ACROSS = 5
_MOST_SLENDER = 3


def texture(luma: Luma) -> Luma:
    """How much each cell changes in both directions, uint8 [height / 16, width / 16]; no side is below 64.

    Every fourth pixel of every fourth row tells enough: the memory that is read is what this costs.
    """
    height, width = luma.shape
    thin = cv2.resize(luma, (width // 4, height // 4), interpolation=cv2.INTER_NEAREST)
    across = np.asarray(cv2.absdiff(thin[:-1, 1:], thin[:-1, :-1]), np.uint8)
    down = np.asarray(cv2.absdiff(thin[1:, :-1], thin[:-1, :-1]), np.uint8)
    least = cv2.min(halved(halved(across)), halved(halved(down)))
    return np.asarray(cv2.blur(least, (3, 3)), np.uint8)


def boxes(cells: Luma, width: int, height: int) -> list[Box]:
    """Regions of much texture, the thickest first, in pixels of a frame of this size."""
    mean = cv2.mean(cells)[0]
    _, marked = cv2.threshold(cells, int(mean + _PROMINENT * (peak(cells) - mean)), 1, cv2.THRESH_BINARY)
    outlines, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = sorted(map(cv2.boundingRect, outlines), key=_thickness, reverse=True)
    return [_box(*rectangle).grown(MARGIN, width, height) for rectangle in found[:_MOST]]


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


def _thickness(rectangle: Sequence[int]) -> int:
    _, _, across, down = rectangle
    return across * down * min(across, down)


def _box(left: int, top: int, across: int, down: int) -> Box:
    return Box(left * CELL, top * CELL, (left + across) * CELL, (top + down) * CELL)


def _is_compact(box: Box) -> bool:
    shorter, longer = sorted((box.width, box.height))
    return shorter >= _LEAST_ACROSS * CELL + 2 * MARGIN and longer <= _MOST_SLENDER * shorter


def without(cells: Luma, known: Iterable[Box]) -> Luma:
    """The texture outside of these boxes."""
    left = cells.copy()
    for box in known:
        left[box.top // CELL : -(-box.bottom // CELL) + 1, box.left // CELL : -(-box.right // CELL) + 1] = 0
    return left
