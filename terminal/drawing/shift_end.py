"""Summary screens of a shift, before and after its end: checks by outcome, and records to upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing.headline import outcome_title
from terminal.drawing.layout import Block, beside, paragraph
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import chip, listed, unuploaded
from terminal.screens.shift import ShiftEnd, ShiftOver

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style
    from terminal.model import Counts, Outcome


def summary(style: Style, screen: ShiftEnd | ShiftOver) -> Flow:
    """Lay out a summary, before the end of the shift or after it."""
    return _compose_end(style, screen) if isinstance(screen, ShiftEnd) else _compose_over(style, screen)


def _compose_end(style: Style, screen: ShiftEnd) -> Flow:
    """Lay out the summary shown before the shift ends."""

    def made(page: Page) -> list[Block]:
        title = page.say("handover_title" if screen.handover else "end_title")
        blocks = [paragraph(title, page.font(Role.TITLE, page.colours.ink, bold=True), page.width)]
        if screen.counts is None:
            blocks.append(
                paragraph(page.say("waiting"), page.font(Role.LEAD, page.colours.muted), page.width)
            )
        else:
            blocks += [*_counted(page, screen.counts), _to_send(page, screen.unuploaded)]
        return blocks

    return listed(style, screen.status, made)


def _compose_over(style: Style, screen: ShiftOver) -> Flow:
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
