"""Drawing of the question before a note is revoked or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.drawing.layout import Block, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import filled

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style
    from terminal.screens.note_change import NoteChange


def question(style: Style, screen: NoteChange) -> Flow:
    """Lay out the check, the question, and that nothing is deleted."""

    def body(page: Page) -> Block:
        language, logged = style.language, screen.back.logged
        named = logged.plate.number if logged.plate else page.say("record_number", seq=logged.seq)
        note = text.note(screen.note, language)
        asked = page.say("note_replace" if screen.replaced else "note_revoke", note=note)
        title = page.font(Role.TITLE, page.colours.ink, bold=True)
        lines = [paragraph(named, title, page.width), paragraph(asked, title, page.width)]
        if screen.replaced:
            notes = ("、" if language == "zh" else ", ").join(
                text.note(one, language) for one in screen.replaced
            )
            revoked = page.say("note_replaces", notes=notes)
            lines.append(paragraph(revoked, page.font(Role.LEAD, page.colours.ink), page.width))
        kept = paragraph(page.say("note_kept"), page.font(Role.BODY, page.colours.muted), page.width)
        return stack([*lines, kept], page.mm(2.4))

    return filled(style, screen.status, body)
