"""Scanning is a function of the luminance alone: the same picture gives the same scan, and no picture fails.

A pass is one way to look at a picture, and a plan is a table of passes: cheap ones first, the next only while
none has answered. QR Code model 2 alone is looked for, and nothing that fails its error correction counts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from terminal.model import Code, Scan
from terminal.scan.strategy import START, Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from terminal.model import Luma

OURS = "VI1:"
"""How our codes begin (wire format, section 3)."""
SMALLEST = 21
"""Modules across the smallest symbol, so pixels across the smallest picture worth a look."""
STILL_WIDTH = 1280
"""Longest side, in pixels, to which large photographs are shrunk first."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One way to look at a picture: scale it, change it, and threshold it by `binarizer`."""

    binarizer: zxingcpp.Binarizer
    scale: float = 1.0
    """Pixels looked at for each pixel of the picture."""
    prepare: Callable[[Luma], Luma] | None = None
    """What is done to the scaled picture; it keeps its size."""


@dataclass(frozen=True, slots=True)
class _Symbol:
    text: str
    corners: tuple[tuple[int, int], ...]
    area: float


def _inverted(luma: Luma) -> Luma:
    return np.bitwise_not(luma)


def _adaptive(luma: Luma) -> Luma:
    block = max(31, min(luma.shape) // 16 | 1)
    out = cv2.adaptiveThreshold(luma, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, 5)
    return np.asarray(out, np.uint8)


def _gamma(exponent: float) -> Callable[[Luma], Luma]:
    table = np.rint(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    return lambda luma: np.asarray(cv2.LUT(luma, table), np.uint8)


def _blurred(luma: Luma) -> Luma:
    return np.asarray(cv2.blur(luma, (3, 3)), np.uint8)


def _sharpened(luma: Luma) -> Luma:
    soft = cv2.GaussianBlur(luma, (0, 0), 2)
    return np.asarray(cv2.addWeighted(luma, 2.5, soft, -1.5, 0), np.uint8)


def _equalised(luma: Luma) -> Luma:
    return np.asarray(cv2.createCLAHE(3, (8, 8)).apply(luma), np.uint8)


_SYMBOLOGY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
_GLOBAL = zxingcpp.Binarizer.GlobalHistogram
_LOCAL = zxingcpp.Binarizer.LocalAverage
_FIXED = zxingcpp.Binarizer.FixedThreshold

LIVE = (Pass(_GLOBAL), Pass(_LOCAL, 0.5), Pass(_LOCAL))
"""What each live frame is given."""

STILL = (
    *LIVE,
    Pass(_LOCAL, prepare=_inverted),
    Pass(_FIXED, prepare=_adaptive),
    Pass(_LOCAL, prepare=_gamma(0.5)),
    Pass(_LOCAL, prepare=_gamma(2.0)),
    Pass(_LOCAL, prepare=_blurred),
    Pass(_LOCAL, prepare=_sharpened),
    Pass(_LOCAL, 1.5),
    Pass(_LOCAL, 2.0),
    Pass(_LOCAL, 0.25),
    Pass(_LOCAL, prepare=_equalised),
)
"""What a photograph is given, once it is no larger than STILL_WIDTH."""


def read(luma: Luma, budget_s: float = 0.015, clock: Callable[[], float] = time.thread_time) -> Scan | None:
    """The code in one frame, uint8 [height, width], or None; ours before others, then the largest.

    Views with whole rows are not copied. Total for every array of that type. `clock` tells seconds.
    """
    until_s = clock() + budget_s
    return _scan(_look(_rows(luma), (step for step in STILL if clock() < until_s)))


def follow(
    luma: Luma, memory: Memory, budget_s: float, clock: Callable[[], float] = time.thread_time
) -> tuple[Scan | None, Memory]:
    """The code in one frame of a series, as `read` gives it, and what the next frame is to know."""
    found = read(luma, budget_s, clock)
    return found, START if found else Memory(memory.frames + 1)


def read_still(luma: Luma) -> Scan | None:
    """The code in a photograph, as `read` gives it, with the effort that a photograph is worth.

    Large pictures are shrunk first, then looked at whole; the passes are counted, so the time is bounded.
    """
    luma = _rows(luma)
    factor = STILL_WIDTH / max(*luma.shape, 1)
    if factor >= 1:
        return _scan(_look(luma, STILL))
    small = _scaled(luma, factor)
    found = [_enlarged(symbol, 1 / factor) for symbol in _look(small, LIVE)]
    if not any(_is_ours(symbol) for symbol in found):
        found += _look(luma, LIVE)
    if not found:
        found = [_enlarged(symbol, 1 / factor) for symbol in _look(small, STILL[len(LIVE) :])]
    return _scan(found)


def _rows(luma: Luma) -> Luma:
    # zxing-cpp and OpenCV take rows of adjacent pixels from top to bottom, at any distance.
    height, width = luma.shape
    plain = luma.strides[1] == 1 and (luma.strides[0] >= width or height == 1)
    return luma if plain else np.ascontiguousarray(luma)


def _scaled(luma: Luma, factor: float) -> Luma:
    height, width = (max(1, round(side * factor)) for side in luma.shape)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(luma, (width, height), interpolation=how), np.uint8)


def _look(luma: Luma, passes: Iterable[Pass]) -> list[_Symbol]:
    """The symbols of the passes up to the first that reads one of ours, or reads all there is.

    One threshold for the whole picture may miss ours beside a brighter code: others alone end the search
    only at a pass that thresholds locally and has left no symbol uncorrected.
    """
    found: list[_Symbol] = []
    for step in passes:
        if min(luma.shape) * step.scale < SMALLEST:
            continue
        picture = luma if step.scale == 1 else _scaled(luma, step.scale)
        if step.prepare is not None:
            picture = step.prepare(picture)
        symbols, unread = _symbols(picture, step)
        found += symbols
        all_seen = bool(found) and not unread and step.binarizer is not _GLOBAL
        if all_seen or any(_is_ours(symbol) for symbol in symbols):
            break
    return found


def _symbols(picture: Luma, step: Pass) -> tuple[list[_Symbol], bool]:
    """The valid symbols of a pass, and whether it saw one that it could not correct."""
    barcodes = zxingcpp.read_barcodes(
        picture,
        formats=_SYMBOLOGY,
        try_invert=False,
        try_downscale=False,
        text_mode=zxingcpp.TextMode.Plain,  # what was encoded, without a reader's embellishments
        binarizer=step.binarizer,
        return_errors=True,
    )
    # An error result may carry a full text: only `.valid` says that the text was read.
    symbols = [_symbol(barcode, 1 / step.scale) for barcode in barcodes if barcode.valid]
    return symbols, len(symbols) < len(barcodes)


def _symbol(barcode: zxingcpp.Barcode, factor: float) -> _Symbol:
    at = barcode.position
    points = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    return _enlarged(_Symbol(barcode.text, tuple(points), _area(points)), factor)


def _area(points: Sequence[tuple[int, int]]) -> float:
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2


def _enlarged(symbol: _Symbol, factor: float) -> _Symbol:
    corners = tuple((round(x * factor), round(y * factor)) for x, y in symbol.corners)
    return _Symbol(symbol.text, corners, symbol.area * factor * factor)


def _is_ours(symbol: _Symbol) -> bool:
    return symbol.text.startswith(OURS)


def _scan(symbols: Sequence[_Symbol]) -> Scan | None:
    ranked = sorted(symbols, key=lambda symbol: (_is_ours(symbol), symbol.area), reverse=True)
    if not ranked:
        return None
    codes: dict[str, Code] = {}
    for symbol in ranked:  # the same text twice counts once
        codes.setdefault(symbol.text, Code(symbol.text, symbol.corners))
    chosen, *others = codes.values()
    return Scan(chosen.text, chosen.corners, tuple(others))
