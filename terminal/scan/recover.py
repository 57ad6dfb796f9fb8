"""A symbol that was located and not corrected is read again from where its modules lie.

The picture is straightened by the symbol's corners, its grid is bent to fit, the function patterns are
repainted, and what results is decoded as a pure symbol: a text still counts only if it passed its error
correction, and only where the function patterns were seen before they were painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

from terminal.scan import recover_grid
from terminal.scan.recover_anchors import anchored
from terminal.scan.recover_pattern import VERSIONS, agreement, repainted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from terminal.model import Luma
    from terminal.scan.recover_grid import Grid
    from terminal.scan.recover_pattern import Signs

_SPREADS = (6.0, 4.0, 3.0, 2.0, 1.5, 1.5)
"""Over how many modules each bend is shared: from the whole sheet to a fold."""
BENDS = 1 + len(_SPREADS)
"""How often a grid is moved for a photograph: hung on its anchors, then bent."""
LIVE_BENDS = 2
"""And for a live frame: each costs as much as the first look."""
LEAST_AGREEMENT = 0.8
"""Of the modules known beforehand: bent on noise it is 0.59, the smallest without a finder has 0.84."""
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Narrower formats find no pure symbol."""
_RESERVE = 0.15
"""Error correction that versions 1 and 2 keep against miscorrection (ISO/IEC 18004, table 9, note)."""


def recover(
    luma: Luma, corners: Sequence[tuple[float, float]], version: int | None, bends: int = BENDS
) -> str | None:
    """The text of the symbol at four outer corners, clockwise from its own upper left, or None.

    `luma` is uint8 [height, width], the corners are in its pixels, `version` is what the locator took it for.
    Work grows with the modules and the bends, not with the picture. Total for every array and every corner.
    """
    if version is None or version not in VERSIONS:
        return None
    grid = recover_grid.flat(luma, np.array(corners, np.float32), version)
    if grid is None:
        return None
    for signs in _bending(grid, bends):
        text = _text(signs, version)
        if text is not None:
            return text
    return None


def _bending(grid: Grid, bends: int) -> Iterator[Signs]:
    """What the grid shows, flat first, then hung on its anchors, then bent more and more."""
    square = recover_grid.straightened(grid)
    yield recover_grid.sampled(square)
    for bend in range(min(bends, BENDS)):
        grid = recover_grid.bent(grid, square, _SPREADS[bend - 1]) if bend else anchored(grid, square)
        square = recover_grid.straightened(grid)
        yield recover_grid.sampled(square)


def _text(signs: Signs, version: int) -> str | None:
    if agreement(signs, version) < LEAST_AGREEMENT:
        return None
    barcode = zxingcpp.read_barcode(
        _picture(repainted(signs, version)),
        formats=_QR,
        is_pure=True,
        try_rotate=False,
        try_invert=False,
        try_downscale=False,
        binarizer=zxingcpp.Binarizer.FixedThreshold,
        text_mode=zxingcpp.TextMode.Plain,
    )
    if barcode is None or not barcode.valid or not barcode.text:
        return None
    extra = barcode.extra
    kept = isinstance(extra, dict) and float(extra["UEC"]) >= _RESERVE
    return barcode.text if version > 2 or kept else None


def _picture(signs: Signs) -> Luma:
    """Two pixels a module, with its quiet zone."""
    modules = np.where(signs > 0, 0, 255).astype(np.uint8)
    return np.pad(modules.repeat(2, axis=0).repeat(2, axis=1), 8, constant_values=255)
