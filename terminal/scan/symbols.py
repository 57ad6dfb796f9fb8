"""Symbols: QR codes read or located in a picture, and their order of preference.

Only a symbol that passed error correction has a text. Inspection marks come first, then the largest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import zxingcpp

from terminal.codes import Code, Scan, is_ours
from terminal.scan.steps import Box, Threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.model import Luma

    Corners = tuple[tuple[float, float], ...]


_MODELS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel1, zxingcpp.BarcodeFormat.QRCodeModel2])
"""Marks are model 2; accepting model 1 as well costs nothing."""
_BINARIZERS = {
    Threshold.GLOBAL: zxingcpp.Binarizer.GlobalHistogram,
    Threshold.LOCAL: zxingcpp.Binarizer.LocalAverage,
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code in a picture; `text` is None if it was located but could not be corrected."""

    text: str | None
    corners: Corners
    """Outer corners in pixels of the picture, clockwise from the symbol's own upper left."""
    version: int | None = None
    """1 to 40, for symbols without a text; None if unknown."""
    inverted: bool = False
    """True for light modules on dark; for symbols without a text only."""

    @property
    def ours(self) -> bool:
        """True if the text has the prefix of an inspection mark."""
        return self.text is not None and is_ours(self.text)

    @property
    def box(self) -> Box:
        """The bounding box of the corners."""
        across, down = zip(*self.corners, strict=True)
        return Box(int(min(across)), int(min(down)), int(max(across)) + 1, int(max(down)) + 1)

    @property
    def area(self) -> float:
        """Area, px²."""
        pairs = zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True)
        return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2

    def moved(self, across: float, down: float, left: float, top: float) -> Symbol:
        """Return the symbol scaled by `across` and `down`, then shifted by `left` and `top` px."""
        corners = tuple((x * across + left, y * down + top) for x, y in self.corners)
        return replace(self, corners=corners)


def detect(picture: Luma, threshold: Threshold) -> list[Symbol]:
    """Return the symbols in a picture, uint8 [height, width]: those decoded and those only located."""
    barcodes = zxingcpp.read_barcodes(
        picture,
        formats=_MODELS,
        try_invert=False,
        try_downscale=False,
        text_mode=zxingcpp.TextMode.Plain,  # the encoded text, without the library's escapes
        binarizer=_BINARIZERS[threshold],
        return_errors=True,
    )
    return [_symbol(barcode) for barcode in barcodes]


def _symbol(barcode: zxingcpp.Barcode) -> Symbol:
    at = barcode.position
    corners = tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    if barcode.valid:
        return Symbol(barcode.text, corners)
    # An error result may carry a full text; only `.valid` says that it passed error correction.
    version = str(barcode.extra.get("Version")) if isinstance(barcode.extra, dict) else ""
    return Symbol(None, corners, int(version) if version.isdecimal() else None)


def rank(symbols: Sequence[Symbol], factor: float) -> Scan | None:
    """Rank the symbols with a text: inspection marks first, then by area, each text once.

    Corners are multiplied by `factor`. None if no symbol has a text.
    """
    ranked = sorted(symbols, key=lambda symbol: (symbol.ours, symbol.area), reverse=True)
    codes: dict[str, Code] = {}
    for symbol in ranked:
        if symbol.text is not None:
            codes.setdefault(symbol.text, Code(symbol.text, _whole(symbol, factor)))
    if not codes:
        return None
    first, *others = codes.values()
    return Scan(first.text, first.corners, tuple(others))


def _whole(symbol: Symbol, factor: float) -> tuple[tuple[int, int], ...]:
    return tuple((round(x * factor), round(y * factor)) for x, y in symbol.corners)
