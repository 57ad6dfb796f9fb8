"""Fonts: bounded caches of drawn glyphs and lines, and the advances that layout measures with."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

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
GLYPH_BYTES, LINE_BYTES = 16 << 20, 20 << 20
"""Most memory of the glyphs that are cached, and of those that cached lines refer to. A result screen has
about 150, which take 0.5 MiB.
"""
WIDTHS = 4096
"""Most letters and texts whose widths are cached."""
_CHANNELS = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
"""Masks of red, green, blue and alpha."""
_SURFACE_BYTES = 512
"""Memory of a surface besides its pixels, about."""

Offset: TypeAlias = tuple[int, int]
Glyph: TypeAlias = tuple[pygame.Surface, int, int]
"""A drawn letter and the offset of its corner: right of the pen and above the baseline, px."""
GlyphRun: TypeAlias = tuple[tuple[pygame.Surface, Offset], ...]
"""The glyphs of a line and their corners, px, with the baseline's start at (0, 0)."""

K = TypeVar("K")
V = TypeVar("V")


class SizedCache(Generic[K, V]):
    """Values by key within a number of bytes; those that were used longest ago are dropped first."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most `most_bytes`."""
        self._most_bytes = most_bytes
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.held_bytes = 0
        """Sum of the sizes of the values that are held."""

    def __len__(self) -> int:
        """Return the number of values held."""
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return a value that is held, None if there is none."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size_bytes: int) -> V:
        """Hold a value that is not held yet, and return it."""
        self._kept[key] = value, size_bytes
        self.held_bytes += size_bytes
        while self.held_bytes > self._most_bytes:
            _, (_, dropped_bytes) = self._kept.popitem(last=False)
            self.held_bytes -= dropped_bytes
        return value

    def clear(self) -> None:
        """Drop all values."""
        self._kept.clear()
        self.held_bytes = 0


class Fonts:
    """Regular and bold weight of one family; `chinese` is False for the fallback, which is Latin only."""

    def __init__(self, regular: freetype.Font, bold: freetype.Font, *, chinese: bool) -> None:
        self.chinese = chinese
        self._weights = (regular, bold)
        self._advances: dict[tuple[str, bool], float] = {}
        self._widths: dict[tuple[str, bool], float] = {}
        self.glyphs: SizedCache[tuple[str, Size, bool, Colour], Glyph] = SizedCache(GLYPH_BYTES)
        """Drawn letters."""
        self.lines: SizedCache[tuple[str, int, bool, Colour], GlyphRun] = SizedCache(LINE_BYTES)
        """Placed lines; a glyph counts in each line that has it, also if it is shared."""

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
        known = self._advances.get(key)
        if known is None:
            # Measured at a large size to reduce rounding; None if the font lacks the letter.
            metrics: tuple[float, ...] | None = self._weights[bold].get_metrics(letter, size=256)[0]
            if len(self._advances) >= WIDTHS:
                self._advances.clear()
            known = self._advances[key] = metrics[4] / 256 if metrics else 1.0
        return known

    def width(self, text: str, size: int, *, bold: bool) -> float:
        """Return the width of a line of text, px."""
        key = (text, bold)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) >= WIDTHS:
                self._widths.clear()
            known = self._widths[key] = sum(self.advance(letter, bold=bold) for letter in text)
        return size * known

    def glyph(self, letter: str, size: Size, colour: Colour, *, bold: bool) -> Glyph:
        """Return a drawn letter, from the cache if possible."""
        key = (letter, size, bold, colour)
        glyph = self.glyphs.get(key)
        if glyph is None:
            exact: Any = size  # pygame's stubs lack the pair of sizes
            drawn, box = self._weights[bold].render(letter, colour, size=exact)
            surface = _in_screen_order(drawn)
            glyph = self.glyphs.put(key, (surface, box.x, box.y), _bytes_of(surface))
        return glyph

    def letters(self, text: str, size: int, colour: Colour, *, bold: bool) -> GlyphRun:
        """Return the glyphs of a line, from the cache if possible."""
        key = (text, size, bold, colour)
        line = self.lines.get(key)
        if line is None:
            x, placed = 0.0, []
            for letter in text:
                glyph, left, top = self.glyph(letter, size, colour, bold=bold)
                placed.append((glyph, (round(x) + left, -top)))
                x += size * self.advance(letter, bold=bold)
            line = self.lines.put(key, tuple(placed), sum(_bytes_of(glyph) for glyph, _ in placed))
        return line


def _in_screen_order(drawn: pygame.Surface) -> pygame.Surface:
    """Return a glyph with the channels in the order of a screen's, as which it is drawn ten times faster."""
    surface = pygame.Surface(drawn.get_size(), pygame.SRCALPHA, 32, _CHANNELS)
    surface.blit(drawn, (0, 0))
    return surface


def _bytes_of(surface: pygame.Surface) -> int:
    width, height = surface.get_size()
    return _SURFACE_BYTES + 4 * width * height


def _open(path: Path) -> freetype.Font:
    try:
        font = freetype.Font(path, 32, font_index=SIMPLIFIED_CHINESE)
        font.render("检", (0, 0, 0))  # a truncated font opens but fails to render
    except (OSError, RuntimeError, pygame.error) as error:
        raise FontFault(path.name) from error
    if font.get_metrics("检")[0] is None:
        raise FontFault(f"{path.name} has no Chinese characters")
    return font
