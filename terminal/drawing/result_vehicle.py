"""Drawing of a verdict's vehicle: its plate, the source, and the features to compare with the car."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, text
from terminal.drawing.items import Fill, PlateArt
from terminal.drawing.layout import Block, at, beside, largest, padded, paragraph, stack
from terminal.drawing.page import MARGIN, Page
from terminal.model import POINTS, ComparedPoint, CredentialFinding, Fit, Outcome, Subject
from terminal.vehicle.tables import KINDS, USES, Lines

if TYPE_CHECKING:
    from terminal.model import Plate, RecordedCheck, Vehicle, VehicleStatus, Verdict
    from terminal.screens.check import Result

_FIRM_EASE, _FIRMER = 0.86, 0.26
"""Limit below which verdict, instructions and plate are not reduced while the rest still can be, and the
additional scale that they keep beyond it.
"""

POINT_WORDS = {
    ComparedPoint.KIND: "point_kind",
    ComparedPoint.TYPE: "vehicle_type",
    ComparedPoint.COLOUR: "colour",
}
FIT_WORDS = {Fit.AGREES: "fit_agrees", Fit.DIFFERS: "fit_differs", Fit.UNSURE: "fit_unsure"}
_FIT_MARKS = {Fit.AGREES: "✓", Fit.DIFFERS: "≠", Fit.UNSURE: "？"}


def firm(ease: float) -> float:
    """Return the scale of verdict, instructions and plate if the rest is at scale `ease`."""
    return max(ease, min(_FIRM_EASE, ease + _FIRMER))


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out the vehicle's plate, and for an alarm the features to compare before anyone is confronted."""
    judged = screen.judged
    own, other = _own_plate(judged), _other_plate(judged)
    shown = [_own(page, screen, own)] if own is not None else []
    if other is not None:
        shown.append(_other(page, other))
    if judged.verdict.outcome is Outcome.ALARM and own is not None:
        shown.append(_comparison(page, judged))
    return [padded(block, page.px(MARGIN), 0, 0, lambda _: ()) for block in shown]


def _own_plate(judged: RecordedCheck) -> Plate | None:
    """Return the plate of the vehicle that the verdict is about."""
    proven = _proven(judged.verdict)
    return judged.plate or (proven.plate if proven else None)


def _other_plate(judged: RecordedCheck) -> Plate | None:
    """Return the plate that a genuine code names, if that is another vehicle's."""
    credential = judged.verdict.finding.credential
    own = _own_plate(judged)
    return credential.vehicle.plate if credential and credential.vehicle.plate != own else None


def _proven(verdict: Verdict) -> Vehicle | None:
    """Return a genuine code's content about the vehicle that the verdict is about."""
    credential = verdict.finding.credential
    elsewhere = verdict.finding.finding is CredentialFinding.OTHER_VEHICLE
    return credential.vehicle if credential is not None and not elsewhere else None


def record_of(verdict: Verdict) -> Vehicle | None:
    """Return the registry's record of the vehicle, or else a genuine code's content about it."""
    return verdict.status.vehicle or _proven(verdict)


def kind_name(page: Page, plate: Plate) -> str:
    """Return the name of a plate's kind; its code if it is not listed."""
    kind = KINDS.get(plate.kind)
    return text.pick(Lines(kind.name_zh, kind.name_en), page.style.language) if kind else plate.kind


def _own(page: Page, screen: Result, plate: Plate) -> Block:
    """Lay out the vehicle's own plate: as wide as possible if the officer must confirm it or no code tells
    anything; smaller if more than the plate must be compared.
    """
    verdict = screen.judged.verdict
    head = "is_it" if screen.needs_confirmation else _HEADS[verdict.subject or Subject.CODE]
    said = page.say(head)
    typed_alone = verdict.subject is Subject.TYPED and verdict.finding.credential is None
    if verdict.outcome is not Outcome.ALARM and (screen.needs_confirmation or typed_alone):
        return wide(page, plate, said, 34 if screen.needs_confirmation else 28)
    return _beside(page, plate, 94, said, 21 if head != "is_it" else 30)


_HEADS = {
    Subject.CODE: "plate_in_code",
    Subject.CONFIRMED: "plate_confirmed",
    Subject.TYPED: "plate_typed",
}


def _other(page: Page, plate: Plate) -> Block:
    return _beside(page, plate, 62, page.say("plate_elsewhere"), 21)


