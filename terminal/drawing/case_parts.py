"""Parts shared by the screens of an alarm's case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing.layout import Block, at, paragraph
from terminal.drawing.page import MARGIN, Page, top

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.screens.values import Status

_EASES = [step / 100 for step in range(120, 36, -4)]


def fitted(style: Style, status: Status, bottom: int, made: Callable[[Page], Block]) -> list[Item]:
    """Lay out the bars, and a block in the largest size that fits between them and `bottom`, px."""
    bars = top(Page(style), status)
    room = bottom - bars.height - 2 * Page(style).px(5)
    block = next(
        (block for ease in _EASES if (block := made(Page(style, ease))).height <= room),
        made(Page(style, _EASES[-1])),
    )
    above = bars.height + max(0, (bottom - bars.height - block.height) // 2)
    return [*bars.items, *at(block, Page(style).px(MARGIN), above)]


def heading(page: Page, words: str) -> Block:
    """Lay out a screen's heading."""
    return paragraph(words, page.type(26, page.colours.muted, bold=True), page.width)
