"""Touch cells: the areas that are drawn as keys are the areas that react to touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing.items import Fill, Item
from terminal.drawing.layout import at, largest, paragraph
from terminal.drawing.page import BANNER, BAR, KEYS_HEIGHT, Page
from terminal.screens.alarms import BannerOpened
from terminal.screens.events import SignalAsked

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour
    from terminal.drawing.theme import Style
    from terminal.screens.state import Touch

GAP = 3
"""Space around a key in units; it belongs to the cell."""


@dataclass(frozen=True, slots=True)
class TouchCell:
    """An area that can be touched, and the event that it produces."""

    rect: Rect
    event: Touch


def area_of(style: Style, room: float) -> Rect:
    """Return the area `room` units high above the soft keys, over the full width, px."""
    page = Page(style)
    width, height = style.size
    tall = page.px(room)
    return Rect(0, height - page.px(KEYS_HEIGHT) - tall, width, tall)


def banner_cell(style: Style) -> TouchCell:
    """Return the touch cell of an older alarm's banner, below the bar."""
    page = Page(style)
    return TouchCell(Rect(0, page.px(BAR), style.size[0], page.px(BANNER)), BannerOpened())


def block_cell(style: Style) -> TouchCell:
    """Return the touch cell of a verdict's block: a third of the height below the bar. It plays the signal
    again.
    """
    page = Page(style)
    return TouchCell(Rect(0, page.px(BAR), style.size[0], style.size[1] // 3), SignalAsked())


def part(area: Rect, column: int, columns: int, row: int, each: float) -> Rect:
    """Return the cell at `column` of `columns` in a row that is `each` px high."""
    left, right = (area.x + round(place * area.width / columns) for place in (column, column + 1))
    above, below = (area.y + round(place * each) for place in (row, row + 1))
    return Rect(left, above, right - left, below - above)


def key_face(page: Page, rect: Rect, words: str, ground: Colour | None, ink: Colour) -> list[Item]:
    """Draw a key with its label centred, in the largest size that fits."""
    sizes = [page.px(units) for units in range(38 if len(words) == 1 else 26, 13, -1)]
    style = largest(
        words, sizes, page.firm(38, ink, bold=True), (rect.width - page.px(6), rect.height - page.px(4)), 1
    )
    label = paragraph(words, style, rect.width, centred=True)
    behind: list[Item] = [Fill(rect, ground, page.px(8))] if ground else []
    return [*behind, *at(label, rect.x, rect.y + (rect.height - label.height) // 2)]
