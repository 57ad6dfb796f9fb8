"""Drawing and touch cells of the self-test. Only what is not in order has a colour, and no row looks like a
verdict.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.flow import Flow, flow
from terminal.drawing.icons import Icon
from terminal.drawing.items import Dashes, Fill, IconItem, Item
from terminal.drawing.layout import Block, at, beside, paragraph, stack
from terminal.drawing.page import LEAST_KEY, Page, Role
from terminal.drawing.shift_parts import indented, inside
from terminal.drawing.touch_cells import TouchCell, part
from terminal.screens.self_test import (
    LISTED,
    PERCEIVED,
    Component,
    ComponentState,
    Condition,
    SelfTest,
    SignalAnswered,
)
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.screens.values import Status

_SIGNS = {
    Condition.OK: Icon.CHECK,
    Condition.ATTENTION: Icon.TRIANGLE,
    Condition.FAULT: Icon.NO_ENTRY,
    Condition.UNKNOWN: Icon.QUESTION,
}


def cells(screen: SelfTest, style: Style) -> list[TouchCell]:
    """Return the touch cells of sound, lamp and vibration, above the soft keys; none before the test."""
    if not screen.states:
        return []
    column = regions.columns(style)[-1]
    tall = style.mm(LEAST_KEY)
    area = Rect(column.x, column.bottom - tall, column.width, tall)
    return [
        TouchCell(part(area, place, len(PERCEIVED), 0, area.height), SignalAnswered(component))
        for place, component in enumerate(PERCEIVED)
    ]


def report(style: Style, screen: SelfTest) -> Flow:
    """Lay out the components and what to do about them, and below them what the officer has to perceive."""
    page, by_component = Page(style), {state.component: state for state in screen.shown}
    own = cells(screen, style)
    drawn: list[Item] = []
    for cell in own:
        if isinstance(cell.event, SignalAnswered) and cell.event.component in by_component:
            drawn += _signal_key(page, cell, by_component[cell.event.component])
    below = own[0].rect.height if own else 0
    flowed = flow(style, _unsaid(screen), lambda page: _blocks(page, screen), below=below)
    return Flow((*flowed.items, *drawn), flowed.turn)


def _unsaid(screen: SelfTest) -> Status:
    """Return the bar without the notices that the rows say."""
    said = {state.fault.code for state in screen.states if state.fault is not None}
    return replace(screen.status, notices=tuple(one for one in screen.status.notices if one.code not in said))


def _blocks(page: Page, screen: SelfTest) -> list[Block]:
    title = paragraph(
        page.say("selftest_title"), page.font(Role.TITLE, page.colours.ink, bold=True), page.width
    )
    summary = paragraph(
        _summary(page, screen), page.font(Role.DETAIL, page.colours.muted, bold=True), page.width
    )
    left = max(item.rect.right for item in title.items)
    wide = max((item.rect.right for item in summary.items), default=0)
    apart = left + page.mm(1.5) + wide <= page.width
    head = beside([(0, title), (page.width - wide, summary)]) if apart else stack([title, summary])
    return [indented(page, one) for one in (head, *(_row(page, s) for s in screen.shown if _is_row(s)))]


def _is_row(state: ComponentState) -> bool:
    """Return True for what the terminal tests itself, and for a signal that something is to be done about.

    A fault of the panel is one of all signals, and is said once.
    """
    if state.component in LISTED or state.fault is not None:
        return state.component in LISTED or state.component is PERCEIVED[0]
    return state.condition in (Condition.ATTENTION, Condition.FAULT)


def _summary(page: Page, screen: SelfTest) -> str:
    """Return how many components need attention."""
    if not screen.states:
        return page.say("waiting")
    conditions = [state.condition for state in screen.shown]
    counts = {
        condition: conditions.count(condition)
        for condition in (Condition.FAULT, Condition.ATTENTION, Condition.UNKNOWN)
    }
    language = page.style.language
    parts = [text.self_test(one, language, count=count) for one, count in counts.items() if count]
    return " · ".join(parts) or page.say("selftest_all_ok")


def _row(page: Page, state: ComponentState) -> Block:
    """Lay out a component: its sign, its name and finding, and what to do unless it is in order."""
    bold = page.font(Role.BODY, page.colours.ink, bold=True)
    side = bold.leading
    start = side + page.mm(1.5)
    room = page.width - start
    name = paragraph(_name(page, state), bold, room)
    gap = name.items[0].rect.right + page.mm(1.5)
    found = paragraph(_finding(page, state), page.font(Role.BODY, page.colours.ink), room - gap)
    lines = [beside([(0, name), (gap, found)])]
    words = _advice(page, state)
    if words:
        lines.append(paragraph(words, page.font(Role.DETAIL, page.colours.muted, bold=True), room))
    return beside([(0, _sign(page, state.condition, side)), (start, stack(lines))])


def _sign(page: Page, condition: Condition, side: int) -> Block:
    """Draw a condition's sign: in order without a ground, unknown in dashes, the others filled."""
    rect, colours = Rect(0, 0, side, side), page.colours
    radius = max(1, side // 6)
    ground: list[Item] = []
    ink = colours.ink
    match condition:
        case Condition.OK:
            pass
        case Condition.UNKNOWN:
            ground = [Dashes(rect, colours.slate, max(2, side // 16))]
        case Condition.ATTENTION:
            ground, ink = [Fill(rect, colours.verdict.amber.ground, radius)], colours.verdict.amber.ink
        case Condition.FAULT:
            ground, ink = [Fill(rect, colours.verdict.red.ground, radius)], colours.verdict.red.ink
    return Block(side, (*ground, IconItem(rect.inflate(-side // 3, -side // 3), _SIGNS[condition], ink)))


def _signal_key(page: Page, cell: TouchCell, state: ComponentState) -> list[Item]:
    """Draw the key of a signal: its sign above its name, and what was or is to be answered."""
    rect, inset = inside(page, cell), page.mm(0.6)
    room = rect.width - 2 * inset
    most = page.font(Role.BODY, page.colours.ink, bold=True)
    side = most.leading
    sign, apart = _sign(page, state.condition, side), side + inset
    words, finding = _name(page, state), _finding(page, state)
    label = page.fitting(words, most, (room - apart, side))
    beside_name = label.width(words) <= room - apart
    name = paragraph(words, label, room)
    across = room if beside_name else room - apart
    said = paragraph(
        finding,
        page.fitting(finding, page.font(Role.BODY, page.colours.ink), (across, rect.height - side), 2),
        across,
    )
    if beside_name:
        block = stack([beside([(0, sign), (apart, name)]), said])
    else:
        block = stack([name, beside([(0, sign), (apart, said)])])
    ground = Fill(rect, page.colours.panel, page.mm(1.0))
    return [ground, *at(block, rect.x + inset, rect.y + (rect.height - block.height) // 2)]


def _name(page: Page, state: ComponentState) -> str:
    return text.self_test(state.component, page.style.language)


def _finding(page: Page, state: ComponentState) -> str:
    if state.fault is not None:
        return state.fault.code
    values = {"amount": _amount(state)}
    if state.age_s is not None:
        values["ago"] = text.ago(state.age_s, page.style.language)
    return text.self_test(f"{state.component}_{state.finding}", page.style.language, **values)


def _amount(state: ComponentState) -> str:
    """Return free storage with its unit, or a charge as a number."""
    if state.component is not Component.STORAGE:
        return str(state.amount)
    return f"{state.amount / 1000:.1f} GB" if state.amount >= 1000 else f"{state.amount} MB"


def _advice(page: Page, state: ComponentState) -> str:
    """Return what to do; empty if nothing is to be done."""
    if state.fault is not None:
        return text.pick(Lines(state.fault.zh, state.fault.en), page.style.language)
    if state.condition is Condition.OK:
        return ""
    return text.self_test(f"{state.component}_{state.finding}_do", page.style.language)
