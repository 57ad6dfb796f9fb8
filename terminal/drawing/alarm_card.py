"""Drawing of the radio card: what an officer reads to the control room, in the order in which it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import result_vehicle, text
from terminal.drawing.case_parts import fitted, heading
from terminal.drawing.layout import Block, beside, largest, padded, paragraph, stack
from terminal.drawing.page import KEYS_HEIGHT, Page
from terminal.drawing.shift_parts import inside
from terminal.drawing.touch_cells import TouchCell, area_of, key_face, part
from terminal.journal.notes import Control
from terminal.model import POINTS, Fit
from terminal.screens.alarm_case import CardTurned, ControlSaid, RadioCard

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.values import Status

ROW = 88
"""Height, units, of the row of the control room's words, and of the row that leads to the next card."""
_CONTROL_WORDS = {Control.CONFIRMED: "case_control_confirmed", Control.DENIED: "case_control_denied"}
_MARKS = {Fit.AGREES: "✓", Fit.DIFFERS: "≠", Fit.UNSURE: "？"}


def cells(screen: RadioCard, style: Style) -> list[TouchCell]:
    """Return the control room's words, and below them the next card if there is one."""
    rows = 1 if screen.count == 1 else 2
    area = area_of(style, ROW * rows)
    each = area.height / rows
    words = [
        TouchCell(part(area, place, 2, 0, each), ControlSaid(word)) for place, word in enumerate(Control)
    ]
    return words if rows == 1 else [*words, TouchCell(part(area, 0, 1, 1, each), CardTurned())]


def compose(style: Style, screen: RadioCard) -> list[Item]:
    """Lay out the card of an open alarm, with the control room's words below it."""
    page, own = Page(style), cells(screen, style)
    drawn: list[Item] = []
    for cell in own:
        if isinstance(cell.event, ControlSaid):
            drawn += _control_key(page, cell, screen.alarm.control)
        else:
            words = page.say("case_next_card", place=screen.place + 1, count=screen.count)
            drawn += key_face(page, inside(page, cell), words, page.colours.slate_paper, page.colours.ink)
    bottom = min(cell.rect.top for cell in own)
    body = fitted(style, screen.status, bottom, lambda page: _card(page, screen.alarm))
    return [*body, *drawn]


def compose_alarm(style: Style, status: Status, card: OpenAlarm) -> list[Item]:
    """Lay out the card of an alarm that is not acknowledged yet."""
    bottom = style.size[1] - Page(style).px(KEYS_HEIGHT)
    return fitted(style, status, bottom, lambda page: _card(page, card))


def _control_key(page: Page, cell: TouchCell, said: Control | None) -> list[Item]:
    if not isinstance(cell.event, ControlSaid):
        return []
    chosen = cell.event.word is said
    ground, ink = page.colours.face(chosen=chosen)
    words = ("✓ " if chosen else "") + page.say(_CONTROL_WORDS[cell.event.word])
    return key_face(page, inside(page, cell), words, ground, ink)


def _card(page: Page, alarm: OpenAlarm) -> Block:
    """Lay out the card: heading, plate in the largest type, then a row for each thing to say."""
    ink = page.colours.ink
    number = alarm.plate.number
    spaced = f"{number[:2]} {number[2:]}"
    sizes = [page.eased(units) for units in range(84, 40, -2)]
    style = largest(spaced, sizes, page.type(84, ink, bold=True), (page.width, page.eased(110)), 1)
    blocks = [heading(page, page.say("case_card")), paragraph(spaced, style, page.width)]
    return stack([*blocks, _rows(page, alarm), *_earlier(page, alarm)], page.eased(6))


def _rows(page: Page, alarm: OpenAlarm) -> Block:
    language, described = page.style.language, alarm.described
    unknown = page.say("not_on_terminal")
    fits = dict(zip(POINTS, alarm.fits, strict=False))
    kind, of_type, colour = (_mark(fits.get(point)) for point in POINTS)
    named = text.vehicle_type(described.vehicle_type, language) if described.vehicle_type else ""
    looks = " ".join(part for part in (named, text.brand(described.brand, language)) if part)
    colours = text.colours(described.colour, language) if described.colour else unknown
    pairs = [
        ("point_kind", kind + result_vehicle.kind_name(page, alarm.plate)),
        ("vehicle_type", of_type + (looks or unknown)),
        ("colour", colour + colours),
        ("case_vin", _mark(alarm.vin) + (described.vin_tail or unknown)),
        ("case_reason", _reason(page, alarm)),
        ("case_place", page.say("case_say_place")),
        ("case_record", page.say("case_unrecorded") if alarm.seq is None else str(alarm.seq)),
    ]
    label, value = page.type(22, page.colours.muted), page.type(34, page.colours.ink, bold=True)
    start = round(max(label.width(page.say(key)) for key, _ in pairs)) + page.px(14)
    return stack(
        [
            beside(
                [
                    (0, paragraph(page.say(key), label, start)),
                    (start, paragraph(said, value, page.width - start)),
                ]
            )
            for key, said in pairs
        ],
        page.eased(2),
    )


def _mark(fit: Fit | None) -> str:
    return "" if fit is None else f"{_MARKS[fit]} "


def _reason(page: Page, alarm: OpenAlarm) -> str:
    """Return every letter with its name, and who says so."""
    language = page.style.language
    named = (
        text.status_letters(alarm.letters, language) if alarm.letters else text.pick(alarm.title, language)
    )
    source = page.say("case_live" if alarm.live else "case_listed")
    return f"{named}（{source}）" if language == "zh" else f"{named} ({source})"


def _earlier(page: Page, alarm: OpenAlarm) -> list[Block]:
    """Lay out how earlier alarms on the vehicle ended, in a frame: this car's owner may be the one cloned."""
    if not alarm.earlier:
        return []
    edge = page.px(12)
    width = page.width - 2 * edge
    head = paragraph(page.say("earlier_alarms"), page.type(22, page.colours.muted, bold=True), width)
    style = page.type(28, page.colours.ink, bold=True)
    said = [paragraph(text.earlier_alarm(one, page.style.language), style, width) for one in alarm.earlier]
    return [
        padded(
            stack([head, *said], page.eased(2)),
            edge,
            page.eased(8),
            page.eased(8),
            lambda height: result_vehicle.frame(page, height),
        )
    ]
