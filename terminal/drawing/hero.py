"""The block at the top of a verdict or an alarm: icon and name on the shape that states the certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import forms
from terminal.drawing.items import IconItem
from terminal.drawing.layout import Block, beside, largest, padded, paragraph, stack
from terminal.drawing.page import MARGIN, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.drawing.page import Page
    from terminal.drawing.theme import OutcomeStyle

LABEL = 30
"""Size of the label above the name, units."""
_APART = 3
"""Steps by which type is reduced from which what to do stands below the ground."""
LONG = 8
"""Number of characters from which a name may be taller than its icon."""


def inside_of(page: Page, dress: OutcomeStyle) -> int:
    """Return the width available to the block's text, px."""
    return page.width - 2 * forms.rim(page, dress.form)[0]


def headed(page: Page, dress: OutcomeStyle, words: str, label: str, lines: int = 2) -> Block:
    """Lay out icon, label and name, in the largest type at which the name fits in `lines` lines."""
    side = page.px(112 * min(page.scale, 1.0))
    gap = page.px(16)
    room = inside_of(page, dress) - side - gap
    sizes = [page.firm(units, dress.ink).size for units in range(104, 38, -2)]
    bold = page.type(104, dress.ink, bold=True)
    style = largest(words, sizes, bold, (room, round(side * (1.16 if len(words) < LONG else 1.5))), lines)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), dress.icon, dress.ink),))
    above = [paragraph(label, page.type(LABEL, dress.ink, bold=True), room)] if label else []
    return beside([(0, sign), (side + gap, stack([*above, paragraph(words, style, room)]))])


def blocks(page: Page, dress: OutcomeStyle, head: Block, told: Sequence[str]) -> list[Block]:
    """Lay out the head with what to do below it, on the outcome's ground; with the smallest type what to do
    stands below the ground, where it may go on to the next page.
    """
    inside, hue = (inside_of(page, dress), dress.ink)
    if page.smaller >= _APART:
        inside, hue = page.width, page.colours.ink
    style = page.font(Role.LEAD, hue, bold=True)
    said = [paragraph(words, style, inside, even=True) for words in told]
    if page.smaller >= _APART:
        return [_framed(page, dress, head), *(padded(one, page.margin, 0, 0, lambda _: ()) for one in said)]
    return [_framed(page, dress, stack([head, *said], page.mm(0.9)))]


def _framed(page: Page, dress: OutcomeStyle, body: Block) -> Block:
    """Lay out the block's content on its ground, between the margins."""
    across, down = forms.rim(page, dress.form)
    hero = padded(body, across, down, down, lambda height: forms.ground(page, dress, (page.width, height)))
    return padded(hero, page.px(MARGIN), 0, 0, lambda _: ())
