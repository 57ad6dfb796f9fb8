"""Summary screens of a shift, before and after its end: checks by outcome, and records to upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing.headline import outcome_title
from terminal.drawing.layout import Block, beside, paragraph, stack
from terminal.drawing.shift_parts import chip, filled, unuploaded
from terminal.screens.shift import ShiftEnd, ShiftOver

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.drawing.page import Page
    from terminal.drawing.theme import Style
    from terminal.model import Counts, Outcome


def compose(style: Style, screen: ShiftEnd | ShiftOver) -> list[Item]:
    """Lay out a summary, before the end of the shift or after it."""
    return _compose_end(style, screen) if isinstance(screen, ShiftEnd) else _compose_over(style, screen)


def _compose_end(style: Style, screen: ShiftEnd) -> list[Item]:
    """Lay out the summary shown before the shift ends."""

    def body(page: Page) -> Block:
        title = page.say("handover_title" if screen.handover else "end_title")
        blocks = [paragraph(title, page.type(40, page.colours.ink, bold=True), page.width)]
        if screen.counts is None:
            blocks.append(paragraph(page.say("waiting"), page.type(26, page.colours.muted), page.width))
        else:
            blocks += [*_counted(page, screen.counts), _to_send(page, screen.unuploaded)]
        return stack(blocks, page.eased(12))

    return filled(style, screen.status, body)


def _compose_over(style: Style, screen: ShiftOver) -> list[Item]:
    """Lay out the screen without an active shift, with the summary of the last one."""

    def body(page: Page) -> Block:
        ink, muted = page.colours.ink, page.colours.muted
        blocks = [
            paragraph(page.say("shift_over"), page.type(44, ink, bold=True), page.width),
            paragraph(page.say("shift_over_rule"), page.type(26, muted, bold=True), page.width),
        ]
        blocks += _counted(page, screen.ended) if screen.ended else []
        return stack([*blocks, _to_send(page, screen.status.records)], page.eased(12))

    return filled(style, screen.status, body)


def _counted(page: Page, counts: Counts) -> list[Block]:
    """Return the total of checks, and a row for each outcome that occurred."""
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
    return beside([(0, chip(page, outcome, side)), (start, named), (page.width - wide, number)])


def _to_send(page: Page, count: int) -> Block:
    return paragraph(unuploaded(page, count), page.type(26, page.colours.muted, bold=True), page.width)
