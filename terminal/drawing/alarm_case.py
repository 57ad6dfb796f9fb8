"""Drawing and touch cells of an alarm's case: comparisons with the car, choices, the form, and texts."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import alarm_card, regions, text
from terminal.drawing.items import Fill
from terminal.drawing.layout import Block, at, paragraph, stack
from terminal.drawing.page import LEAST_CELL, LEAST_KEY, Page, Role
from terminal.drawing.shift_parts import headed, inside, law_lines
from terminal.drawing.touch_cells import TouchCell, Turned, grid, key_face, part, turn_face
from terminal.journal.notes import ResultKey
from terminal.model import POINTS, Fit
from terminal.screens.alarm_case import (
    ERASE,
    RECEIVERS,
    TEXT_KEYS,
    CarCheck,
    CaseField,
    CaseForm,
    CasePick,
    CasePicked,
    CaseText,
    CaseTyped,
    FieldOpened,
    VinCheck,
)
from terminal.screens.comparing import Fitted
from terminal.vehicle import law

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.drawing.touch_cells import CellEvent
    from terminal.journal.notes import AlarmResult

    Drawn: TypeAlias = CarCheck | VinCheck | CasePick | CaseForm | CaseText

_ROW_MM, _LOW_ROW_MM = 11.5, LEAST_CELL
"""Height, mm, of a row of options or fields, and on a low display."""
_HEAD_MM, _LOW_HEAD_MM = 30.0, 20.0
"""Height, mm, that is kept for bars and heading above the cells, and on a low display."""
_ONE_COLUMN = 5
"""Up to this number of options are listed in one column, more in two."""
_MOST_COLUMNS = 7
_ROW_HEIGHTS = LEAST_CELL, 14.0
"""Least and most height, mm, of a row of options or fields."""
_LEAST_STEP = 3
"""Step of `Page.smaller` at which type is the smallest."""
_KEYS_WIDE_MM = 74.0
"""Width of the keys of a text beside its heading, mm."""
_QUESTIONS = {
    CaseField.RESULT: "case_which_result",
    CaseField.REASON: "case_which_reason",
    CaseField.DISPOSALS: "case_which_disposals",
    CaseField.DOCUMENT: "case_which_document",
    CaseField.HANDED_TO: "case_which_receiver",
}
_LABELS = {
    CaseField.RESULT: "case_result",
    CaseField.REASON: "case_cause",
    CaseField.DISPOSALS: "case_disposals",
    CaseField.DOCUMENT: "case_document",
    CaseField.HANDED_TO: "case_handed_to",
}


def _places(style: Style, rows: int, *, wide: float = 0.0) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of so many rows of cells, px."""
    low = regions.is_low(style)
    whole = regions.body(style).height / style.px_per_mm
    each = style.mm(_LOW_ROW_MM if low else _ROW_MM) / style.px_per_mm  # whole px a row
    room = whole - (_LOW_HEAD_MM if low else _HEAD_MM)
    return regions.low_cells(style, max(each, min(rows * each, room)), wide)


