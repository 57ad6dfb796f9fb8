"""Find finder patterns: a dark ring around a light ring around a dark square, as nested contours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from terminal.model import Luma
    from terminal.scan.recovery.grid import Points

_WINDOWS = (8, 24)
"""Divisors of the longer side that give the thresholding windows, for large and for small codes."""
_DARKER = 4
"""Levels by which a dark pixel must be below the local mean, so that even areas count as light."""
_LEAST_AREA = 30.0
"""Smallest area of a finder, px²; the rings of a smaller one merge."""
_MOST_CONTOURS = 20_000
"""A picture with more contours is taken for noise and has no finders."""
_NEXT, _INNER = 0, 2
"""Columns of OpenCV's contour hierarchy: next sibling and first child."""


def finders(luma: Luma, most: int) -> list[Points]:
    """Return the outer corners, [4, (x, y)] px clockwise, of up to `most` finders, largest first."""
    found: list[Points] = []
    if min(luma.shape) < 21:
        return found
    luma = np.ascontiguousarray(luma)
    for part in _WINDOWS:
        window = max(11, max(luma.shape) // part | 1)
        mean = np.asarray(cv2.blur(luma, (window, window)), np.uint8)
        dark = np.asarray(
            cv2.threshold(cv2.subtract(mean, luma), _DARKER, 255, cv2.THRESH_BINARY)[1], np.uint8
        )
        for quad in _finders(dark):
            reach = 0.3 * np.sqrt(cv2.contourArea(quad))
            middles = (np.linalg.norm(quad.mean(axis=0) - known.mean(axis=0)) for known in found)
            if not any(middle < reach for middle in middles):
                found.append(quad)
    return sorted(found, key=cv2.contourArea, reverse=True)[:most]


def _finders(dark: Luma) -> Iterator[Points]:
    contours, hierarchy = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not 0 < len(contours) <= _MOST_CONTOURS:
        return
    tree: list[list[int]] = hierarchy[0].tolist()
    areas = [cv2.contourArea(contour) for contour in contours]
    for outer, area in enumerate(areas):
        middle = _middle(outer, tree, areas) if area >= _LEAST_AREA else None
        if middle is None:
            continue
        off = contours[outer].mean(axis=(0, 1)) - contours[middle].mean(axis=(0, 1))
        quad = _quad(contours[outer])
        if quad is not None and np.linalg.norm(off) < 0.2 * np.sqrt(area):
            yield quad


def _middle(outer: int, tree: Sequence[Sequence[int]], areas: Sequence[float]) -> int | None:
    """Return the contour of the dark centre nested in `outer`, if the areas match a finder's 49 : 25 : 9."""
    for ring in _inside(outer, tree):
        for middle in _inside(ring, tree) if areas[ring] > 0.25 * areas[outer] else ():
            if 0.08 * areas[outer] < areas[middle] < min(0.45 * areas[outer], 0.75 * areas[ring]):
                return middle
    return None


def _inside(contour: int, tree: Sequence[Sequence[int]]) -> Iterator[int]:
    inner = tree[contour][_INNER]
    while inner >= 0:
        yield inner
        inner = tree[inner][_NEXT]


def _quad(contour: NDArray[Any]) -> Points | None:
    """Return the contour's four corners, clockwise, or None if it is no quadrilateral.

    Contours run through pixel centres, so the corners are moved outwards by half a pixel.
    """
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, closed=True)
    for tolerance in (0.03, 0.045, 0.06, 0.08, 0.1):
        corners = cv2.approxPolyDP(hull, tolerance * around, closed=True)
        if len(corners) <= 4:
            break
    if len(corners) != 4 or cv2.contourArea(corners) < 0.8 * cv2.contourArea(hull):
        return None
    quad = corners[:, 0].astype(np.float32)
    if cv2.contourArea(quad, oriented=True) < 0:
        quad = quad[::-1]
    outwards = quad - quad.mean(axis=0)
    edge = 0.7 / np.maximum(1, np.linalg.norm(outwards, axis=1, keepdims=True))
    return np.asarray(quad + outwards * edge + 0.5, np.float32)
