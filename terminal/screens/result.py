"""A verdict on one screen: what it is, what to do, which car, both findings, and the ground of all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.model import CredentialFinding, Outcome, Subject, VehicleFinding
from terminal.screens import plates, text, theme
from terminal.screens.icons import Icon
from terminal.screens.items import Dashes, Fill, Item, PlateArt, Sign, Stripes
from terminal.screens.layout import Block, at, beside, largest, padded, paragraph, stack
from terminal.screens.page import MARGIN, Page
from terminal.screens.theme import Form
from terminal.vehicle.tables import CREDENTIAL_LINES, KINDS, OUTCOMES, USES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.model import Plate, Vehicle, Verdict
    from terminal.screens.state import Result
    from terminal.screens.theme import Dress

FLASH_S = 0.5
"""Half a flash: one a second, a third of what may harm (WCAG 2.2, 2.3.1)."""

_FIRM_EASE, _FIRMER = 0.86, 0.26
"""The verdict, what to do and the plate give way no further than this while what is below them still can;
past that they stay so much larger."""

_CREDENTIAL_SIGNS = {
    CredentialFinding.CURRENT: Icon.CHECK,
    CredentialFinding.PAST: Icon.CLOCK,
    CredentialFinding.WITHDRAWN: Icon.CROSS,
    CredentialFinding.OTHER_VEHICLE: Icon.SWAP,
    CredentialFinding.FAILED: Icon.TRIANGLE,
    CredentialFinding.UNVERIFIABLE: Icon.QUESTION,
    CredentialFinding.UNREADABLE: Icon.QUESTION,
    CredentialFinding.NOT_SHOWN: Icon.DASH,
}
_VEHICLE_SIGNS = {
    VehicleFinding.VALID: Icon.CHECK,
    VehicleFinding.CAUTION: Icon.TRIANGLE,
    VehicleFinding.OVERDUE: Icon.CALENDAR_CROSS,
    VehicleFinding.OFF_ROAD: Icon.NO_ENTRY,
    VehicleFinding.ALARM: Icon.SIREN,
    VehicleFinding.NOT_FOUND: Icon.TRIANGLE,
    VehicleFinding.UNKNOWN: Icon.QUESTION,
    VehicleFinding.CACHED_VALID: Icon.CLOCK_CHECK,
    VehicleFinding.CACHED_OVERDUE: Icon.CLOCK,
    VehicleFinding.CACHED_CAUTION: Icon.TRIANGLE,
    VehicleFinding.CACHED_OFF_ROAD: Icon.TRIANGLE,
    VehicleFinding.CACHED_ALARM: Icon.SIREN,
    VehicleFinding.UNCHECKED: Icon.QUESTION,
}


def blocks(page: Page, screen: Result) -> list[Block]:
    """The blocks of a verdict, from the top down, in the order of a glance that may end at any of them."""
    verdict = screen.judged.verdict
    shown = [_hero(page, screen)]
    credential = verdict.finding.credential
    if credential is not None:
        shown.append(_plate(page, screen, credential.vehicle))
    shown.append(_findings(page, verdict))
    if credential is not None:
        shown.append(_particulars(page, verdict, credential.vehicle))
    shown.append(_ground(page, screen))
    if screen.other is not None:
        shown.append(_second_code(page))
    return shown


def guidance(verdict: Verdict, page: Page) -> str:
    """What to do, of the decision table; nothing where it only repeats the title."""
    words = text.pick(Lines(verdict.guidance_zh, verdict.guidance_en), page.look.language)
    if verdict.outcome is Outcome.PROVISIONAL and verdict.status.finding is VehicleFinding.VALID:
        # The cell is a pass that waits for the one question: its sentence holds once that is answered.
        return page.say("once_confirmed", guidance=words)
    return "" if words == title(verdict, page) else words


def title(verdict: Verdict, page: Page) -> str:
    """The outcome's name."""
    row = OUTCOMES[verdict.outcome]
    return text.pick(Lines(row["title_zh"], row["title_en"]), page.look.language)


def _firm(ease: float) -> float:
    return max(ease, min(_FIRM_EASE, ease + _FIRMER))


