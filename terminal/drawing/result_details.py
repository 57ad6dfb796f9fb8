"""Drawing of a verdict's details: the findings with their evidence, and the vehicle's record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import contradiction, result_vehicle, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.model import CredentialFinding, LookupState, Outcome, RefusalReason, VehicleFinding
from terminal.vehicle.tables import CREDENTIAL_LINES, VEHICLE_LINES

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour
    from terminal.model import HotlistWord, RecordedCheck
    from terminal.screens.check import Result
    from terminal.vehicle.tables import Lines

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
REFUSED = {
    RefusalReason.BUSY: "lookup_no_answer",
    RefusalReason.CLOCK: "refused_clock",
    RefusalReason.INACTIVE: "refused_inactive",
    RefusalReason.MALFORMED: "refused_malformed",
    RefusalReason.KEY: "refused_key",
}
"""Text of each reason for which the registry refused a lookup."""


def blocks(page: Page, screen: Result) -> list[Block]:
    """Lay out the page of details that is shown."""
    judged, recorded = screen.judged, screen.details == 2
    title = page.say("details_record" if recorded else "details_findings")
    pages = screen.detail_pages
    place = f"  {screen.details} / {pages}" if pages > 1 else ""
    head = paragraph(title + place, page.font(Role.LEAD, page.colours.ink, bold=True), page.width)
    shown = [padded(head, page.margin, 0, 0, lambda _: ())]
    if recorded:
        return [*shown, *result_vehicle.record(page, judged)]
    shown.append(_findings(page, screen))
    if judged.verdict.outcome is Outcome.ALARM and judged.plate is not None:
        shown.append(padded(result_vehicle.comparison(page, judged), page.margin, 0, 0, lambda _: ()))
    if (contradicted := contradiction.block(page, judged.verdict)) is not None:
        shown.append(contradicted)
    return [*shown, _ground(page, screen)]


def _lookup(page: Page, screen: Result) -> str | None:
    """Return the state of the lookup at the registry; None if nothing was asked."""
    judged = screen.judged
    match judged.lookup:
        case LookupState.NOT_ASKED:
            return None
        case LookupState.WAITING:
            return page.say("lookup_waiting")
        case LookupState.NO_ANSWER:
            return page.say(
                "lookup_no_answer" if judged.answer.refusal is None else REFUSED[judged.answer.refusal]
            )
        case LookupState.ANSWERED if judged.several is not None:
            return page.say("lookup_several", count=len(judged.several.found))
        case LookupState.ANSWERED:
            return page.say("lookup_answered", ago=text.ago(screen.age_s, page.style.language))


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
    if (words := _lookup(page, screen)) is not None:
        lines.append(_note(page, words))
    if status.hotlist is not None:
        lines.append(_hotlist(page, screen, status.hotlist))
    card = padded(
        stack(lines, page.mm(0.7)),
        page.mm(1.6),
        page.mm(1.2),
        page.mm(1.2),
        lambda height: [Fill(Rect(0, 0, page.width, height), page.colours.panel, page.mm(1.3))],
    )
    return padded(card, page.margin, 0, 0, lambda _: ())


def _hotlist(page: Page, screen: Result, word: HotlistWord) -> Block:
    """Lay out the hot list's entry and its age as of now, with a warning where alarms may be missing."""
    if word.age_s is not None:
        word = replace(word, age_s=word.age_s + int(screen.age_s))
    words = text.hotlist_word(word, page.style.language)
    if word.age_s is not None and not word.silent:
        return _note(page, words)
    return _note(page, words, Icon.TRIANGLE, page.colours.ink)


def _note(page: Page, words: str, icon: Icon | None = None, ink: Colour | None = None) -> Block:
    """Lay out a detail line below a finding, aligned with the labels."""
    side, colour = page.mm(4.0), ink or page.colours.muted
    start = side + page.mm(1.0)
    said = paragraph(words, page.font(Role.DETAIL, colour, bold=True), page.width - 2 * page.mm(1.6) - start)
    small = page.mm(2.8)
    place = Rect((side - small) // 2, 0, small, small)
    signs = [] if icon is None else [(0, Block(small, (IconItem(place, icon, colour),)))]
    return beside([*signs, (start, said)])


def _line(page: Page, key: str, lines: Lines, icon: Icon, ink: Colour) -> Block:
    label = page.say(key)
    words = text.pick(lines, page.style.language)
    if page.style.language == "zh":  # label and words form one sentence
        words = words.removeprefix(label)
    side = page.mm(4.0)
    style = page.font(Role.DETAIL, page.colours.muted, bold=True)
    names = max(style.width(page.say(name)) for name in ("credential", "vehicle"))
    start = side + page.mm(1.0) + round(names) + page.mm(1.3)
    said = paragraph(words, page.font(Role.BODY, ink, bold=True), page.width - 2 * page.mm(1.6) - start)
    return beside(
        [
            (0, Block(side, (IconItem(Rect(0, 0, side, side), icon, ink),))),
            (side + page.mm(1.0), paragraph(label, style, page.width)),
            (start, said),
        ],
    )


def _ground(page: Page, screen: Result) -> Block:
    """Lay out the evidence: how the check was made, the age of the lists, and the record's number."""
    judged, age_s, language = screen.judged, screen.status.trust.age_s, page.style.language
    trusted = "trust_none" if age_s is None else "trust_list_age"
    parts = [
        text.pick(text.REASONS[judged.verdict.finding.reason], language),
        page.say(trusted, ago=text.ago(age_s or 0.0, language)),
        *_vehicle_ground(page, screen),
        *_record(page, judged),
    ]
    words = page.say("ground", ground=("；" if language == "zh" else "; ").join(parts))
    body = paragraph(words, page.font(Role.DETAIL, page.colours.muted), page.width)
    return padded(body, page.margin, 0, 0, lambda _: ())


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
