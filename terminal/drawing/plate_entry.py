"""Drawing and touch cells of plate entry and of the choice of a kind. A cell is drawn where it reacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import keyboard, plates, regions, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item, PlateArt
from terminal.drawing.layout import Block, at, beside, paragraph, stack
from terminal.drawing.page import LEAST_PLATE, Page, Role, top
from terminal.drawing.result_details import VEHICLE_SIGNS
from terminal.drawing.shift_parts import headed
from terminal.drawing.touch_cells import TouchCell, Turned, face_of, key_face, part, turn_face
from terminal.model import Plate
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry
from terminal.screens.entry import EntryPurpose, Erased, VinWanted
from terminal.screens.events import KeyboardSwitched, Picked, Typed
from terminal.screens.offers import takes_vin
from terminal.vehicle.plate import CAPITALS, TAILS, TRAILER_TAIL, WORDS, can_be, missing, symbols_after
from terminal.vehicle.tables import KINDS, PROVINCES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import Candidate

_HEAD_KEY_MM, _HEAD_ROW_MM = 11.0, 9.0
"""Width and height of the keys beside the number, mm."""
_GAP_MM = 0.6
"""Space between the bars, the question and the number, mm."""
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


def cells(screen: PlateEntry | KindChoice, style: Style) -> list[TouchCell]:
    """Return all touch cells above the soft keys; no two overlap."""
    if isinstance(screen, KindChoice):
        return _kinds(screen, style)
    symbols = tuple(PROVINCES) if screen.keys is Keys.PROVINCES else _SYMBOLS
    return [*keyboard.keys(symbols, KeyboardSwitched(), style), *_head_keys(screen, style)]


def _head_keys(screen: PlateEntry, style: Style) -> list[TouchCell]:
    """Return the keys beside the number: at the right one that erases, at the left one for a VIN instead."""
    head, side, tall = keyboard.places(style)[0], style.mm(_HEAD_KEY_MM), style.mm(_HEAD_ROW_MM)
    y = head.bottom - tall
    erase = TouchCell(Rect(head.right - side, y, side, tall), Erased())
    vin = TouchCell(Rect(head.x, y, side, tall), VinWanted())
    return [erase, vin] if takes_vin(screen) else [erase]


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
    """Lay out the question, the number so far on a plate of no kind between its keys, and the keyboard."""
    page, area = Page(style), keyboard.places(style)[0]
    gap, row = page.mm(_GAP_MM), page.mm(_HEAD_ROW_MM)
    bars, caption, start = _above(replace(page, area=area), screen)
    room = area.bottom - bars.height
    between = area.width - 2 * page.mm(_HEAD_KEY_MM)
    plate = Plate(_shown(screen), "")
    most = min(int(between / plates.aspect(plate)), room - caption.height)
    tall = min(max(row, min(room - gap - caption.height, page.mm(12))), most)
    wide = round(tall * plates.aspect(plate))
    lifted = min(max(row, tall), 2 * (room - caption.height) - tall)
    art = PlateArt(Rect(area.centerx - wide // 2, area.bottom - (lifted + tall) // 2, wide, tall), plate)
    likely = symbols_after(screen.number)
    drawn = [item for cell in cells(screen, style) for item in _key(page, screen, cell, likely)]
    y = max(bars.height, area.bottom - lifted - gap - caption.height)
    return [*bars.items, *at(caption, start, y), art, *drawn]


def _above(page: Page, screen: PlateEntry) -> tuple[Block, Block, int]:
    """Lay out the bars, and the question or the advice with its place from the left, px, so that they leave
    room for the row of the number. The notices give way first, and the question gives way to the number.
    """
    area = keyboard.places(page.style)[0]
    gap, row = page.mm(_GAP_MM), page.mm(_HEAD_ROW_MM)
    bars, caption = top(page, screen.status), _caption(page, screen, page.width)
    if area.bottom - bars.height < row + caption.height + gap:
        bars = top(page, replace(screen.status, notices=()))
    advised = screen.advice is not None
    if area.bottom - bars.height < row + (caption.height if advised else -gap):
        bars = top(page, screen.status, crowded=True)
    room = area.bottom - bars.height
    if room < row + caption.height + gap and not advised:
        return bars, Block(0, ()), 0
    between = area.width - 2 * page.mm(_HEAD_KEY_MM)
    if room < row + caption.height and max(item.rect.width for item in caption.items) > between + row:
        return bars, _caption(page, screen, between), area.centerx - between // 2
    return bars, caption, area.x + page.margin


def _shown(screen: PlateEntry) -> str:
    """Return the number so far, filled up to the usual length; a trailer's has its last character at once."""
    tail = TRAILER_TAIL if screen.purpose is EntryPurpose.TRAILER and len(screen.number) < 7 else ""
    return screen.number.ljust(7 - len(tail), plates.BLANK) + tail


def _caption(page: Page, screen: PlateEntry, width: int) -> Block:
    """Lay out what is to be entered, or the advice on it, `width` px wide."""
    advised = screen.advice is not None
    style = page.font(Role.DETAIL, page.colours.ink if advised else page.colours.muted, bold=advised)
    words = _advice(page, screen) if advised else _asked(page, screen)
    return paragraph(words, style, width, centred=True)


def _advice(page: Page, screen: PlateEntry) -> str:
    if screen.advice is Advice.INCOMPLETE:
        key = "number_incomplete_may" if can_be(screen.number) else "number_incomplete"
        return page.say(key, count=missing(screen.number) or 0)
    return page.say("number_unusual" if screen.advice is Advice.UNUSUAL else "number_impossible")


def _asked(page: Page, screen: PlateEntry) -> str:
    if screen.after is None:
        return page.say("type_number")
    return page.say(_ASKED[screen.purpose], seq=screen.after.seq)


_ASKED = {
    EntryPurpose.PLATE: "type_number_for",
    EntryPurpose.CORRECTION: "type_correction",
    EntryPurpose.TRAILER: "type_trailer",
    EntryPurpose.TRACTOR: "type_tractor",
}


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
        case Erased():
            return key_face(page, face, page.say("erase"), colours.strong.ground, colours.strong.ink)
        case VinWanted():
            return key_face(page, face, page.say("look_up_vin"), colours.panel, colours.ink)
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
