"""A verdict on one screen: what it is, what to do, which car, both findings, and the ground of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.model import CredentialFinding, Outcome, VehicleFinding
from terminal.screens import plates, text, theme
from terminal.screens.icons import Icon
from terminal.screens.items import Dashes, Fill, Item, PlateArt, Sign, Stripes
from terminal.screens.layout import Block, Type, beside, largest, padded, paragraph, stack
from terminal.screens.page import MARGIN, Page
from terminal.screens.theme import Form
from terminal.vehicle.tables import CREDENTIAL_LINES, KINDS, OUTCOMES, USES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.model import Vehicle, Verdict
    from terminal.screens.state import Result
    from terminal.screens.theme import Dress

FLASH_S = 0.5
"""Half a flash: one a second, a third of what may harm (WCAG 2.2, 2.3.1)."""

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


def _hero(page: Page, screen: Result) -> Block:
    verdict = screen.judged.verdict
    lit = screen.acknowledged or int(screen.status.now_s / FLASH_S) % 2 == 0
    dress = theme.dress(verdict.outcome, page.colours, lit=lit)
    rim = page.px(18 if dress.form is Form.STRIPED else 12)
    inside = page.width - 2 * rim
    side = page.eased(112)
    gap = page.px(16)
    room = inside - side - gap
    sizes = [page.eased(units) for units in range(104, 30, -2)]
    words = title(verdict, page)
    style = largest(
        words,
        sizes,
        lambda size: Type(page.look.fonts, size, dress.ink, bold=True),
        (room, round(side * 1.16)),
        2,
    )
    head = beside(
        "title",
        [
            (0, Block("sign", side, (Sign(Rect(0, 0, side, side), dress.icon, dress.ink),))),
            (side + gap, paragraph("title", words, style, room)),
        ],
    )
    parts = [head]
    advice = guidance(verdict, page)
    if advice:
        parts.append(paragraph("guidance", advice, page.type(27, dress.ink, bold=True), inside))
    body = stack("hero", parts, page.eased(8))
    hero = padded(body, rim, rim, rim, lambda height: _behind(page, dress, height, rim))
    return padded(hero, page.px(MARGIN), 0, 0, lambda _: ())


def _behind(page: Page, dress: Dress, height: int, rim: int) -> list[Item]:
    rect = Rect(0, 0, page.width, height)
    radius = page.px(14)
    match dress.form:
        case Form.SOLID:
            return [Fill(rect, dress.fill, radius)]
        case Form.STRIPED:
            inner = rect.inflate(-2 * (rim - page.px(6)), -2 * (rim - page.px(6)))
            stripes = Stripes(rect, (dress.fill, dress.paper), page.px(13), radius)
            return [stripes, Fill(inner, dress.paper, page.px(4))]
        case Form.DASHED:
            return [Fill(rect, dress.paper), Dashes(rect, dress.fill, page.px(6))]


def _plate(page: Page, screen: Result, vehicle: Vehicle) -> Block:
    """The question, or whose plate it is; its kind; and the plate itself."""
    colours = page.colours
    elsewhere = screen.judged.verdict.finding.finding is CredentialFinding.OTHER_VEHICLE
    kind = KINDS.get(vehicle.plate.kind)
    name = text.pick(Lines(kind.name_zh, kind.name_en), page.look.language) if kind else vehicle.plate.kind
    if screen.asks:
        head, style = page.say("is_it"), page.type(32, colours.ink, bold=True)
    else:
        key = "plate_elsewhere" if elsewhere else "plate_in_code"
        head, style = page.say(key), page.type(22, colours.muted)
    left = page.width - int(-style.width(head) // 1) * -1 - page.px(12)
    caption = page.type(21, colours.muted)
    caption = largest(
        name,
        [page.eased(units) for units in (21, 20, 19, 18, 17)],
        lambda size: Type(page.look.fonts, size, caption.colour),
        (left, page.px(60)),
        2,
    )
    kind_block = paragraph("kind", name, caption, left)
    slack = left - max(item.rect.right for item in kind_block.items)
    row = beside(
        "question",
        [(0, paragraph("head", head, style, page.width)), (page.width - left + slack, kind_block)],
    )
    tall = page.eased(112)
    wide = min(page.width, round(tall * plates.aspect(vehicle.plate)))
    art = Block("plate", tall, (PlateArt(Rect((page.width - wide) // 2, 0, wide, tall), vehicle.plate),))
    return padded(stack("plate", [row, art], page.eased(6)), page.px(MARGIN), 0, 0, lambda _: ())


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
        lines.append(
            paragraph("letters", f"{page.say('letters')}：{named}", style, page.width - 2 * page.px(12))
        )
    body = stack("findings", lines, page.eased(6))
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
    words = text.pick(lines, page.look.language).removeprefix(label)
    side, ink = page.eased(30), page.colours.ink
    style = page.type(21, page.colours.muted, bold=True)
    names = max(style.width(page.say(name)) for name in ("credential", "vehicle"))
    start = side + page.px(8) + round(names) + page.px(10)
    return beside(
        key,
        [
            (0, Block("sign", side, (Sign(Rect(0, 0, side, side), icon, ink),))),
            (side + page.px(8), paragraph("label", label, style, page.width)),
            (
                start,
                paragraph("line", words, page.type(24, ink, bold=True), page.width - 2 * page.px(12) - start),
            ),
        ],
    )


def _particulars(page: Page, verdict: Verdict, vehicle: Vehicle) -> Block:
    """What to compare with the car and its papers."""
    language = page.look.language
    use = USES.get(vehicle.use)
    pairs = [
        ("valid_through", text.month(vehicle.valid_through, language)),
        ("vin_tail", vehicle.vin_tail or page.say("not_stated")),
        ("vehicle_type", text.vehicle_type(vehicle.vehicle_type)),
        ("use", text.pick(use, language) if use else vehicle.use),
        ("colour", text.colours(vehicle.colour, language)),
    ]
    if verdict.status.valid_through is not None:
        pairs.append(("registry_valid_through", text.day(verdict.status.valid_through)))
    column = (page.width - page.px(12)) // 2
    cells = [_cell(page, page.say(key), value, column) for key, value in pairs]
    rows = []
    for place in range(0, len(cells), 2):
        row = [(0, cells[place])]
        if place + 1 < len(cells):
            row.append((column + page.px(12), cells[place + 1]))
        rows.append(beside("row", row))
    return padded(stack("particulars", rows, page.eased(4)), page.px(MARGIN), 0, 0, lambda _: ())


def _cell(page: Page, label: str, value: str, width: int) -> Block:
    return stack(
        "cell",
        [
            paragraph("label", label, page.type(18, page.colours.muted), width),
            paragraph("value", value, page.type(24, page.colours.ink, bold=True), width),
        ],
    )


def _ground(page: Page, screen: Result) -> Block:
    """By which check, by lists of what age, under which number."""
    judged, status, language = screen.judged, screen.status, page.look.language
    verdict = judged.verdict
    parts = [text.pick(text.REASONS[verdict.finding.reason], language)]
    if status.trust_age_s is not None:
        parts.append(page.say("trust_list_age", age=text.age(status.trust_age_s, language)))
    else:
        parts.append(page.say("trust_none"))
    if verdict.status.age_s is None:
        parts.append(page.say("vehicle_not_asked"))
    else:
        parts.append(page.say("vehicle_asked_age", age=text.age(verdict.status.age_s, language)))
    style = page.type(19, page.colours.muted)
    colon, between = ("：", "；") if language == "zh" else (": ", "; ")
    record = page.say("record", seq=judged.seq, time=text.clock(judged.checked_s, seconds=True))
    body = stack(
        "ground",
        [
            paragraph("ground", page.say("ground") + colon + between.join(parts), style, page.width),
            paragraph("record", record, style, page.width),
        ],
    )
    return padded(body, page.px(MARGIN), 0, 0, lambda _: ())


def _second_code(page: Page) -> Block:
    style = page.type(23, page.colours.paper, bold=True)
    body = paragraph(
        "second_code", page.say("second_code"), style, page.width - 2 * page.px(12), centred=True
    )
    strip = padded(
        body,
        page.px(12),
        page.eased(5),
        page.eased(6),
        lambda height: [Fill(Rect(0, 0, page.width, height), page.colours.ink, page.px(8))],
    )
    return padded(strip, page.px(MARGIN), 0, 0, lambda _: ())
