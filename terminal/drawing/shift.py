"""Drawing and touch cells of the shift's screens: menu, log and notes on a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import text
from terminal.drawing.headline import outcome_title
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem, Item
from terminal.drawing.layout import Block, beside, largest, paragraph, stack
from terminal.drawing.page import Page
from terminal.drawing.shift_parts import ROOM, chip, headed, inside, panel, unuploaded
from terminal.drawing.touch_cells import TouchCell, area_of, key_face, part
from terminal.journal.notes import Action, ControlWord, KeepPicture, Mistaken, Remark
from terminal.screens.shift import (
    MENU,
    ROWS,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Paged,
    Part,
    ShiftLog,
)

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.journal.notes import OfficerNote
    from terminal.screens.values import Logged, Status

BAR_TOUCH = 72
"""Height of the area at the top whose touch opens the menu, units: the bar is narrower than a thumb."""
_PARTS = {
    Part.LOG: "menu_log",
    Part.UPLOAD: "menu_upload",
    Part.HANDOVER: "menu_handover",
    Part.END: "menu_end",
}


def cells(screen: Menu | ShiftLog | LogEntry, style: Style) -> list[TouchCell]:
    """Return the touch cells above the soft keys; no two overlap."""
    area = area_of(style, ROOM)
    match screen:
        case Menu():
            return [
                TouchCell(part(area, 0, 1, row, area.height / len(MENU)), MenuTouched(listed))
                for row, listed in enumerate(MENU)
            ]
        case ShiftLog():
            return _log_cells(screen, area)
        case LogEntry():
            return _note_cells(screen, area)


def bar_cell(style: Style) -> TouchCell:
    """Return the touch cell of the bar that opens the menu."""
    return TouchCell(Rect(0, 0, style.size[0], Page(style).px(BAR_TOUCH)), MenuTouched(Part.MENU))


def _log_cells(screen: ShiftLog, area: Rect) -> list[TouchCell]:
    """Return one row per check of the page, and below them the keys to other pages."""
    each = area.height / (ROWS + 1)
    rows = [
        TouchCell(part(area, 0, 1, row, each), LogRowTouched(one.seq)) for row, one in enumerate(screen.shown)
    ]
    turns = [TouchCell(part(area, place, 2, ROWS, each), Paged(by)) for place, by in enumerate((-1, 1))]
    return [*rows, *(turns if screen.pages > 1 else ())]


def _note_cells(screen: LogEntry, area: Rect) -> list[TouchCell]:
    """Return words in three columns, then a row for picture and mistake and one for the control room."""
    words = [note for note in screen.notes if isinstance(note, Action | Remark)]
    own = [note for note in screen.notes if isinstance(note, KeepPicture | Mistaken)]
    control = [note for note in screen.notes if isinstance(note, ControlWord)]
    rows = -(-len(words) // 3)
    each = area.height / (rows + 2)
    return [
        *(TouchCell(part(area, n % 3, 3, n // 3, each), NotePicked(note)) for n, note in enumerate(words)),
        *(TouchCell(part(area, n, len(own), rows, each), NotePicked(note)) for n, note in enumerate(own)),
        *(TouchCell(part(area, n, 2, rows + 1, each), NotePicked(word)) for n, word in enumerate(control)),
    ]


def compose_menu(style: Style, screen: Menu) -> list[Item]:
    """Lay out the menu."""

    def head(page: Page) -> Block:
        shift = screen.status.shift
        lines = [paragraph(page.say("menu"), page.type(32, page.colours.ink, bold=True), page.width)]
        if shift:
            said = page.say("shift", shift=shift)
            lines.append(paragraph(said, page.type(22, page.colours.muted), page.width))
        return stack(lines)

    page = Page(style)
    drawn = []
    for cell in cells(screen, style):
        if isinstance(cell.event, MenuTouched):
            drawn += _menu_row(page, screen.status, cell, cell.event.part)
    return [*headed(style, screen.status, head), *drawn]


def _menu_row(page: Page, status: Status, cell: TouchCell, listed: Part) -> list[Item]:
    rect = inside(page, cell)
    lines = [paragraph(page.say(_PARTS[listed]), page.firm(30, page.colours.ink, bold=True), page.width)]
    if listed is Part.UPLOAD:
        lines.append(
            paragraph(unuploaded(page, status.records), page.firm(20, page.colours.muted), page.width)
        )
    return panel(page, rect, stack(lines))


def compose_log(style: Style, screen: ShiftLog) -> list[Item]:
    """Lay out a page of checks, newest first."""

    def head(page: Page) -> Block:
        ink, muted = page.colours.ink, page.colours.muted
        title = page.say("log", count=len(screen.log))
        if not screen.log:
            title = page.say("log_empty" if screen.told else "waiting")
        lines = [paragraph(title, page.type(32, ink, bold=True), page.width)]
        if screen.pages > 1:
            said = page.say("log_page", page=screen.page + 1, pages=screen.pages)
            lines.append(paragraph(said, page.type(22, muted), page.width))
        if screen.before_restart:
            said = page.say("log_before_restart", count=screen.before_restart)
            lines.append(paragraph(said, page.type(22, muted), page.width))
        return stack(lines)

    page = Page(style)
    by_seq = {one.seq: one for one in screen.shown}
    drawn: list[Item] = []
    for cell in cells(screen, style):
        if isinstance(cell.event, LogRowTouched):
            drawn += _log_row(page, cell, by_seq[cell.event.seq])
        elif isinstance(cell.event, Paged):
            words = page.say("page_newer" if cell.event.by < 0 else "page_older")
            drawn += key_face(
                page, inside(page, cell), words, page.colours.strong.ground, page.colours.strong.ink
            )
    return [*headed(style, screen.status, head), *drawn]


def _log_row(page: Page, cell: TouchCell, logged: Logged) -> list[Item]:
    """Draw a check: outcome icon, plate above outcome and last note, record number above time."""
    rect, colours = inside(page, cell), page.colours
    side = min(page.px(44), rect.height - page.px(12))
    start = side + page.px(10)
    room = rect.width - 2 * page.px(8)
    number = [
        paragraph(page.say("record_number", seq=logged.seq), page.firm(18, colours.muted), room),
        paragraph(text.clock(logged.checked_s), page.firm(18, colours.muted), room),
    ]
    wide = max(item.rect.right for block in number for item in block.items)
    middle = room - start - wide - page.px(10)
    words = [
        outcome_title(logged.outcome, page),
        *([page.say("rechecked")] if logged.rechecked else []),
        *(text.note(act, page.style.language) for act in logged.acts[-1:]),
    ]
    named = stack(
        [_one_line(page, _plate(page, logged), 26, middle), _small(page, " · ".join(words), middle)]
    )
    return panel(
        page,
        rect,
        beside([(0, chip(page, logged.outcome, side)), (start, named), (room - wide, stack(number))]),
    )


def _one_line(page: Page, words: str, units: int, room: int) -> Block:
    style = page.firm(units, page.colours.ink, bold=True)
    sizes = [page.px(size) for size in range(units, 9, -1)]
    return paragraph(words, largest(words, sizes, style, (room, 2 * style.leading), 1), room)


def _small(page: Page, words: str, room: int) -> Block:
    style = page.firm(19, page.colours.muted)
    sizes = [page.px(size) for size in range(19, 8, -1)]
    return paragraph(words, largest(words, sizes, style, (room, 2 * style.leading), 1), room)


def _plate(page: Page, logged: Logged) -> str:
    """Return the plate's number, or text that tells if an inspection mark was read."""
    if logged.plate is not None:
        return logged.plate.number
    return page.say("no_plate_code" if logged.read else "no_plate")


