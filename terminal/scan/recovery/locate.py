"""Locate symbols by their finder patterns: by three of them, or by two if the third is damaged.

All four corners of each finder are used: twelve points fit a strongly tilted symbol better than three
centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.recovery import grid as recover_grid
from terminal.scan.recovery.finders import finders
from terminal.scan.recovery.function_patterns import VERSIONS, likeness, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.model import Luma
    from terminal.scan.recovery.grid import Points

_PLACES = {"upper left": (0, 0), "upper right": (1, 0), "lower left": (0, 1)}
"""Corner of the symbol at which each finder lies, across and down."""
_MOST_FINDERS = 8
_MOST_UNLIKE = 6.0
"""Largest ratio between the areas of two finders of one symbol."""
_FITTED = 16
"""Best fitting places, of three finders and of two each, that are compared with the picture."""
_LIKE = 0.3
"""Minimum likeness to the function patterns; lower values occur by chance."""


@dataclass(frozen=True, slots=True)
class Located:
    """A place where a symbol may be."""

    corners: tuple[tuple[float, float], ...]
    """The four outer corners in pixels, clockwise from the symbol's own upper left."""
    version: int
    likeness: float
    """Correlation with the function patterns, at most 1."""


@dataclass(frozen=True, slots=True)
class _Fit:
    error: float
    """Root mean square distance of the finders' corners from the fit, in modules."""
    corners: Points
    version: int


def locate(luma: Luma, most: int = 3) -> list[Located]:
    """Return places in `luma`, uint8 [height, width], where a dark symbol may be, for `recover`.

    First up to `most` places supported by three finders, then as many supported by two, the most likely first
    in both. The cost grows with the pixels, and with the contours up to a limit.
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
    """Yield the fits of three finders if they are clockwise with `first` as the upper left one."""
    across = second.mean(axis=0) - first.mean(axis=0)
    down = third.mean(axis=0) - first.mean(axis=0)
    spanned = float(across[0] * down[1] - across[1] * down[0])
    areas = [cv2.contourArea(quad) for quad in (first, second, third)]
    if spanned <= 0 or max(areas) > _MOST_UNLIKE * min(areas):
        return
    places = {"upper left": first, "upper right": second, "lower left": third}
    yield from _fits(places, (across, down), np.sqrt(spanned / np.mean(areas)), 1.5)


def _twos(one: Points, other: Points) -> Iterator[_Fit]:
    """Yield the fits of two finders, taken as the top side, the left side or the diagonal."""
    areas = [cv2.contourArea(quad) for quad in (one, other)]
    if max(areas) > _MOST_UNLIKE * min(areas):
        return
    for first, second in ((one, other), (other, one)):
        along = second.mean(axis=0) - first.mean(axis=0)
        beside = np.array((-along[1], along[0]), np.float32)
        far = np.linalg.norm(along) / np.sqrt(np.mean(areas))
        yield from _fits({"upper left": first, "upper right": second}, (along, beside), far, 1)
        yield from _fits({"upper left": first, "lower left": second}, (-beside, along), far, 1)
        half = np.float32(0.5)
        diagonal = ((beside + along) * half, (beside - along) * half)
        yield from _fits({"lower left": first, "upper right": second}, diagonal, far / np.sqrt(2), 1)


def _fits(places: dict[str, Points], axes: tuple[Points, Points], far: float, worst: float) -> Iterator[_Fit]:
    """Yield a homography for each plausible version; `far` is the finders' distance in finder widths."""
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
    """Return the finder's corners starting at the upper left one in the symbol's axes."""
    local = (quad - quad.mean(axis=0)) @ to_axes.T
    return np.roll(quad, -int(local.sum(axis=1).argmin()), axis=0)


def _fit(places: tuple[str, ...], seen: Points, version: int) -> _Fit | None:
    size = modules(version)
    square = np.array([(0, 0), (7, 0), (7, 7), (0, 7)], np.float32)
    must = np.concatenate([square + np.array(_PLACES[place]) * (size - 7) for place in places])
    to_picture = cv2.findHomography(must.astype(np.float32), seen)[0]
    if np.shape(to_picture) != (3, 3):  # None if no plane fits
        return None
    whole = np.array([(0, 0), (size, 0), (size, size), (0, size)])
    mapped = cv2.perspectiveTransform(np.concatenate([must, whole])[None].astype(np.float32), to_picture)[0]
    missed = float(np.sqrt(((mapped[:-4] - seen) ** 2).sum(axis=1).mean()))
    module = np.sqrt(max(1.0, cv2.contourArea(seen[:4]))) / 7
    return _Fit(missed / module, np.asarray(mapped[-4:], np.float32), version)
