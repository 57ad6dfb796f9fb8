"""Drawing and touch cells of the code choice: the kept frame with numbered codes, and one row per code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, regions, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, ImageItem, Item, Outline, PlateArt, around
from terminal.drawing.layout import Block, at, beside, padded, paragraph, stack
from terminal.drawing.page import LEAST_PLATE, Page, Role, top
from terminal.drawing.touch_cells import TouchCell, face_of, key_face, part
from terminal.screens.choice import CodeChoice, CodeChosen, OthersWanted

if TYPE_CHECKING:
    from terminal.codes import Code
    from terminal.drawing.theme import Style
    from terminal.model import Credential

ROW_MM, LOW_ROW_MM = 12.0, 10.0
"""Height of a code's row, mm, and on a low display."""
STRIP_MM = 9.0
"""Height, mm, of the strip that opens the choice from a verdict."""
_LEAST_PICTURE = 8.0
"""Least height of the picture, mm; a lower one is left out."""
_BADGE = 6.0
_AIR = 0.18
"""Minimum margin shown around the codes, as a share of their extent."""


def cells(screen: CodeChoice, style: Style) -> list[TouchCell]:
    """Return one row per code above the soft keys."""
    area = _places(screen, style)[1]
    each = area.height / len(screen.codes)
    if style.landscape:
        each = min(each, 1.2 * ROW_MM * style.px_per_mm)
    return [TouchCell(part(area, 0, 1, row, each), CodeChosen(row)) for row in range(len(screen.codes))]


def _places(screen: CodeChoice, style: Style) -> tuple[Rect, Rect]:
    """Return the areas of the question with the picture, and of the rows, px."""
    each = LOW_ROW_MM if regions.is_low(style) else ROW_MM
    return regions.low_cells(style, each * len(screen.codes))


def strip_cell(style: Style) -> TouchCell:
    """Return the touch cell that opens the choice from a verdict."""
    return TouchCell(regions.foot(style, STRIP_MM), OthersWanted())


def strip(page: Page, cell: TouchCell) -> list[Item]:
    """Draw the strip: another mark is in view during the verdict and can be chosen."""
    face = face_of(page, cell)
    return key_face(page, face, page.say("other_mark"), page.colours.strong.ground, page.colours.strong.ink)


def compose_choice(style: Style, screen: CodeChoice) -> list[Item]:
    """Lay out the question, the picture with numbered codes, and a row for each."""
    area = _places(screen, style)[0]
    page = Page(style, area=area)
    bars = top(page, screen.status)
    gap = page.mm(1.0)
    head = padded(_head(page, screen), page.margin, gap, gap, lambda _: ())
    above = bars.height + head.height
    shown: list[Item] = []
    if above > area.bottom:
        head, above = Block(0, ()), bars.height
    picture = Rect(0, above, area.width, area.bottom - page.mm(0.5) - above)
    if picture.height >= page.mm(_LEAST_PICTURE):
        shown = _shown(page, screen, picture)
    drawn = [
        item
        for row, cell in enumerate(cells(screen, style))
        for item in _row(page, screen, row, face_of(page, cell))
    ]
    return [*bars.items, *at(head, 0, bars.height), *shown, *drawn]


def _head(page: Page, screen: CodeChoice) -> Block:
    count = len(screen.codes) + screen.more
    words = page.say("which_code", count=count) if screen.after is None else page.say("which_other")
    most = page.font(Role.TITLE, page.colours.ink, bold=True)
    style = page.fitting(words, most, (page.width, most.leading), 1)
    lines = [paragraph(words, style, page.width)]
    if screen.more:
        said = page.say("codes_more", count=screen.more)
        lines.append(paragraph(said, page.font(Role.DETAIL, page.colours.ink), page.width))
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
        items.append(Outline(rect, around(placed), page.mm(0.95 if row == screen.marked else 0.55)))
        middles.append((round(middle_x), round(middle_y)))
    side = min(page.mm(_BADGE), rect.height - 2)
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
    number = paragraph(str(row + 1), page.font(Role.LEAD, ink, bold=True), rect.width, centred=True)
    inner = rect.inflate(-2 * rim, -2 * rim)
    return [
        Fill(rect, ink, rect.width // 2),
        Fill(inner, ground, inner.width // 2),
        *at(number, rect.x, rect.y + (rect.height - number.height) // 2),
    ]


def _row(page: Page, screen: CodeChoice, row: int, face: Rect) -> list[Item]:
    """Draw a code's row: number, proven plate, and what distinguishes it from the others."""
    marked = row == screen.marked
    side = min(page.mm(_BADGE), face.height - page.mm(1.0))
    badge = Rect(0, 0, side, side)
    badge.midleft = face.x + page.mm(1.2), face.centery
    start = badge.right + page.mm(1.2)
    room = face.right - page.mm(1.0) - start
    proven = screen.proven[row] if screen.proven is not None else None
    if screen.proven is None:
        said = Block(0, ())
    elif proven is None:
        said = _unproven(page, room)
    else:
        said = _proven(page, screen, screen.codes[row], proven, (room, face.height))
    edge = page.mm(0.7)
    ground: list[Item] = [Fill(face, page.colours.ink if marked else page.colours.panel, page.mm(1.0))]
    if marked:
        ground.append(Fill(face.inflate(-2 * edge, -2 * edge), page.colours.panel, page.mm(0.7)))
    return [
        *ground,
        *_badge(page, row, badge, marked=marked),
        *at(said, start, face.y + (face.height - said.height) // 2),
    ]


def _unproven(page: Page, room: int) -> Block:
    """State that the code proves nothing, without any of its claims."""
    side = page.mm(4.0)
    start = side + page.mm(1.4)
    style = page.font(Role.BODY, page.colours.ink, bold=True)
    said = paragraph(page.say("code_unproven"), style, room - start)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.QUESTION, page.colours.ink),))
    return beside([(0, sign), (start, said)])


def _proven(
    page: Page, screen: CodeChoice, code: Code, credential: Credential, box: tuple[int, int]
) -> Block:
    """Draw the plate and, where the box (px) has room, until when it is valid and when it was issued."""
    plate, language = credential.vehicle.plate, page.style.language
    tall = page.mm(LEAST_PLATE)
    wide = round(tall * plates.aspect(plate))
    start = wide + page.mm(1.4)
    after = screen.after
    lines = [
        page.say("code_through", month=text.month(credential.vehicle.valid_through, language)),
        page.say("code_checked", seq=after.seq)
        if after is not None and after.text == code.text
        else page.say("code_issued", day=text.date(credential.issued_s)),
    ]
    said: list[Block] = []
    for words, ink in zip(lines, (page.colours.ink, page.colours.muted), strict=True):
        style = page.font(Role.DETAIL, ink, bold=ink == page.colours.ink)
        said.append(paragraph(words, style, box[0] - start))
    while sum(block.height for block in said) > box[1]:
        said.pop()
    art = Block(tall, (PlateArt(Rect(0, 0, wide, tall), plate),))
    return beside([(0, art), *([(start, stack(said))] if said else [])])
