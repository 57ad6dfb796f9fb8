"""Recovery: read a symbol again that was located but failed error correction, by sampling its modules.

The symbol is straightened by its corners, its grid is adjusted, the function patterns are repainted, and the
result is decoded as a pure symbol. A text counts only if it passes error correction and the function patterns
were recognizable before they were repainted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

from terminal.scan.recovery import grid as recover_grid
from terminal.scan.recovery.anchors import anchored
from terminal.scan.recovery.function_patterns import VERSIONS, agreement, repainted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from terminal.model import Luma
    from terminal.scan.recovery.function_patterns import Signs
    from terminal.scan.recovery.grid import Grid

_SPREADS = (6.0, 4.0, 3.0, 2.0, 1.5, 1.5)
"""Sigma, in modules, of the smoothing of each adjustment: from the whole sheet down to a fold."""
BENDS = 1 + len(_SPREADS)
"""Grid adjustments for a photograph: one to the anchors, the others by contrast."""
LIVE_BENDS = 2
"""Grid adjustments for a live frame; each costs as much as the first reading."""
LEAST_AGREEMENT = 0.8
"""Minimum share of function modules that read correctly. A grid fitted to noise reaches 0.59; the least
readable symbol without a finder has 0.84.
"""
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""zxing-cpp reads pure symbols under this format only, not under the narrower ones."""
_RESERVE = 0.15
"""Minimum share of unused error correction for versions 1 and 2, which reserve it against miscorrection
(ISO/IEC 18004, table 9, note).
"""


def recover(
    luma: Luma, corners: Sequence[tuple[float, float]], version: int | None, bends: int = BENDS
) -> str | None:
    """Return the text of the symbol at four outer corners, clockwise from its own upper left, or None.

    `luma` is uint8 [height, width], the corners are in its pixels, and `version` (1 to 40) is what the
    locator estimated. At most `bends` grid adjustments are tried. The cost grows with the modules and the
    adjustments, not with the picture. Never raises, whatever the array and the corners.
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
    """Yield the sampled modules of the flat grid, the anchored one, then of ever finer adjustments."""
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
    """Draw the modules, uint8, 2 px each, with a quiet zone of 8 px."""
    modules = np.where(signs > 0, 0, 255).astype(np.uint8)
    return np.pad(modules.repeat(2, axis=0).repeat(2, axis=1), 8, constant_values=255)
