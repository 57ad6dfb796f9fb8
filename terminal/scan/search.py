"""Search of one frame or photograph: its candidate regions and the symbols that the steps found in them."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal.scan import regions
from terminal.scan.recovery.decode import BENDS, recover
from terminal.scan.recovery.function_patterns import modules
from terminal.scan.recovery.locate import locate
from terminal.scan.steps import Area, Box, FrameSummary, Preprocessing, ReadStep, Threshold
from terminal.scan.symbols import Symbol, detect, rank
from terminal.scan.transforms import changed, halved, rows, scaled

if TYPE_CHECKING:
    from terminal.codes import Scan
    from terminal.model import Luma

SMALLEST = 21
"""Modules across the smallest QR symbol (version 1), hence the smallest side in pixels worth searching."""
LONGEST = 1920
"""Longest side, px, of a picture that is searched at full size; larger ones are halved for the search."""
_SMALL = 200_000
"""A frame too small for the texture grid is one region if it has at most this many pixels."""
_BESIDE = 0.3
"""Minimum texture of a further region, as a share of the strongest cell: modules three times as large give a
third of the texture.
"""
_MOST_RECOVERED = 3
"""Located symbols whose grids are sampled for a photograph."""
_LIVE_BENDS = 3
"""Grid adjustments for the single symbol that is sampled in a live frame."""
_MOST_PIXELS = 4_000_000
"""Limit on the pixels of one step after scaling, which bounds its time and memory."""


class FrameSearch:
    """Search state of one picture. Boxes and corners are in pixels of the frame as searched."""

    def __init__(self, luma: Luma, longest: int = LONGEST) -> None:
        self._whole = rows(luma)
        self._frame = self._whole
        self.factor = 1
        """Pixels of the picture per pixel of the searched frame: 1 or a power of two."""
        while max(self._frame.shape) > longest and self.worthwhile:
            self._frame = halved(self._frame)
            self.factor *= 2
        self._cells: Luma | None = None
        self._least = 0.0
        self._regions: list[Box] = []
        self._passed: list[Box] = []
        self.roughness = 0.0
        """Mean texture of the cells, 0 to 255; see `regions.texture`."""
        self._last: ReadStep | None = None
        self.taken = 0
        """Steps taken so far."""
        self.read: list[Symbol] = []
        self.unread: list[Symbol] = []

    @property
    def ours(self) -> bool:
        """True if an inspection mark was read."""
        return any(symbol.ours for symbol in self.read)

    @property
    def scan(self) -> Scan | None:
        """The symbols read so far, in the picture's own pixels; None if there are none."""
        return rank(self.read, self.factor)

    @property
    def area(self) -> int:
        """Pixels of the searched frame."""
        return self._frame.size

    @property
    def worthwhile(self) -> bool:
        """True if the frame is large enough for the smallest symbol."""
        return bool(min(self._frame.shape) >= SMALLEST)

    def survey(self) -> None:
        """Find the regions where a code may be, strongest first."""
        height, width = self._frame.shape
        if min(height, width) < 4 * regions.CELL:
            small = height * width <= _SMALL
            self._regions = [Box(0, 0, width, height)] if small else []
            return
        self._cells = regions.texture(self._frame)
        self.roughness = cv2.mean(self._cells)[0]
        self._least = _BESIDE * regions.peak(self._cells)
        self._regions = regions.boxes(self._cells, width, height)

    def next_regions(self) -> None:
        """Recompute the regions, excluding decoded and skipped ones, keeping those that could hold a mark."""
        if self._cells is None:
            self._regions = []
            return
        height, width = self._frame.shape
        known = [*(symbol.box for symbol in self.read), *self._passed]
        rest = regions.without(self._cells, known)
        self._regions = regions.compact_boxes(rest, self._least, width, height)

    def skip_region(self) -> None:
        """Skip the first region from now on."""
        self._passed += self._regions[:1]

    def return_to_all(self) -> None:
        """Search skipped regions again."""
        self._passed = []
        self.next_regions()

    def without_results(self) -> FrameSearch:
        """Return a copy without decoded symbols; located symbols are kept."""
        again = copy(self)
        again.read = []
        return again

    @property
    def blank(self) -> bool:
        """True if every pixel of the frame has the same level."""
        if self._cells is None or self.roughness > 0:
            return False
        least, most, _, _ = cv2.minMaxLoc(self._frame)
        return bool(least == most)

    def seen(self, pace: float) -> FrameSummary:
        """Summarize the search for the next frame, boxes in the picture's pixels; `pace` is the timer's."""
        first = max(self.read, key=lambda symbol: (symbol.ours, symbol.area), default=None)
        read = first.box.times(self.factor) if first else None
        located = self.unread[-1].box.times(self.factor) if self.unread else None
        textured = self._textured() if first is None else None
        return FrameSummary(read, self.ours, located, self._last, pace, textured, self._pitch_px())

    def _textured(self) -> Box | None:
        """Return the region with the most texture, in the picture's pixels."""
        if self._cells is None:
            return None
        height, width = self._frame.shape
        found = regions.boxes(self._cells, width, height)
        return found[0].times(self.factor) if found else None

    def _pitch_px(self) -> float | None:
        """Return the width of a module of the symbol located last, in the picture's pixels."""
        symbol = self.unread[-1] if self.unread else None
        if symbol is None or symbol.version is None:
            return None
        return self.factor * math.sqrt(symbol.area) / modules(symbol.version)

    def pixels(self, step: ReadStep) -> int:
        """Return the number of pixels before scaling (for a grid: modules) that `step` would process.

        0 if the step has nothing to look at, or if the scaled area is too small or too large.
        """
        if step.threshold is Threshold.GRID and step.where is Area.UNREAD:
            version = self.unread[-1].version if self.unread else None
            return 0 if version is None else modules(version) ** 2
        box = self._box(step.where)
        if box is None or min(box.width * step.scale[0], box.height * step.scale[1]) < SMALLEST:
            return 0
        pixels = box.width * box.height
        return pixels if pixels * step.scale[0] * step.scale[1] <= _MOST_PIXELS else 0

    def take(self, step: ReadStep) -> bool:
        """Run one step and return True if it read a symbol that was not read before."""
        box = self._box(step.where)
        if box is None:
            return False
        self._last = step
        self.taken += 1
        found = self._recovered(step, box) if step.threshold is Threshold.GRID else self._seen(step, box)
        new = [symbol for symbol in found if not any(known.box.covers(symbol.box) for known in self.read)]
        self.read += (symbol for symbol in new if symbol.text is not None)
        self.unread = [
            symbol
            for symbol in (*self.unread, *(s for s in new if s.text is None))
            if not any(known.box.covers(symbol.box) for known in self.read)
        ]
        return any(symbol.text is not None for symbol in new)

    def _seen(self, step: ReadStep, box: Box) -> list[Symbol]:
        across, down = step.scale
        view = scaled(self._frame[box.top : box.bottom, box.left : box.right], across, down)
        inverted = step.change is Preprocessing.INVERTED
        return [
            replace(symbol.moved(1 / across, 1 / down, box.left, box.top), inverted=inverted)
            for symbol in detect(changed(view, step.change), step.threshold)
        ]

    def _recovered(self, step: ReadStep, box: Box) -> list[Symbol]:
        """Read symbols from their module grids: those already located, or those found by finder patterns."""
        bends, most = (BENDS, _MOST_RECOVERED) if step.change is Preprocessing.BENT else (_LIVE_BENDS, 1)
        located = self.unread[-most:] if step.where is Area.UNREAD else self._placed(box)
        texts = (recover(self._toned(symbol), symbol.corners, symbol.version, bends) for symbol in located)
        return [
            replace(symbol, text=text)
            for symbol, text in zip(located, texts, strict=True)
            if text is not None
        ]

    def _placed(self, box: Box) -> list[Symbol]:
        view = np.ascontiguousarray(self._frame[box.top : box.bottom, box.left : box.right])
        placed = (Symbol(None, place.corners, place.version) for place in locate(view))
        return [symbol.moved(1, 1, box.left, box.top) for symbol in placed]

    def _toned(self, symbol: Symbol) -> Luma:
        return np.bitwise_not(self._frame) if symbol.inverted else self._frame

    def _box(self, where: Area) -> Box | None:
        height, width = self._frame.shape
        if where is Area.FRAME:
            return Box(0, 0, width, height)
        if where is Area.UNREAD:
            if not self.unread:
                return None
            box = self.unread[-1].box
            return box.grown(8 + max(box.width, box.height) // 3, width, height)
        if where is Area.ALL:
            return reduce(Box.joined, self._regions) if len(self._regions) > 1 else None
        return self._regions[0] if self._regions else None
