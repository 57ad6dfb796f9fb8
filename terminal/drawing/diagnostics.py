"""Drawing of the diagnostics: names and values, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.drawing.layout import Block, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import listed

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style
    from terminal.screens.diagnostics import Diagnostics, Fact


def facts(style: Style, screen: Diagnostics) -> Flow:
    """Lay out a page of facts."""

    def made(page: Page) -> list[Block]:
        key = "diagnostics_title" if screen.facts else "waiting"
        title = page.say(key, page=screen.page + 1, pages=screen.pages)
        heading = paragraph(title, page.font(Role.LEAD, page.colours.ink, bold=True), page.width)
        return [heading, *(_fact(page, fact) for fact in screen.shown)]

    return listed(style, screen.status, made)


def _fact(page: Page, fact: Fact) -> Block:
    """Lay out a fact: its value under its name."""
    name = text.pick(text.FACTS[fact.name], page.style.language)
    return stack(
        [
            paragraph(name, page.font(Role.DETAIL, page.colours.muted), page.width),
            paragraph(fact.value, page.font(Role.BODY, page.colours.ink, bold=True), page.width),
        ]
    )
