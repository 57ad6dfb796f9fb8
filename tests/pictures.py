"""Render pictures of codes for tests: uint8 [height, width]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

if TYPE_CHECKING:
    from terminal.model import Luma


def code(text: str, *, pixels: int = 4, level: str = "M") -> Luma:
    """Return a QR code with its quiet zone, `pixels` px per module."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level)
    return np.array(barcode.to_image(scale=pixels), np.uint8)


def scene(*placed: tuple[Luma, int, int], size: tuple[int, int] = (720, 1280), ground: int = 180) -> Luma:
    """Return a grey scene, [height, width], containing pictures, each given with its left and top."""
    luma = np.full(size, ground, np.uint8)
    for picture, left, top in placed:
        height, width = picture.shape
        luma[top : top + height, left : left + width] = picture
    return luma