def _area(screen: Drawn, style: Style) -> tuple[Rect, Rect]:
    """Return the areas of a screen's heading and of its cells, px."""
    match screen:
        case CarCheck() | VinCheck():
            first, last = regions.columns(style)[0], regions.columns(style)[-1]
            tall = style.mm(LEAST_KEY)
            head = Rect(first.x, first.y, first.width, first.height - (0 if style.landscape else tall))
            return head, Rect(last.x, last.bottom - tall, last.width, tall)
        case CasePick(options=options):
            return _places(style, -(-len(options) // _columns(options)))
        case CaseForm(fields=fields):
            return _places(style, len(fields))
        case CaseText(wanted=wanted):
            rows = -(-len(TEXT_KEYS) // _MOST_COLUMNS) + (1 if wanted is CaseField.HANDED_TO else 0)
            return _places(style, rows, wide=_KEYS_WIDE_MM)


def _columns(options: Sequence[str]) -> int:
    return 1 if len(options) <= _ONE_COLUMN else 2


def cells(screen: Drawn, style: Style) -> list[TouchCell]:
    """Return the touch cells above the soft keys; no two overlap."""
    area = _area(screen, style)[1]
    events: list[CellEvent]
    match screen:
        case CarCheck() | VinCheck():
            return [TouchCell(area, Fitted(Fit.UNSURE))]
        case CasePick(options=options):
            events = [CasePicked(key) for key in options]
            return _rows_with(style, area, events, _columns(options), screen.marked)
        case CaseForm(fields=fields):
            events = [FieldOpened(each) for each in fields]
            return _rows_with(style, area, events, 1, screen.marked)
        case CaseText():
            return _keyboard(screen, style, area)


def _rows_with(
    style: Style, area: Rect, events: Sequence[CellEvent], columns: int, marked: int | None
) -> list[TouchCell]:
    """Return a cell for each event; where they have several pages, of the page with the marked one."""
    shown = grid(style, area, events, columns, _ROW_HEIGHTS)
    if marked is None:
        return shown
    for page in range(len(events)):
        paged = grid(replace(style, page=page), area, events, columns, _ROW_HEIGHTS)
        if events[marked] in [cell.event for cell in paged]:
            return paged
    return shown


def _keyboard(screen: CaseText, style: Style, area: Rect) -> list[TouchCell]:
    """Return the keys row by row, the receivers' words above them."""
    named: list[TouchCell] = []
    keys = area.copy()
    if screen.wanted is CaseField.HANDED_TO:
        tall = style.mm(LEAST_CELL)
        named = [
            TouchCell(part(area, place, len(RECEIVERS), 0, tall), CaseTyped(word))
            for place, word in enumerate(RECEIVERS)
        ]
        keys.y, keys.height = area.y + tall, area.height - tall
    columns = min(_MOST_COLUMNS, keys.width // style.mm(LEAST_CELL))
    return [*named, *grid(style, keys, [CaseTyped(key) for key in TEXT_KEYS], columns, (LEAST_CELL, 12.0))]


def compose(style: Style, screen: Drawn) -> list[Item]:
    """Lay out a screen of the case."""
    page = Page(style)
    head = headed(style, screen.status, lambda page: _head(page, screen), _area(screen, style)[0])
    drawn = [item for cell in cells(screen, style) for item in _key(page, screen, cell)]
    return [*head, *_value_beside(style, screen), *drawn]


def _value_beside(style: Style, screen: Drawn) -> list[Item]:
    """Lay out what a comparison asks about in the right column of a display that is wider than high."""
    if not style.landscape or not isinstance(screen, CarCheck | VinCheck):
        return []
    area = regions.columns(style)[-1].copy()
    area.height -= style.mm(LEAST_KEY)
    page = Page(style, area=area)
    block = _value(page, screen, area.height)
    return at(block, area.x + page.margin, area.y + (area.height - block.height) // 2)


def _head(page: Page, screen: Drawn) -> Block:
    what = text.pick(screen.alarm.title, page.style.language)
    # The banner has the number too, so it goes first where there is little room.
    about = [_muted(page, f"{screen.alarm.plate.number} {what}")] if page.smaller < _LEAST_STEP else []
    match screen:
        case CarCheck() | VinCheck():
            return stack([*about, *_asked(page, screen)], page.mm(1.5))
        case CasePick(wanted=wanted, draft=draft):
            said = [_question(page, page.say(_QUESTIONS[wanted]))]
            if wanted is not CaseField.RESULT and draft is not None and about:
                said.append(_muted(page, text.alarm_word(draft.result, page.style.language)))
            return stack([*about, *said], page.mm(0.6))
        case CaseForm(missing=lacks):
            words = "case_check_form" if lacks is None else "case_incomplete"
            return stack([*about, _question(page, page.say(words)), *_law(page, screen)], page.mm(0.6))
        case CaseText(wanted=wanted):
            return stack([_question(page, page.say(_QUESTIONS[wanted])), _entered(page, screen)])


def _law(page: Page, screen: CaseForm) -> list[Block]:
    """Lay out the articles of law that the disposals rest on, in force on the day of the alarm.

    None without a trusted time, and none unless the alarm was confirmed: its letters are another vehicle's.
    """
    alarm, draft = screen.alarm, screen.draft
    if draft.result != ResultKey.CONFIRMED or not screen.status.clock.trusted:
        return []
    each = (law.disposal_articles(one, alarm.letters, alarm.checked_s) for one in draft.disposals)
    return law_lines(page, chain.from_iterable(each))


def _muted(page: Page, words: str) -> Block:
    return paragraph(words, page.font(Role.BODY, page.colours.muted, bold=True), page.width)


def _question(page: Page, words: str) -> Block:
    return paragraph(words, page.font(Role.TITLE, page.colours.ink, bold=True), page.width)


def _entered(page: Page, screen: CaseText) -> Block:
    """Lay out a text as it is typed, with a cursor."""
    words = f"{text.receiver(screen.text, page.style.language)}_"
    bold = page.font(Role.TITLE, page.colours.ink, bold=True)
    return paragraph(words, page.fitting(words, bold, (page.width, page.mm(8))), page.width)


def _asked(page: Page, screen: CarCheck | VinCheck) -> list[Block]:
    """Lay out the question and, unless it is beside them, what the record says."""
    if isinstance(screen, VinCheck):
        question, note = page.say("case_vin_question"), page.say("case_vin_where")
    else:
        named = page.say(alarm_card.POINT_WORDS[screen.point])
        question = page.say("case_car_question", point=named)
        note = page.say("case_car_place", place=len(screen.fits) + 1, count=len(POINTS))
    tall = page.mm(48.0 / (2 + max(0, page.smaller)))
    value = [] if page.style.landscape else [_value(page, screen, tall)]
    return [_question(page, question), *value, _muted(page, note)]


def _value(page: Page, screen: CarCheck | VinCheck, tall: int) -> Block:
    """Lay out what the record says as large as possible, at most `tall` px high. A VIN is spaced and on one
    line.
    """
    words, lines = " ".join(screen.alarm.described.vin_tail or ""), 1
    if isinstance(screen, CarCheck):
        words, lines = alarm_card.value(page, screen.alarm, screen.point), 2
    most = page.font(Role.HERO, page.colours.ink, bold=True)
    style = page.fitting(words, most, (page.width, tall), lines)
    return paragraph(words, style, page.width, centred=True, even=True)


def _key(page: Page, screen: Drawn, cell: TouchCell) -> list[Item]:
    rect, colours, language = inside(page, cell), page.colours, page.style.language
    match screen, cell.event:
        case _, Turned():
            return turn_face(page, cell)
        case CasePick(draft=draft), CasePicked(key):
            chosen = draft is not None and key in (draft.result, draft.reason, *draft.disposals)
            words = ("✓ " if chosen else "") + text.alarm_word(key, language)
            face = key_face(page, rect, words, *colours.face(chosen=chosen))
            return _marked(page, cell, face, on=_is_marked(screen, key))
        case CaseForm(fields=fields, marked=marked), FieldOpened(wanted):
            on = marked is not None and fields[marked] is wanted
            return _marked(page, cell, _row(page, rect, screen, wanted), on=on)
        case _, CaseTyped(key):
            words = page.say("erase") if key == ERASE else text.receiver(key, language)
            ground = colours.slate_paper if key.isdigit() else colours.panel
            return key_face(page, rect, words, ground, colours.ink)
        case _:
            return key_face(page, rect, page.say("point_unsure"), colours.panel, colours.ink)


def _is_marked(screen: CasePick, key: str) -> bool:
    return screen.marked is not None and screen.options[screen.marked] == key


def _marked(page: Page, cell: TouchCell, face: list[Item], *, on: bool) -> list[Item]:
    """Draw the frame of the cell that CONFIRM chooses; no frame around others."""
    return [Fill(cell.rect, page.colours.ink, page.mm(1.3)), *face] if on else face


def _row(page: Page, rect: Rect, screen: CaseForm, wanted: CaseField) -> list[Item]:
    """Draw a field of the form: its name above its value, or that it is needed or empty."""
    words = said(page, screen.draft, wanted)
    ink = page.colours.ink if words else page.colours.muted
    words = words or page.say("case_needed" if screen.missing is wanted else "case_none")
    room = rect.width - 2 * page.mm(1.5)
    name = paragraph(page.say(_LABELS[wanted]), page.font(Role.DETAIL, page.colours.muted), room)
    bold = page.font(Role.LEAD, ink, bold=True)
    style = page.fitting(words, bold, (room, rect.height - name.height))
    block = stack([name, paragraph(words, style, room)])
    y = rect.y + (rect.height - block.height) // 2
    return [Fill(rect, page.colours.panel, page.mm(1.0)), *at(block, rect.x + page.mm(1.5), y)]


def said(page: Page, draft: AlarmResult, wanted: CaseField) -> str:
    """Return the value of a field of a result; empty if it has none."""
    language = page.style.language
    match wanted:
        case CaseField.RESULT:
            return text.alarm_word(draft.result, language)
        case CaseField.REASON:
            return text.alarm_word(draft.reason, language) if draft.reason else ""
        case CaseField.DISPOSALS:
            joint = "、" if language == "zh" else ", "
            return joint.join(text.alarm_word(key, language) for key in draft.disposals)
        case CaseField.DOCUMENT:
            return draft.document or ""
        case CaseField.HANDED_TO:
            return text.receiver(draft.handed_to or "", language)
