"""The displays that screens are tested on, and the style of the golden screens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from terminal.drawing.fonts import Fonts
from terminal.drawing.theme import Style

FONTS = Path("/usr/share/fonts/opentype/noto")
SIZE = (480, 800)
STYLE = Style("zh", Fonts.load(FONTS), SIZE)
"""The style of the golden screens by day."""


DIAGONALS_IN = {(480, 800): 5.0, (720, 1280): 5.5, (320, 480): 3.5, (800, 480): 5.0, (600, 1024): 7.0}
"""Diagonals, inches, of displays by their sizes, px."""


def sized(size: tuple[int, int]) -> Style:
    """Return the style for a display of this size, px."""
    return replace(STYLE, size=size, diagonal_in=DIAGONALS_IN.get(size, 5.0))
