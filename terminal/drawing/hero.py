"""The block at the top of a verdict or an alarm: icon and name on the shape that states the certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing.items import Dashes, Fill, IconItem, Item, Stripes
from terminal.drawing.layout import Block, beside, largest, padded, paragraph, stack
from terminal.drawing.page import MARGIN
from terminal.drawing.theme import Form

if TYPE_CHECKING:
    from terminal.drawing.page import Page
    from terminal.drawing.theme import OutcomeStyle

LABEL = 30
"""Size of the label above the name, units."""
LONG = 8
"""Number of characters from which a name may be taller than its icon."""


def inside(page: Page, dress: OutcomeStyle) -> int:
    """Return the width available to the block's text, px."""
    return page.width - 2 * _rim(page, dress)


def headed(page: Page, dress: OutcomeStyle, words: str, label: str, lines: int = 2) -> Block:
    """Lay out icon, label and name, in the largest type at which the name fits in `lines` lines."""
    side = page.px(112 * min(page.scale, 1.0))
    gap = page.px(16)
    room = inside(page, dress) - side - gap
    sizes = [page.eased(units) for units in range(104, 38, -2)]
    bold = page.type(104, dress.ink, bold=True)
    style = largest(words, sizes, bold, (room, round(side * (1.16 if len(words) < LONG else 1.5))), lines)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), dress.icon, dress.ink),))
    above = [paragraph(label, page.type(LABEL, dress.ink, bold=True), room)] if label else []
    return beside([(0, sign), (side + gap, stack([*above, paragraph(words, style, room)]))])


def framed(page: Page, dress: OutcomeStyle, body: Block) -> Block:
    """Lay out the block's content on its ground, between the margins."""
    rim = _rim(page, dress)
    hero = padded(body, rim, rim, rim, lambda height: _behind(page, dress, height, rim))
    return padded(hero, page.px(MARGIN), 0, 0, lambda _: ())


def _rim(page: Page, dress: OutcomeStyle) -> int:
    return page.px(22 if dress.form is Form.STRIPED else 14)


def _behind(page: Page, dress: OutcomeStyle, height: int, rim: int) -> list[Item]:
    rect = Rect(0, 0, page.width, height)
    radius = page.px(14)
    match dress.form:
        case Form.SOLID:
            inner = rect.inflate(-page.px(14), -page.px(14))
            rimmed = [Fill(inner, dress.paper, page.px(9))] if dress.paper != dress.fill else []
            return [Fill(rect, dress.fill, radius), *rimmed]
        case Form.STRIPED:
            inner = rect.inflate(-2 * (rim - page.px(6)), -2 * (rim - page.px(6)))
            stripes = Stripes(rect, (dress.fill, dress.paper), page.px(14), radius)
            return [stripes, Fill(inner, dress.paper, page.px(5))]
        case Form.DASHED:
            return [Fill(rect, dress.paper), Dashes(rect, dress.fill, page.px(6))]