def _hero(page: Page, screen: Result) -> Block:
    verdict = screen.judged.verdict
    lit = screen.acknowledged or int(screen.status.now_s / FLASH_S) % 2 == 0
    dress = theme.dress(verdict.outcome, page.colours, lit=lit)
    page = Page(page.look, _firm(page.ease))
    rim = page.px(22 if dress.form is Form.STRIPED else 14)
    inside = page.width - 2 * rim
    side = page.px(112 * min(page.ease, 1.0))
    gap = page.px(16)
    room = inside - side - gap
    sizes = [page.eased(units) for units in range(104, 30, -2)]
    words = title(verdict, page)
    bold = page.type(104, dress.ink, bold=True)
    lines = 1 if page.look.language == "zh" else 2  # a Chinese title of five characters is one word
    style = largest(words, sizes, bold, (room, round(side * 1.16)), lines)
    head = beside(
        [
            (0, Block(side, (Sign(Rect(0, 0, side, side), dress.icon, dress.ink),))),
            (side + gap, paragraph(words, style, room)),
        ],
    )
    parts = [head]
    advice = guidance(verdict, page)
    if advice:
        parts.append(paragraph(advice, page.type(27, dress.ink, bold=True), inside, even=True))
    body = stack(parts, page.eased(8))
    hero = padded(body, rim, rim, rim, lambda height: _behind(page, dress, height, rim))
    return padded(hero, page.px(MARGIN), 0, 0, lambda _: ())


def _behind(page: Page, dress: Dress, height: int, rim: int) -> list[Item]:
    rect = Rect(0, 0, page.width, height)
    radius = page.px(14)
    match dress.form:
        case Form.SOLID:
            inner = rect.inflate(-page.px(14), -page.px(14))
            rimmed = [Fill(inner, dress.paper, page.px(9))] if dress.paper != dress.fill else []
            return [Fill(rect, dress.fill, radius), *rimmed]
        case Form.STRIPED:
            inner = rect.inflate(-2 * (rim - page.px(6)), -2 * (rim - page.px(6)))
            stripes = Stripes(rect, (dress.fill, dress.paper), page.px(14), radius)
            return [stripes, Fill(inner, dress.paper, page.px(5))]
        case Form.DASHED:
            return [Fill(rect, dress.paper), Dashes(rect, dress.fill, page.px(6))]


def _plate(page: Page, screen: Result, vehicle: Vehicle) -> Block:
    """The plate, its kind, and the question whose it is; once that is settled, in less room."""
    kind = KINDS.get(vehicle.plate.kind)
    name = text.pick(Lines(kind.name_zh, kind.name_en), page.look.language) if kind else vehicle.plate.kind
    block = _asked(page, vehicle.plate, name) if screen.asks else _named(page, screen, vehicle.plate, name)
    return padded(block, page.px(MARGIN), 0, 0, lambda _: ())


