"""Fonts: a bounded cache of drawn glyphs, and the advances that layout measures with."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeAlias

import pygame
from pygame import freetype

from terminal.errors import FontFault

if TYPE_CHECKING:
    from pathlib import Path

Colour: TypeAlias = tuple[int, int, int]
Size: TypeAlias = int | tuple[int, int]
"""Pixels per em; (width, height) for narrow letters as on number plates."""

REGULAR, BOLD = "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"
SIMPLIFIED_CHINESE = 2
"""Index in the font collection; 0 is Japanese, whose forms of 门, 直 and 骨 differ."""
GLYPHS = 2048
"""Glyphs cached: a result screen has about 150; 2,048 of the usual sizes take about 8 MiB."""

Offset: TypeAlias = tuple[int, int]
Glyph: TypeAlias = tuple[pygame.Surface, int, int]
"""A drawn letter and the offset of its corner: right of the pen and above the baseline, px."""


class Fonts:
    """Regular and bold weight of one family; `chinese` is False for the fallback, which is Latin only."""

    def __init__(self, regular: freetype.Font, bold: freetype.Font, *, chinese: bool) -> None:
        self.chinese = chinese
        self._weights = (regular, bold)
        self._glyphs: OrderedDict[tuple[str, Size, bool, Colour], Glyph] = OrderedDict()
        self._advances: dict[tuple[str, bool], float] = {}

    @classmethod
    def load(cls, folder: Path) -> Fonts:
        """Load the Noto CJK fonts of a folder. Raises FontFault if one is missing, damaged or not Chinese."""
        freetype.init()
        regular, bold = (_open(folder / name) for name in (REGULAR, BOLD))
        return cls(regular, bold, chinese=True)

    @classmethod
    def fallback(cls) -> Fonts:
        """Load pygame's Latin font: enough to report in English that the Chinese font is missing."""
        freetype.init()
        regular, bold = freetype.Font(None, 32), freetype.Font(None, 32)
        bold.strong = True
        return cls(regular, bold, chinese=False)

    def has(self, letter: str) -> bool:
        """Return True if both weights have a glyph for the letter."""
        return all(font.get_metrics(letter)[0] is not None for font in self._weights)

    def advance(self, letter: str, *, bold: bool) -> float:
        """Return the advance of a letter, em."""
        key = (letter, bold)
        if key not in self._advances:
            # Measured at a large size to reduce rounding; None if the font lacks the letter.
            metrics: tuple[float, ...] | None = self._weights[bold].get_metrics(letter, size=256)[0]
            if len(self._advances) >= GLYPHS:
                self._advances.clear()
            self._advances[key] = metrics[4] / 256 if metrics else 1.0
        return self._advances[key]

    def width(self, text: str, size: int, *, bold: bool) -> float:
        """Return the width of a line of text, px."""
        return size * sum(self.advance(letter, bold=bold) for letter in text)

    def glyph(self, letter: str, size: Size, colour: Colour, *, bold: bool) -> Glyph:
        """Return a drawn letter, from the cache if possible."""
        key = (letter, size, bold, colour)
        glyph = self._glyphs.get(key)
        if glyph is None:
            exact: Any = size  # pygame's stubs lack the pair of sizes
            surface, box = self._weights[bold].render(letter, colour, size=exact)
            glyph = self._glyphs[key] = (surface, box.x, box.y)
            if len(self._glyphs) > GLYPHS:
                self._glyphs.popitem(last=False)
        else:
            self._glyphs.move_to_end(key)
        return glyph

    def letters(
        self, text: str, size: int, colour: Colour, *, bold: bool
    ) -> list[tuple[pygame.Surface, Offset]]:
        """Return the glyphs of a line and their corners, px, with the baseline's start at (0, 0)."""
        x, placed = 0.0, []
        for letter in text:
            glyph, left, top = self.glyph(letter, size, colour, bold=bold)
            placed.append((glyph, (round(x) + left, -top)))
            x += size * self.advance(letter, bold=bold)
        return placed


def _open(path: Path) -> freetype.Font:
    try:
        font = freetype.Font(path, 32, font_index=SIMPLIFIED_CHINESE)
        font.render("检", (0, 0, 0))  # a truncated font opens but fails to render
    except (OSError, RuntimeError, pygame.error) as error:
        raise FontFault(path.name) from error
    if font.get_metrics("检")[0] is None:
        raise FontFault(f"{path.name} has no Chinese characters")
    return font
