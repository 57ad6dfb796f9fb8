"""Drawing and touch cells of plate entry and of the choice of a kind. A cell is drawn where it reacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, regions, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item, PlateArt
from terminal.drawing.layout import Block, at, beside, paragraph, stack
from terminal.drawing.page import LEAST_CELL, LEAST_PLATE, Page, Role, top
from terminal.drawing.result_details import VEHICLE_SIGNS
from terminal.drawing.shift_parts import headed
from terminal.drawing.touch_cells import TouchCell, Turned, face_of, key_face, part, turn_face
from terminal.model import Plate
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry
from terminal.screens.events import KeyboardSwitched, Picked, Typed
from terminal.vehicle.plate import CAPITALS, TAILS, WORDS, symbols_after
from terminal.vehicle.tables import KINDS, PROVINCES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import Candidate

_MOST_COLUMNS = 7
"""Typing keys are not made narrower than `LEAST_CELL`, and there are at most this many in a row."""
_KEYS_MM, _LOW_KEYS_MM, _WIDE_KEYS_MM = 64.0, 37.0, 64.0
"""Height of the keys, mm, and on a low display; their width beside a heading."""
_KIND_MM, _TALL_KIND_MM, _TALLEST_KIND_MM = 10.6, 10.8, 14.0
"""Least height of a row of kinds, mm: the name beside the plate; below it, in two columns; the same with
names of more than one line.
"""
_LONG_NAME = 11
"""Characters of a line of a name below its plate."""
_MOST_KIND_MM = 13.0
_ONE_COLUMN = 5
"""Up to this number of kinds are listed in one column, more in two if their names are short."""
_DIGITS = "0123456789"
_SYMBOLS = (*"1234567890", *CAPITALS, *TAILS, *WORDS)


def _places(style: Style) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of the keys, px; the same whatever bars are at the top."""
    tall = _LOW_KEYS_MM if regions.is_low(style) else _KEYS_MM
    return regions.low_cells(style, tall, _WIDE_KEYS_MM)


def cells(screen: PlateEntry | KindChoice, style: Style) -> list[TouchCell]:
    """Return all touch cells above the soft keys; no two overlap."""
    area = _places(style)[1]
    return _keyboard(screen.keys, style, area) if isinstance(screen, PlateEntry) else _kinds(screen, style)


