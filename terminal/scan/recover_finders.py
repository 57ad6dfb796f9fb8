"""A finder is a dark ring about a light ring about a dark middle: a contour in a contour in a contour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from terminal.model import Luma
    from terminal.scan.recover_grid import Points

_WINDOWS = (8, 24)
"""Of the picture's longer side: the windows whose means tell dark from light, for large codes and small."""
_DARKER = 4
"""Than the mean, by how much dark is, so that flat ground is light."""
_LEAST_AREA = 30.0
"""Square pixels of a finder: below, its rings run together."""
_MOST_CONTOURS = 20_000
"""More is noise."""
_NEXT, _INNER = 0, 2
"""Columns of OpenCV's hierarchy."""


def finders(luma: Luma, most: int) -> list[Points]:
    """The outer corners [4, (x, y)] of finders, clockwise, in pixels; the largest first."""
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
    """The dark middle in the light ring in this contour, of a finder's proportions: 9 and 25 of 49."""
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
    """The four corners of a contour that has four; a contour runs through its outermost pixels' middles."""
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