def wide(page: Page, plate: Plate, head: str, units: float) -> Block:
    """Lay out label and kind above, and the plate below as wide as possible."""
    style = page.type(units, page.colours.ink, bold=True)
    kind = kind_name(page, plate)
    start = round(style.width(head)) + page.px(12)
    room = page.width - start
    sizes = [page.eased(size) for size in (21, 20, 19, 18, 17)]
    caption = largest(kind, sizes, page.type(21, page.colours.muted), (room, page.px(60)), 2)
    kind_block = paragraph(kind, caption, room)
    slack = room - _right(kind_block)
    row = beside([(0, paragraph(head, style, page.width)), (start + slack, kind_block)])
    art = _art(plate, min(page.px(112 * firm(page.scale)), int(page.width / plates.aspect(plate))))
    return stack([row, Block(art.height, at(art, (page.width - _right(art)) // 2, 0))], page.eased(6))


def _beside(page: Page, plate: Plate, tall: float, head: str, units: float) -> Block:
    """Lay out the plate at the left, and its label and kind beside it."""
    art = _art(plate, page.px(tall * min(1.0, firm(page.scale))))
    start = _right(art) + page.px(14)
    room = page.width - start
    said = paragraph(head, page.type(units, page.colours.ink, bold=True), room)
    named = paragraph(kind_name(page, plate), page.type(19, page.colours.muted), room)
    return beside([(0, art), (start, stack([said, named], page.eased(4)))])


def _art(plate: Plate, tall: int) -> Block:
    return Block(tall, (PlateArt(Rect(0, 0, round(tall * plates.aspect(plate)), tall), plate),))


def _right(block: Block) -> int:
    return max(item.rect.right for item in block.items)


def _comparison(page: Page, judged: RecordedCheck) -> Block:
    """Lay out the points to compare with the car before it is stopped, with the answers, and the VIN to
    compare afterwards (domain, section 6.4, rule 4).
    """
    verdict, language = judged.verdict, page.style.language
    status, known = verdict.status, record_of(verdict)
    inside = page.width - 2 * page.px(14)
    title = paragraph(_comparison_title(page, judged), page.type(23, page.colours.ink, bold=True), inside)
    unknown = page.say("not_on_terminal")
    if known is None and status.brand is None:
        body = paragraph(page.say("compare_by_radio"), page.type(22, page.colours.ink), inside)
    else:
        values = [
            kind_name(page, judged.plate) if judged.plate and judged.fits else "",
            text.vehicle_type(known.vehicle_type, language) if known else unknown,
            text.colours(known.colour, language) if known and known.colour else unknown,
        ]
        pairs = [
            (POINT_WORDS[point], said + (f"  {_FIT_MARKS[fit]} {page.say(FIT_WORDS[fit])}" if fit else ""))
            for point, said, fit in zip_longest(POINTS, values, judged.fits)
            if said
        ]
        pairs.insert(len(pairs) - 1, ("brand", text.brand(status.brand, page.style.language) or unknown))
        if known is not None and known.vin_tail is not None:
            pairs.append(("vin_after_stop", known.vin_tail))
        body = _table(page, pairs, inside)
    card = stack([title, body, *earlier_alarms(page, status)], page.eased(4))

    return padded(card, page.px(14), page.eased(10), page.eased(10), lambda height: frame(page, height))


def frame(page: Page, height: int) -> list[Fill]:
    """Return the background of a card of `height` px: paper with a border of ink, as wide as the page."""
    edge = page.px(4)
    outer = Rect(0, 0, page.width, height)
    inner = outer.inflate(-2 * edge, -2 * edge)
    return [Fill(outer, page.colours.ink, page.px(10)), Fill(inner, page.colours.paper, page.px(7))]


def earlier_alarms(page: Page, status: VehicleStatus) -> list[Block]:
    """Lay out how earlier alarms on the vehicle ended: the clone may have been the one that was stopped."""
    if not status.earlier_alarms:
        return []
    language, width = page.style.language, page.width - 2 * page.px(14)
    ended = [text.earlier_alarm(one, language) for one in status.earlier_alarms]
    head = paragraph(page.say("earlier_alarms"), page.type(20, page.colours.muted, bold=True), width)
    style = page.type(20, page.colours.ink, bold=True)
    return [head, *(paragraph(words, style, width) for words in ended)]


def _comparison_title(page: Page, judged: RecordedCheck) -> str:
    """Return what is still to be done, or the result of the comparison."""
    if not judged.fits:
        return page.say("compare")
    if set(judged.fits) == {Fit.AGREES}:
        return page.say("compared_all")
    return page.say("compared_differs" if Fit.DIFFERS in judged.fits else "compared_unsure")


def particulars(page: Page, verdict: Verdict) -> Block | None:
    """Lay out the features to compare with the car and its papers, from the registry or else from a genuine
    code. An alarm has its comparison instead.
    """
    alarm = verdict.outcome is Outcome.ALARM
    pairs = [] if alarm else _dates(page, verdict)
    known = record_of(verdict)
    if known is not None and not alarm:
        pairs.append(("description", _described(page, known, verdict.status)))
        pairs.append(("vin_tail", known.vin_tail or page.say("no_vin_tail")))
    return padded(_table(page, pairs, page.width), page.px(MARGIN), 0, 0, lambda _: ()) if pairs else None


def _dates(page: Page, verdict: Verdict) -> list[tuple[str, str]]:
    pairs, proven, status = [], _proven(verdict), verdict.status
    if proven is not None:
        pairs.append(("valid_through", text.month(proven.valid_through, page.style.language)))
    if status.valid_through is not None:
        pairs.append(("registry_valid_through", text.day(status.valid_through)))
    if status.scrap_date is not None:
        pairs.append(("scrap_date", text.day(status.scrap_date)))
    return pairs


def _described(page: Page, vehicle: Vehicle, status: VehicleStatus | None) -> str:
    language = page.style.language
    use = USES.get(vehicle.use)
    words = [
        text.brand(status.brand, language) if status else None,
        text.vehicle_type(vehicle.vehicle_type, language),
        text.colours(vehicle.colour, language),
        text.pick(use, language) if use else vehicle.use,
    ]
    return (" " if language == "zh" else ", ").join(word for word in words if word)


def _table(page: Page, pairs: list[tuple[str, str]], width: int) -> Block:
    """Lay out labels and values in two columns."""
    label, value = page.type(20, page.colours.muted), page.type(26, page.colours.ink, bold=True)
    start = round(max(label.width(page.say(key)) for key, _ in pairs)) + page.px(12)
    rows = [
        beside([(0, paragraph(page.say(key), label, width)), (start, paragraph(said, value, width - start))])
        for key, said in pairs
    ]
    return stack(rows, page.eased(2))
