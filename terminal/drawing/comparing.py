"""Drawing of the comparison of a car with an alarm's record: one point at a time, as large as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, regions, result_vehicle, text
from terminal.drawing.flow import Flow, flow
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem, PlateArt
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import LEAST_KEY, LEAST_PLATE, Page, Role
from terminal.drawing.shift_parts import indented
from terminal.drawing.touch_cells import TouchCell, face_of, key_face
from terminal.model import POINTS, ComparedPoint, Fit
from terminal.screens.comparing import Fitted

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import RecordedCheck
    from terminal.screens.comparing import Comparison

FIT_SIGNS = {Fit.AGREES: Icon.CHECK, Fit.DIFFERS: Icon.CROSS, Fit.UNSURE: Icon.QUESTION}


def cells(style: Style) -> list[TouchCell]:
    """Return the touch cell by which the officer says that they cannot tell."""
    return [TouchCell(regions.foot(style, LEAST_KEY), Fitted(Fit.UNSURE))]


def comparison(style: Style, screen: Comparison) -> Flow:
    """Lay out the answered points, and the one that is asked about."""
    page, (unsure,) = Page(style), cells(style)
    face = key_face(
        page, face_of(page, unsure), page.say("point_unsure"), page.colours.panel, page.colours.ink
    )
    laid = flow(style, screen.status, lambda page: _blocks(page, screen), below=unsure.rect.height)
    return Flow((*laid.items, *face), laid.turn)


def _blocks(page: Page, screen: Comparison) -> list[Block]:
    head = paragraph(page.say("compare"), page.font(Role.LEAD, page.colours.ink, bold=True), page.width)
    return [indented(page, one) for one in (head, *_rows(page, screen), _asked(page, screen))]


def _rows(page: Page, screen: Comparison) -> list[Block]:
    """Lay out one row for each answered point."""
    style = page.font(Role.BODY, page.colours.muted, bold=True)
    side = style.leading
    rows = []
    for point, fit in zip(POINTS, screen.fits, strict=False):
        words = f"{page.say(result_vehicle.POINT_WORDS[point])}  {page.say(result_vehicle.FIT_WORDS[fit])}"
        sign = IconItem(Rect(0, 0, side, side), FIT_SIGNS[fit], page.colours.ink)
        start = side + page.mm(1.4)
        rows.append(beside([(0, Block(side, (sign,))), (start, paragraph(words, style, page.width - start))]))
    return rows


def _asked(page: Page, screen: Comparison) -> Block:
    """Lay out the point that is asked about, with the record's value."""
    edge, gap = page.mm(2.0), page.mm(1.4 if page.smaller < 1 else 0.7)
    inside = page.width - 2 * edge
    place = f"{len(screen.fits) + 1} / {len(POINTS)}"
    label = page.font(Role.BODY, page.colours.muted, bold=True)
    parts = [paragraph(f"{page.say(result_vehicle.POINT_WORDS[screen.point])}  {place}", label, inside)]
    plate = screen.judged.plate
    if screen.point is ComparedPoint.KIND and plate is not None:
        tall = min(int(inside / plates.aspect(plate)), page.mm(14 if page.smaller < 1 else LEAST_PLATE))
        wide = round(tall * plates.aspect(plate))
        parts.append(Block(tall, (PlateArt(Rect((inside - wide) // 2, 0, wide, tall), plate),)))
    words = value(page, screen.judged, screen.point)
    most = page.font(Role.HERO if page.smaller < 1 else Role.TITLE, page.colours.ink, bold=True)
    style = page.fitting(words, most, (inside, page.mm(24)), 2)
    parts.append(paragraph(words, style, inside, centred=True, even=True))
    question = page.font(Role.LEAD, page.colours.ink, bold=True)
    parts.append(paragraph(page.say("point_asked"), question, inside, centred=True))
    return padded(stack(parts, gap), edge, gap, gap, lambda height: result_vehicle.frame(page, height))


def value(page: Page, judged: RecordedCheck, point: ComparedPoint) -> str:
    """Return the alarm's record for a point, or a text that says that this terminal does not have it."""
    language = page.style.language
    known = result_vehicle.record_of(judged.verdict)
    unknown = page.say("not_on_terminal")
    match point:
        case ComparedPoint.KIND:
            return result_vehicle.kind_name(page, judged.plate) if judged.plate else unknown
        case ComparedPoint.TYPE:
            named = text.vehicle_type(known.vehicle_type, language) if known else ""
            words = " ".join(
                part for part in (named, text.brand(judged.verdict.status.brand, language)) if part
            )
            return words or unknown
        case ComparedPoint.COLOUR:
            return text.colours(known.colour, language) if known and known.colour else unknown
