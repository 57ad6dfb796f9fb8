"""The block at the top of a verdict or an alarm: icon and name on the shape that states the certainty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import forms
from terminal.drawing.items import IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.drawing.layout import Type
    from terminal.drawing.page import Page
    from terminal.drawing.theme import OutcomeStyle

_APART = 3
"""Steps by which type is reduced from which what to do stands below the ground."""
SIDE, LEAST_SIDE = 13.0, 9.0
"""Side of the icon, mm, and on a small page."""
TALL, LOW = 17.0, 10.0
"""Greatest height of a name in one or two lines, mm, and on a small page."""
LONG_TALL, LONG_LINES = 30.0, 4
"""Greatest height of a long name, mm, whose type is that of headings, and its most lines."""


def inside_of(page: Page, dress: OutcomeStyle) -> int:
    """Return the width available to the block's text, px."""
    return page.width - 2 * forms.rim(page, dress.form)[0]


def headed(page: Page, dress: OutcomeStyle, words: str, label: str) -> Block:
    """Lay out icon, label and name, in the largest type at which the name fits beside the icon."""
    side, gap = page.mm(SIDE if page.smaller < 2 else LEAST_SIDE), page.mm(1.8)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), dress.icon, dress.ink),))
    room = inside_of(page, dress) - side - gap
    above = [paragraph(label, page.font(Role.LEAD, dress.ink, bold=True), room)] if label else []
    style = _fitted(page, words, page.font(Role.HERO, dress.ink, bold=True), room)
    return beside([(0, sign), (side + gap, stack([*above, paragraph(words, style, room)]))])


def _fitted(page: Page, words: str, most: Type, room: int) -> Type:
    """Return the largest type for a name: two lines at most, or more lines of a heading's type."""
    tall = page.mm(TALL if page.smaller < 2 else LOW)
    heading = page.mm(Role.TITLE.value)
    style = page.fitting(words, most, (room, tall), 2)
    if style.size >= heading:
        return style
    return page.fitting(words, replace(most, size=heading), (room, page.mm(LONG_TALL)), LONG_LINES)


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
    return padded(hero, page.margin, 0, 0, lambda _: ())
