"""Distance: tell a code that is too far away, and so too small to be read, from the traces that it leaves."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2

from terminal.scan.recovery.finders import finders
from terminal.scan.regions import MARGIN

if TYPE_CHECKING:
    from terminal.model import Luma
    from terminal.scan.steps import Box, SeriesState

SMALL_PX = 2.0
"""Pixels a module below which reading becomes unsure."""
TINY_PX = 112
"""Side of a region, px, in which no inspection mark has so many pixels a module."""
_SQUARE = 1.6
"""Largest ratio between the sides of a code's region."""
_LARGEST = 400
"""Longest side, px, of a region that is searched for finder patterns: the code in a larger one is near."""
_FINDER = 7
"""Modules across a finder pattern."""
_ALIKE = 1.6
"""Largest ratio of the widths of two finders of one code."""


def is_far(luma: Luma, series: SeriesState) -> bool:
    """Return True if the last frame, uint8 [height, width], has a code that is too small.

    Evidence is a symbol that was located, a small square of texture in the middle, or two finder patterns.
    """
    if series.pitch_px is not None:
        return series.pitch_px < SMALL_PX
    region = series.textured
    if region is None or max(region.width, region.height) > _LARGEST:
        return False
    if _is_tiny(region) and _is_aimed_at(region, luma.shape):
        return True
    found = finders(luma[region.top : region.bottom, region.left : region.right], 4)
    sides = [cv2.contourArea(quad) ** 0.5 for quad in found]
    return any(one <= _ALIKE * other and one < SMALL_PX * _FINDER for one, other in pairwise(sides))


def _is_tiny(region: Box) -> bool:
    across, down = region.width - 2 * MARGIN, region.height - 2 * MARGIN
    return max(across, down) <= TINY_PX and max(across, down) <= _SQUARE * max(1, min(across, down))


def _is_aimed_at(region: Box, shape: tuple[int, ...]) -> bool:
    """Return True if the region's centre is in the middle half of the frame."""
    height, width = shape[:2]
    x, y = (region.left + region.right) / 2, (region.top + region.bottom) / 2
    return width / 4 <= x <= 3 * width / 4 and height / 4 <= y <= 3 * height / 4
