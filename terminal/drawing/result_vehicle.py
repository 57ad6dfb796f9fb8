"""Drawing of a verdict's vehicle: its plate, the source, and the features to compare with the car."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import plates, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, PlateArt
from terminal.drawing.layout import Block, at, beside, padded, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.model import POINTS, ComparedPoint, CredentialFinding, Fit, Subject
from terminal.vehicle.tables import KINDS, USES, Lines

if TYPE_CHECKING:
    from terminal.model import Plate, RecordDetails, RecordedCheck, Vehicle, VehicleStatus, Verdict
    from terminal.screens.check import Result

TALL, LOW, OTHERS = 15.0, 9.0, 8.0
"""Greatest height of a plate, mm, on a small page, and of another vehicle's."""
_HEADS = {
    Subject.CODE: "plate_in_code",
    Subject.CONFIRMED: "plate_confirmed",
    Subject.TYPED: "plate_typed",
}
POINT_WORDS = {
    ComparedPoint.KIND: "point_kind",
    ComparedPoint.TYPE: "vehicle_type",
    ComparedPoint.COLOUR: "colour",
}
FIT_WORDS = {Fit.AGREES: "fit_agrees", Fit.DIFFERS: "fit_differs", Fit.UNSURE: "fit_unsure"}
_FIT_MARKS = {Fit.AGREES: "✓", Fit.DIFFERS: "≠", Fit.UNSURE: "？"}


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out the vehicle's plate, and that of another vehicle's code."""
    judged = screen.judged
    own, other = _own_plate(judged), _other_plate(judged)
    shown = [_own(page, screen, own)] if own is not None else []
    if other is not None:
        shown.append(_other(page, other))
    return [padded(block, page.margin, 0, 0, lambda _: ()) for block in shown]


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
    """Lay out the vehicle's own plate, with the question if only a code names it."""
    tall = page.mm(TALL if page.smaller < 1 else LOW)
    art = centred(plate, page.width, tall)
    if not screen.needs_confirmation:
        return art
    style = page.font(Role.LEAD, page.colours.ink, bold=True)
    question = paragraph(page.say("plate_asked"), style, page.width, centred=True)
    return stack([question, art], page.mm(0.8))


def centred(plate: Plate, room: int, tall: int) -> Block:
    """Lay out a plate in the middle of `room` px, at most `tall` px high."""
    tall = min(tall, int(room / plates.aspect(plate)))
    art = _art(plate, tall)
    return Block(tall, at(art, (room - right(art)) // 2, 0))


def _other(page: Page, plate: Plate) -> Block:
    """Lay out another vehicle's plate, smaller, behind a drawn ≠."""
    side, gap = page.mm(5.0), page.mm(1.8)
    art = _art(plate, page.mm(OTHERS))
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.NOT_EQUAL, page.colours.ink),))
    left = (page.width - side - gap - right(art)) // 2
    return beside([(left, sign), (left + side + gap, art)])


def named(page: Page, plate: Plate) -> Block:
    """Lay out a plate as wide as possible, and its kind below."""
    style = page.font(Role.DETAIL, page.colours.muted)
    kind = paragraph(kind_name(page, plate), style, page.width, centred=True)
    return stack([shown(page, plate), kind], page.mm(0.5))


def shown(page: Page, plate: Plate) -> Block:
    """Lay out a plate as wide as possible; its colours show the kind."""
    return centred(plate, page.width, page.mm(TALL if page.smaller < 1 else LOW))


def _art(plate: Plate, tall: int) -> Block:
    return Block(tall, (PlateArt(Rect(0, 0, round(tall * plates.aspect(plate)), tall), plate),))


def right(block: Block) -> int:
    """Return the right edge of a block's items, px."""
    return max(item.rect.right for item in block.items)


def comparison(page: Page, judged: RecordedCheck) -> Block:
    """Lay out the points to compare with the car before it is stopped, with the answers, and the VIN to
    compare afterwards (domain, section 6.4, rule 4).
    """
    verdict, language = judged.verdict, page.style.language
    status, known = verdict.status, record_of(verdict)
    edge = page.mm(1.8)
    inside = page.width - 2 * edge
    bold = page.font(Role.BODY, page.colours.ink, bold=True)
    title = paragraph(comparison_title(page, judged), bold, inside)
    unknown = page.say("not_on_terminal")
    if known is None and status.brand is None:
        body = paragraph(page.say("compare_by_radio"), page.font(Role.BODY, page.colours.ink), inside)
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
        body = _table(page, pairs, inside, _label_width(page, pairs))
    card = stack([title, body, *earlier_alarms(page, status, inside)], page.mm(0.5))
    return padded(card, edge, page.mm(1.2), page.mm(1.2), lambda height: frame(page, height))


def frame(page: Page, height: int) -> list[Fill]:
    """Return the background of a card of `height` px: paper with a border of ink, as wide as the page."""
    edge = page.mm(0.5)
    outer = Rect(0, 0, page.width, height)
    inner = outer.inflate(-2 * edge, -2 * edge)
    return [Fill(outer, page.colours.ink, page.mm(1.3)), Fill(inner, page.colours.paper, page.mm(0.9))]


