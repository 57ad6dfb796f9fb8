"""Drawing and touch cells of plate entry and of the choice of a kind. A cell is drawn where it reacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item, PlateArt
from terminal.drawing.layout import Block, at, beside, largest, paragraph, stack
from terminal.drawing.page import MARGIN, Page, top
from terminal.drawing.result_details import VEHICLE_SIGNS
from terminal.drawing.touch_cells import GAP, TouchCell, area_of, key_face, part
from terminal.model import Plate
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry
from terminal.screens.events import KeyboardSwitched, Picked, Typed
from terminal.vehicle.plate import CAPITALS, TAILS, WORDS, symbols_after
from terminal.vehicle.tables import KINDS, PROVINCES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import Candidate
    from terminal.screens.state import Touch

COLUMNS = 7
"""On a 5-inch screen a cell is 9 mm wide, and its row at least 9 mm high."""
ROOM = 462
"""Height above the soft keys for cells, units; the same on every screen, however many bars are at the top."""
_ROW = 92
"""Largest height of a row of kinds, units."""
_ONE_COLUMN = 5
"""Up to this number of kinds are listed in one column, more in two."""
_DIGITS = "0123456789"
_SYMBOLS = (*"1234567890", *CAPITALS, *TAILS, *WORDS)


def cells(screen: PlateEntry | KindChoice, style: Style) -> list[TouchCell]:
    """Return all touch cells above the soft keys; no two overlap."""
    area = area_of(style, ROOM)
    if isinstance(screen, PlateEntry):
        return _keyboard(screen.keys, area)
    events: list[Touch] = [Picked(kind) for kind in screen.kinds]
    columns, rows = _split(screen)
    each = _row_height(screen, area)
    listed = [
        TouchCell(part(area, place % columns, columns, place // columns, each), event)
        for place, event in enumerate(events)
    ]
    asked = [TouchCell(part(area, 0, 1, rows, each), Picked(None))] if screen.may_ask else []
    return [*listed, *asked]


def _keyboard(keys: Keys, area: Rect) -> list[TouchCell]:
    """Return the keys row by row; the rest of the last row switches to the other keyboard."""
    symbols = tuple(PROVINCES) if keys is Keys.PROVINCES else _SYMBOLS
    rows = len(symbols) // COLUMNS + 1
    each = area.height / rows
    typed = [
        TouchCell(part(area, place % COLUMNS, COLUMNS, place // COLUMNS, each), Typed(symbol))
        for place, symbol in enumerate(symbols)
    ]
    turn = part(area, len(symbols) % COLUMNS, COLUMNS, rows - 1, each)
    return [*typed, TouchCell(Rect(turn.x, turn.y, area.right - turn.x, turn.height), KeyboardSwitched())]


def _split(screen: KindChoice) -> tuple[int, int]:
    """Return the numbers of columns and rows of the kinds."""
    columns = 1 if len(screen.kinds) <= _ONE_COLUMN else 2
    return columns, -(-len(screen.kinds) // columns)


def _row_height(screen: KindChoice, area: Rect) -> float:
    """Return the height of a row, px; one more row has room, so that nothing moves while the registry is
    asked.
    """
    return min(area.height * _ROW / ROOM, area.height / (_split(screen)[1] + 1))


def compose_entry(page: Page, screen: PlateEntry) -> list[Item]:
    """Lay out the number so far on a plate of no kind, the question, and the keys."""
    bars = top(page, screen.status)
    area = area_of(page.style, ROOM)
    caption = _caption(page, screen)
    gap = page.px(8)
    room = area.y - bars.height - caption.height - 3 * gap
    plate = Plate(screen.number.ljust(7, plates.BLANK), "")
    tall = max(page.px(40), min(room, page.px(128), int(page.width / plates.aspect(plate))))
    wide = round(tall * plates.aspect(plate))
    art = Block(tall, (PlateArt(Rect((page.width - wide) // 2, 0, wide, tall), plate),))
    head = stack([art, caption], gap)
    y = bars.height + (area.y - bars.height - head.height) // 2
    likely = symbols_after(screen.number)
    drawn = [item for cell in cells(screen, page.style) for item in _key(page, screen, cell, likely)]
    return [*bars.items, *at(head, page.px(MARGIN), y), *drawn]


def _caption(page: Page, screen: PlateEntry) -> Block:
    if screen.advice is not None:
        style = page.firm(23, page.colours.ink, bold=True)
        return paragraph(page.say(_ADVICE[screen.advice]), style, page.width, centred=True)
    words = (
        page.say("type_number") if screen.after is None else page.say("type_number_for", seq=screen.after.seq)
    )
    return paragraph(words, page.firm(21, page.colours.muted), page.width, centred=True)


_ADVICE = {Advice.UNUSUAL: "number_unusual", Advice.IMPOSSIBLE: "number_impossible"}


def _key(page: Page, screen: PlateEntry, cell: TouchCell, likely: frozenset[str]) -> list[Item]:
    """Draw a key, without a ground if no kind's pattern has its symbol here. It can be typed all the same:
    some numbers follow no known pattern.
    """
    colours, gap = page.colours, page.px(GAP)
    face = cell.rect.inflate(-2 * gap, -2 * gap)
    match cell.event:
        case Typed(symbol) if symbol in likely:
            ground = colours.slate_paper if symbol in _DIGITS else colours.panel
            return key_face(page, face, symbol, ground, colours.ink)
        case Typed(symbol):
            return key_face(page, face, symbol, None, colours.muted)
        case _:
            words = page.say("keys_symbols" if screen.keys is Keys.PROVINCES else "keys_provinces")
            return key_face(page, face, words, colours.strong.ground, colours.strong.ink)


def compose_choice(page: Page, screen: KindChoice) -> list[Item]:
    """Lay out the question, the source of the kinds, and each kind as a coloured plate with its name."""
    bars = top(page, screen.status)
    area = area_of(page.style, ROOM)
    head = _question(page, screen)
    y = bars.height + (area.y - bars.height - head.height) // 2
    drawn = [item for cell in cells(screen, page.style) for item in _choice(page, screen, cell)]
    return [*bars.items, *at(head, page.px(MARGIN), y), *drawn]


def _question(page: Page, screen: KindChoice) -> Block:
    ink, muted = page.colours.ink, page.colours.muted
    words = page.say("which_kind", number=screen.number)
    sizes = [page.px(units) for units in range(34, 16, -1)]
    title = largest(words, sizes, page.firm(34, ink, bold=True), (page.width, page.px(50)), 1)
    listing, icon = _LISTINGS[screen.listing]
    said = paragraph(page.say(listing), page.firm(21, muted), page.width - page.px(36))
    side = page.px(26)
    if icon is not None:
        said = beside(
            [(0, Block(side, (IconItem(Rect(0, 0, side, side), icon, muted),))), (page.px(36), said)]
        )
    return stack([paragraph(words, title, page.width), said], page.px(6))


_LISTINGS = {
    KindSource.PATTERNS: ("listing_patterns", None),
    KindSource.ASKING: ("listing_asking", Icon.CLOCK),
    KindSource.REGISTRY: ("listing_registry", Icon.CHECK),
    KindSource.NONE: ("listing_none", Icon.DASH),
    KindSource.NO_ANSWER: ("listing_no_answer", Icon.DASH),
}


def _choice(page: Page, screen: KindChoice, cell: TouchCell) -> list[Item]:
    gap = page.px(GAP)
    face = cell.rect.inflate(-2 * gap, -2 * gap)
    if not isinstance(cell.event, Picked) or cell.event.kind is None:
        return key_face(page, face, page.say("kind_unsure"), page.colours.slate_paper, page.colours.ink)
    plate = Plate(screen.number, cell.event.kind)
    inside = page.px(8)
    single = face.width > page.style.size[0] * 0.6
    tall = min(face.height - 2 * inside, page.px(52 if single else 27))
    wide = round(tall * plates.aspect(plate))
    start = wide + page.px(18 if single else 8)
    room = face.width - 2 * inside - start
    kind = KINDS.get(plate.kind)
    name = text.pick(Lines(kind.name_zh, kind.name_en), page.style.language) if kind else plate.kind
    name = name.removesuffix("号牌")  # the question has this word already
    found = next((one for one in screen.found if one.kind == plate.kind), None)
    share = face.height if found is None else face.height * 2 // 5
    sizes = [page.px(units) for units in range(28 if single else 23, 7, -1)]
    lines = 1 if page.style.language == "zh" else 4
    style = largest(name, sizes, page.firm(28, page.colours.ink, bold=True), (room, share), lines)
    said = paragraph(name, style, room)
    if found is not None:
        said = stack([said, _status(page, found, (room, face.height - said.height))])
    art = Block(tall, (PlateArt(Rect(0, 0, wide, tall), plate),))
    row = beside([(0, art), (start, said)])
    y = face.y + (face.height - row.height) // 2
    return [Fill(face, page.colours.panel, page.px(8)), *at(row, face.x + inside, y)]


def _status(page: Page, found: Candidate, box: tuple[int, int]) -> Block:
    """Draw the icon of a vehicle's finding, with every letter and the finding in words if they fit the box
    (px); with many vehicles only the icon fits.
    """
    language, finding = page.style.language, found.status.finding
    letters = text.status_letters(found.status.letters, language) if found.status.letters else ""
    said = text.pick(VEHICLE_LINES[finding], language)
    side = min(page.px(22), box[1])
    start = side + page.px(6)
    room = box[0] - start
    sign = Block(side, (IconItem(Rect(0, 0, side, side), VEHICLE_SIGNS[finding], page.colours.ink),))
    sizes = [page.px(units) for units in range(20, 11, -1)]
    for words in (f"{letters} {said}".strip(), letters or said, said):
        style = largest(words, sizes, page.firm(20, page.colours.ink, bold=True), (room, box[1]), 3)
        told = paragraph(words, style, room)
        if told.height <= box[1]:
            return beside([(0, sign), (start, told)])
    return sign
