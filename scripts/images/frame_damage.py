"""Degradations of a frame between sheet and sensor: hand motion, light and the pixel grids of screens.

Each function may modify the frame it is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scripts.images.sheet_damage import Severity


LightField: TypeAlias = npt.NDArray[np.float32]
"""Light before quantization: float32 [height, width], 0 to 255."""
WIDTH, HEIGHT = 1280, 720
WHITE, BLACK = 220.0, 20.0
"""Grey levels of a clean frame."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Position of the code in a frame, px."""

    x: float
    y: float
    side: float


def _around(x: float, y: float, half: float) -> tuple[slice, slice, LightField, LightField]:
    """Return rows and columns of a square region, and each pixel's offset right of and below its centre."""
    top, bottom = (min(max(round(y + part), 0), HEIGHT) for part in (-half, half))
    left, right = (min(max(round(x + part), 0), WIDTH) for part in (-half, half))
    down, across = np.ogrid[top:bottom, left:right]
    off_x, off_y = (np.asarray(off, np.float32) for off in (across - x, down - y))
    return slice(top, bottom), slice(left, right), off_x, off_y


def motion(field: LightField, _spot: Spot, value: Severity, rng: np.random.Generator) -> LightField:
    """Linear motion of the hand while the shutter is open."""
    length, angle = value[0], rng.uniform(0, math.pi)
    size = math.ceil(length) // 2 * 2 + 3
    kernel = np.zeros((size * 8, size * 8), np.float32)
    middle = size * 4
    reach = np.array([math.cos(angle), math.sin(angle)]) * length * 4
    ends = [tuple(round(middle + sign * part) for part in reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 8)
    small = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.filter2D(field, -1, small / small.sum(), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def contrast(field: LightField, _spot: Spot, value: Severity, _rng: np.random.Generator) -> LightField:
    """Veiling glare or a dimmed screen: black and white move closer together."""
    mean, half = (WHITE + BLACK) / 2, (WHITE - BLACK) / 2
    return np.asarray(mean + (field - mean) * (value[0] * mean / half), np.float32)


def glare(field: LightField, spot: Spot, value: Severity, rng: np.random.Generator) -> LightField:
    """Reflection of an elongated lamp, saturated over a share of the code's area, with a halo."""
    aspect, angle = rng.uniform(1, 2.5), rng.uniform(0, math.pi)
    dx, dy = rng.uniform(-0.45, 0.45, 2) * spot.side
    radius = math.sqrt(value[0] / math.pi) * spot.side
    rows, columns, x, y = _around(spot.x + dx, spot.y + dy, 4 * radius)
    along = (x * math.cos(angle) + y * math.sin(angle)) / math.sqrt(aspect)
    aside = (y * math.cos(angle) - x * math.sin(angle)) * math.sqrt(aspect)
    beyond = np.maximum(np.hypot(along, aside) - radius, 0) / (0.3 * radius)
    field[rows, columns] += 255 * np.exp(-(beyond**2) / 2)
    return field


def moire(field: LightField, spot: Spot, value: Severity, rng: np.random.Generator) -> LightField:
    """Moiré: the beat of a screen's pixel pitch, 1.04 to 1.12 sensor pixels, at a slight angle."""
    pitch, turn = rng.uniform(1.04, 1.12), math.radians(rng.uniform(-3, 3))
    phases = rng.uniform(0, 2 * math.pi, 2)
    rows, columns, x, y = _around(spot.x, spot.y, 0.65 * spot.side)
    along = x * math.cos(turn) + y * math.sin(turn)
    aside = y * math.cos(turn) - x * math.sin(turn)
    # Sampled at the sensor's pixels, the grid's frequency aliases to the beat frequency.
    first, second = (
        np.cos(2 * math.pi / pitch * at + phase) for at, phase in zip((along, aside), phases, strict=True)
    )
    lit = field[rows, columns] - BLACK
    field[rows, columns] = BLACK + lit * (1 - value[0] * (2 - first - second) / 4)
    return field
