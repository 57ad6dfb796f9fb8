"""Drawing and touch cells of the code choice: the kept frame with numbered codes, and one row per code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, ImageItem, Item, Outline, PlateArt, around
from terminal.drawing.layout import Block, at, beside, largest, padded, paragraph, stack
from terminal.drawing.page import MARGIN, Page, top
from terminal.drawing.shift_parts import inside
from terminal.drawing.touch_cells import GAP, TouchCell, area_of, key_face, part
from terminal.screens.choice import CodeChoice, CodeChosen, OthersWanted

if TYPE_CHECKING:
    from terminal.codes import Code
    from terminal.drawing.theme import Style
    from terminal.model import Credential

ROW = 88
"""Height of a code's row, units."""
STRIP, STRIP_TOUCH = 46, 60
"""Height of the strip that opens the choice from a verdict, and of its touch area, units; the strip is
narrower than a thumb.
"""
_LEAST_PICTURE = 60
"""Minimum height of the picture, units; a lower one is left out."""
_BADGE = 44
_AIR = 0.18
"""Minimum margin shown around the codes, as a share of their extent."""


def cells(screen: CodeChoice, style: Style) -> list[TouchCell]:
    """Return one row per code above the soft keys."""
    count = len(screen.codes)
    area = area_of(style, ROW * count)
    return [TouchCell(part(area, 0, 1, row, area.height / count), CodeChosen(row)) for row in range(count)]


def strip_cell(style: Style) -> TouchCell:
    """Return the touch cell that opens the choice from a verdict."""
    return TouchCell(area_of(style, STRIP_TOUCH), OthersWanted())


def strip_top(style: Style) -> int:
    """Return the y at which a verdict must end above the strip, px."""
    return area_of(style, STRIP).y


def strip(page: Page) -> list[Item]:
    """Draw the strip: another mark is in view during the verdict and can be chosen."""
    face = area_of(page.style, STRIP).inflate(-2 * page.px(GAP), -2 * page.px(GAP))
    return key_face(page, face, page.say("other_mark"), page.colours.strong.ground, page.colours.strong.ink)


def compose_choice(style: Style, screen: CodeChoice) -> list[Item]:
    """Lay out the question, the picture with numbered codes, and a row for each."""
    page = Page(style)
    bars = top(page, screen.status)
    rows = cells(screen, style)
    head = _head(page, screen)
    head = padded(head, page.px(MARGIN), page.px(8), page.px(8), lambda _: ())
    top_y = bars.height + head.height
    area = Rect(0, top_y, style.size[0], rows[0].rect.y - page.px(4) - top_y)
    shown = _shown(page, screen, area) if area.height >= page.px(_LEAST_PICTURE) else []
    drawn = [item for row, cell in enumerate(rows) for item in _row(page, screen, row, inside(page, cell))]
    return [*bars.items, *at(head, 0, bars.height), *shown, *drawn]


def _head(page: Page, screen: CodeChoice) -> Block:
    count = len(screen.codes) + screen.more
    words = page.say("which_code", count=count) if screen.after is None else page.say("which_other")
    style = page.firm(30, page.colours.ink, bold=True)
    sizes = [page.px(units) for units in range(30, 15, -1)]
    lines = [paragraph(words, largest(words, sizes, style, (page.width, style.leading), 1), page.width)]
    if screen.more:
        said = page.say("codes_more", count=screen.more)
        lines.append(paragraph(said, page.firm(20, page.colours.ink), page.width))
    return stack(lines)


def _shown(page: Page, screen: CodeChoice, area: Rect) -> list[Item]:
    """Lay out the part of the frame that contains the codes, each outlined and numbered."""
    ground = Fill(area, theme.BLACK)
    if not all(screen.frame):
        return [ground]
    width, height = screen.frame
    view = _view(screen, area)
    scale = min(area.width / view.width, area.height / view.height)
    rect = Rect(0, 0, round(view.width * scale), round(view.height * scale))
    rect.center = area.center
    shares = view.left / width, view.top / height, view.right / width, view.bottom / height
    items: list[Item] = [ground, ImageItem(rect, shares)]
    middles = []
    for row, code in enumerate(screen.codes):
        placed = [((x - view.x) * scale, (y - view.y) * scale) for x, y in code.corners]
        middle_x, middle_y = (sum(axis) / len(placed) for axis in zip(*placed, strict=True))
        items.append(Outline(rect, around(placed), page.px(7 if row == screen.marked else 4)))
        middles.append((round(middle_x), round(middle_y)))
    side = min(page.px(_BADGE), rect.height - 2)
    for row, (x, y) in enumerate(middles):
        badge = Rect(0, 0, side, side)
        badge.center = rect.x + x, rect.y + y
        items += _badge(page, row, badge.clamp(rect), marked=row == screen.marked)
    return items


