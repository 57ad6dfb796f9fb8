"""Touch cells: areas of the display that react, each drawn where it reacts, and their grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pygame import Rect

from terminal.drawing import regions
from terminal.drawing.items import Fill, Item
from terminal.drawing.layout import at, paragraph
from terminal.drawing.page import BANNER_MM, LEAST_CELL, Page, Role
from terminal.screens.alarms import BannerOpened
from terminal.screens.events import SignalAsked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.drawing.fonts import Colour
    from terminal.drawing.theme import Style
    from terminal.screens.state import Touch

GAP = 0.3
"""Space around a key, mm; it belongs to the cell."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The next page of the screen was asked for: this display does not hold all of it. No screen changes."""


CellEvent: TypeAlias = "Touch | Turned"


@dataclass(frozen=True, slots=True)
class TouchCell:
    """An area that can be touched, and the event that it produces."""

    rect: Rect
    event: CellEvent


def banner_cell(style: Style, beside: Sequence[TouchCell], *, menu: bool) -> TouchCell:
    """Return the touch cell of an older alarm's banner below the bar, which opens the `menu` or does not, and
    left of the cells beside it.
    """
    width = min([regions.columns(style)[0].width, *(cell.rect.x for cell in beside if cell.rect.x)])
    return TouchCell(
        Rect(0, regions.bar(style, menu=menu).bottom, width, style.mm(BANNER_MM)), BannerOpened()
    )


def block_cell(style: Style, *, below_banner: bool) -> TouchCell:
    """Return the touch cell of a verdict's block: a third of the height below the bar, without the banner. It
    plays the signal again.
    """
    column = regions.columns(style)[0]
    above = style.mm(BANNER_MM) if below_banner else 0
    return TouchCell(
        Rect(column.x, column.y + above, column.width, style.size[1] // 3 - above), SignalAsked()
    )


def part(area: Rect, column: int, columns: int, row: int, each: float) -> Rect:
    """Return the cell at `column` of `columns` in a row that is `each` px high."""
    left, right = (area.x + round(place * area.width / columns) for place in (column, column + 1))
    above, below = (area.y + round(place * each) for place in (row, row + 1))
    return Rect(left, above, right - left, below - above)


def grid(
    style: Style,
    area: Rect,
    events: Sequence[CellEvent],
    columns: int = 1,
    heights: tuple[float, float] = (LEAST_CELL, 20.0),
) -> list[TouchCell]:
    """Return a cell for each event, row by row; `heights` are a row's least and most height, mm.

    Where the area does not hold them all, the last cell of each page turns to the next one.
    """
    rows = max(1, int(area.height // style.mm(heights[0])))
    shown: Sequence[CellEvent] = events
    if len(events) > rows * columns:
        each = rows * columns - 1
        start = style.page % -(-len(events) // each) * each
        shown = [*events[start : start + each], Turned()]
    else:
        rows = max(1, -(-len(events) // columns))
    high = min(area.height / rows, heights[1] * style.px_per_mm)
    return [
        TouchCell(part(area, place % columns, columns, place // columns, high), event)
        for place, event in enumerate(shown)
    ]


def face_of(page: Page, cell: TouchCell) -> Rect:
    """Return the area of a cell in which its key is drawn."""
    gap = page.mm(GAP)
    return cell.rect.inflate(-2 * gap, -2 * gap)


def key_face(page: Page, rect: Rect, words: str, ground: Colour | None, ink: Colour) -> list[Item]:
    """Draw a key with its label centred, in the largest size that fits."""
    role = Role.TITLE if len(words) == 1 else Role.LEAD
    box = rect.width - 2 * page.mm(0.5), rect.height
    style = page.fitting(words, page.font(role, ink, bold=True), box, 3)
    label = paragraph(words, style, box[0], centred=True)
    behind: list[Item] = [Fill(rect, ground, page.mm(1.0))] if ground else []
    return [*behind, *at(label, rect.x + page.mm(0.5), rect.y + (rect.height - label.height) // 2)]


def turn_face(page: Page, cell: TouchCell) -> list[Item]:
    """Draw the key that turns to the next page."""
    return key_face(
        page, face_of(page, cell), page.say("turn_page"), page.colours.strong.ground, page.colours.strong.ink
    )
