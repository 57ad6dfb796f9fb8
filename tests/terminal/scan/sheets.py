"""Render codes on sheets that bend, tilt and are damaged; the same seed gives the same picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from terminal.model import Luma

PIXELS = 8
"""Pixels per module of a picture."""
QUIET = 4
"""Quiet zone, modules."""


def symbol(text: str, version: int, level: str = "M") -> Luma:
    """Return the symbol of a text with one pixel per module, 0 dark and 255 light."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, version=version, ec_level=level)
    return np.array(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False), np.uint8)


def printed(modules: Luma) -> Luma:
    """Return the symbol as a sheet, PIXELS px per module, with its quiet zone."""
    sheet = np.pad(modules, QUIET, constant_values=255)
    return sheet.repeat(PIXELS, axis=0).repeat(PIXELS, axis=1)


def corners(modules: Luma) -> list[tuple[float, float]]:
    """Return the symbol's outer corners on its sheet, px."""
    first, last = PIXELS * QUIET, PIXELS * (QUIET + len(modules))
    return [(first, first), (last, first), (last, last), (first, last)]


def waved(sheet: Luma, modules: float) -> Luma:
    """Bend the sheet into waves that move its middle by `modules`; its edges stay."""
    side = len(sheet)
    at = np.arange(side, dtype=np.float32)
    across, down = np.asarray(np.meshgrid(at, at), np.float32)
    wave = modules * PIXELS * np.sin(np.pi * across / side) * np.sin(np.pi * down / side)
    moved = cv2.remap(sheet, across + wave, down - wave, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def leaning(sheet: Luma, narrowed: float) -> Luma:
    """Tilt the sheet backwards, its far edge narrowed to this share, on grey."""
    side = len(sheet)
    inset, drop = side * (1 - narrowed) / 2, side * 0.45
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    seen = np.array([(inset, drop), (side - inset, drop), (side, side), (0, side)], np.float32)
    homography = cv2.getPerspectiveTransform(square, seen)
    return np.asarray(cv2.warpPerspective(sheet, homography, (side, side), borderValue=(140,)), np.uint8)


def noised(sheet: Luma, random: np.random.Generator, sigma: float) -> Luma:
    """Add sensor noise."""
    noise: NDArray[np.float64] = random.normal(0, sigma, sheet.shape)
    return np.clip(30 + 0.7 * sheet + noise, 0, 255).astype(np.uint8)
