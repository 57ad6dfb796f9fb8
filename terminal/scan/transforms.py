"""Picture operations of the scan steps: scaling and preprocessing. The source is never modified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan.steps import Preprocessing

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma

cv2.setNumThreads(1)  # a step's time is measured, and its pictures are too small to gain from threads


def rows(luma: Luma) -> Luma:
    """Return the picture with contiguous rows, top to bottom; copied only if it is not so already."""
    height, width = luma.shape
    plain = luma.strides[1] == 1 and (luma.strides[0] >= width or height == 1)
    return luma if plain else np.ascontiguousarray(luma)


def halved(luma: Luma) -> Luma:
    """Return half the size by averaging 2 x 2 px; an odd last row or column is dropped. At least 2 x 2 px."""
    height, width = (side // 2 for side in luma.shape)
    even = luma[: 2 * height, : 2 * width]  # other factors than 2 are ten times slower in OpenCV
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def scaled(luma: Luma, across: float, down: float) -> Luma:
    """Return the picture scaled by these factors, at least 1 x 1 px."""
    if across == down == 1:
        return luma
    if across == down == 0.5:
        return halved(luma)
    height, width = luma.shape
    size = (max(1, round(width * across)), max(1, round(height * down)))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def changed(luma: Luma, change: Preprocessing) -> Luma:
    """Return the picture after the preprocessing."""
    return _CHANGES[change](luma)


def _gamma(exponent: float) -> Callable[[Luma], Luma]:
    table = np.rint(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    return lambda luma: np.asarray(cv2.LUT(luma, table), np.uint8)


def _sharpened(luma: Luma) -> Luma:
    return np.asarray(cv2.addWeighted(luma, 2.5, cv2.GaussianBlur(luma, (0, 0), 2), -1.5, 0), np.uint8)


_CHANGES: dict[Preprocessing, Callable[[Luma], Luma]] = {
    Preprocessing.NONE: lambda luma: luma,
    Preprocessing.INVERTED: np.bitwise_not,
    Preprocessing.BRIGHTER: _gamma(0.5),
    Preprocessing.DARKER: _gamma(2.0),
    Preprocessing.SHARPENED: _sharpened,
}