def _keyboard(keys: Keys, style: Style, area: Rect) -> list[TouchCell]:
    """Return the keys of a page row by row; the rest of the last row switches to the other keyboard and, if
    this one has several pages, to the next.
    """
    symbols = tuple(PROVINCES) if keys is Keys.PROVINCES else _SYMBOLS
    columns = min(_MOST_COLUMNS, area.width // style.mm(LEAST_CELL))
    room = columns * (area.height // style.mm(LEAST_CELL))
    ends: tuple[KeyboardSwitched | Turned, ...] = (KeyboardSwitched(),)
    if len(symbols) + 1 > room:
        ends = (KeyboardSwitched(), Turned())
        each = room - len(ends)
        start = style.page % -(-len(symbols) // each) * each
        symbols = symbols[start : start + each]
    rows = -(-(len(symbols) + len(ends)) // columns)
    high = area.height / max(rows, room // columns if len(ends) > 1 else 0)
    typed = [
        TouchCell(part(area, place % columns, columns, place // columns, high), Typed(symbol))
        for place, symbol in enumerate(symbols)
    ]
    rest = part(area, len(symbols) % columns, columns, len(symbols) // columns, high)
    rest.width = area.right - rest.x
    return [*typed, *(TouchCell(part(rest, n, len(ends), 0, high), end) for n, end in enumerate(ends))]


def _kinds(screen: KindChoice, style: Style) -> list[TouchCell]:
    """Return a cell for each kind, and one to ask the registry. One more row has room, so that nothing moves
    while it is asked.
    """
    area = regions.high_cells(style)[1]
    picks = [Picked(kind) for kind in screen.kinds]
    many = len(picks) > _ONE_COLUMN or regions.is_small(style)
    columns = 2 if many and style.language == "zh" else 1  # English names are too long for two
    least = _KIND_MM if columns == 1 else _TALL_KIND_MM
    if columns == 2 and max(len(_name(kind, style)) for kind in screen.kinds) > _LONG_NAME:
        least = _TALLEST_KIND_MM
    if screen.found:
        least = max(least, 12.5)
    rows = max(1, int(area.height // style.mm(least)))
    room = (rows - 1) * columns
    if len(picks) > room:
        each = room - 1
        start = style.page % -(-len(picks) // each) * each
        shown: list[Picked | Turned] = [*picks[start : start + each], Turned()]
    else:
        shown = [*picks]
        rows = -(-len(picks) // columns) + 1
    high = min(area.height / rows, max(least, _MOST_KIND_MM) * style.px_per_mm)
    listed = [
        TouchCell(part(area, place % columns, columns, place // columns, high), event)
        for place, event in enumerate(shown)
    ]
    below = -(-len(shown) // columns)
    asked = [TouchCell(part(area, 0, 1, below, high), Picked(None))] if screen.may_ask else []
    return [*listed, *asked]


def compose_entry(style: Style, screen: PlateEntry) -> list[Item]:
    """Lay out the number so far on a plate of no kind, the question, and the keys."""
    page, area = Page(style), _places(style)[0]
    head = replace(page, area=area)
    bars = top(head, screen.status)
    gap = page.mm(1.0)
    room = area.bottom - bars.height
    plate = Plate(screen.number.ljust(7, plates.BLANK), "")
    caption = _caption(head, screen)
    least = page.mm(LEAST_PLATE)
    if least + caption.height + 2 * gap > room and screen.advice is None:
        caption = Block(0, ())
    tall = min(room - caption.height - 2 * gap, page.mm(17), int(head.width / plates.aspect(plate)))
    tall = max(least, tall)
    wide = round(tall * plates.aspect(plate))
    art = Block(tall, (PlateArt(Rect((head.width - wide) // 2, 0, wide, tall), plate),))
    said = stack([art, caption], gap) if caption.items else art
    y = bars.height + (room - said.height) // 2
    likely = symbols_after(screen.number)
    drawn = [item for cell in cells(screen, style) for item in _key(page, screen, cell, likely)]
    return [*bars.items, *at(said, page.margin, y), *drawn]


def _caption(page: Page, screen: PlateEntry) -> Block:
    if screen.advice is not None:
        style = page.font(Role.DETAIL, page.colours.ink, bold=True)
        return paragraph(page.say(_ADVICE[screen.advice]), style, page.width, centred=True)
    words = (
        page.say("type_number") if screen.after is None else page.say("type_number_for", seq=screen.after.seq)
    )
    return paragraph(words, page.font(Role.DETAIL, page.colours.muted), page.width, centred=True)


_ADVICE = {Advice.UNUSUAL: "number_unusual", Advice.IMPOSSIBLE: "number_impossible"}


def _key(page: Page, screen: PlateEntry, cell: TouchCell, likely: frozenset[str]) -> list[Item]:
    """Draw a key, without a ground if no kind's pattern has its symbol here. It can be typed all the same:
    some numbers follow no known pattern.
    """
    colours, face = page.colours, face_of(page, cell)
    match cell.event:
        case Turned():
            return turn_face(page, cell)
        case Typed(symbol) if symbol in likely:
            ground = colours.slate_paper if symbol in _DIGITS else colours.panel
            return key_face(page, face, symbol, ground, colours.ink)
        case Typed(symbol):
            return key_face(page, face, symbol, None, colours.muted)
        case _:
            words = page.say("keys_symbols" if screen.keys is Keys.PROVINCES else "keys_provinces")
            return key_face(page, face, words, colours.strong.ground, colours.strong.ink)


def compose_choice(style: Style, screen: KindChoice) -> list[Item]:
    """Lay out the question, the source of the kinds, and each kind as a coloured plate with its name."""
    page = Page(style)
    head = headed(style, screen.status, lambda page: _question(page, screen))
    drawn = [item for cell in cells(screen, style) for item in _choice(page, screen, cell)]
    return [*head, *drawn]


def _question(page: Page, screen: KindChoice) -> Block:
    ink, muted = page.colours.ink, page.colours.muted
    words = page.say("which_kind", number=screen.number)
    title = page.fitting(words, page.font(Role.TITLE, ink, bold=True), (page.width, page.mm(12)), 2)
    listing, icon = _LISTINGS[screen.listing]
    style = page.font(Role.DETAIL, muted)
    side = style.leading
    start = side + page.mm(1.0)
    said = paragraph(page.say(listing), style, page.width - start)
    if icon is not None:
        said = beside([(0, Block(side, (IconItem(Rect(0, 0, side, side), icon, muted),))), (start, said)])
    return stack([paragraph(words, title, page.width), said], page.mm(0.6))


_LISTINGS = {
    KindSource.PATTERNS: ("listing_patterns", None),
    KindSource.ASKING: ("listing_asking", Icon.CLOCK),
    KindSource.REGISTRY: ("listing_registry", Icon.CHECK),
    KindSource.NONE: ("listing_none", Icon.DASH),
    KindSource.NO_ANSWER: ("listing_no_answer", Icon.DASH),
}


def _choice(page: Page, screen: KindChoice, cell: TouchCell) -> list[Item]:
    face, colours = face_of(page, cell), page.colours
    if isinstance(cell.event, Turned):
        return turn_face(page, cell)
    if not isinstance(cell.event, Picked) or cell.event.kind is None:
        return key_face(page, face, page.say("kind_unsure"), colours.slate_paper, colours.ink)
    plate = Plate(screen.number, cell.event.kind)
    inset = page.mm(0.6)
    room = face.width - 2 * inset
    found = next((one for one in screen.found if one.kind == plate.kind), None)
    art = _art(page, plate, face)
    start = art.items[0].rect.right + page.mm(1.4)
    ground: list[Item] = [Fill(face, colours.panel, page.mm(1.0))]
    if room - start >= page.mm(_BESIDE_MM):
        said = _named(page, plate, found, (room - start, face.height))
        row = beside([(0, art), (start, said)])
        return [*ground, *at(row, face.x + inset, face.y + (face.height - row.height) // 2)]
    said = _named(page, plate, found, (room, face.height - art.height))
    column = stack([art, said])
    return [*ground, *at(column, face.x + inset, face.y + (face.height - column.height) // 2)]


_BESIDE_MM = 20.0
"""Least width, mm, that a name needs beside its plate; in a narrower cell it is below."""


def _art(page: Page, plate: Plate, face: Rect) -> Block:
    """Draw a plate as high as its kind can be told by, and no higher than its cell."""
    single = face.width > page.mm(42)
    tall = (
        max(page.mm(LEAST_PLATE), min(face.height - 2 * page.mm(0.8), page.mm(7.2)))
        if single
        else (page.mm(LEAST_PLATE))
    )
    wide = round(tall * plates.aspect(plate))
    return Block(tall, (PlateArt(Rect(0, 0, wide, tall), plate),))


def _named(page: Page, plate: Plate, found: Candidate | None, box: tuple[int, int]) -> Block:
    """Lay out the name of a kind, and what the registry has of its vehicle, in a box, px."""
    name = _name(plate.kind, page.style)
    share = box[1] if found is None else box[1] * 2 // 5
    most = page.font(Role.BODY, page.colours.ink, bold=True)
    said = paragraph(name, page.fitting(name, most, (box[0], share), 4), box[0])
    if found is None:
        return said
    return stack([said, _status(page, found, (box[0], box[1] - said.height))])


def _name(code: str, style: Style) -> str:
    """Return the name of a kind without the word that the question has already, its code if it has none."""
    kind = KINDS.get(code)
    name = text.pick(Lines(kind.name_zh, kind.name_en), style.language) if kind else code
    return name.removesuffix("号牌")


def _status(page: Page, found: Candidate, box: tuple[int, int]) -> Block:
    """Draw the icon of a vehicle's finding, with every letter and the finding in words if they fit the box
    (px); with many vehicles only the icon fits.
    """
    language, finding = page.style.language, found.status.finding
    letters = text.status_letters(found.status.letters, language) if found.status.letters else ""
    said = text.pick(VEHICLE_LINES[finding], language)
    style = page.font(Role.DETAIL, page.colours.ink, bold=True)
    side = min(style.leading, max(1, box[1]))
    start = side + page.mm(0.8)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), VEHICLE_SIGNS[finding], page.colours.ink),))
    for words in (f"{letters} {said}".strip(), letters or said, said):
        told = paragraph(words, style, box[0] - start)
        if told.height <= box[1]:
            return beside([(0, sign), (start, told)])
    return sign
