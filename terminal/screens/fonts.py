"""Letters are drawn once and kept: a bounded cache of glyphs, and the advances that layout measures by."""

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
"""Pixels per em; width and height apart where a letter is to be narrow, as on a number plate."""

REGULAR, BOLD = "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"
SIMPLIFIED_CHINESE = 2
"""Place in the collection; 0 is Japanese, whose forms of 门, 直 and 骨 differ."""
GLYPHS = 2048
"""A Result has some 150 glyphs; 2,048 of the usual sizes are about 8 MiB."""

Place: TypeAlias = tuple[int, int]
Glyph: TypeAlias = tuple[pygame.Surface, int, int]
"""A letter, and where its corner lies: right of the pen, above the baseline, in pixels."""


class Fonts:
    """Two weights of one family. `chinese` is False for the fallback, which draws Latin letters alone."""

    def __init__(self, regular: freetype.Font, bold: freetype.Font, *, chinese: bool) -> None:
        self.chinese = chinese
        self._weights = (regular, bold)
        self._glyphs: OrderedDict[tuple[str, Size, bool, Colour], Glyph] = OrderedDict()
        self._advances: dict[tuple[str, bool], float] = {}

    @classmethod
    def load(cls, folder: Path) -> Fonts:
        """The Noto CJK fonts of a folder. Raises FontFault where one is missing, damaged or another font."""
        freetype.init()
        regular, bold = (_open(folder / name) for name in (REGULAR, BOLD))
        return cls(regular, bold, chinese=True)

    @classmethod
    def fallback(cls) -> Fonts:
        """The Latin font that comes with pygame: enough to say in English that the Chinese font is gone."""
        freetype.init()
        regular, bold = freetype.Font(None, 32), freetype.Font(None, 32)
        bold.strong = True
        return cls(regular, bold, chinese=False)

    def has(self, letter: str) -> bool:
        """Whether both weights can draw a letter."""
        return all(font.get_metrics(letter)[0] is not None for font in self._weights)

    def advance(self, letter: str, *, bold: bool) -> float:
        """How far the pen moves for a letter, in em."""
        key = (letter, bold)
        if key not in self._advances:
            # Measured large, so that rounding to pixels is small; None is a letter that the font has not.
            metrics: tuple[float, ...] | None = self._weights[bold].get_metrics(letter, size=256)[0]
            if len(self._advances) >= GLYPHS:
                self._advances.clear()
            self._advances[key] = metrics[4] / 256 if metrics else 1.0
        return self._advances[key]

    def width(self, text: str, size: int, *, bold: bool) -> float:
        """Width of a line of text, in pixels."""
        return size * sum(self.advance(letter, bold=bold) for letter in text)

    def glyph(self, letter: str, size: Size, colour: Colour, *, bold: bool) -> Glyph:
        """A letter drawn; from the cache where it was drawn lately."""
        key = (letter, size, bold, colour)
        glyph = self._glyphs.get(key)
        if glyph is None:
            exact: Any = size  # pygame's own stubs know no pair of sizes
            surface, box = self._weights[bold].render(letter, colour, size=exact)
            glyph = self._glyphs[key] = (surface, box.x, box.y)
            if len(self._glyphs) > GLYPHS:
                self._glyphs.popitem(last=False)
        else:
            self._glyphs.move_to_end(key)
        return glyph

    def letters(
        self, text: str, size: int, colour: Colour, *, bold: bool
    ) -> list[tuple[pygame.Surface, Place]]:
        """A line of text as glyphs, and their corners from a pen at (0, 0) on the baseline."""
        x, placed = 0.0, []
        for letter in text:
            glyph, left, top = self.glyph(letter, size, colour, bold=bold)
            placed.append((glyph, (round(x) + left, -top)))
            x += size * self.advance(letter, bold=bold)
        return placed


def _open(path: Path) -> freetype.Font:
    try:
        font = freetype.Font(path, 32, font_index=SIMPLIFIED_CHINESE)
        font.render("检", (0, 0, 0))  # a font that was cut short opens, and fails here
    except (OSError, RuntimeError, pygame.error) as error:
        raise FontFault(path.name) from error
    if font.get_metrics("检")[0] is None:
        raise FontFault(f"{path.name} has no Chinese")
    return font
