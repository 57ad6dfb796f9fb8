"""Drawing of a verdict: outcome, what to do, vehicle, both findings, and the evidence for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import contradiction, hero, result_vehicle, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import MARGIN, Page
from terminal.model import CredentialFinding, LookupState, Outcome, RefusalReason, VehicleFinding
from terminal.screens import alarms
from terminal.vehicle.tables import CREDENTIAL_LINES, OUTCOMES, VEHICLE_LINES, Lines

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour
    from terminal.model import HotlistWord, RecordedCheck, Verdict
    from terminal.screens.check import Result

FLASH_S = 0.5
"""Duration, s, of half a flash: one flash a second, a third of the safe limit (WCAG 2.2, 2.3.1)."""

_CREDENTIAL_SIGNS = {
    CredentialFinding.CURRENT: Icon.CHECK,
    CredentialFinding.PAST: Icon.CLOCK,
    CredentialFinding.WITHDRAWN: Icon.CROSS,
    CredentialFinding.NOT_ISSUED: Icon.TRIANGLE,
    CredentialFinding.OTHER_VEHICLE: Icon.SWAP,
    CredentialFinding.FAILED: Icon.TRIANGLE,
    CredentialFinding.UNVERIFIABLE: Icon.QUESTION,
    CredentialFinding.UNREADABLE: Icon.QUESTION,
    CredentialFinding.NOT_SHOWN: Icon.DASH,
}
VEHICLE_SIGNS = {
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
"""Icon of each finding, the same on every screen."""


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out the blocks of a verdict from top to bottom, the most important first."""
    verdict = screen.judged.verdict
    shown = [_hero(page, screen)]
    shown += result_vehicle.blocks(page, screen)
    if screen.hidden:
        return [*shown, _ground(page, screen)]
    if (contradicted := contradiction.block(page, verdict)) is not None:
        shown.append(contradicted)
    shown.append(_findings(page, screen))
    if (compared := result_vehicle.particulars(page, verdict)) is not None:
        shown.append(compared)
    shown.append(_ground(page, screen))
    if screen.other is not None and not screen.has_other_code:
        shown.append(_second_code(page))
    return shown


def guidance(verdict: Verdict, page: Page) -> str:
    """Return what to do, from the decision table; empty if it only repeats the title."""
    words = text.pick(Lines(verdict.guidance_zh, verdict.guidance_en), page.style.language)
    if verdict.outcome is Outcome.PROVISIONAL and verdict.status.finding is VehicleFinding.VALID:
        # The table's text is for a pass, which holds only after the officer has confirmed the vehicle.
        return page.say("once_confirmed", guidance=words)
    return "" if words == title(verdict, page) else words


def title(verdict: Verdict, page: Page) -> str:
    """Return the outcome's title; for an alarm its gravest letter's name (domain, section 6.4, rule 4)."""
    if verdict.outcome is Outcome.ALARM:
        return text.pick(alarms.title(verdict), page.style.language)
    return outcome_title(verdict.outcome, page)


def outcome_title(outcome: Outcome, page: Page) -> str:
    """Return an outcome's title."""
    row = OUTCOMES[outcome]
    return text.pick(Lines(row["title_zh"], row["title_en"]), page.style.language)


def _hero(page: Page, screen: Result) -> Block:
    verdict = screen.judged.verdict
    page = Page(page.style, result_vehicle.firm(page.scale))
    dress = theme.faded(page.colours) if screen.faded else theme.dress(verdict.outcome, page.colours)
    lines = 1 if page.style.language == "zh" else 2  # a Chinese title of five characters is one word
    words = page.say("hidden") if screen.hidden else title(verdict, page)
    parts = [hero.headed(page, dress, words, lines)]
    room = hero.inside(page, dress)
    if screen.faded:
        said = page.say("faded_age", ago=_ago(page, screen))
        if screen.hidden:
            said = page.say("hidden_age", age=text.age(screen.age_s, page.style.language))
        parts.append(paragraph(said, page.type(44, dress.ink, bold=True), room, even=True))
    advice = "" if screen.hidden else guidance(verdict, page)
    if advice:
        parts.append(paragraph(advice, page.type(27, dress.ink, bold=True), room, even=True))
    return hero.framed(page, dress, stack(parts, page.eased(8)))


def _ago(page: Page, screen: Result) -> str:
    return text.ago(screen.age_s, page.style.language)


def _findings(page: Page, screen: Result) -> Block:
    """Lay out two lines, the credential's finding and the vehicle's, each with its details below."""
    judged = screen.judged
    finding, status = judged.verdict.finding.finding, judged.verdict.status
    ink = page.colours.ink
    # Without a code, this line is neutral: nobody is at fault.
    calm = page.colours.muted if finding is CredentialFinding.NOT_SHOWN else ink
    lines = [_line(page, "credential", CREDENTIAL_LINES[finding], _CREDENTIAL_SIGNS[finding], calm)]
    if judged.answer.newer_issued:
        lines.append(_note(page, page.say("newer_issued")))
    sign = VEHICLE_SIGNS[status.finding]
    lines.append(_line(page, "vehicle", VEHICLE_LINES[status.finding], sign, ink))
    if status.letters:
        named = text.status_letters(status.letters, page.style.language)
        lines.append(_note(page, page.say("letters", letters=named), ink=ink))
    if (said := _lookup(page, screen)) is not None:
        lines.append(said)
    if status.hotlist is not None:
        lines.append(_hotlist(page, screen, status.hotlist))
    card = padded(
        stack(lines, page.eased(6)),
        page.px(12),
        page.eased(9),
        page.eased(9),
        lambda height: [Fill(Rect(0, 0, page.width, height), page.colours.panel, page.px(10))],
    )
    return padded(card, page.px(MARGIN), 0, 0, lambda _: ())


