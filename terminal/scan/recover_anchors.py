"""Finders and alignment patterns hold a grid: each is found near its place, and the grid follows smoothly."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.recover_grid import SAMPLES, moved
from terminal.scan.recover_pattern import anchors, known, modules

if TYPE_CHECKING:
    from terminal.scan.recover_grid import Grid, Points
    from terminal.scan.recover_pattern import Signs

_REACH = {7: 2, 5: 3}
"""By how many modules a finder and an alignment pattern may be off: the corners come from the finders."""
_LEAST = 0.5
"""Of the correlation with a pattern; what is less like it is damaged, and holds nothing."""
_FAR = 0.02
"""Of the correlation, for a module's distance squared."""
_STIFF = np.diag([1e-4, 1e-3, 1e-3, 3e-2, 1e-1, 1e-1]).astype(np.float32)
"""How the grid resists to be shifted, stretched, twisted and bowed."""


def anchored(grid: Grid, square: Points) -> Grid:
    """The grid with its anchors moved to where a straightened picture shows them; without three, as it is."""
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
    """By how many modules across and down a pattern is off, and how sure that is; None if it is not seen."""
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
    """The terms at every centre of a grid of so many modules and its margin."""
    at = np.arange(-0.5, size + 1, dtype=np.float32) / size - 0.5
    across, down = np.asarray(np.meshgrid(at, at), np.float32)
    return _terms(across, down)
