"""Drawing and touch cells of sealed claims: the choice of a reason, and the claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import regions, text
from terminal.drawing.layout import Block, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import headed, inside, listed
from terminal.drawing.touch_cells import TouchCell, grid, key_face, turn_face
from terminal.journal.notes import OPENING_REASONS
from terminal.screens.sealed import ReasonPicked, SealedReasons, SealedView

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.model import SealedClaims


def cells(style: Style) -> list[TouchCell]:
    """Return a row for each reason, above the soft keys."""
    reasons = [ReasonPicked(reason) for reason in OPENING_REASONS]
    return grid(style, regions.high_cells(style)[1], reasons)


def compose_reasons(style: Style, screen: SealedReasons) -> list[Item]:
    """Lay out the reasons, one of which opens the claims."""

    def head(page: Page) -> Block:
        return stack(
            [
                paragraph(
                    page.say("sealed_why"), page.font(Role.TITLE, page.colours.ink, bold=True), page.width
                ),
                paragraph(page.say("sealed_record"), page.font(Role.BODY, page.colours.muted), page.width),
            ]
        )

    page = Page(style)
    drawn: list[Item] = []
    for cell in cells(style):
        if isinstance(cell.event, ReasonPicked):
            words = text.opening_reason(cell.event.reason, style.language)
            drawn += key_face(page, inside(page, cell), words, page.colours.panel, page.colours.ink)
        else:
            drawn += turn_face(page, cell)
    return [*headed(style, screen.status, head), *drawn]


def view(style: Style, screen: SealedView) -> Flow:
    """Lay out the opened claims, or that they cannot be opened."""

    def made(page: Page) -> list[Block]:
        plate, ink = screen.judged.plate, page.colours.ink
        number = page.font(Role.TITLE, ink, bold=True)
        lines = [paragraph(plate.number if plate else "", number, page.width)]
        if screen.claims is None:
            failed = page.font(Role.LEAD, ink, bold=True)
            return [*lines, paragraph(page.say("sealed_failed"), failed, page.width)]
        title = page.font(Role.BODY, page.colours.muted)
        lines.append(paragraph(page.say("sealed_title"), title, page.width))
        return [*lines, *_claims(page, screen.claims)]

    return listed(style, screen.status, made)


def _claims(page: Page, claims: SealedClaims) -> list[Block]:
    """Lay out each claim under its name, on one line: a VIN that is broken is easily misread."""
    named = (
        ("sealed_vin", claims.vin),
        ("sealed_engine", claims.engine_tail),
        ("sealed_owner", claims.owner),
    )
    return [_claim(page, name, value) for name, value in named]


def _claim(page: Page, name: str, value: str | None) -> Block:
    words = value or page.say("sealed_absent")
    ink = page.colours.ink if value else page.colours.muted
    label = paragraph(page.say(name), page.font(Role.DETAIL, page.colours.muted), page.width)
    fitting = page.fitting(words, page.font(Role.TITLE, ink, bold=True), (page.width, page.mm(12)))
    return stack([label, paragraph(words, fitting, page.width)])