def _lookup(page: Page, screen: Result) -> Block | None:
    """Lay out the state of the lookup at the registry."""
    match screen.judged.lookup:
        case LookupState.NOT_ASKED:
            return None
        case LookupState.WAITING:
            return _note(page, page.say("lookup_waiting"), Icon.CLOCK)
        case LookupState.NO_ANSWER:
            words = "lookup_no_answer" if screen.judged.refusal is None else _REFUSED[screen.judged.refusal]
            return _note(page, page.say(words), Icon.DASH)
        case LookupState.ANSWERED if screen.judged.several is not None:
            count = len(screen.judged.several.found)
            return _note(page, page.say("lookup_several", count=count), Icon.QUESTION, page.colours.ink)
        case LookupState.ANSWERED:
            return _note(page, page.say("lookup_answered", ago=_ago(page, screen)))


def _hotlist(page: Page, screen: Result, word: HotlistWord) -> Block:
    """Lay out the hot list's entry and its age as of now, with a warning where alarms may be missing."""
    if word.age_s is not None:
        word = replace(word, age_s=word.age_s + int(screen.age_s))
    words = text.hotlist_word(word, page.style.language)
    if word.age_s is not None and not word.silent:
        return _note(page, words)
    return _note(page, words, Icon.TRIANGLE, page.colours.ink)


_REFUSED = {
    RefusalReason.BUSY: "lookup_no_answer",
    RefusalReason.CLOCK: "refused_clock",
    RefusalReason.INACTIVE: "refused_inactive",
    RefusalReason.MALFORMED: "refused_malformed",
    RefusalReason.KEY: "refused_key",
}


def _note(page: Page, words: str, icon: Icon | None = None, ink: Colour | None = None) -> Block:
    """Lay out a detail line below a finding, aligned with the labels."""
    side, colour = page.eased(30), ink or page.colours.muted
    start = side + page.px(8)
    said = paragraph(words, page.type(21, colour, bold=True), page.width - 2 * page.px(12) - start)
    small = page.eased(22)
    place = Rect((side - small) // 2, 0, small, small)
    signs = [] if icon is None else [(0, Block(small, (IconItem(place, icon, colour),)))]
    return beside([*signs, (start, said)])


def _line(page: Page, key: str, lines: Lines, icon: Icon, ink: Colour) -> Block:
    label = page.say(key)
    words = text.pick(lines, page.style.language)
    if page.style.language == "zh":  # label and words form one sentence
        words = words.removeprefix(label)
    side = page.eased(30)
    style = page.type(21, page.colours.muted, bold=True)
    names = max(style.width(page.say(name)) for name in ("credential", "vehicle"))
    start = side + page.px(8) + round(names) + page.px(10)
    return beside(
        [
            (0, Block(side, (IconItem(Rect(0, 0, side, side), icon, ink),))),
            (side + page.px(8), paragraph(label, style, page.width)),
            (
                start,
                paragraph(words, page.type(24, ink, bold=True), page.width - 2 * page.px(12) - start),
            ),
        ],
    )


def _ground(page: Page, screen: Result) -> Block:
    """Lay out the evidence: how the check was made, the age of the lists, and the record's number."""
    judged, age_s, language = screen.judged, screen.status.trust.age_s, page.style.language
    parts = [
        text.pick(text.REASONS[judged.verdict.finding.reason], language),
        page.say("trust_none")
        if age_s is None
        else page.say("trust_list_age", ago=text.ago(age_s, language)),
        *_vehicle_ground(page, screen),
        *_record(page, judged),
    ]
    words = page.say("ground", ground=("；" if language == "zh" else "; ").join(parts))
    body = paragraph(words, page.type(20, page.colours.muted), page.width)
    return padded(body, page.px(MARGIN), 0, 0, lambda _: ())


def _record(page: Page, judged: RecordedCheck) -> list[str]:
    """Return the record's number, or that there is none yet."""
    if not judged.recorded:
        return [page.say("alarm_not_recorded")]
    return [page.say("record", seq=judged.seq, time=text.clock(judged.checked_s, seconds=True))]


def _vehicle_ground(page: Page, screen: Result) -> list[str]:
    """Return the age of the list that the vehicle's finding is from; a live answer's age is beside its
    finding.
    """
    age_s = screen.judged.verdict.status.age_s
    if screen.judged.lookup is LookupState.ANSWERED:
        return []
    if age_s is None:
        return [page.say("vehicle_not_asked")]
    return [page.say("vehicle_asked_age", ago=text.ago(age_s + screen.age_s, page.style.language))]


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
