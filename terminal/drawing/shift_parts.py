"""Parts shared by the screens of the shift: outcome icons, touchable rows and fitting to the height."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text, theme
from terminal.drawing.flow import Flow, flow
from terminal.drawing.items import Dashes, Fill, IconItem, Item
from terminal.drawing.layout import Block, at, padded, paragraph
from terminal.drawing.page import STEPS, Page, Role, top
from terminal.drawing.theme import Form
from terminal.drawing.touch_cells import TouchCell, face_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from terminal.drawing.theme import Style
    from terminal.model import Outcome
    from terminal.screens.values import Status
    from terminal.vehicle.law import Article


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
    return face_of(page, cell)


def panel(page: Page, rect: Rect, block: Block) -> list[Item]:
    """Draw a touchable row with its text at the left, centred vertically."""
    x, y = rect.x + page.mm(1.0), rect.y + (rect.height - block.height) // 2
    return [Fill(rect, page.colours.panel, page.mm(1.0)), *at(block, x, y)]


def headed(
    style: Style, status: Status, head: Callable[[Page], Block], area: Rect | None = None
) -> list[Item]:
    """Lay out the bars, and a heading between them and the cells, in the largest type that fits `area`, px
    (the heading's place above or beside cells that fill the height, if not given).
    """
    area = area or regions.high_cells(style)[0]
    page = Page(style, area=area)
    bars = top(page, status)
    room = area.bottom - bars.height
    for smaller in STEPS:
        block = head(replace(page, smaller=smaller))
        if block.height <= room:
            break
    shown = at(block, page.margin, bars.height + (room - block.height) // 2) if block.height <= room else []
    return [*bars.items, *shown]


def filled(style: Style, status: Status, body: Callable[[Page], Block]) -> Flow:
    """Lay out the bars, and a body between them and the soft keys."""
    return flow(style, status, lambda page: [indented(page, body(page))], centred=True)


def listed(style: Style, status: Status, made: Callable[[Page], Sequence[Block]]) -> Flow:
    """Lay out the bars, and blocks between them and the soft keys, in two columns if wider than high."""
    return flow(style, status, lambda page: [indented(page, one) for one in made(page)])


def indented(page: Page, block: Block) -> Block:
    """Indent a block by the margin."""
    return padded(block, page.margin, 0, 0, lambda _: ())


def law_lines(page: Page, named: Iterable[Article]) -> list[Block]:
    """Lay out articles of law, each once; nothing without any."""
    language = page.style.language
    cited = [text.article(one, language) for one in dict.fromkeys(named)]
    if not cited:
        return []
    words = page.say("law_line", articles=("、" if language == "zh" else "; ").join(cited))
    return [paragraph(words, page.font(Role.DETAIL, page.colours.ink), page.width)]
