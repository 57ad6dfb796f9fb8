"""Sampling grid of a symbol: fitted to its corners, then adjusted until the samples have the most contrast.

Paper curls and cloth folds, so a homography alone can be off by half a module. A sample gains contrast as it
approaches the centre of its module; neighbours therefore move together to where contrast is greatest. The
function modules, whose values are known, keep the grid from slipping by a module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from terminal.scan.recovery.function_patterns import known, modules

if TYPE_CHECKING:
    from terminal.model import Luma
    from terminal.scan.recovery.function_patterns import Signs

Points = NDArray[np.float32]

SAMPLES = 7
"""Pixels per module in the straightened picture; odd, so that each module has a centre pixel."""
_REACH = 4
"""Largest displacement of a module in one adjustment, in pixels of the straightened picture."""
_MOST = 16
"""Pixels of the photograph kept per module; a larger symbol is reduced to this."""
_KNOWN = 6.0
"""Weight of a function module relative to a data module."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Positions of a symbol's modules in a picture."""

    luma: Luma
    version: int
    centres: Points
    """Module centres, [modules + 2, modules + 2, (x, y)] in pixels of `luma`, with a margin of one module."""


def flat(luma: Luma, corners: Points, version: int) -> Grid | None:
    """Return the plane grid through the symbol's outer corners, [4, (x, y)] px, clockwise from its upper
    left.

    None if the corners are not convex and clockwise, or if a module would be smaller than half a pixel.
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
    """Crop the picture to the corners and reduce it if the modules are large; return both."""
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
    """Return local darkness, float32, about -1 to 1, positive for dark, at SAMPLES pixels per module."""
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
    """Return the value at each module's centre in the straightened picture, [modules, modules]."""
    first = SAMPLES + SAMPLES // 2
    return square[first:-SAMPLES:SAMPLES, first:-SAMPLES:SAMPLES]


def glimpsed(grid: Grid) -> Signs:
    """Return one pixel per module less its neighbours' mean: cheaper and less reliable than `sampled`."""
    across, down = cv2.split(np.ascontiguousarray(grid.centres[1:-1, 1:-1]))
    soft = cv2.blur(grid.luma, (3, 3))
    shown = cv2.remap(soft, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(shown, (7, 7)).astype(np.float32) - shown, np.float32)


def bent(grid: Grid, square: Points, spread: float) -> Grid:
    """Return the grid with each module moved to the greatest contrast, smoothed over `spread` modules."""
    gain = _gain(square, known(grid.version))
    together = cv2.GaussianBlur(gain, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    best = together.argmax(axis=-1)
    steps = np.stack(np.divmod(best, 2 * _REACH + 1), axis=-1)[..., ::-1] - _REACH
    moves = cv2.GaussianBlur(
        steps.astype(np.float32) / SAMPLES, (0, 0), spread, borderType=cv2.BORDER_REPLICATE
    )
    return moved(grid, np.pad(moves, ((1, 1), (1, 1), (0, 0)), mode="edge"))


def moved(grid: Grid, moves: Points) -> Grid:
    """Return the grid with each centre moved by `moves`, in modules along its own row and column."""
    down, across = np.gradient(grid.centres, axis=(0, 1))
    centres = grid.centres + moves[..., :1] * across + moves[..., 1:] * down
    return Grid(grid.luma, grid.version, centres.astype(np.float32))


def _gain(square: Points, fixed: Signs) -> Points:
    """Return each module's score for each displacement in reach, [n, n, moves].

    The score is contrast for data modules and agreement for function modules, less a cost for the distance.
    """
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
