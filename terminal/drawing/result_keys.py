"""Touch keys of a result, above the soft keys: numbers near the one that was not found, what can be corrected
or added, and the details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import choice, plates, regions, result
from terminal.drawing.items import Fill, Item, PlateArt
from terminal.drawing.layout import at, paragraph
from terminal.drawing.page import LEAST_KEY, Page, Role
from terminal.drawing.touch_cells import TouchCell, face_of, key_face, part
from terminal.screens import offers
from terminal.screens.check import DetailsWanted
from terminal.screens.choice import OthersWanted
from terminal.screens.entry import EntryPurpose, NearPicked, NumberWanted, PartnerWanted, VinWanted

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import Plate
    from terminal.screens.check import Result
    from terminal.screens.state import Touch

_NEAR_MM = 21.0
"""Least width of the key of a near number, mm, whose plate is then high enough to be told apart."""
_QUESTION_MM = 4.0
"""Height of the line above the near numbers, mm."""


def cells(screen: Result, style: Style) -> list[TouchCell]:
    """Return the keys, from the highest row down; the lowest is the strip that offers another code, which on
    a low display is beside the others.
    """
    actions, near = _actions(screen), offers.near(screen)
    beside = screen.has_other_code and bool(actions) and regions.is_low(style)
    actions += [OthersWanted()] if beside else []
    strip = [choice.strip_cell(style)] if screen.has_other_code and not beside else []
    below = sum(cell.rect.height for cell in strip)
    keys = _row(style, actions, below)
    below += keys[0].rect.height if keys else 0
    held = regions.columns(style)[-1].width // style.mm(_NEAR_MM)
    return [*_row(style, [NearPicked(plate) for plate in near[:held]], below), *keys, *strip]


def room(screen: Result, style: Style) -> int:
    """Return the height that the keys take, px, with the line above the near numbers."""
    shown = cells(screen, style)
    if not shown:
        return 0
    bottom = regions.columns(style)[-1].bottom
    near = any(isinstance(cell.event, NearPicked) for cell in shown)
    return bottom - min(cell.rect.y for cell in shown) + (style.mm(_QUESTION_MM) if near else 0)


def items(page: Page, screen: Result) -> list[Item]:
    """Draw the keys, and the question about the near numbers above them."""
    shown = cells(screen, page.style)
    drawn = [item for cell in shown for item in _key(page, screen, cell)]
    numbers = [cell.rect for cell in shown if isinstance(cell.event, NearPicked)]
    if numbers:
        style = page.font(Role.DETAIL, page.colours.ink, bold=True)
        width = numbers[-1].right - numbers[0].x
        said = paragraph(page.say("near_numbers"), style, width, centred=True)
        drawn += at(said, numbers[0].x, numbers[0].y - page.mm(_QUESTION_MM))
    return drawn


def _row(style: Style, events: list[Touch], below: int) -> list[TouchCell]:
    """Return a row of equal keys that begins `below` px above the soft keys."""
    column, tall = regions.columns(style)[-1], style.mm(LEAST_KEY)
    area = Rect(column.x, column.bottom - below - tall, column.width, tall)
    return [TouchCell(part(area, place, len(events), 0, tall), event) for place, event in enumerate(events)]


def _actions(screen: Result) -> list[Touch]:
    actions: list[Touch] = [NumberWanted()] if offers.corrects(screen) else []
    if offers.partner(screen) is not None:
        actions.append(PartnerWanted())
    if offers.by_vin(screen):
        actions.append(VinWanted())
    if screen.has_details and not screen.details:
        actions.append(DetailsWanted())
    return actions


def _key(page: Page, screen: Result, cell: TouchCell) -> list[Item]:
    match cell.event:
        case OthersWanted():
            return choice.strip(page, cell)
        case DetailsWanted():
            return result.details_key(page, screen, cell)
        case NearPicked(plate):
            return _number(page, face_of(page, cell), plate)
        case NumberWanted():
            words = page.say("correct_number")
        case PartnerWanted():
            trailer = offers.partner(screen) is EntryPurpose.TRAILER
            words = page.say("add_trailer" if trailer else "add_tractor")
        case _:
            words = page.say("look_up_vin")
    return key_face(page, face_of(page, cell), words, page.colours.panel, page.colours.ink)


def _number(page: Page, face: Rect, plate: Plate) -> list[Item]:
    inner = face.inflate(-2 * page.mm(0.3), -2 * page.mm(0.5))
    tall = min(inner.height, int(inner.width / plates.aspect(plate)))
    art = Rect(0, 0, round(tall * plates.aspect(plate)), tall)
    art.center = face.center
    return [Fill(face, page.colours.panel, page.mm(1.0)), PlateArt(art, plate)]
