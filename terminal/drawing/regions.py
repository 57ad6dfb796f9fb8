"""Places on a display: the bar at the top, the soft keys at the bottom, and one or two columns between.

A display wider than high has two columns, with the heading or the verdict at the left and the cells or the
details at the right. A higher one has the cells below the heading. Cells stay where they are whatever the
heading says and however many strips are under the bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

if TYPE_CHECKING:
    from terminal.drawing.theme import Style

BAR_MM, LOW_BAR_MM, MENU_BAR_MM = 6.0, 4.6, 9.0
"""Height of the status bar, on a low display, and where a touch of it opens the menu, mm."""
KEYS_MM = 12.6
"""Height of the soft keys with the space around them, mm; the keys themselves are at least 12 mm high."""
LOW_MM = 80.0
"""A display lower than this, mm, has a low bar."""
HEAD_MM, LOW_HEAD_MM = 20.0, 10.6
"""Height that is kept for a heading above cells, and on a low display, mm."""


def is_low(style: Style) -> bool:
    """Return True if the display is lower than `LOW_MM`."""
    return style.size[1] < LOW_MM * style.px_per_mm


def is_small(style: Style) -> bool:
    """Return True if the display is low and has a single column, so that strips under the bar must be few."""
    return is_low(style) and not style.landscape


def bar(style: Style, *, menu: bool = False) -> Rect:
    """Return the area of the status bar, px; high enough to be touched where it opens the menu."""
    tall = MENU_BAR_MM if menu else LOW_BAR_MM if is_low(style) else BAR_MM
    return Rect(0, 0, style.size[0], style.mm(tall))


def keys(style: Style) -> Rect:
    """Return the area of the soft keys, px."""
    tall = style.mm(KEYS_MM)
    return Rect(0, style.size[1] - tall, style.size[0], tall)


def body(style: Style) -> Rect:
    """Return the area between the bar and the soft keys, px."""
    above = bar(style).bottom
    return Rect(0, above, style.size[0], keys(style).y - above)


def columns(style: Style) -> tuple[Rect, ...]:
    """Return the columns between the bar and the soft keys, px: two of equal width if wider than high."""
    whole = body(style)
    if not style.landscape:
        return (whole,)
    left = Rect(whole.x, whole.y, whole.width // 2, whole.height)
    return left, Rect(left.right, whole.y, whole.width - left.width, whole.height)


def foot(style: Style, tall: float, below: int = 0) -> Rect:
    """Return the area of a row `tall` mm high, `below` px above the end of the last column, px."""
    column, height = columns(style)[-1], style.mm(tall)
    return Rect(column.x, column.bottom - below - height, column.width, height)


def low_cells(style: Style, tall: float, wide: float = 0.0) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of cells `tall` mm high above the soft keys, px; on a display wider
    than high, of cells `wide` mm wide (0 for half the width) as high as the body, at the right.
    """
    whole = body(style)
    if style.landscape:
        left = whole.width - style.mm(wide) if wide else whole.width // 2
        head, cells = columns(style)
        head.width, cells.x, cells.width = left, left, whole.width - left
        return head, cells
    above = whole.height - style.mm(tall)
    return (
        Rect(whole.x, whole.y, whole.width, above),
        Rect(whole.x, whole.y + above, whole.width, whole.height - above),
    )


def high_cells(style: Style) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of cells that fill the height below it, px."""
    head = LOW_HEAD_MM if is_low(style) else HEAD_MM
    return low_cells(style, body(style).height / style.px_per_mm - head)
