"""Degradations of a sheet before it is photographed: repeated recompression, and damage to paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from terminal.model import Luma

Severity: TypeAlias = tuple[float, ...]
_QUARTERS = tuple(
    np.array(rows) for rows in (((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)))
)
"""Rotations of a row vector by 0, 90, 180 and 270 degrees."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The enlarged picture and the position of the code in it."""

    luma: Luma
    left: float
    top: float
    side: float
    module: float
    """Pixels per module."""
    distance: float
    """Distance from the camera, in pixels of the picture."""


def forwarded(sheet: Sheet, value: Severity, rng: np.random.Generator) -> Luma:
    """Messenger copies: reduced to a number of pixels per module and JPEG-encoded several times."""
    module_px, quality, times = value
    height, width = sheet.luma.shape
    luma = sheet.luma
    for number in range(int(times)):
        # Each copy has another size, so that its 8 x 8 blocks do not align with the last one's.
        factor = module_px / sheet.module * (1 + (times - 1 - number) * 0.07 + rng.uniform(0, 0.02))
        size = (max(8, round(width * factor)), max(8, round(height * factor)))
        smaller = size[0] < luma.shape[1]
        luma = np.asarray(
            cv2.resize(luma, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        )
        encoded = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
        luma = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(cv2.resize(luma, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def crease(sheet: Sheet, value: Severity, rng: np.random.Generator) -> Luma:
    """Folds across the code: ink is lost along each, and the halves are lit differently."""
    folds, lost_modules = value
    luma = sheet.luma.astype(np.float64)
    y, x = np.ogrid[: luma.shape[0], : luma.shape[1]]
    for _ in range(int(folds)):
        angle = rng.choice([0, math.pi / 2]) + math.radians(rng.uniform(-8, 8))
        at_x, at_y = (start + sheet.side * rng.uniform(0.2, 0.8) for start in (sheet.left, sheet.top))
        off = (x - at_x) * math.cos(angle) + (y - at_y) * math.sin(angle)
        luma = np.where(off > 0, luma * 0.85, luma)
        worn = np.clip(lost_modules * sheet.module / 2 - np.abs(off) + 0.5, 0, 1)
        luma = luma * (1 - worn) + 235 * worn
    return np.asarray(luma, np.uint8)


def stain(sheet: Sheet, value: Severity, rng: np.random.Generator) -> Luma:
    """A stain over a share of the code's area that transmits part of the light."""
    share, passes = value
    size = sheet.luma.shape[::-1]
    blot = _blob(sheet, share, rng, size)
    return np.asarray(sheet.luma * (1 - (1 - passes) * blot), np.uint8)


def tear(sheet: Sheet, value: Severity, rng: np.random.Generator) -> Luma:
    """A wedge torn from an edge, a share of the code's area; the background shows through."""
    depth = math.sqrt(value[0] * 2) * sheet.side
    at = rng.uniform(0.1, 0.9) * sheet.side
    quiet = sheet.left + depth / 20
    wedge = np.array(
        [[at - depth / 2, -quiet], [at + depth / 2, -quiet], [at + rng.uniform(-0.3, 0.3) * depth, depth]]
    )
    turns = int(rng.integers(0, 4))
    points = (wedge - sheet.side / 2) @ _QUARTERS[turns] + sheet.side / 2
    torn = sheet.luma.copy()
    polygon = np.rint(points + np.array([sheet.left, sheet.top])).astype(np.int32)
    cv2.fillPoly(torn, [polygon], int(rng.integers(20, 230)))
    return torn


def curve(sheet: Sheet, value: Severity, _rng: np.random.Generator) -> Luma:
    """Wrapped around an upright cylinder: the code spans this many degrees, and its sides turn away."""
    radius = sheet.side / math.radians(value[0])
    middle_x, middle_y = sheet.left + sheet.side / 2, sheet.top + sheet.side / 2
    height, width = sheet.luma.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    sine = (x - middle_x) / radius
    seen = np.abs(sine) < 1
    angle = np.arcsin(np.clip(sine, -1, 1))
    farther = 1 + radius * (1 - np.cos(angle)) / sheet.distance
    from_x = np.where(seen, middle_x + radius * np.arcsin(np.clip(sine * farther, -1, 1)), -9)
    from_y = middle_y + (y - middle_y) * farther
    bent = cv2.remap(
        sheet.luma, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=110
    )
    return np.asarray(bent * (0.4 + 0.6 * np.cos(angle)), np.uint8)


def _blob(
    sheet: Sheet, share: float, rng: np.random.Generator, size: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    """Return 1 inside a wavy disc and 0 outside, with an edge one module soft: float32 [height, width]."""
    at_x, at_y = (start + sheet.side * rng.uniform(0.1, 0.9) for start in (sheet.left, sheet.top))
    y, x = np.ogrid[: size[1], : size[0]]
    angle = np.arctan2(y - at_y, x - at_x)
    wave = 1 + sum(rng.uniform(-0.15, 0.15) * np.cos(n * angle + rng.uniform(0, 6.3)) for n in (2, 3, 5))
    radius = math.sqrt(share / math.pi) * sheet.side * wave
    inside = (radius - np.hypot(x - at_x, y - at_y)) / sheet.module
    return np.asarray(np.clip(inside + 0.5, 0, 1), np.float32)
