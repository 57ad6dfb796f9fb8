"""Drawing and touch cells of the entry of a VIN."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import keyboard
from terminal.drawing.items import Fill, Item
from terminal.drawing.layout import Block, at, paragraph, stack
from terminal.drawing.page import Page, Role, top
from terminal.drawing.touch_cells import TouchCell, Turned, face_of, key_face, turn_face
from terminal.screens.entry import Erased
from terminal.screens.events import Typed
from terminal.screens.vin_entry import VinAdvice
from terminal.vehicle.vin import CHARACTERS, VIN_LENGTH

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.screens.vin_entry import VinEntry

_GROUPS = (3, 9, 13)
"""Places before which a gap is drawn, so that 17 characters can be compared with the car's."""


def cells(_: VinEntry, style: Style) -> list[TouchCell]:
    """Return the keys above the soft keys, the last of which erases."""
    return keyboard.keys(CHARACTERS, Erased(), style)


def compose(style: Style, screen: VinEntry) -> list[Item]:
    """Lay out the VIN so far in groups, the question or the advice, and the keys."""
    area = keyboard.places(style)[0]
    page = Page(style)
    head = replace(page, area=area)
    bars = top(head, screen.status)
    room = area.bottom - bars.height
    said = _head(head, screen)
    if said.height > room and screen.advice is None:
        said = _groups(head, screen.vin)
    y = bars.height + max(0, room - said.height) // 2
    drawn = [item for cell in cells(screen, style) for item in _key(page, cell)]
    return [*bars.items, *at(said, page.margin, y), *drawn]


def _head(page: Page, screen: VinEntry) -> Block:
    colours, advised = page.colours, screen.advice is not None
    asked = page.font(Role.DETAIL, colours.ink if advised else colours.muted, bold=advised)
    words = _advice(page, screen) if advised else _asked(page, screen)
    return stack([paragraph(words, asked, page.width, centred=True), _groups(page, screen.vin)], page.mm(0.8))


def _asked(page: Page, screen: VinEntry) -> str:
    count = page.say("vin_count", count=len(screen.vin), total=VIN_LENGTH)
    return count if screen.vin else page.say("type_vin")


def _groups(page: Page, vin: str) -> Block:
    """Lay out the characters so far, in groups on one line, and a line for each that is missing."""
    padded = vin.ljust(VIN_LENGTH, "_")
    starts = (0, *_GROUPS, VIN_LENGTH)
    words = "  ".join(padded[start:end] for start, end in pairwise(starts))
    inset = page.mm(1.0)
    room = page.width - 2 * inset
    style = page.font(Role.TITLE, page.colours.ink, bold=True)
    fitting = page.fitting(words, style, (room, 2 * style.leading), 1)
    said = paragraph(words, fitting, room, centred=True)
    tall = said.height + 2 * inset
    ground = Fill(Rect(0, 0, page.width, tall), page.colours.panel, page.mm(1.0))
    return Block(tall, (ground, *at(said, inset, inset)))


def _advice(page: Page, screen: VinEntry) -> str:
    if screen.advice is VinAdvice.SHORT:
        return page.say("vin_short", count=VIN_LENGTH - len(screen.vin))
    return page.say("vin_check")


def _key(page: Page, cell: TouchCell) -> list[Item]:
    colours, face = page.colours, face_of(page, cell)
    match cell.event:
        case Typed(symbol):
            ground = colours.slate_paper if symbol.isdigit() else colours.panel
            return key_face(page, face, symbol, ground, colours.ink)
        case Turned():
            return turn_face(page, cell)
        case _:
            return key_face(page, face, page.say("erase"), colours.strong.ground, colours.strong.ink)
