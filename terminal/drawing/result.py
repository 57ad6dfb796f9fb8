"""Drawing of a verdict's first page: the reason, what to do, the vehicle, and where the finding is from.

At most 60 Chinese characters or 35 English words, so that it is understood in two seconds; the rest is on the
pages of `result_details`. A check whose verdict may not be shown yet is drawn by `plate_hero`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import (
    contradiction,
    headline,
    hero,
    plate_hero,
    result_details,
    result_entry,
    result_vehicle,
    text,
    theme,
)
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.drawing.touch_cells import TouchCell, face_of, key_face
from terminal.model import Outcome
from terminal.screens.check import Phase
from terminal.vehicle import status as statuses
from terminal.vehicle.verdict import is_contradicted

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.screens.check import Result

FLASH_S = 0.5
"""Duration, s, of half a flash: one flash a second, a third of the safe limit (WCAG 2.2, 2.3.1)."""


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out the blocks of a check from top to bottom, the most important first."""
    if screen.phase is not Phase.VERDICT:
        return plate_hero.blocks(page, screen)
    if screen.details and not screen.hidden:
        return result_details.blocks(page, screen)
    shown = [*_hero(page, screen), *result_vehicle.blocks(page, screen)]
    if not screen.hidden and (entered := result_entry.block(page, screen.judged)) is not None:
        shown.append(entered)
    lines = [] if screen.hidden else _lines(page, screen)
    if lines:
        shown.append(padded(stack(lines, page.mm(0.8)), page.margin, 0, 0, lambda _: ()))
    return shown


def details_key(page: Page, screen: Result, cell: TouchCell) -> list[Item]:
    """Draw the key that opens the details, with the number of statuses that are named there alone."""
    face = face_of(page, cell)
    more = len(statuses.shown(screen.judged.verdict.status.letters or "")) - 1
    words = page.say("details_more", count=more) if more > 0 else page.say("details")
    return key_face(page, face, words, page.colours.panel, page.colours.ink)


def _hero(page: Page, screen: Result) -> list[Block]:
    """Lay out the outcome and its reason, and below them what to do."""
    judged, old = screen.judged, screen.faded or screen.reopened
    verdict = judged.verdict
    dress = theme.dress(verdict.outcome, page.colours)
    if old:
        dress = theme.faded(page.colours, dress.icon if screen.reopened else Icon.CLOCK)
    if screen.hidden:
        age = page.say("hidden_age", age=text.age(screen.age_s, page.style.language))
        return hero.blocks(page, dress, hero.headed(page, dress, page.say("hidden"), ""), [age])
    words = headline.headline(page, screen)
    head = hero.headed(page, dress, words, headline.label(page, verdict, words))
    told = [
        page.say("faded_age", ago=text.ago(screen.age_s, page.style.language)) if old else "",
        headline.since(page, verdict.status),
        contradiction.values(page, verdict) if is_contradicted(verdict) else "",
        headline.guidance(page, verdict),
    ]
    return hero.blocks(page, dress, head, [one for one in told if one])


def _lines(page: Page, screen: Result) -> list[Block]:
    """Lay out what qualifies the verdict, a line each, and where the vehicle's finding is from."""
    judged = screen.judged
    verdict, ink = judged.verdict, page.colours.ink
    lines: list[tuple[Icon | None, str]] = []
    if judged.fits and verdict.outcome is Outcome.ALARM:
        lines.append((Icon.QUESTION, result_vehicle.comparison_title(page, judged)))
    if verdict.differing and not is_contradicted(verdict):
        lines.append((Icon.NOT_EQUAL, contradiction.line(page, verdict)))
    if (warning := headline.hotlist_warning(page, verdict.status)) is not None:
        lines.append((Icon.TRIANGLE, warning))
    if not judged.recorded:
        lines.append((Icon.DEVICE, page.say("alarm_not_recorded")))
    if words := headline.source(page, screen):
        lines.append((None, words))
    if screen.other is not None and not screen.has_other_code:
        lines.append((Icon.TRIANGLE, page.say("second_code")))
    return [_line(page, icon, words, ink if icon else page.colours.muted) for icon, words in lines]


def _line(page: Page, icon: Icon | None, words: str, ink: tuple[int, int, int]) -> Block:
    style = page.font(Role.BODY, ink, bold=icon is not None)
    side = style.size
    start = side + page.mm(1.0) if icon else 0
    said = paragraph(words, style, page.width - start)
    signs = [(0, Block(side, (IconItem(Rect(0, 0, side, side), icon, ink),)))] if icon else []
    return beside([*signs, (start, said)])