def _asked(page: Page, plate: Plate, kind: str) -> Block:
    """Question and kind above, the plate below, as wide as may be."""
    question, style = page.say("is_it"), page.type(34, page.colours.ink, bold=True)
    start = round(style.width(question)) + page.px(12)
    room = page.width - start
    sizes = [page.eased(units) for units in (21, 20, 19, 18, 17)]
    caption = largest(kind, sizes, page.type(21, page.colours.muted), (room, page.px(60)), 2)
    kind_block = paragraph(kind, caption, room)
    slack = room - _wide(kind_block)
    row = beside([(0, paragraph(question, style, page.width)), (start + slack, kind_block)])
    art = _art(plate, min(page.px(112 * _firm(page.ease)), int(page.width / plates.aspect(plate))))
    return stack([row, replace(art, items=tuple(at(art, (page.width - _wide(art)) // 2, 0)))], page.eased(6))


def _named(page: Page, screen: Result, plate: Plate, kind: str) -> Block:
    """The plate at the left; whose it is and its kind beside it."""
    art = _art(plate, page.px(94 * min(1.0, _firm(page.ease))))
    start = _wide(art) + page.px(14)
    room = page.width - start
    if screen.judged.verdict.finding.finding is CredentialFinding.OTHER_VEHICLE:
        head = paragraph(page.say("plate_elsewhere"), page.type(22, page.colours.ink, bold=True), room)
    elif screen.judged.verdict.subject is Subject.CONFIRMED:
        head = paragraph(page.say("plate_confirmed"), page.type(21, page.colours.ink, bold=True), room)
    else:
        head = paragraph(page.say("plate_in_code"), page.type(19, page.colours.muted), room)
    named = paragraph(kind, page.type(19, page.colours.muted), room)
    return beside([(0, art), (start, stack([head, named], page.eased(4)))])


def _art(plate: Plate, tall: int) -> Block:
    return Block(tall, (PlateArt(Rect(0, 0, round(tall * plates.aspect(plate)), tall), plate),))


def _wide(block: Block) -> int:
    return max(item.rect.right for item in block.items)


def _findings(page: Page, verdict: Verdict) -> Block:
    """Always two lines: the credential, and the vehicle."""
    lines = [
        _line(
            page,
            "credential",
            CREDENTIAL_LINES[verdict.finding.finding],
            _CREDENTIAL_SIGNS[verdict.finding.finding],
        ),
        _line(page, "vehicle", VEHICLE_LINES[verdict.status.finding], _VEHICLE_SIGNS[verdict.status.finding]),
    ]
    if verdict.status.letters:
        named = text.status_letters(verdict.status.letters, page.look.language)
        style = page.type(21, page.colours.ink)
        lines.append(paragraph(page.say("letters", letters=named), style, page.width - 2 * page.px(12)))
    body = stack(lines, page.eased(6))
    card = padded(
        body,
        page.px(12),
        page.eased(9),
        page.eased(9),
        lambda height: [Fill(Rect(0, 0, page.width, height), page.colours.panel, page.px(10))],
    )
    return padded(card, page.px(MARGIN), 0, 0, lambda _: ())


def _line(page: Page, key: str, lines: Lines, icon: Icon) -> Block:
    label = page.say(key)
    words = text.pick(lines, page.look.language)
    if page.look.language == "zh":  # label and words read on as the table's one sentence
        words = words.removeprefix(label)
    side, ink = page.eased(30), page.colours.ink
    style = page.type(21, page.colours.muted, bold=True)
    names = max(style.width(page.say(name)) for name in ("credential", "vehicle"))
    start = side + page.px(8) + round(names) + page.px(10)
    return beside(
        [
            (0, Block(side, (Sign(Rect(0, 0, side, side), icon, ink),))),
            (side + page.px(8), paragraph(label, style, page.width)),
            (
                start,
                paragraph(words, page.type(24, ink, bold=True), page.width - 2 * page.px(12) - start),
            ),
        ],
    )


def _particulars(page: Page, verdict: Verdict, vehicle: Vehicle) -> Block:
    """What to compare with the car and its papers."""
    language = page.look.language
    use = USES.get(vehicle.use)
    described = (
        text.vehicle_type(vehicle.vehicle_type, language),
        text.colours(vehicle.colour, language),
        text.pick(use, language) if use else vehicle.use,
    )
    pairs = [
        ("valid_through", text.month(vehicle.valid_through, language)),
        ("description", " ".join(described) if language == "zh" else ", ".join(described)),
        ("vin_tail", vehicle.vin_tail or page.say("no_vin_tail")),
    ]
    if verdict.status.valid_through is not None:
        pairs.insert(1, ("registry_valid_through", text.day(verdict.status.valid_through)))
    label, value = page.type(20, page.colours.muted), page.type(26, page.colours.ink, bold=True)
    start = round(max(label.width(page.say(key)) for key, _ in pairs)) + page.px(12)
    rows = [
        beside(
            [
                (0, paragraph(page.say(key), label, page.width)),
                (start, paragraph(words, value, page.width - start)),
            ],
        )
        for key, words in pairs
    ]
    return padded(stack(rows, page.eased(2)), page.px(MARGIN), 0, 0, lambda _: ())


def _ground(page: Page, screen: Result) -> Block:
    """By which check, by lists of what age, under which number."""
    judged, age_s, language = screen.judged, screen.status.trust_age_s, page.look.language
    vehicle_age_s = judged.verdict.status.age_s
    parts = [
        text.pick(text.REASONS[judged.verdict.finding.reason], language),
        page.say("trust_none")
        if age_s is None
        else page.say("trust_list_age", age=text.age(age_s, language)),
        page.say("vehicle_not_asked")
        if vehicle_age_s is None
        else page.say("vehicle_asked_age", age=text.age(vehicle_age_s, language)),
        page.say("record", seq=judged.seq, time=text.clock(judged.checked_s, seconds=True)),
    ]
    words = page.say("ground", ground=("；" if language == "zh" else "; ").join(parts))
    body = paragraph(words, page.type(20, page.colours.muted), page.width)
    return padded(body, page.px(MARGIN), 0, 0, lambda _: ())


def _second_code(page: Page) -> Block:
    style = page.type(23, page.colours.paper, bold=True)
    body = paragraph(page.say("second_code"), style, page.width - 2 * page.px(12), centred=True)
    strip = padded(
        body,
        page.px(12),
        page.eased(5),
        page.eased(6),
        lambda height: [Fill(Rect(0, 0, page.width, height), page.colours.ink, page.px(8))],
    )
    return padded(strip, page.px(MARGIN), 0, 0, lambda _: ())
