"""Parts shared by the screens of the shift: outcome icons, touchable rows and fitting to the height."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import theme
from terminal.drawing.items import Dashes, Fill, IconItem, Item
from terminal.drawing.layout import Block, at
from terminal.drawing.page import KEYS_HEIGHT, MARGIN, Page, top
from terminal.drawing.theme import Form
from terminal.drawing.touch_cells import GAP, TouchCell, area_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.drawing.theme import Style
    from terminal.model import Outcome
    from terminal.screens.values import Status

ROOM = 400
"""Height of the cells above the soft keys, units."""
_EASES = [step / 100 for step in range(130, 36, -4)]


def unuploaded(page: Page, count: int) -> str:
    """Return the text for the number of records to upload."""
    return page.say("unuploaded", count=count) if count else page.say("all_uploaded")


def chip(page: Page, outcome: Outcome, side: int) -> Block:
    """Draw an outcome's icon on its ground, `side` px square; its shape states the certainty."""
    dress = theme.dress(outcome, page.colours)
    rect, radius = Rect(0, 0, side, side), max(1, side // 6)
    edge = max(2, side // 10)
    sign = IconItem(rect.inflate(-side // 3, -side // 3), dress.icon, dress.ink)
    inner = rect.inflate(-2 * edge, -2 * edge)
    ground: list[Item] = [Fill(rect, dress.paper, radius)]
    match dress.form:
        case Form.SOLID | Form.STRIPED | Form.FLASHING:
            ground = [Fill(rect, dress.mark, radius), Fill(inner, dress.paper)]
        case Form.TAPED | Form.BARRED:
            bar = Rect(0, 0, side - 2 * edge, max(1, edge // 2))
            ground += [
                Fill(bar.move(edge, y), dress.mark) for y in (edge // 2, side - edge // 2 - bar.height)
            ]
        case Form.DASHED:
            ground.append(Dashes(rect, dress.mark, max(2, edge // 2)))
        case Form.PLAIN:
            pass
    return Block(side, (*ground, sign))


def inside(page: Page, cell: TouchCell) -> Rect:
    """Return the area of a cell in which its key is drawn."""
    gap = page.px(GAP)
    return cell.rect.inflate(-2 * gap, -2 * gap)


def panel(page: Page, rect: Rect, block: Block) -> list[Item]:
    """Draw a touchable row with its text at the left, centred vertically."""
    x, y = rect.x + page.px(8), rect.y + (rect.height - block.height) // 2
    return [Fill(rect, page.colours.panel, page.px(8)), *at(block, x, y)]


def headed(style: Style, status: Status, head: Callable[[Page], Block]) -> list[Item]:
    """Lay out the bars, and a heading between them and the cells."""
    return _between(style, status, head, area_of(style, ROOM).y)


def filled(style: Style, status: Status, body: Callable[[Page], Block]) -> list[Item]:
    """Lay out the bars, and a body between them and the soft keys."""
    return _between(style, status, body, style.size[1] - Page(style).px(KEYS_HEIGHT))


def _between(style: Style, status: Status, made: Callable[[Page], Block], bottom: int) -> list[Item]:
    """Lay out the bars, and a block in the largest size that fits above `bottom`."""
    bars = top(Page(style), status)
    room = bottom - bars.height - 2 * Page(style).px(5)
    for ease in _EASES:
        block = made(Page(style, ease))
        if block.height <= room:
            break
    return [
        *bars.items,
        *at(block, Page(style).px(MARGIN), bars.height + (bottom - bars.height - block.height) // 2),
    ]
