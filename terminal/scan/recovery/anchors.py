"""Fit a grid to its anchors, the finders and alignment patterns.

Each is searched for near its expected place, and the grid moves smoothly to match.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.recovery.function_patterns import anchors, known, modules
from terminal.scan.recovery.grid import SAMPLES, moved

if TYPE_CHECKING:
    from terminal.scan.recovery.function_patterns import Signs
    from terminal.scan.recovery.grid import Grid, Points

_REACH = {7: 2, 5: 3}
"""Search radius in modules by pattern size: finders lie close, since the corners were taken from them."""
_LEAST = 0.5
"""Minimum correlation with the pattern; anything below is taken for damaged and ignored."""
_FAR = 0.02
"""Correlation deducted per squared module of displacement."""
_STIFF = np.diag([1e-4, 1e-3, 1e-3, 3e-2, 1e-1, 1e-1]).astype(np.float32)
"""Ridge penalties of the fitted terms: shift, stretch along both axes, twist, bow along both axes."""


def anchored(grid: Grid, square: Points) -> Grid:
    """Return the grid fitted to the anchors seen in `square`, its straightened picture.

    With fewer than three visible anchors the grid is returned unchanged.
    """
    size = modules(grid.version)
    margin = max(_REACH.values()) * SAMPLES
    wide = np.pad(square, margin)
    fixed = known(grid.version)
    found = []
    for row, column, across in anchors(grid.version):
        top, left = (margin + (at + 1 - _REACH[across]) * SAMPLES for at in (row, column))
        side = (across + 2 * _REACH[across]) * SAMPLES
        pattern = fixed[row : row + across, column : column + across]
        move = _move(wide[top : top + side, left : left + side], pattern)
        if move is not None:
            found.append(((column + across / 2) / size, (row + across / 2) / size, *move))
    if len(found) < 3:
        return grid
    at_x, at_y, move_x, move_y, weight = np.array(found, np.float32).T
    terms = _terms(at_x - 0.5, at_y - 0.5)
    weighted = (terms * weight[:, None]).T
    shape = np.linalg.solve(weighted @ terms + _STIFF, weighted @ np.stack([move_x, move_y], axis=-1))
    return moved(grid, _everywhere(size) @ shape)


def _move(window: Points, pattern: Signs) -> tuple[float, float, float] | None:
    """Return a pattern's displacement across and down, in modules, and its correlation; None if unseen."""
    template = pattern.repeat(SAMPLES, axis=0).repeat(SAMPLES, axis=1)
    like = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), np.float32)
    away = (np.arange(len(like)) - len(like) // 2) / SAMPLES
    best = int((like - _FAR * (away[:, None] ** 2 + away**2)).argmax())
    down, across = divmod(best, len(like))
    sure = float(like[down, across])
    return (float(away[across]), float(away[down]), sure) if sure >= _LEAST else None


def _terms(across: Points, down: Points) -> Points:
    return np.stack([np.ones_like(across), across, down, across * down, across**2, down**2], axis=-1)


@cache
def _everywhere(size: int) -> Points:
    """The polynomial terms at every module centre of the grid, including its margin of one module."""
    at = np.arange(-0.5, size + 1, dtype=np.float32) / size - 0.5
    across, down = np.asarray(np.meshgrid(at, at), np.float32)
    return _terms(across, down)
