"""Drawing and touch cells of the shift's screens: menu, log and notes on a check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.headline import outcome_title
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem, Item
from terminal.drawing.layout import Block, beside, paragraph, stack, wrap
from terminal.drawing.page import LEAST_CELL, Page, Role
from terminal.drawing.shift_parts import chip, headed, inside, law_lines, panel, unuploaded
from terminal.drawing.touch_cells import TouchCell, grid, key_face, part, turn_face
from terminal.journal.notes import Action
from terminal.screens.shift import (
    MENU,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Paged,
    Part,
    ShiftLog,
)
from terminal.screens.shift_step import articles_of
from terminal.screens.voice import VoiceWanted

if TYPE_CHECKING:
    from terminal.drawing.layout import Type
    from terminal.drawing.theme import Style
    from terminal.drawing.touch_cells import CellEvent
    from terminal.journal.notes import OfficerNote
    from terminal.screens.values import Logged, Status

_ROW, _MOST_ROW = 11.0, 20.0
"""Least and most height of a row of the menu or of the log, mm; on a low display as low as a cell may be."""
_PARTS = {
    Part.LOG: "menu_log",
    Part.UPLOAD: "menu_upload",
    Part.HANDOVER: "menu_handover",
    Part.END: "menu_end",
    Part.SETTINGS: "menu_settings",
    Part.SELF_TEST: "menu_selftest",
    Part.DIAGNOSTICS: "menu_diagnostics",
    Part.LOCK: "menu_lock",
}


def cells(screen: Menu | ShiftLog | LogEntry, style: Style) -> list[TouchCell]:
    """Return the touch cells above the soft keys; no two overlap."""
    area = regions.high_cells(style)[1]
    match screen:
        case Menu():
            listed = [MenuTouched(one) for one in MENU]
            return grid(style, area, listed, 2, (_least_row(style), _MOST_ROW))
        case ShiftLog():
            return _log_cells(screen, style, area)
        case LogEntry():
            return _note_cells(screen, style, area)


def bar_cell(style: Style) -> TouchCell:
    """Return the touch cell of the bar that opens the menu."""
    return TouchCell(regions.bar(style, menu=True), MenuTouched(Part.MENU))


def _least_row(style: Style) -> float:
    wrapped = style.language == "en"  # an outcome's name takes two lines
    return LEAST_CELL if regions.is_low(style) and not wrapped else _ROW


def rows_of_log(style: Style) -> int:
    """Return how many checks a page of the log has on this display, besides the keys to other pages."""
    area = regions.high_cells(style)[1]
    return int(area.height // style.mm(_least_row(style))) - 1


def pages_of_log(screen: ShiftLog, style: Style) -> int:
    """Return the number of the log's pages on this display, at least 1."""
    return max(1, -(-len(screen.log) // rows_of_log(style)))


def _log_cells(screen: ShiftLog, style: Style, area: Rect) -> list[TouchCell]:
    """Return one row per check of the page, and below them the keys to other pages."""
    count, pages = rows_of_log(style), pages_of_log(screen, style)
    each = area.height / (count + 1)
    start = screen.page % pages * count
    rows = [
        TouchCell(part(area, 0, 1, row, each), LogRowTouched(one.seq))
        for row, one in enumerate(screen.log[start : start + count])
    ]
    turns = [TouchCell(part(area, place, 2, count, each), Paged(by)) for place, by in enumerate((-1, 1))]
    return [*rows, *(turns if pages > 1 else ())]


def _note_cells(screen: LogEntry, style: Style, area: Rect) -> list[TouchCell]:
    """Return the notes in columns: words, picture and mistake, the control room's word, and a spoken note."""
    columns = 2 if regions.is_small(style) else 3
    events: list[CellEvent] = [NotePicked(note) for note in screen.notes]
    return grid(style, area, [*events, VoiceWanted()], columns)


def compose_menu(style: Style, screen: Menu) -> list[Item]:
    """Lay out the menu."""

    def head(page: Page) -> Block:
        shift = screen.status.shift
        lines = [paragraph(page.say("menu"), page.font(Role.TITLE, page.colours.ink, bold=True), page.width)]
        if shift:
            said = page.say("shift", shift=shift)
            lines.append(paragraph(said, page.font(Role.BODY, page.colours.muted), page.width))
        return stack(lines)

    page = Page(style)
    drawn = []
    for cell in cells(screen, style):
        if isinstance(cell.event, MenuTouched):
            drawn += _menu_row(page, screen.status, cell, cell.event.part)
        else:
            drawn += turn_face(page, cell)
    return [*headed(style, screen.status, head), *drawn]


def _menu_row(page: Page, status: Status, cell: TouchCell, listed: Part) -> list[Item]:
    rect = inside(page, cell)
    room = rect.width - 2 * page.mm(1.0)
    words = page.say(_PARTS[listed])
    lines = [paragraph(words, page.font(Role.LEAD, page.colours.ink, bold=True), room)]
    if listed is Part.UPLOAD:
        said = unuploaded(page, status.records)
        lines.append(paragraph(said, page.font(Role.DETAIL, page.colours.muted), room))
    return panel(page, rect, stack(lines))


def compose_log(style: Style, screen: ShiftLog) -> list[Item]:
    """Lay out a page of checks, newest first."""

    def head(page: Page) -> Block:
        ink, muted = page.colours.ink, page.colours.muted
        title = page.say("log", count=len(screen.log))
        if not screen.log:
            title = page.say("log_empty" if screen.told else "waiting")
        lines = [paragraph(title, page.font(Role.TITLE, ink, bold=True), page.width)]
        if (pages := pages_of_log(screen, style)) > 1:
            said = page.say("log_page", page=screen.page % pages + 1, pages=pages)
            lines.append(paragraph(said, page.font(Role.BODY, muted), page.width))
        if screen.before_restart:
            said = page.say("log_before_restart", count=screen.before_restart)
            lines.append(paragraph(said, page.font(Role.DETAIL, muted), page.width))
        return stack(lines)

    page = Page(style)
    by_seq = {one.seq: one for one in screen.log}
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
    side = min(page.mm(6.0), rect.height - page.mm(1.6))
    start = side + page.mm(1.4)
    room = rect.width - 2 * page.mm(1.0)
    small = page.font(Role.DETAIL, colours.muted)
    seq = page.say("record_number", seq=logged.seq)
    number = [
        paragraph(str(logged.seq) if regions.is_low(page.style) else seq, small, room),
        paragraph(text.clock(logged.checked_s), small, room),
    ]
    wide = max(item.rect.right for block in number for item in block.items)
    middle = room - start - wide - page.mm(1.4)
    words = [
        outcome_title(logged.outcome, page),
        *([page.say("rechecked")] if logged.rechecked else []),
        *(text.note(act, page.style.language) for act in logged.acts[-1:]),
    ]
    plate = _plate(page, logged)
    style = page.fitting(plate, page.font(Role.LEAD, colours.ink, bold=True), (middle, rect.height))
    title = paragraph(plate, style, middle)
    said = paragraph(_shortest(words, small, (middle, rect.height - title.height)), small, middle)
    named = stack([title, said] if title.height + said.height <= rect.height else [title])
    return panel(
        page,
        rect,
        beside([(0, chip(page, logged.outcome, side)), (start, named), (room - wide, stack(number))]),
    )


def _shortest(words: list[str], style: Type, box: tuple[int, int]) -> str:
    """Return the words, without the last ones where they do not fit the box, px."""
    for count in range(len(words), 1, -1):
        said = " · ".join(words[:count])
        if len(wrap(said, style, box[0])) * style.leading <= box[1]:
            return said
    return words[0]


def _plate(page: Page, logged: Logged) -> str:
    """Return the plate's number, or that it is unknown and what was found of the code."""
    if logged.plate is not None:
        return logged.plate.number
    said = text.FINDINGS_IN_SHORT.get(logged.finding or "")
    if said is None:
        return page.say("plate_unknown")
    return page.say("plate_unknown_code", found=text.pick(said, page.style.language))


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
        elif isinstance(cell.event, VoiceWanted):
            ground, ink = page.colours.face(chosen=False)
            drawn += key_face(page, inside(page, cell), page.say("voice_note"), ground, ink)
        else:
            drawn += turn_face(page, cell)
    return [*headed(style, screen.status, lambda page: _noted(page, screen)), *drawn]


def _noted(page: Page, screen: LogEntry) -> Block:
    """Lay out the heading: the check, and its notes on disk."""
    logged, colours = screen.logged, page.colours
    side = page.mm(6.0)
    start = side + page.mm(1.4)
    room = page.width - start
    number = page.say("record", seq=logged.seq, time=text.clock(logged.checked_s, seconds=True))
    title = f"{_plate(page, logged)} {outcome_title(logged.outcome, page)}"
    named = stack(
        [
            paragraph(title, page.font(Role.LEAD, colours.ink, bold=True), room),
            paragraph(number, page.font(Role.DETAIL, colours.muted), room),
        ]
    )
    row = beside([(0, chip(page, logged.outcome, side)), (start, named)])
    if isinstance(screen.back, ShiftLog) and logged.judged is None:
        gone = paragraph(page.say("not_reopened"), page.font(Role.DETAIL, colours.muted), page.width)
        row = stack([row, gone], page.mm(0.5))
    return stack([row, _acts(page, logged.acts, noted=screen.noted), *_law(page, screen)], page.mm(0.6))


def _law(page: Page, screen: LogEntry) -> list[Block]:
    """Lay out the articles of law that the measures on disk rest on; nothing without any."""
    if not screen.status.clock.trusted:
        return []
    measures = [act.text for act in screen.logged.acts if isinstance(act, Action)]
    return law_lines(page, (one for measure in measures for one in articles_of(screen.logged, measure)))


def _acts(page: Page, acts: tuple[OfficerNote, ...], *, noted: bool) -> Block:
    """Lay out the notes on disk, each once, latest last, checked if one was added since the last touch."""
    style = page.font(Role.BODY, page.colours.ink, bold=True)
    if not acts and not noted:
        return paragraph(page.say("add_what"), replace(style, colour=page.colours.muted), page.width)
    language = page.style.language
    latest = reversed(dict.fromkeys(reversed(acts)))
    names = ("、" if language == "zh" else ", ").join(text.note(act, language) for act in latest)
    words = page.say("noted_list", notes=names) if names else page.say("noted")
    if not noted:
        return paragraph(words, style, page.width)
    side = style.leading
    start = side + page.mm(1.0)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.CHECK, page.colours.ink),))
    return beside([(0, sign), (start, paragraph(words, style, page.width - start))])
