"""Drawing of the radio card: what an officer reads to the control room, in the order in which it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.flow import Flow, flow
from terminal.drawing.items import Fill
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import LEAST_CELL, Page, Role
from terminal.drawing.shift_parts import indented, inside
from terminal.drawing.touch_cells import TouchCell, key_face, part
from terminal.journal.notes import Control
from terminal.model import POINTS, ComparedPoint, Fit
from terminal.screens.alarm_case import CardTurned, ControlSaid, RadioCard
from terminal.vehicle.tables import KINDS, Lines

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.values import Status

_ROW_MM = 12.0
"""Height, mm, of the row of the control room's words, and of the row that leads to the next card."""
_CONTROL_WORDS = {Control.CONFIRMED: "case_control_confirmed", Control.DENIED: "case_control_denied"}
_MARKS = {Fit.AGREES: "✓ ", Fit.DIFFERS: "≠ ", Fit.UNSURE: "？ "}
POINT_WORDS = {
    ComparedPoint.KIND: "point_kind",
    ComparedPoint.TYPE: "vehicle_type",
    ComparedPoint.COLOUR: "colour",
}


def cells(screen: RadioCard, style: Style) -> list[TouchCell]:
    """Return the control room's words, and below them the next card if there is one, in the last column."""
    rows = 1 if screen.count == 1 else 2
    column = regions.columns(style)[-1]
    each = style.mm(LEAST_CELL if regions.is_low(style) else _ROW_MM)
    area = Rect(column.x, column.bottom - rows * each, column.width, rows * each)
    words = [
        TouchCell(part(area, place, 2, 0, each), ControlSaid(word)) for place, word in enumerate(Control)
    ]
    return words if rows == 1 else [*words, TouchCell(part(area, 0, 1, 1, each), CardTurned())]


def card(style: Style, screen: RadioCard) -> Flow:
    """Lay out the card of an open alarm, with the control room's words below it."""
    page, own = Page(style), cells(screen, style)
    below = regions.keys(style).y - own[0].rect.top
    shown = flow(style, screen.status, lambda page: _blocks(page, screen.alarm), below=below)
    keys: list[Item] = []
    for cell in own:
        if isinstance(cell.event, ControlSaid):
            keys += _control_key(page, cell, screen.alarm.control)
        else:
            words = page.say("case_next_card", place=screen.place + 1, count=screen.count)
            keys += key_face(page, inside(page, cell), words, page.colours.slate_paper, page.colours.ink)
    return Flow((*shown.items, *keys), shown.turn)


def alarm_card(style: Style, status: Status, alarm: OpenAlarm) -> Flow:
    """Lay out the card of an alarm that is not acknowledged yet."""
    return flow(style, status, lambda page: _blocks(page, alarm))


def _control_key(page: Page, cell: TouchCell, said: Control | None) -> list[Item]:
    if not isinstance(cell.event, ControlSaid):
        return []
    chosen = cell.event.word is said
    ground, ink = page.colours.face(chosen=chosen)
    words = ("✓ " if chosen else "") + page.say(_CONTROL_WORDS[cell.event.word])
    return key_face(page, inside(page, cell), words, ground, ink)


def _blocks(page: Page, alarm: OpenAlarm) -> list[Block]:
    """Lay out the plate in the largest type, a row for each thing to say, and how earlier alarms ended."""
    ink = page.colours.ink
    spaced = f"{alarm.plate.number[:2]} {alarm.plate.number[2:]}"
    number = page.fitting(spaced, page.font(Role.HERO, ink, bold=True), (page.width, page.mm(13)))
    head = paragraph(page.say("case_card"), page.font(Role.DETAIL, page.colours.muted, bold=True), page.width)
    blocks = [stack([head, paragraph(spaced, number, page.width)]), *_rows(page, alarm)]
    return [indented(page, block) for block in (*blocks, *_earlier(page, alarm))]


def _rows(page: Page, alarm: OpenAlarm) -> list[Block]:
    fits = dict(zip(POINTS, alarm.fits, strict=False))
    pairs = [(POINT_WORDS[point], _mark(fits.get(point)) + value(page, alarm, point)) for point in POINTS]
    pairs += [
        ("case_vin", _mark(alarm.vin) + (alarm.described.vin_tail or page.say("not_on_terminal"))),
        ("case_reason", _reason(page, alarm)),
        ("case_place", page.say("case_say_place")),
        ("case_record", page.say("case_unrecorded") if alarm.seq is None else str(alarm.seq)),
    ]
    label = page.font(Role.DETAIL, page.colours.muted)
    said = page.font(Role.LEAD, page.colours.ink, bold=True)
    start = round(max(label.width(page.say(key)) for key, _ in pairs)) + page.mm(1.6)
    return [
        beside(
            [
                (0, paragraph(page.say(key), label, start)),
                (start, paragraph(words, said, page.width - start)),
            ]
        )
        for key, words in pairs
    ]


def value(page: Page, alarm: OpenAlarm, point: ComparedPoint) -> str:
    """Return what the alarm's record says of a point, or that this terminal does not have it."""
    language, described, plate = page.style.language, alarm.described, alarm.plate
    words = ""
    match point:
        case ComparedPoint.KIND:
            kind = KINDS.get(plate.kind)
            words = text.pick(Lines(kind.name_zh, kind.name_en), language) if kind else plate.kind
        case ComparedPoint.TYPE:
            named = text.vehicle_type(described.vehicle_type, language) if described.vehicle_type else ""
            words = " ".join(one for one in (named, text.brand(described.brand, language)) if one)
        case ComparedPoint.COLOUR:
            words = text.colours(described.colour, language) if described.colour else ""
    return words or page.say("not_on_terminal")


def _mark(fit: Fit | None) -> str:
    return "" if fit is None else _MARKS[fit]


def _reason(page: Page, alarm: OpenAlarm) -> str:
    """Return every letter with its name, and who says so."""
    language = page.style.language
    named = text.pick(alarm.title, language)
    if alarm.letters:
        named = text.status_letters(alarm.letters, language)
    source = page.say("case_live" if alarm.live else "case_listed")
    return f"{named}（{source}）" if language == "zh" else f"{named} ({source})"


def _earlier(page: Page, alarm: OpenAlarm) -> list[Block]:
    """Lay out how earlier alarms on the vehicle ended, in a frame: this car's owner may be the one cloned."""
    if not alarm.earlier:
        return []
    edge = page.mm(1.5)
    width = page.width - 2 * edge
    label = page.font(Role.DETAIL, page.colours.muted, bold=True)
    style = page.font(Role.BODY, page.colours.ink, bold=True)
    said = [paragraph(text.earlier_alarm(one, page.style.language), style, width) for one in alarm.earlier]
    body = stack([paragraph(page.say("earlier_alarms"), label, width), *said])
    return [padded(body, edge, page.mm(0.8), page.mm(0.8), lambda height: _frame(page, height))]


def _frame(page: Page, height: int) -> list[Item]:
    """Return a border of ink, as wide as the page."""
    outer, edge = Rect(0, 0, page.width, height), page.mm(0.5)
    inner = outer.inflate(-2 * edge, -2 * edge)
    return [Fill(outer, page.colours.ink, page.mm(1.3)), Fill(inner, page.colours.paper, page.mm(0.9))]