def earlier_alarms(page: Page, status: VehicleStatus, width: int) -> list[Block]:
    """Lay out how earlier alarms on the vehicle ended: the clone may have been the one that was stopped."""
    if not status.earlier_alarms:
        return []
    language = page.style.language
    ended = [text.earlier_alarm(one, language) for one in status.earlier_alarms]
    head = paragraph(page.say("earlier_alarms"), page.font(Role.DETAIL, page.colours.muted, bold=True), width)
    style = page.font(Role.DETAIL, page.colours.ink, bold=True)
    return [head, *(paragraph(words, style, width) for words in ended)]


def comparison_title(page: Page, judged: RecordedCheck) -> str:
    """Return what is still to be done, or the result of the comparison."""
    if not judged.fits:
        return page.say("compare")
    if set(judged.fits) == {Fit.AGREES}:
        return page.say("compared_all")
    return page.say("compared_differs" if Fit.DIFFERS in judged.fits else "compared_unsure")


def record(page: Page, judged: RecordedCheck) -> list[Block]:
    """Lay out the vehicle as the registry or else a genuine code describes it, to compare with the car and
    its papers.
    """
    verdict = judged.verdict
    groups = (
        [*_names(page, judged), *_dates(page, verdict)],
        _features(page, verdict),
        _details(page, verdict.status.details),
    )
    labels = _label_width(page, [pair for group in groups for pair in group])
    tables = [_table(page, pairs, page.width, labels) for pairs in groups if pairs]
    return [padded(table, page.margin, 0, 0, lambda _: ()) for table in tables]


def _names(page: Page, judged: RecordedCheck) -> list[tuple[str, str]]:
    """Return the plate by the word of who names it, its kind, and the plate in another vehicle's code."""
    own, other = _own_plate(judged), _other_plate(judged)
    pairs = []
    if own is not None:
        pairs.append((_HEADS[judged.verdict.subject or Subject.CODE], own.number))
        pairs.append(("point_kind", kind_name(page, own)))
    if other is not None:
        pairs.append(("plate_elsewhere", other.number))
    return pairs


def _dates(page: Page, verdict: Verdict) -> list[tuple[str, str]]:
    pairs, proven, status = [], _proven(verdict), verdict.status
    if proven is not None:
        pairs.append(("valid_through", text.month(proven.valid_through, page.style.language)))
    if status.valid_through is not None:
        pairs.append(("registry_valid_through", text.day(status.valid_through)))
    if status.details.scrap_date is not None:
        pairs.append(("scrap_date", text.day(status.details.scrap_date)))
    return pairs


def _features(page: Page, verdict: Verdict) -> list[tuple[str, str]]:
    known = record_of(verdict)
    if known is None:
        return []
    language, use = page.style.language, USES.get(known.use)
    pairs = [
        ("brand", text.brand(verdict.status.brand, language) or ""),
        ("vehicle_type", text.vehicle_type(known.vehicle_type, language)),
        ("colour", text.colours(known.colour, language)),
        ("use_nature", text.pick(use, language) if use else known.use),
        ("vin_tail", known.vin_tail or page.say("no_vin_tail")),
        ("first_registered", text.day(known.first_registered) if known.first_registered else ""),
    ]
    return [(key, said) for key, said in pairs if said]


def _details(page: Page, details: RecordDetails) -> list[tuple[str, str]]:
    """Return the further fields of the registry's record that it gave (wire format, section 5, keys 13 to
    19).
    """
    pairs: list[tuple[str, str | None]] = [
        ("inspected", _day(details.inspected)),
        ("inspection_station", details.station),
        ("inspection_exempt", _yes_or_no(page, details.exempt)),
        ("insured_until", _day(details.insured_until)),
        ("violations", None if details.violations is None else str(details.violations)),
        ("seats", None if details.seats is None else str(details.seats)),
        ("energy", details.energy),
    ]
    return [(key, said) for key, said in pairs if said]


def _day(yyyymmdd: int | None) -> str | None:
    return None if yyyymmdd is None else text.day(yyyymmdd)


def _yes_or_no(page: Page, value: bool | None) -> str | None:  # noqa: FBT001 - a field of the record
    return None if value is None else page.say("yes" if value else "no")


def looks(page: Page, vehicle: Vehicle) -> str:
    """Return a vehicle's type and colour."""
    language = page.style.language
    named = text.vehicle_type(vehicle.vehicle_type, language), text.colours(vehicle.colour, language)
    return (" " if language == "zh" else ", ").join(named)


def _label_width(page: Page, pairs: list[tuple[str, str]]) -> int:
    label = page.font(Role.DETAIL, page.colours.muted)
    widest = max((label.width(page.say(key)) for key, _ in pairs), default=0.0)
    return min(round(widest), page.width * 2 // 5)


def _table(page: Page, pairs: list[tuple[str, str]], width: int, labels: int) -> Block:
    """Lay out labels, `labels` px wide, and values in two columns."""
    label = page.font(Role.DETAIL, page.colours.muted)
    value = page.font(Role.BODY, page.colours.ink, bold=True)
    start = labels + page.mm(1.6)
    rows = [
        beside([(0, paragraph(page.say(key), label, labels)), (start, paragraph(said, value, width - start))])
        for key, said in pairs
    ]
    return stack(rows, page.mm(0.3))
