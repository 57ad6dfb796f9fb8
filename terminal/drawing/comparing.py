"""Drawing of the comparison of a car with an alarm's record: one point at a time, as large as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import result_vehicle, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item, PlateArt
from terminal.drawing.layout import Block, at, beside, largest, padded, paragraph, stack
from terminal.drawing.page import KEYS_HEIGHT, MARGIN, Page, top
from terminal.drawing.touch_cells import TouchCell, area_of, face_of, key_face
from terminal.model import POINTS, ComparedPoint, Fit
from terminal.screens.comparing import Fitted

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.model import RecordedCheck
    from terminal.screens.comparing import Comparison

UNSURE_ROW = 72
"""Height, units, of the row by which the officer says that they cannot tell."""
FIT_SIGNS = {Fit.AGREES: Icon.CHECK, Fit.DIFFERS: Icon.CROSS, Fit.UNSURE: Icon.QUESTION}


def cells(style: Style) -> list[TouchCell]:
    """Return the touch cell by which the officer says that they cannot tell."""
    return [TouchCell(area_of(style, UNSURE_ROW), Fitted(Fit.UNSURE))]


def compose(style: Style, screen: Comparison) -> list[Item]:
    """Lay out the answered points, and the one that is asked about."""
    page = Page(style)
    bars = top(page, screen.status)
    (unsure,) = cells(style)
    face = face_of(page, unsure)
    body = stack([_head(page), *_rows(page, screen), _asked(page, screen)], page.px(10))
    room = style.size[1] - page.px(KEYS_HEIGHT) - unsure.rect.height - bars.height
    body = padded(body, page.px(MARGIN), 0, 0, lambda _: ())
    return [
        *bars.items,
        *at(body, 0, bars.height + max(0, (room - body.height) // 2)),
        *key_face(page, face, page.say("point_unsure"), page.colours.panel, page.colours.ink),
    ]


def _head(page: Page) -> Block:
    return paragraph(page.say("compare"), page.firm(30, page.colours.ink, bold=True), page.width)


def _rows(page: Page, screen: Comparison) -> list[Block]:
    """Lay out one row for each answered point."""
    side = page.px(34)
    style = page.firm(24, page.colours.muted, bold=True)
    rows = []
    for point, fit in zip(POINTS, screen.fits, strict=False):
        words = f"{page.say(result_vehicle.POINT_WORDS[point])}  {page.say(result_vehicle.FIT_WORDS[fit])}"
        sign = IconItem(Rect(0, 0, side, side), FIT_SIGNS[fit], page.colours.ink)
        start = side + page.px(10)
        rows.append(beside([(0, Block(side, (sign,))), (start, paragraph(words, style, page.width - start))]))
    return rows


def _asked(page: Page, screen: Comparison) -> Block:
    """Lay out the point that is asked about, with the record's value."""
    inside = page.width - 2 * page.px(16)
    place = f"{len(screen.fits) + 1} / {len(POINTS)}"
    label = page.firm(26, page.colours.muted, bold=True)
    parts = [paragraph(f"{page.say(result_vehicle.POINT_WORDS[screen.point])}  {place}", label, inside)]
    plate = screen.judged.plate
    if screen.point is ComparedPoint.KIND and plate is not None:
        wide = min(inside, page.px(360))
        tall = round(wide * 140 / 480)
        parts.append(Block(tall, (PlateArt(Rect((inside - wide) // 2, 0, wide, tall), plate),)))
    words = value(page, screen.judged, screen.point)
    sizes = [page.firm(units, page.colours.ink).size for units in range(64, 23, -2)]
    style = page.firm(64, page.colours.ink, bold=True)
    style = largest(words, sizes, style, (inside, page.px(180)), 2)
    parts.append(paragraph(words, style, inside, centred=True, even=True))
    question = page.firm(30, page.colours.ink, bold=True)
    parts.append(paragraph(page.say("point_asked"), question, inside, centred=True))
    card = stack(parts, page.px(10))

    def behind(height: int) -> list[Item]:
        edge = page.px(5)
        outer = Rect(0, 0, page.width, height)
        inner = outer.inflate(-2 * edge, -2 * edge)
        return [Fill(outer, page.colours.ink, page.px(12)), Fill(inner, page.colours.paper, page.px(8))]

    return padded(card, page.px(16), page.px(16), page.px(16), behind)


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
