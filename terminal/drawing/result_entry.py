"""Drawing of the VIN that a result's vehicle was looked up by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing.layout import Block, paragraph, stack
from terminal.drawing.page import Role
from terminal.drawing.shift_parts import indented

if TYPE_CHECKING:
    from terminal.drawing.page import Page
    from terminal.model import RecordedCheck


def block(page: Page, judged: RecordedCheck) -> Block | None:
    """Lay out the VIN that was looked up, and the plate on the car if it is not the registered one."""
    entry = judged.entry
    lines = [] if entry.vin is None else [f"{page.say('by_vin')} {entry.vin}"]
    if entry.worn is not None and judged.plate is not None and judged.plate != entry.worn:
        lines.append(page.say("vin_plate_differs", number=entry.worn.number))
    if not lines:
        return None
    style = page.font(Role.BODY, page.colours.ink, bold=True)
    return indented(page, stack([paragraph(words, style, page.width) for words in lines]))
