"""A grid lies where its modules are: it starts flat and bends until its samples are darkest and lightest.

Paper curls and cloth folds, so a homography alone misses modules by half their size. Moving a sample towards
the middle of its module raises its contrast, so neighbours move together to where contrast is greatest, and
modules that are known beforehand hold the grid to its count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from terminal.scan.recover_pattern import known, modules

if TYPE_CHECKING:
    from terminal.model import Luma
    from terminal.scan.recover_pattern import Signs

Points = NDArray[np.float32]

SAMPLES = 7
"""Pixels that the straightened picture gives to a module; odd, so that a module has a middle pixel."""
_REACH = 4
"""Pixels of these by which a module may move at once."""
_MOST = 16
"""Pixels of the photograph for a module that are worth keeping."""
_KNOWN = 6.0
"""How many modules a known one counts for."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the modules of a symbol lie in a picture."""

    luma: Luma
    version: int
    centres: Points
    """[modules + 2, modules + 2, (x, y)] in pixels of `luma`: one module more on every side."""


def flat(luma: Luma, corners: Points, version: int) -> Grid | None:
    """The plane grid through the symbol's four outer corners, [4, (x, y)] clockwise from its upper left.

    None where they do not go round clockwise, or where a module would have less than half a pixel.
    """
    size = modules(version)
    cut = _cut(luma, corners, size)
    if cut is None:
        return None
    patch, moved = cut
    square = np.array([(0, 0), (size, 0), (size, size), (0, size)], np.float32)
    to_picture = cv2.getPerspectiveTransform(square, moved)
    middles = np.arange(-0.5, size + 1, dtype=np.float32)
    across, down = np.meshgrid(middles, middles)
    plane = np.stack([across, down, np.ones_like(across)], axis=-1) @ to_picture.T
    if plane[..., 2].min() <= 1e-6:  # beyond the horizon
        return None
    centres = plane[..., :2] / plane[..., 2:] - 0.5
    return Grid(patch, version, centres.astype(np.float32))


def _cut(luma: Luma, corners: Points, size: int) -> tuple[Luma, Points] | None:
    """What lies about the corners, shrunk where its modules are large, and the corners in it."""
    if not np.isfinite(corners).all() or np.abs(corners).max() > 1e5 or not _is_convex(corners):
        return None
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    if sides.min() < size / 2:
        return None
    height, width = luma.shape
    margin = sides.max() / size * 2 + 2
    left, top = np.clip(corners.min(axis=0) - margin, 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(corners.max(axis=0) + margin, 0, (width, height)).astype(int).tolist()
    if min(right - left, bottom - top) < size // 2:
        return None
    patch = np.ascontiguousarray(luma[top:bottom, left:right])
    factor = min(1.0, _MOST * size / sides.max())
    if factor < 1:
        shape = (max(1, round((right - left) * factor)), max(1, round((bottom - top) * factor)))
        patch = np.asarray(cv2.resize(patch, shape, interpolation=cv2.INTER_AREA), np.uint8)
    return patch, ((corners - (left, top)) * factor).astype(np.float32)


def _is_convex(corners: Points) -> bool:
    ahead = np.roll(corners, -1, axis=0) - corners
    behind = np.roll(ahead, 1, axis=0)
    return bool((behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0] > 1).all())


def straightened(grid: Grid) -> Points:
    """How dark each place is against what lies about it, about -1 to 1, SAMPLES pixels a module."""
    side = grid.centres.shape[0] * SAMPLES
    places = np.asarray(cv2.resize(grid.centres, (side, side)), np.float32)
    across, down = cv2.split(places)
    square = cv2.remap(grid.luma, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(square, (5, 5), 0).astype(np.float32)
    around = (7 * SAMPLES, 7 * SAMPLES)
    mean = cv2.blur(smooth, around)
    contrast = np.sqrt(np.maximum(cv2.blur(smooth * smooth, around) - mean * mean, 16))
    return np.asarray((mean - smooth) / contrast, np.float32)


def sampled(square: Points) -> Signs:
    """What the straightened picture shows at the middle of each module."""
    first = SAMPLES + SAMPLES // 2
    return square[first:-SAMPLES:SAMPLES, first:-SAMPLES:SAMPLES]


def glimpsed(grid: Grid) -> Signs:
    """What one pixel in the middle of each module shows against its neighbours: less sure, and cheap."""
    across, down = cv2.split(np.ascontiguousarray(grid.centres[1:-1, 1:-1]))
    soft = cv2.blur(grid.luma, (3, 3))
    shown = cv2.remap(soft, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(shown, (7, 7)).astype(np.float32) - shown, np.float32)


def bent(grid: Grid, square: Points, spread: float) -> Grid:
    """The grid with each module moved to where it and those `spread` modules about show most contrast."""
    gain = _gain(square, known(grid.version))
    together = cv2.GaussianBlur(gain, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    best = together.argmax(axis=-1)
    steps = np.stack(np.divmod(best, 2 * _REACH + 1), axis=-1)[..., ::-1] - _REACH
    moves = cv2.GaussianBlur(
        steps.astype(np.float32) / SAMPLES, (0, 0), spread, borderType=cv2.BORDER_REPLICATE
    )
    return moved(grid, np.pad(moves, ((1, 1), (1, 1), (0, 0)), mode="edge"))


def moved(grid: Grid, moves: Points) -> Grid:
    """The grid with each centre moved, in modules across and down its own rows and columns."""
    down, across = np.gradient(grid.centres, axis=(0, 1))
    centres = grid.centres + moves[..., :1] * across + moves[..., 1:] * down
    return Grid(grid.luma, grid.version, centres.astype(np.float32))


def _gain(square: Points, fixed: Signs) -> Points:
    """What each module gains by each move within reach, [n, n, moves]: contrast, or agreement if known."""
    width = 2 * _REACH + 1
    first = SAMPLES + SAMPLES // 2 - _REACH
    windows = np.lib.stride_tricks.sliding_window_view(square[first:, first:], (width, width))
    size = fixed.shape[0]
    seen = windows[: size * SAMPLES : SAMPLES, : size * SAMPLES : SAMPLES].reshape(size, size, -1)
    sign = fixed[..., None]
    return np.where(sign == 0, np.abs(seen), _KNOWN * sign * seen) - _effort()


def _effort() -> Points:
    away = np.arange(-_REACH, _REACH + 1) / SAMPLES
    return (0.1 * (away[:, None] ** 2 + away**2)).astype(np.float32).reshape(-1)
