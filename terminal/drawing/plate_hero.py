"""Drawing of a check before its verdict: the plate as large as possible, to be compared with the car.

No outcome's colour, icon or word is on it (wire format, section 3, "Whose vehicle is looked up").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import result_vehicle, text
from terminal.drawing.layout import Block, padded, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.model import LookupState
from terminal.screens.check import Phase

if TYPE_CHECKING:
    from terminal.model import Plate
    from terminal.screens.check import Result


TALLEST, LEAST = 20.0, 12.0
"""Greatest height of the plate, mm, and on a small page."""


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out what to do, the plate, the car's features that the code names, and what the registry said."""
    shown = [_framed(page, screen), *(_line(page, words, bold=bold) for words, bold in _lines(page, screen))]
    return [padded(block, page.margin, 0, 0, lambda _: ()) for block in shown]


def _framed(page: Page, screen: Result) -> Block:
    judged, edge = screen.judged, page.mm(2.0)
    room = page.width - 2 * edge
    checking = screen.phase is Phase.CHECKING
    ask = "plate_not_compared" if screen.reopened else "compare_plate"
    words = page.say("checking" if checking else ask)
    title = page.fitting(words, page.font(Role.HERO, page.colours.ink, bold=True), (room, page.mm(14)))
    parts = [paragraph(words, title, room, centred=True)]
    if judged.plate is not None:
        parts += _plate(page, judged.plate, room)
    if not checking and not screen.reopened:
        style = page.font(Role.LEAD, page.colours.ink, bold=True)
        parts.append(paragraph(page.say("plate_asked"), style, room, centred=True))
    above = page.mm(2.2)
    return padded(
        stack(parts, page.mm(1.6)), edge, above, above, lambda height: result_vehicle.frame(page, height)
    )


def _plate(page: Page, plate: Plate, room: int) -> list[Block]:
    art = result_vehicle.centred(plate, room, page.mm(TALLEST if page.smaller < 2 else LEAST))
    named = page.font(Role.BODY, page.colours.muted, bold=True)
    return [art, paragraph(result_vehicle.kind_name(page, plate), named, room, centred=True)]


def _lines(page: Page, screen: Result) -> list[tuple[str, bool]]:
    """Return the lines below the frame, each with True if it is bold."""
    judged = screen.judged
    verdict, language = judged.verdict, page.style.language
    lines: list[tuple[str, bool]] = []
    if screen.reopened:
        lines.append((page.say("faded_age", ago=text.ago(screen.age_s, language)), True))
    known = result_vehicle.record_of(verdict)
    if judged.plate is None:
        lines.append((text.pick(text.REASONS[verdict.finding.reason], language), True))
    elif known is not None:
        lines.append((result_vehicle.looks(page, known), True))
    if judged.lookup is LookupState.WAITING:
        lines.append((page.say("lookup_waiting"), False))
    elif judged.lookup is LookupState.ANSWERED and not screen.reopened:
        lines.append((page.say("compare_answered"), False))
    return lines


def _line(page: Page, words: str, *, bold: bool) -> Block:
    ink = page.colours.ink if bold else page.colours.muted
    style = page.font(Role.LEAD if bold else Role.BODY, ink, bold=bold)
    return paragraph(words, style, page.width, centred=True, even=True)
