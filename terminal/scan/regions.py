"""Find regions that may contain a code by their texture: strong changes both across and down.

Pixel differences are averaged over cells of 16 x 16 px, and each cell takes the lesser of the two directions:
lines and edges change in one direction only, and noise raises every cell alike.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.steps import Box
from terminal.scan.transforms import halved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.model import Luma

CELL = 16
"""Side of a texture cell, in pixels of the frame."""
MARGIN = 2 * CELL
"""Quiet zone, px, added on every side of a region."""
_PROMINENT = 0.4
"""Threshold between the mean and the maximum texture; a cell above it belongs to a region."""

_MOST = 4
"""Most regions returned for a frame."""
_LEAST_ACROSS = 5
_MOST_SLENDER = 3


def texture(luma: Luma) -> Luma:
    """Return the texture of each cell, uint8 [height // 16, width // 16]. No side of `luma` is below 64 px.

    Only every fourth pixel of every fourth row is read, since reading memory is the main cost.
    """
    height, width = luma.shape
    thin = cv2.resize(luma, (width // 4, height // 4), interpolation=cv2.INTER_NEAREST)
    across = np.asarray(cv2.absdiff(thin[:-1, 1:], thin[:-1, :-1]), np.uint8)
    down = np.asarray(cv2.absdiff(thin[1:, :-1], thin[:-1, :-1]), np.uint8)
    least = cv2.min(halved(halved(across)), halved(halved(down)))
    return np.asarray(cv2.blur(least, (3, 3)), np.uint8)


def boxes(cells: Luma, width: int, height: int) -> list[Box]:
    """Return the regions with the most texture, largest first, in pixels of a frame of this size."""
    mean = cv2.mean(cells)[0]
    _, marked = cv2.threshold(cells, int(mean + _PROMINENT * (peak(cells) - mean)), 1, cv2.THRESH_BINARY)
    outlines, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = sorted(map(cv2.boundingRect, outlines), key=_thickness, reverse=True)
    return [_box(*rectangle).grown(MARGIN, width, height) for rectangle in found[:_MOST]]


def compact_boxes(cells: Luma, least: float, width: int, height: int) -> list[Box]:
    """Return the regions large and square enough for an inspection mark, if any cell reaches `least`.

    Overlapping regions are joined, because a shadow or a fold may split one code.
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
    """Return the strongest texture of any cell."""
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
    """Return the texture with the cells of these boxes set to 0."""
    left = cells.copy()
    for box in known:
        left[box.top // CELL : -(-box.bottom // CELL) + 1, box.left // CELL : -(-box.right // CELL) + 1] = 0
    return left
