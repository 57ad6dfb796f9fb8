"""Drawing and touch cells of sealed claims: the choice of a reason, and the claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.drawing.layout import Block, largest, paragraph, stack
from terminal.drawing.page import Page
from terminal.drawing.shift_parts import ROOM, filled, headed, inside
from terminal.drawing.touch_cells import TouchCell, area_of, key_face, part
from terminal.journal.notes import OPENING_REASONS
from terminal.screens.sealed import ReasonPicked, SealedReasons, SealedView

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Style
    from terminal.model import SealedClaims


def cells(style: Style) -> list[TouchCell]:
    """Return a row for each reason, above the soft keys."""
    area = area_of(style, ROOM)
    each = area.height / len(OPENING_REASONS)
    return [
        TouchCell(part(area, 0, 1, row, each), ReasonPicked(reason))
        for row, reason in enumerate(OPENING_REASONS)
    ]


def compose_reasons(style: Style, screen: SealedReasons) -> list[Item]:
    """Lay out the reasons, one of which opens the claims."""

    def head(page: Page) -> Block:
        return stack(
            [
                paragraph(page.say("sealed_why"), page.type(32, page.colours.ink, bold=True), page.width),
                paragraph(page.say("sealed_record"), page.type(22, page.colours.muted), page.width),
            ]
        )

    page = Page(style)
    drawn: list[Item] = []
    for cell in cells(style):
        if isinstance(cell.event, ReasonPicked):
            words = text.opening_reason(cell.event.reason, style.language)
            drawn += key_face(page, inside(page, cell), words, page.colours.panel, page.colours.ink)
    return [*headed(style, screen.status, head), *drawn]


def compose_view(style: Style, screen: SealedView) -> list[Item]:
    """Lay out the opened claims, or that they cannot be opened."""

    def body(page: Page) -> Block:
        plate = screen.judged.plate
        lines = [
            paragraph(plate.number if plate else "", page.type(40, page.colours.ink, bold=True), page.width)
        ]
        if screen.claims is None:
            words = page.type(32, page.colours.ink, bold=True)
            return stack([*lines, paragraph(page.say("sealed_failed"), words, page.width)], page.eased(24))
        lines.append(paragraph(page.say("sealed_title"), page.type(24, page.colours.muted), page.width))
        return stack([*lines, *_claims(page, screen.claims)], page.eased(24))

    return filled(style, screen.status, body)


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
    style = page.type(36, page.colours.ink if value else page.colours.muted, bold=True)
    sizes = [page.eased(units) for units in range(36, 9, -1)]
    fitting = largest(words, sizes, style, (page.width, 2 * style.leading), 1)
    label = paragraph(page.say(name), page.type(22, page.colours.muted), page.width)
    return stack([label, paragraph(words, fitting, page.width)])