def _view(screen: CodeChoice, area: Rect) -> Rect:
    """Return the part of the frame to show, px: all codes with a margin, in the proportions of `area`."""
    xs, ys = ([corner[axis] for code in screen.codes for corner in code.corners] for axis in (0, 1))
    reach = Rect(min(xs), min(ys), max(1, max(xs) - min(xs)), max(1, max(ys) - min(ys)))
    air = max(8, round(_AIR * max(reach.size)))
    view = reach.inflate(2 * air, 2 * air)
    wide = max(view.width, round(view.height * area.width / area.height))
    tall = max(view.height, round(view.width * area.height / area.width))
    view = view.inflate(wide - view.width, tall - view.height)
    frame = Rect((0, 0), screen.frame)
    return view.clip(frame) if view.width >= frame.width or view.height >= frame.height else view.clamp(frame)


def _badge(page: Page, row: int, rect: Rect, *, marked: bool) -> list[Item]:
    """Draw a number on a disc, inverted if marked."""
    ground, ink = (theme.WHITE, theme.BLACK) if marked else (theme.BLACK, theme.WHITE)
    rim = max(1, rect.width // 14)
    style = replace(page.firm(1, ink, bold=True), size=max(1, round(rect.width * 0.62)))
    number = paragraph(str(row + 1), style, rect.width, centred=True)
    inner = rect.inflate(-2 * rim, -2 * rim)
    return [
        Fill(rect, ink, rect.width // 2),
        Fill(inner, ground, inner.width // 2),
        *at(number, rect.x, rect.y + (rect.height - number.height) // 2),
    ]


def _row(page: Page, screen: CodeChoice, row: int, face: Rect) -> list[Item]:
    """Draw a code's row: number, proven plate, and what distinguishes it from the others."""
    marked = row == screen.marked
    side = min(page.px(_BADGE), face.height - page.px(8))
    badge = Rect(0, 0, side, side)
    badge.midleft = face.x + page.px(10), face.centery
    start = badge.right + page.px(10)
    room = face.right - page.px(8) - start
    proven = screen.proven[row] if screen.proven is not None else None
    if screen.proven is None:
        said = Block(0, ())
    elif proven is None:
        said = _unproven(page, room)
    else:
        said = _proven(page, screen, screen.codes[row], proven, room)
    edge = page.px(5)
    ground: list[Item] = [Fill(face, page.colours.ink if marked else page.colours.panel, page.px(8))]
    if marked:
        ground.append(Fill(face.inflate(-2 * edge, -2 * edge), page.colours.panel, page.px(5)))
    return [
        *ground,
        *_badge(page, row, badge, marked=marked),
        *at(said, start, face.y + (face.height - said.height) // 2),
    ]


def _unproven(page: Page, room: int) -> Block:
    """State that the code proves nothing, without any of its claims."""
    side = page.px(30)
    start = side + page.px(10)
    words = page.say("code_unproven")
    style = page.firm(24, page.colours.ink, bold=True)
    sizes = [page.px(units) for units in range(24, 13, -1)]
    said = paragraph(words, largest(words, sizes, style, (room - start, page.px(ROW)), 1), room - start)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.QUESTION, page.colours.ink),))
    return beside([(0, sign), (start, said)])


def _proven(page: Page, screen: CodeChoice, code: Code, credential: Credential, room: int) -> Block:
    plate, language = credential.vehicle.plate, page.style.language
    tall = page.px(52)
    wide = round(tall * plates.aspect(plate))
    start = wide + page.px(12)
    after = screen.after
    lines = [
        page.say("code_through", month=text.month(credential.vehicle.valid_through, language)),
        page.say("code_checked", seq=after.seq)
        if after is not None and after.text == code.text
        else page.say("code_issued", day=text.date(credential.issued_s)),
    ]
    sizes = [page.px(units) for units in range(20, 9, -1)]
    said = []
    for words, ink in zip(lines, (page.colours.ink, page.colours.muted), strict=True):
        style = page.firm(20, ink, bold=ink == page.colours.ink)
        fitted = largest(words, sizes, style, (room - start, style.leading), 1)
        said.append(paragraph(words, fitted, room - start))
    art = Block(tall, (PlateArt(Rect(0, 0, wide, tall), plate),))
    return beside([(0, art), (start, stack(said, page.px(2)))])
