"""The screens of the shift as drawn and touched: its menu, its checks, what is added, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.screens import text, theme
from terminal.screens.cells import GAP, Cell, area_of, key_face, part
from terminal.screens.facts import Action
from terminal.screens.icons import Icon
from terminal.screens.items import Dashes, Fill, Item, Sign
from terminal.screens.layout import Block, at, beside, largest, paragraph, stack
from terminal.screens.page import HEIGHT, KEYS_HEIGHT, MARGIN, WIDTH, Page, top
from terminal.screens.result import outcome_title
from terminal.screens.shift import (
    MENU,
    ROWS,
    Chosen,
    LogEntry,
    Marked,
    Menu,
    Opened,
    Paged,
    Part,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
)
from terminal.screens.theme import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Outcome
    from terminal.screens.facts import Counts, Logged, Note, Status
    from terminal.screens.theme import Look

ROOM = 400
"""Units above the soft keys that cells share."""
BAR_TOUCH = 72
"""How far down a touch still opens the menu, in units: the bar itself is narrower than a thumb."""
_EASES = [step / 100 for step in range(130, 36, -4)]


_PARTS = {
    Part.LOG: "menu_log",
    Part.UPLOAD: "menu_upload",
    Part.HANDOVER: "menu_handover",
    Part.END: "menu_end",
}


def cells(screen: Menu | ShiftLog | LogEntry, size: tuple[int, int]) -> list[Cell]:
    """All that can be touched above the soft keys, on a surface of `size` pixels; no two overlap."""
    area = area_of(size, ROOM)
    match screen:
        case Menu():
            return [
                Cell(part(area, 0, 1, row, area.height / len(MENU)), Opened(listed))
                for row, listed in enumerate(MENU)
            ]
        case ShiftLog():
            return _log_cells(screen, area)
        case LogEntry():
            return _note_cells(screen, area)


def bar_cell(size: tuple[int, int]) -> Cell:
    """The bar of a screen from which the menu is opened."""
    scale = min(size[0] / WIDTH, size[1] / HEIGHT)
    return Cell(Rect(0, 0, size[0], round(BAR_TOUCH * scale)), Opened(Part.MENU))


def _log_cells(screen: ShiftLog, area: Rect) -> list[Cell]:
    """A row for each check of the page, and below them the way to other pages."""
    each = area.height / (ROWS + 1)
    rows = [Cell(part(area, 0, 1, row, each), Chosen(one.seq)) for row, one in enumerate(screen.shown)]
    turns = [Cell(part(area, place, 2, ROWS, each), Paged(by)) for place, by in enumerate((-1, 1))]
    return [*rows, *(turns if screen.pages > 1 else ())]


def _note_cells(screen: LogEntry, area: Rect) -> list[Cell]:
    """Actions in two columns; a mistake in a row of its own; the control room's two words side by side."""
    actions = [note for note in screen.notes if isinstance(note, Action)]
    mistake, *words = screen.notes[len(actions) :]
    rows = -(-len(actions) // 2)
    each = area.height / (rows + 2)
    return [
        *(Cell(part(area, n % 2, 2, n // 2, each), Marked(note)) for n, note in enumerate(actions)),
        Cell(part(area, 0, 1, rows, each), Marked(mistake)),
        *(Cell(part(area, n, 2, rows + 1, each), Marked(word)) for n, word in enumerate(words)),
    ]


def compose_menu(look: Look, screen: Menu) -> list[Item]:
    """The menu: what each row leads to."""

    def head(page: Page) -> Block:
        shift = screen.status.shift
        lines = [paragraph(page.say("menu"), page.type(32, page.colours.ink, bold=True), page.width)]
        if shift:
            said = page.say("shift", shift=shift)
            lines.append(paragraph(said, page.type(22, page.colours.muted), page.width))
        return stack(lines)

    page = Page(look)
    drawn = []
    for cell in cells(screen, look.size):
        if isinstance(cell.event, Opened):
            drawn += _menu_row(page, screen.status, cell, cell.event.part)
    return [*_headed(look, screen.status, head), *drawn]


def _menu_row(page: Page, status: Status, cell: Cell, listed: Part) -> list[Item]:
    rect = _inside(page, cell)
    lines = [paragraph(page.say(_PARTS[listed]), page.firm(30, page.colours.ink, bold=True), page.width)]
    if listed is Part.UPLOAD:
        lines.append(
            paragraph(_unuploaded(page, status.records), page.firm(20, page.colours.muted), page.width)
        )
    return _panel(page, rect, stack(lines))


def _unuploaded(page: Page, count: int) -> str:
    return page.say("unuploaded", count=count) if count else page.say("all_uploaded")


def compose_log(look: Look, screen: ShiftLog) -> list[Item]:
    """The checks of a page, newest first."""

    def head(page: Page) -> Block:
        ink, muted = page.colours.ink, page.colours.muted
        title = page.say("log", count=len(screen.log))
        if not screen.log:
            title = page.say("log_empty" if screen.told else "waiting")
        lines = [paragraph(title, page.type(32, ink, bold=True), page.width)]
        if screen.pages > 1:
            said = page.say("log_page", page=screen.page + 1, pages=screen.pages)
            lines.append(paragraph(said, page.type(22, muted), page.width))
        return stack(lines)

    page = Page(look)
    by_seq = {one.seq: one for one in screen.shown}
    drawn: list[Item] = []
    for cell in cells(screen, look.size):
        if isinstance(cell.event, Chosen):
            drawn += _log_row(page, cell, by_seq[cell.event.seq])
        elif isinstance(cell.event, Paged):
            words = page.say("page_newer" if cell.event.by < 0 else "page_older")
            drawn += key_face(page, _inside(page, cell), words, page.colours.ink, page.colours.paper)
    return [*_headed(look, screen.status, head), *drawn]


def _log_row(page: Page, cell: Cell, logged: Logged) -> list[Item]:
    """The outcome's sign, the plate over the outcome's name and the last note, the number over the time."""
    rect, colours = _inside(page, cell), page.colours
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
        *(text.note(act, page.look.language) for act in logged.acts[-1:]),
    ]
    named = stack(
        [_one_line(page, _plate(page, logged), 26, middle), _small(page, " · ".join(words), middle)]
    )
    chip = Block(side, tuple(chip_items(page, logged.outcome, side)))
    return _panel(page, rect, beside([(0, chip), (start, named), (room - wide, stack(number))]))


def _one_line(page: Page, words: str, units: int, room: int) -> Block:
    style = page.firm(units, page.colours.ink, bold=True)
    sizes = [page.px(size) for size in range(units, 9, -1)]
    return paragraph(words, largest(words, sizes, style, (room, 2 * style.leading), 1), room)


def _small(page: Page, words: str, room: int) -> Block:
    style = page.firm(19, page.colours.muted)
    sizes = [page.px(size) for size in range(19, 8, -1)]
    return paragraph(words, largest(words, sizes, style, (room, 2 * style.leading), 1), room)


def _plate(page: Page, logged: Logged) -> str:
    """The plate's number; else whether the code was one of ours."""
    if logged.plate is not None:
        return logged.plate.number
    return page.say("no_plate_code" if logged.read else "no_plate")


def compose_note(look: Look, screen: LogEntry) -> list[Item]:
    """The check, what was added to it, and what can be."""
    page, logged = Page(look), screen.logged
    drawn: list[Item] = []
    for cell in cells(screen, look.size):
        if isinstance(cell.event, Marked):
            there = cell.event.note in logged.acts
            ground, ink = page.colours.panel, page.colours.ink
            if there:
                ground, ink = page.colours.ink, page.colours.paper
            words = text.note(cell.event.note, look.language)
            drawn += key_face(page, _inside(page, cell), words, ground, ink)
    return [*_headed(look, screen.status, lambda page: _noted(page, screen)), *drawn]


def _noted(page: Page, screen: LogEntry) -> Block:
    """Which check, and what is known to be on disk of it."""
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
    row = beside([(0, Block(side, tuple(chip_items(page, logged.outcome, side)))), (start, named)])
    return stack([row, _acts(page, logged.acts, noted=screen.noted)], page.eased(8))


def _acts(page: Page, acts: tuple[Note, ...], *, noted: bool) -> Block:
    """What is on disk, each once and the latest last; a mark where that is since the last touch."""
    style = page.type(24, page.colours.ink, bold=True)
    if not acts and not noted:
        return paragraph(page.say("add_what"), page.type(24, page.colours.muted, bold=True), page.width)
    language = page.look.language
    latest = reversed(dict.fromkeys(reversed(acts)))
    names = ("、" if language == "zh" else ", ").join(text.note(act, language) for act in latest)
    words = page.say("noted_list", notes=names) if names else page.say("noted")
    if not noted:
        return paragraph(words, style, page.width)
    side = page.eased(26)
    start = side + page.px(8)
    sign = Block(side, (Sign(Rect(0, 0, side, side), Icon.CHECK, page.colours.ink),))
    return beside([(0, sign), (start, paragraph(words, style, page.width - start))])


def compose_end(look: Look, screen: ShiftEnd) -> list[Item]:
    """What was checked, and what still has to be uploaded, before the shift ends."""

    def body(page: Page) -> Block:
        title = page.say("handover_title" if screen.handover else "end_title")
        blocks = [paragraph(title, page.type(40, page.colours.ink, bold=True), page.width)]
        if screen.counts is None:
            blocks.append(paragraph(page.say("waiting"), page.type(26, page.colours.muted), page.width))
        else:
            blocks += [*_counted(page, screen.counts), _to_send(page, screen.unuploaded)]
        return stack(blocks, page.eased(12))

    return filled(look, screen.status, body)


def compose_over(look: Look, screen: ShiftOver) -> list[Item]:
    """That no check is made, and what the shift came to."""

    def body(page: Page) -> Block:
        ink, muted = page.colours.ink, page.colours.muted
        blocks = [
            paragraph(page.say("shift_over"), page.type(44, ink, bold=True), page.width),
            paragraph(page.say("shift_over_rule"), page.type(26, muted, bold=True), page.width),
        ]
        blocks += _counted(page, screen.ended) if screen.ended else []
        return stack([*blocks, _to_send(page, screen.status.records)], page.eased(12))

    return filled(look, screen.status, body)


def _counted(page: Page, counts: Counts) -> list[Block]:
    """How many checks there were, and of each outcome that there was."""
    total = page.say("checks", count=sum(count for _, count in counts))
    return [
        paragraph(total, page.type(28, page.colours.ink, bold=True), page.width),
        *(_count(page, outcome, count) for outcome, count in counts if count),
    ]


def _count(page: Page, outcome: Outcome, count: int) -> Block:
    side = page.eased(40)
    start = side + page.px(12)
    style = page.type(26, page.colours.ink, bold=True)
    number = paragraph(str(count), style, page.width)
    wide = number.items[0].rect.width
    named = paragraph(outcome_title(outcome, page), style, page.width - start - wide - page.px(12))
    chip = Block(side, tuple(chip_items(page, outcome, side)))
    return beside([(0, chip), (start, named), (page.width - wide, number)])


def _to_send(page: Page, count: int) -> Block:
    return paragraph(_unuploaded(page, count), page.type(26, page.colours.muted, bold=True), page.width)


def chip_items(page: Page, outcome: Outcome, side: int) -> list[Item]:
    """An outcome's sign on its own ground, `side` pixels square; the form says how much was known."""
    dress = theme.dress(outcome, page.colours)
    rect, radius = Rect(0, 0, side, side), max(1, side // 6)
    edge = max(2, side // 10)
    sign = Sign(rect.inflate(-side // 3, -side // 3), dress.icon, dress.ink)
    match dress.form:
        case Form.SOLID:
            ground: list[Item] = [Fill(rect, dress.fill, radius)]
        case Form.STRIPED:
            inner = rect.inflate(-2 * edge, -2 * edge)
            ground = [Fill(rect, dress.fill, radius), Fill(inner, dress.paper)]
        case Form.DASHED:
            ground = [Fill(rect, dress.paper), Dashes(rect, dress.fill, max(2, edge // 2))]
    return [*ground, sign]


def _inside(page: Page, cell: Cell) -> Rect:
    gap = page.px(GAP)
    return cell.rect.inflate(-2 * gap, -2 * gap)


def _panel(page: Page, rect: Rect, block: Block) -> list[Item]:
    """A row that can be touched, its words from the left and in the middle of its height."""
    x, y = rect.x + page.px(8), rect.y + (rect.height - block.height) // 2
    return [Fill(rect, page.colours.panel, page.px(8)), *at(block, x, y)]


def _headed(look: Look, status: Status, head: Callable[[Page], Block]) -> list[Item]:
    """The bars, and a head between them and the cells."""
    return _between(look, status, head, area_of(look.size, ROOM).y)


def filled(look: Look, status: Status, body: Callable[[Page], Block]) -> list[Item]:
    """The bars, and a body between them and the soft keys."""
    return _between(look, status, body, look.size[1] - Page(look).px(KEYS_HEIGHT))


def _between(look: Look, status: Status, made: Callable[[Page], Block], bottom: int) -> list[Item]:
    """The bars, and a block in the largest type at which it fits above `bottom`."""
    bars = top(Page(look), status)
    room = bottom - bars.height - 2 * Page(look).px(5)
    for ease in _EASES:
        block = made(Page(look, ease))
        if block.height <= room:
            break
    return [
        *bars.items,
        *at(block, Page(look).px(MARGIN), bars.height + (bottom - bars.height - block.height) // 2),
    ]
