"""Where finders are, a symbol may be: three of them place it, and so do two where the third is damaged.

All corners of a finder count, so that twelve points, not three, place a symbol that leans far out of the
camera's plane.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan import recover_grid
from terminal.scan.recover_finders import finders
from terminal.scan.recover_pattern import VERSIONS, likeness, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.model import Luma
    from terminal.scan.recover_grid import Points

_PLACES = {"upper left": (0, 0), "upper right": (1, 0), "lower left": (0, 1)}
"""Which ends of the symbol a finder lies at, across and down."""
_MOST_FINDERS = 8
_MOST_UNLIKE = 6.0
"""How many times as large as another a finder of one symbol may be."""
_FITTED = 16
"""How many of the best fitting places are compared with the picture, of three finders and of two."""
_LIKE = 0.3
"""Of the likeness to the function patterns; less is chance."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where a symbol may be."""

    corners: tuple[tuple[float, float], ...]
    """Its four outer corners in pixels, clockwise from its own upper left."""
    version: int
    likeness: float
    """To its function patterns, at most 1."""


@dataclass(frozen=True, slots=True)
class _Fit:
    error: float
    """Modules by which the finders' corners miss."""
    corners: Points
    version: int


def locate(luma: Luma, most: int = 3) -> list[Located]:
    """Places of uint8 [height, width] where a dark symbol may be, the likeliest first; for `recover`.

    `most` of those that three finders tell, then as many that two tell. Work grows with the pixels, and with
    the contours up to a bound.
    """
    found = finders(luma, _MOST_FINDERS)
    three = [fit for nth in permutations(found, 3) for fit in _threes(*nth)]
    two = [fit for pair in combinations(found, 2) for fit in _twos(*pair)]
    return _likeliest(luma, three, most) + _likeliest(luma, two, most)


def _likeliest(luma: Luma, fits: list[_Fit], most: int) -> list[Located]:
    best = sorted(fits, key=lambda fit: fit.error)[:_FITTED]
    located = [Located(_pairs(fit.corners), fit.version, _likeness(luma, fit)) for fit in best]
    return sorted((it for it in located if it.likeness >= _LIKE), key=lambda it: -it.likeness)[:most]


def _pairs(corners: Points) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in corners)


def _likeness(luma: Luma, fit: _Fit) -> float:
    grid = recover_grid.flat(luma, fit.corners, fit.version)
    if grid is None:
        return 0.0
    return likeness(recover_grid.glimpsed(grid), fit.version)


def _threes(first: Points, second: Points, third: Points) -> Iterator[_Fit]:
    """The fits of three finders, if they lie clockwise about the upper left one, which comes first."""
    across = second.mean(axis=0) - first.mean(axis=0)
    down = third.mean(axis=0) - first.mean(axis=0)
    spanned = float(across[0] * down[1] - across[1] * down[0])
    areas = [cv2.contourArea(quad) for quad in (first, second, third)]
    if spanned <= 0 or max(areas) > _MOST_UNLIKE * min(areas):
        return
    places = {"upper left": first, "upper right": second, "lower left": third}
    yield from _fits(places, (across, down), np.sqrt(spanned / np.mean(areas)), 1.5)


def _twos(one: Points, other: Points) -> Iterator[_Fit]:
    """The fits of two finders: along a side, down a side, or across from each other."""
    areas = [cv2.contourArea(quad) for quad in (one, other)]
    if max(areas) > _MOST_UNLIKE * min(areas):
        return
    for first, second in ((one, other), (other, one)):
        along = second.mean(axis=0) - first.mean(axis=0)
        beside = np.array((-along[1], along[0]), np.float32)
        far = np.linalg.norm(along) / np.sqrt(np.mean(areas))
        yield from _fits({"upper left": first, "upper right": second}, (along, beside), far, 1)
        yield from _fits({"upper left": first, "lower left": second}, (-beside, along), far, 1)
        diagonal = ((beside + along) / 2, (beside - along) / 2)
        yield from _fits({"lower left": first, "upper right": second}, diagonal, far / np.sqrt(2), 1)


def _fits(places: dict[str, Points], axes: tuple[Points, Points], far: float, worst: float) -> Iterator[_Fit]:
    """Homographies through finders at their places, for each version that `far`, in finders, may be."""
    to_axes = np.linalg.inv(np.stack(axes, axis=-1)).astype(np.float32)
    seen = np.concatenate([_turned(quad, to_axes) for quad in places.values()])
    guess = (7 * far - 10) / 4
    if not guess < VERSIONS.stop:
        return
    for version in range(max(1, int(guess) - 2), min(VERSIONS.stop, int(guess) + 4)):
        fit = _fit(tuple(places), seen, version)
        if fit is not None and fit.error < worst:
            yield fit


def _turned(quad: Points, to_axes: Points) -> Points:
    """The finder's corners, beginning with the one that is upper left in the symbol's axes."""
    local = (quad - quad.mean(axis=0)) @ to_axes.T
    return np.roll(quad, -int(local.sum(axis=1).argmin()), axis=0)


def _fit(places: tuple[str, ...], seen: Points, version: int) -> _Fit | None:
    size = modules(version)
    square = np.array([(0, 0), (7, 0), (7, 7), (0, 7)], np.float32)
    must = np.concatenate([square + np.array(_PLACES[place]) * (size - 7) for place in places])
    to_picture = cv2.findHomography(must.astype(np.float32), seen)[0]
    if np.shape(to_picture) != (3, 3):  # None where no plane fits
        return None
    whole = np.array([(0, 0), (size, 0), (size, size), (0, size)])
    mapped = cv2.perspectiveTransform(np.concatenate([must, whole])[None].astype(np.float32), to_picture)[0]
    missed = float(np.sqrt(((mapped[:-4] - seen) ** 2).sum(axis=1).mean()))
    module = np.sqrt(max(1.0, cv2.contourArea(seen[:4]))) / 7
    return _Fit(missed / module, np.asarray(mapped[-4:], np.float32), version)