def compose_note(style: Style, screen: LogEntry) -> list[Item]:
    """Lay out a check, its notes, and the notes that can be added."""
    page, logged = Page(style), screen.logged
    drawn: list[Item] = []
    for cell in cells(screen, style):
        if isinstance(cell.event, NotePicked):
            there = cell.event.note in logged.acts
            ground, ink = page.colours.face(chosen=there)
            words = text.note(cell.event.note, style.language)
            drawn += key_face(page, inside(page, cell), words, ground, ink)
    return [*headed(style, screen.status, lambda page: _noted(page, screen)), *drawn]


def _noted(page: Page, screen: LogEntry) -> Block:
    """Lay out the heading: the check, and its notes on disk."""
    logged, colours = screen.logged, page.colours
    side = page.eased(48)
    start = side + page.px(10)
    room = page.width - start
    number = page.say("record", seq=logged.seq, time=text.clock(logged.checked_s, seconds=True))
    named = stack(
        [
            paragraph(
                f"{_plate(page, logged)} {outcome_title(logged.outcome, page)}",
                page.type(28, colours.ink, bold=True),
                room,
            ),
            paragraph(number, page.type(20, colours.muted), room),
        ]
    )
    row = beside([(0, chip(page, logged.outcome, side)), (start, named)])
    if isinstance(screen.back, ShiftLog) and logged.judged is None:
        gone = paragraph(page.say("not_reopened"), page.type(20, colours.muted), page.width)
        row = stack([row, gone], page.eased(4))
    return stack([row, _acts(page, logged.acts, noted=screen.noted)], page.eased(8))


def _acts(page: Page, acts: tuple[OfficerNote, ...], *, noted: bool) -> Block:
    """Lay out the notes on disk, each once, latest last, checked if one was added since the last touch."""
    style = page.type(24, page.colours.ink, bold=True)
    if not acts and not noted:
        return paragraph(page.say("add_what"), page.type(24, page.colours.muted, bold=True), page.width)
    language = page.style.language
    latest = reversed(dict.fromkeys(reversed(acts)))
    names = ("、" if language == "zh" else ", ").join(text.note(act, language) for act in latest)
    words = page.say("noted_list", notes=names) if names else page.say("noted")
    if not noted:
        return paragraph(words, style, page.width)
    side = page.eased(26)
    start = side + page.px(8)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.CHECK, page.colours.ink),))
    return beside([(0, sign), (start, paragraph(words, style, page.width - start))])
