"""Lays blocks out in the columns of a display, in the largest type at which all fit, and else on pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions
from terminal.drawing.layout import at
from terminal.drawing.page import LEAST_CELL, STEPS, Page, top
from terminal.drawing.touch_cells import TouchCell, Turned, turn_face

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.drawing.items import Item
    from terminal.drawing.layout import Block
    from terminal.drawing.theme import Style
    from terminal.screens.values import Status

_LEAST_AIR, _AIR = 0.8, 3.0
"""Least and most space between two blocks, mm."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The items of a screen's blocks, and the cell that turns to the next page if there is more than one."""

    items: tuple[Item, ...]
    turn: TouchCell | None = None


def flow(
    style: Style,
    status: Status,
    made: Callable[[Page], Sequence[Block]],
    *,
    below: int = 0,
    centred: bool = False,
) -> Flow:
    """Lay out the bars and the blocks that `made` returns for a page, as wide as a column.

    `below` px above the soft keys are left free in the last column. Blocks that fit no column at the least
    type are distributed to pages, of which `style.page` is shown.
    """
    columns = regions.columns(style)
    page = Page(style, area=columns[0])
    bars = top(page, status)
    areas = [column.copy() for column in columns]
    areas[0].height -= bars.height - areas[0].y
    areas[0].y = bars.height
    areas[-1].height -= below
    for smaller in STEPS:
        blocks = made(replace(page, smaller=smaller))
        pages = _distributed(blocks, areas, page.mm(_LEAST_AIR))
        if len(pages) == 1 and _fits(pages[0], areas):
            return Flow((*bars.items, *_drawn(page, pages[0], areas, centred=centred)))
    turn = Rect(areas[-1].x, areas[-1].bottom - page.mm(LEAST_CELL), areas[-1].width, page.mm(LEAST_CELL))
    areas[-1].height -= turn.height
    pages = _distributed(blocks, areas, page.mm(_LEAST_AIR))
    cell = TouchCell(turn, Turned())
    drawn = _drawn(page, pages[style.page % len(pages)], areas, centred=centred)
    return Flow((*bars.items, *drawn, *turn_face(page, cell)), cell)


def _distributed(blocks: Sequence[Block], areas: Sequence[Rect], gap: int) -> list[list[list[Block]]]:
    """Distribute blocks in order; return for each page, and each area of it, its blocks."""
    pages: list[list[list[Block]]] = [[[]]]
    used = gap
    for block in blocks:
        while pages[-1][-1] and used + block.height + gap > areas[len(pages[-1]) - 1].height:
            if len(pages[-1]) == len(areas):
                pages.append([])
            pages[-1].append([])
            used = gap
        pages[-1][-1].append(block)
        used += block.height + gap
    return pages


def _fits(shown: list[list[Block]], areas: Sequence[Rect]) -> bool:
    return all(
        sum(block.height for block in blocks) <= area.height
        for blocks, area in zip(shown, areas, strict=False)
    )


def _drawn(page: Page, shown: list[list[Block]], areas: Sequence[Rect], *, centred: bool) -> list[Item]:
    items: list[Item] = []
    for blocks, area in zip(shown, areas, strict=False):
        spare = area.height - sum(block.height for block in blocks)
        gap = max(0, min(page.mm(_AIR), spare // (len(blocks) + 1)))
        y = area.y + gap
        if centred:
            y = area.y + (spare - gap * (len(blocks) - 1)) // 2
        for block in blocks:
            items += at(block, area.x, y)
            y += block.height + gap
    return items
