"""Summary screens of a shift: before its end, while a reason is asked for, after it, and after a handover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.flow import Flow, flow
from terminal.drawing.headline import outcome_title
from terminal.drawing.layout import Block, beside, paragraph, stack
from terminal.drawing.page import LEAST_CELL, Page, Role
from terminal.drawing.shift_parts import chip, headed, indented, inside, listed, panel, unuploaded
from terminal.drawing.touch_cells import TouchCell, grid, key_face, part, turn_face
from terminal.journal.notes import END_REASONS
from terminal.model import Outcome
from terminal.screens.shift import EndReasonPicked, HandedOver, OpenAlarmTouched, ShiftEnd, ShiftOver

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.model import Counts
    from terminal.screens.open_alarm import OpenAlarm

MOST_ROWS = 3
"""Open alarms that are shown; the others are counted."""


def cells(screen: ShiftEnd | HandedOver, style: Style) -> list[TouchCell]:
    """Return a row for each open alarm that is shown, or for each reason; no two overlap."""
    if isinstance(screen, ShiftEnd) and screen.asking:
        reasons = [EndReasonPicked(reason) for reason in END_REASONS]
        return grid(style, regions.high_cells(style)[1], reasons)
    shown = screen.open[: 1 if regions.is_small(style) else MOST_ROWS]
    column, each = regions.columns(style)[-1], style.mm(LEAST_CELL)
    tall = each * len(shown)
    area = Rect(column.x, column.bottom - tall, column.width, tall)
    return [
        TouchCell(part(area, 0, 1, row, each), OpenAlarmTouched(one.plate)) for row, one in enumerate(shown)
    ]


def summary(style: Style, screen: ShiftEnd | HandedOver | ShiftOver) -> Flow:
    """Lay out a summary."""
    match screen:
        case ShiftOver():
            return _over(style, screen)
        case ShiftEnd(asking=True):
            return _reasons(style, screen)
        case _:
            return _with_rows(style, screen)


def _with_rows(style: Style, screen: ShiftEnd | HandedOver) -> Flow:
    """Lay out a summary, and the open alarms below it."""

    def made(page: Page) -> list[Block]:
        blocks = _before_end(page, screen) if isinstance(screen, ShiftEnd) else _taken_over(page, screen)
        return [indented(page, block) for block in blocks]

    page, rows = Page(style), cells(screen, style)
    by_plate = {one.plate: one for one in screen.open}
    drawn: list[Item] = []
    for cell in rows:
        if isinstance(cell.event, OpenAlarmTouched):
            drawn += _alarm_row(page, cell, by_plate[cell.event.plate])
    below = sum(cell.rect.height for cell in rows)
    flowed = flow(style, screen.status, made, below=below)
    return Flow((*flowed.items, *drawn), flowed.turn)


def _alarm_row(page: Page, cell: TouchCell, alarm: OpenAlarm) -> list[Item]:
    """Draw an alarm without a result: its sign, plate above its reason, and when it was checked."""
    rect, colours = inside(page, cell), page.colours
    plate = page.font(Role.LEAD, colours.ink, bold=True)
    side = min(page.mm(6.0), rect.height)
    start = side + page.mm(1.5)
    room = rect.width - 2 * page.mm(1.0)
    time = paragraph(text.clock(alarm.checked_s), page.font(Role.DETAIL, colours.muted), room)
    wide = time.items[0].rect.right
    middle = room - start - wide - page.mm(1.5)
    name = paragraph(alarm.plate.number, plate, middle)
    title = text.pick(alarm.title, page.style.language)
    why = paragraph(title, page.font(Role.DETAIL, colours.muted), middle)
    sign = chip(page, Outcome.ALARM, side)
    return panel(page, rect, beside([(0, sign), (start, stack([name, why])), (room - wide, time)]))


def _before_end(page: Page, screen: ShiftEnd) -> list[Block]:
    """Return the summary shown before the shift ends."""
    muted = page.colours.muted
    title = page.say("handover_title" if screen.handover else "end_title")
    blocks = [paragraph(title, page.font(Role.TITLE, page.colours.ink, bold=True), page.width)]
    if screen.counts is None:
        return [*blocks, paragraph(page.say("waiting"), page.font(Role.LEAD, muted), page.width)]
    if screen.handover:
        rule = page.font(Role.BODY, muted, bold=True)
        blocks.append(paragraph(page.say("handover_rule"), rule, page.width))
    return [
        *blocks,
        *_counted(page, screen.counts),
        _to_send(page, screen.unuploaded),
        *_open(page, screen),
    ]


def _taken_over(page: Page, screen: HandedOver) -> list[Block]:
    """Return what a successor sees first."""
    ink = page.colours.ink
    names = page.say(
        "handover_names",
        before=screen.before.name,
        before_number=screen.before.number,
        now=screen.now.name,
        now_number=screen.now.number,
    )
    return [
        paragraph(page.say("handover_done"), page.font(Role.TITLE, ink, bold=True), page.width),
        paragraph(names, page.font(Role.LEAD, ink, bold=True), page.width),
        _to_send(page, screen.unuploaded),
        *_open(page, screen),
    ]


def _open(page: Page, screen: ShiftEnd | HandedOver) -> list[Block]:
    """Return the line above the open alarms, or that there are none."""
    font = page.font(Role.LEAD, page.colours.ink, bold=True)
    handover = isinstance(screen, HandedOver) or screen.handover
    if not screen.open:
        return [paragraph(page.say("handover_none_open"), font, page.width)] if handover else []
    shown = len(cells(screen, page.style))
    key = "open_alarms" if shown == len(screen.open) else "open_alarms_more"
    return [paragraph(page.say(key, count=len(screen.open), shown=shown), font, page.width)]


def _reasons(style: Style, screen: ShiftEnd) -> Flow:
    """Lay out the reasons for which a shift ends with open alarms."""

    def head(page: Page) -> Block:
        title = page.say("end_why", count=len(screen.open))
        return stack(
            [
                paragraph(title, page.font(Role.LEAD, page.colours.ink, bold=True), page.width),
                paragraph(page.say("end_why_rule"), page.font(Role.DETAIL, page.colours.muted), page.width),
            ]
        )

    page = Page(style)
    drawn: list[Item] = []
    for cell in cells(screen, style):
        if isinstance(cell.event, EndReasonPicked):
            words = text.end_reason(cell.event.reason, style.language)
            drawn += key_face(page, inside(page, cell), words, page.colours.panel, page.colours.ink)
        else:
            drawn += turn_face(page, cell)
    return Flow((*headed(style, screen.status, head), *drawn))


def _over(style: Style, screen: ShiftOver) -> Flow:
    """Lay out the screen without an active shift, with the summary of the last one."""

    def made(page: Page) -> list[Block]:
        ink, muted = page.colours.ink, page.colours.muted
        blocks = [
            paragraph(page.say("shift_over"), page.font(Role.TITLE, ink, bold=True), page.width),
            paragraph(page.say("shift_over_rule"), page.font(Role.LEAD, muted, bold=True), page.width),
        ]
        blocks += _counted(page, screen.ended) if screen.ended else []
        return [*blocks, _to_send(page, screen.status.records)]

    return listed(style, screen.status, made)


def _counted(page: Page, counts: Counts) -> list[Block]:
    """Return the total of checks, and a row for each outcome that occurred."""
    total = page.say("checks", count=sum(count for _, count in counts))
    return [
        paragraph(total, page.font(Role.LEAD, page.colours.ink, bold=True), page.width),
        *(_count(page, outcome, count) for outcome, count in counts if count),
    ]


def _count(page: Page, outcome: Outcome, count: int) -> Block:
    style = page.font(Role.LEAD, page.colours.ink, bold=True)
    side = style.leading + page.mm(0.4)
    start = side + page.mm(1.6)
    number = paragraph(str(count), style, page.width)
    wide = number.items[0].rect.width
    named = paragraph(outcome_title(outcome, page), style, page.width - start - wide - page.mm(1.6))
    return beside([(0, chip(page, outcome, side)), (start, named), (page.width - wide, number)])


def _to_send(page: Page, count: int) -> Block:
    return paragraph(unuploaded(page, count), page.font(Role.LEAD, page.colours.muted, bold=True), page.width)
