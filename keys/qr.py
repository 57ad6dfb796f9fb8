"""Encode a text as the smallest QR symbol that holds it, at a whole number of pixels per module."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp
from PIL import Image

from keys.code_parameters import QUIET_MODULES
from terminal.errors import InputFault

if TYPE_CHECKING:
    from keys.code_parameters import Level


def qr_image(text: str, level: Level, module_px: int) -> Image.Image:
    """Draw the QR symbol of `text`, mode L, black on white, with its quiet zone.

    Raises InputFault if no symbol holds the text at this level.
    """
    modules = _modules(text, level)
    return Image.fromarray(np.kron(modules, np.ones((module_px, module_px), np.uint8)))


def png(picture: Image.Image) -> bytes:
    """Encode a QR picture as PNG with one bit per pixel."""
    content = io.BytesIO()
    picture.convert("1").save(content, "PNG")
    return content.getvalue()


def width(text: str, level: Level) -> int:
    """Return the width of the symbol with its quiet zone, in modules. Raises InputFault as `qr_image`."""
    return int(_modules(text, level).shape[1])


def _modules(text: str, level: Level) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    try:
        symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    except ValueError as error:
        raise InputFault(f"the text is too long for a QR code at level {level}") from error
    # zxing-cpp encodes VI1 texts in alphanumeric mode.
    modules = np.array(symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    return np.pad(modules, QUIET_MODULES, constant_values=255)
