"""Codes as they look on sheets that lie, bend, lean and are damaged: the same seed gives the same picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from terminal.model import Luma

PIXELS = 8
"""Of a picture, for a module."""
QUIET = 4
"""Modules of quiet zone."""


def symbol(text: str, version: int, level: str = "M") -> Luma:
    """One pixel a module, 0 dark and 255 light."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, version=version, ec_level=level)
    return np.array(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False), np.uint8)


def printed(modules: Luma) -> Luma:
    """The symbol on its sheet."""
    sheet = np.pad(modules, QUIET, constant_values=255)
    return sheet.repeat(PIXELS, axis=0).repeat(PIXELS, axis=1)


def corners(modules: Luma) -> list[tuple[float, float]]:
    """Where the symbol's outer corners lie on its sheet."""
    first, last = PIXELS * QUIET, PIXELS * (QUIET + len(modules))
    return [(first, first), (last, first), (last, last), (first, last)]


def waved(sheet: Luma, modules: float) -> Luma:
    """The sheet in waves, its middle moved by so many modules; its edges stay."""
    side = len(sheet)
    at = np.arange(side, dtype=np.float32)
    across, down = np.asarray(np.meshgrid(at, at), np.float32)
    wave = modules * PIXELS * np.sin(np.pi * across / side) * np.sin(np.pi * down / side)
    moved = cv2.remap(sheet, across + wave, down - wave, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def leaning(sheet: Luma, narrowed: float) -> Luma:
    """The sheet leaning back, its far edge narrowed to this share; grey about it."""
    side = len(sheet)
    inset, drop = side * (1 - narrowed) / 2, side * 0.45
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    seen = np.array([(inset, drop), (side - inset, drop), (side, side), (0, side)], np.float32)
    homography = cv2.getPerspectiveTransform(square, seen)
    return np.asarray(cv2.warpPerspective(sheet, homography, (side, side), borderValue=(140,)), np.uint8)


def noised(sheet: Luma, random: np.random.Generator, sigma: float) -> Luma:
    """The sheet as a sensor sees it."""
    noise: NDArray[np.float64] = random.normal(0, sigma, sheet.shape)
    return np.clip(30 + 0.7 * sheet + noise, 0, 255).astype(np.uint8)
