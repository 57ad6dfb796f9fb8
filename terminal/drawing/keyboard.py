"""Keys that characters are typed with, on as many pages as the display needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import regions
from terminal.drawing.page import LEAST_CELL
from terminal.drawing.touch_cells import TouchCell, Turned, part
from terminal.screens.events import Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygame import Rect

    from terminal.drawing.theme import Style
    from terminal.drawing.touch_cells import CellEvent

_MOST_COLUMNS = 7
"""Typing keys are not made narrower than `LEAST_CELL`, and there are at most this many in a row."""
_KEYS_MM, _LOW_KEYS_MM, _WIDE_KEYS_MM = 64.0, 37.0, 64.0
"""Height of the keys, mm, and on a low display; their width beside a heading."""


def places(style: Style) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of the keys, px; the same whatever bars are at the top."""
    tall = _LOW_KEYS_MM if regions.is_low(style) else _KEYS_MM
    return regions.low_cells(style, tall, _WIDE_KEYS_MM)


def keys(symbols: Sequence[str], end: CellEvent, style: Style) -> list[TouchCell]:
    """Return the keys of a page row by row; the rest of the last row has the key `end` and, if there are
    several pages, one that turns to the next.
    """
    area = places(style)[1]
    columns = min(_MOST_COLUMNS, area.width // style.mm(LEAST_CELL))
    room = columns * (area.height // style.mm(LEAST_CELL))
    ends: tuple[CellEvent, ...] = (end,)
    if len(symbols) + 1 > room:
        ends = (end, Turned())
        each = room - len(ends)
        start = style.page % -(-len(symbols) // each) * each
        symbols = symbols[start : start + each]
    rows = -(-(len(symbols) + len(ends)) // columns)
    high = area.height / max(rows, room // columns if len(ends) > 1 else 0)
    typed = [
        TouchCell(part(area, place % columns, columns, place // columns, high), Typed(symbol))
        for place, symbol in enumerate(symbols)
    ]
    rest = part(area, len(symbols) % columns, columns, len(symbols) // columns, high)
    rest.width = area.right - rest.x
    return [*typed, *(TouchCell(part(rest, n, len(ends), 0, high), one) for n, one in enumerate(ends))]
