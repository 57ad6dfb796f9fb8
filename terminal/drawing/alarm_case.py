"""Drawing and touch cells of an alarm's result: the VIN after the stop, choices, the form, and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import alarm_card, text
from terminal.drawing.case_parts import fitted, heading
from terminal.drawing.comparing import UNSURE_ROW
from terminal.drawing.items import Fill
from terminal.drawing.layout import Block, at, largest, paragraph, stack
from terminal.drawing.page import Page
from terminal.drawing.shift_parts import inside
from terminal.drawing.touch_cells import TouchCell, area_of, key_face, part
from terminal.model import Fit
from terminal.screens.alarm_case import (
    ERASE,
    RECEIVERS,
    TEXT_KEYS,
    CaseField,
    CaseForm,
    CasePick,
    CasePicked,
    CaseScreen,
    CaseText,
    CaseTyped,
    FieldOpened,
    RadioCard,
    VinCheck,
)
from terminal.screens.comparing import Fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygame import Rect

    from terminal.drawing.fonts import Colour
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.journal.notes import AlarmResult
    from terminal.screens.state import Touch

_ROOM = 470
"""Height above the soft keys for cells, units."""
_ROW = 92
"""Largest height of a row, units."""
_ONE_COLUMN = 5
"""Up to this number of options are listed in one column, more in two."""
_COLUMNS, _KEY_ROW = 7, 74
"""Keys in a row of the keyboard, and its height, units."""
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


def cells(screen: CaseScreen, style: Style) -> list[TouchCell]:
    """Return the touch cells above the soft keys; no two overlap."""
    match screen:
        case RadioCard():
            return alarm_card.cells(screen, style)
        case VinCheck():
            return [TouchCell(area_of(style, UNSURE_ROW), Fitted(Fit.UNSURE))]
        case CasePick(options=options):
            columns = 1 if len(options) <= _ONE_COLUMN else 2
            return _grid(style, [CasePicked(key) for key in options], columns)
        case CaseForm(fields=fields):
            return _grid(style, [FieldOpened(each) for each in fields], 1)
        case CaseText():
            return _keyboard(screen, style)


def _grid(style: Style, events: Sequence[Touch], columns: int) -> list[TouchCell]:
    """Return a cell for each event, row by row, directly above the soft keys."""
    rows = -(-len(events) // columns)
    area = area_of(style, min(_ROOM, rows * _ROW))
    each = area.height / rows
    return [
        TouchCell(part(area, place % columns, columns, place // columns, each), event)
        for place, event in enumerate(events)
    ]


def _keyboard(screen: CaseText, style: Style) -> list[TouchCell]:
    """Return the keys row by row, the receivers' words above them."""
    words = RECEIVERS if screen.wanted is CaseField.HANDED_TO else ()
    first = 1 if words else 0
    rows = first + -(-len(TEXT_KEYS) // _COLUMNS)
    area = area_of(style, rows * _KEY_ROW)
    each = area.height / rows
    named = [
        TouchCell(part(area, place, len(words), 0, each), CaseTyped(word)) for place, word in enumerate(words)
    ]
    keys = [
        TouchCell(part(area, place % _COLUMNS, _COLUMNS, first + place // _COLUMNS, each), CaseTyped(key))
        for place, key in enumerate(TEXT_KEYS)
    ]
    return [*named, *keys]


def compose(style: Style, screen: CaseScreen) -> list[Item]:
    """Lay out a screen of the case."""
    if isinstance(screen, RadioCard):
        return alarm_card.compose(style, screen)
    page, own = Page(style), cells(screen, style)
    bottom = min(cell.rect.top for cell in own)
    head = fitted(style, screen.status, bottom, lambda page: _head(page, screen))
    drawn = [item for place, cell in enumerate(own) for item in _key(page, screen, place, cell)]
    return [*head, *drawn]


def _head(page: Page, screen: VinCheck | CasePick | CaseForm | CaseText) -> Block:
    what = text.pick(screen.alarm.title, page.style.language)
    about = heading(page, f"{screen.alarm.plate.number} {what}")
    match screen:
        case VinCheck():
            return stack([about, *_vin(page, screen)], page.eased(14))
        case CasePick(wanted=wanted):
            said = [_question(page, page.say(_QUESTIONS[wanted]))]
            if wanted is not CaseField.RESULT and screen.draft is not None:
                said.append(heading(page, text.alarm_word(screen.draft.result, page.style.language)))
            return stack([about, *said], page.eased(8))
        case CaseForm(missing=lacks):
            words = "case_check_form" if lacks is None else "case_incomplete"
            return stack([about, _question(page, page.say(words))], page.eased(8))
        case CaseText(wanted=wanted):
            entered = _entered(page, text.receiver(screen.text, page.style.language))
            return stack([_question(page, page.say(_QUESTIONS[wanted])), entered], page.eased(8))


def _question(page: Page, words: str) -> Block:
    return paragraph(words, page.type(34, page.colours.ink, bold=True), page.width, even=True)


def _entered(page: Page, said: str) -> Block:
    """Lay out a text as it is typed, with a cursor."""
    words = f"{said}_"
    sizes = [page.eased(units) for units in range(48, 19, -1)]
    bold = page.type(48, page.colours.ink, bold=True)
    return paragraph(words, largest(words, sizes, bold, (page.width, page.eased(70)), 1), page.width)


def _vin(page: Page, screen: VinCheck) -> list[Block]:
    """Lay out the question and the VIN's tail, spaced, as large as possible."""
    tail = " ".join(screen.alarm.described.vin_tail or "")
    sizes = [page.eased(units) for units in range(110, 40, -2)]
    bold = page.type(110, page.colours.ink, bold=True)
    style = largest(tail, sizes, bold, (page.width, page.eased(150)), 1)
    return [
        _question(page, page.say("case_vin_question")),
        paragraph(tail, style, page.width, centred=True),
        paragraph(page.say("case_vin_where"), page.type(24, page.colours.muted), page.width, even=True),
    ]


def _key(
    page: Page, screen: VinCheck | CasePick | CaseForm | CaseText, place: int, cell: TouchCell
) -> list[Item]:
    rect, colours, language = inside(page, cell), page.colours, page.style.language
    match screen, cell.event:
        case CasePick(draft=draft, marked=marked), CasePicked(key):
            chosen = _is_chosen(draft, key)
            words = ("✓ " if chosen else "") + text.alarm_word(key, language)
            ground, ink = colours.face(chosen=chosen)
            return _marked(page, rect, _option(page, rect, words, (ground, ink)), on=place == marked)
        case CaseForm(marked=marked), FieldOpened(wanted):
            return _marked(page, rect, _row(page, rect, screen, wanted), on=place == marked)
        case _, CaseTyped(key):
            words = page.say("erase") if key == ERASE else text.receiver(key, language)
            ground = colours.slate_paper if key.isdigit() else colours.panel
            return key_face(page, rect, words, ground, colours.ink)
        case _:
            return key_face(page, rect, page.say("point_unsure"), colours.panel, colours.ink)


def _option(page: Page, rect: Rect, words: str, dress: tuple[Colour, Colour]) -> list[Item]:
    """Draw an option in at most two lines; `dress` is its ground and ink."""
    ground, ink = dress
    room = rect.width - 2 * page.px(10)
    sizes = [page.px(units) for units in range(30, 15, -1)]
    style = largest(words, sizes, page.firm(30, ink, bold=True), (room, rect.height - page.px(8)), 2)
    label = paragraph(words, style, room, centred=True)
    y = rect.y + (rect.height - label.height) // 2
    return [Fill(rect, ground, page.px(8)), *at(label, rect.x + page.px(10), y)]


def _is_chosen(draft: AlarmResult | None, key: str) -> bool:
    return draft is not None and key in (draft.result, draft.reason, *draft.disposals)


def _marked(page: Page, rect: Rect, face: list[Item], *, on: bool) -> list[Item]:
    """Draw a frame around the cell that CONFIRM chooses."""
    if not on:
        return face
    return [Fill(rect.inflate(2 * page.px(4), 2 * page.px(4)), page.colours.ink, page.px(10)), *face]


def _row(page: Page, rect: Rect, screen: CaseForm, wanted: CaseField) -> list[Item]:
    """Draw a field of the form: its name above its value, or what is missing."""
    value = said(page, screen.draft, wanted)
    ink = page.colours.ink if value else page.colours.muted
    words = value or page.say("case_needed" if screen.missing is wanted else "case_none")
    room = rect.width - 2 * page.px(12)
    name = paragraph(page.say(_LABELS[wanted]), page.firm(20, page.colours.muted), room)
    sizes = [page.px(units) for units in range(30, 17, -1)]
    style = largest(words, sizes, page.firm(30, ink, bold=True), (room, rect.height - name.height), 2)
    block = stack([name, paragraph(words, style, room)])
    y = rect.y + (rect.height - block.height) // 2
    return [Fill(rect, page.colours.panel, page.px(8)), *at(block, rect.x + page.px(12), y)]


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
