"""A case is a check from its first verdict to its last: judged, recorded, asked about, refined.

Every verb gives the event that the screens hear. Nothing is said that is not on disk; a late answer changes
no screen, and is told beside the work when it is an alarm or off the road. What the registry says of another
issuer's code is held against the plate that the officer enters, before or after.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential.verify import refuse, with_issuance
from terminal.model import (
    NAMING_A_VEHICLE,
    UNCHECKED,
    CredentialFinding,
    Finding,
    How,
    Incoming,
    Issuance,
    Outcome,
    Plate,
    Reason,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.registry.lookup import Answered, Dropped, Late, NoAnswer
from terminal.registry.messages import CodeQuestion, PlateQuestion
from terminal.screens import state
from terminal.screens.state import Judged, Notice
from terminal.vehicle.status import GRAVEST_FIRST
from terminal.vehicle.tables import OUTCOMES
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from terminal.asking import Asker, Lists
    from terminal.checking import Checker, Keeper
    from terminal.credential.verify import Moment
    from terminal.model import Outgoing, RefusalReason, Verdict
    from terminal.registry.messages import LookupAnswer, LookupRequest

LATE_CODE = "A01"
MOST_LISTED = 24
"""Vehicles of one number that a screen has room for: more than there are kinds for any number's pattern."""
ANSWER_STANDS_S = 600
"""A live answer to an older check is not what a vehicle passes by."""
CASES_KEPT = 256
"""Checks that a late answer may still be about: more than ten minutes of one officer's."""
TOLD = frozenset({Outcome.ALARM, Outcome.OFF_ROAD})
"""What is told beside the work where its check is no longer on the screen."""
_STANDING = frozenset({VehicleFinding.ALARM, VehicleFinding.OFF_ROAD})
"""Live findings that stand for a vehicle until the registry answers anew."""


@dataclass(frozen=True, slots=True)
class _Word:
    """The registry's word on another issuer's code, and the vehicle that a proven one names."""

    finding: CredentialFinding
    plate: Plate | None

    def on(self, finding: Finding, entered: Plate | None) -> Finding:
        """The finding, once the word is held against the plate that was entered, if any (checks 11 to 13)."""
        proven = self.finding in (CredentialFinding.CURRENT, CredentialFinding.PAST)
        if entered is None or not proven or self.plate == entered:
            return replace(finding, finding=self.finding)
        if self.plate is None:
            return finding  # genuine, and nobody says whose
        return Finding(CredentialFinding.OTHER_VEHICLE, Reason.OTHER_VEHICLE)


@dataclass(slots=True)
class Cases:
    """The checks of this run, and the questions that are open about them. Verbs may raise JournalFault."""

    checker: Checker
    keeper: Keeper
    lists: Lists
    asker: Asker | None = None
    verified_us: float = field(default=0.0, init=False)
    """How long the last code took to verify."""
    _cases: dict[int, Judged] = field(default_factory=dict, init=False)
    _asked: dict[bytes, int] = field(default_factory=dict, init=False)
    """The case of each question, by request id, in the order of asking."""
    _words: dict[int, _Word] = field(default_factory=dict, init=False)
    """What the registry said of a case's code."""
    _told: dict[Plate, VehicleStatus] = field(default_factory=dict, init=False)
    """The vehicles that the registry last had for a number, until the next plate is entered."""
    _told_at_s: float = field(default=0.0, init=False)
    """When it said so, Unix s."""

    @property
    def online(self) -> bool | None:
        """Whether the registry can be asked; None where this terminal has no link."""
        return None if self.asker is None else self.asker.online

    def close(self) -> None:
        """Let go of the journal and of the lists."""
        self.keeper.close()
        self.lists.close()

    def check(self, text: str, moment: Moment) -> state.Event:
        """A code was shown."""
        begun = time.perf_counter()
        finding = self.checker.verify(text, moment)
        self.verified_us = 1e6 * (time.perf_counter() - begun)
        plate = finding.credential.vehicle.plate if finding.credential else None
        status = self.lists.status(plate, moment) if plate else UNCHECKED
        verdict = decide(finding, status, Subject.CODE if plate else None)
        how = How.OTHER_ISSUER if finding.reason is Reason.OTHER_ISSUER else How.SCAN
        return self._open(how, Judged(text, verdict, 0, moment.now_s, plate), moment)

    def enter(self, plate: Plate, after: Judged | None, moment: Moment) -> state.Recorded:
        """The officer entered a plate: for the check `after`, whose code is held against it, or a new one."""
        told, self._told = self._told.get(plate), {}
        recent = abs(moment.now_s - self._told_at_s) <= ANSWER_STANDS_S
        told = told if recent and told is not None and told.finding in _STANDING else None
        if after is None:
            status = self.lists.status(plate, moment, told)
            verdict = decide(refuse(Reason.NOT_SHOWN), status, Subject.TYPED)
            return self._open(How.PLATE, Judged(None, verdict, 0, moment.now_s, plate), moment)
        before = self._cases.get(after.seq, after)
        finding = self._held_against(before, plate, moment)
        status = self.lists.status(plate, moment, told or _standing(before, plate))
        verdict = decide(finding, status, Subject.TYPED)
        question = self._question(verdict, plate, before.text, moment)
        entered = replace(before, verdict=verdict, plate=plate, newer_issued=False)
        self.keeper.keep_refinement(before, entered, moment, question)
        return self._asked_about(entered, question)

    def confirm(self, judged: Judged, moment: Moment) -> state.Recorded:
        """The officer says that this is the vehicle. What was answered long ago is asked again first."""
        judged = self._cases.get(judged.seq, judged)
        plate, verdict = judged.plate, judged.verdict
        answered = judged.lookup is state.Lookup.ANSWERED
        if plate is None or not answered or moment.now_s - judged.checked_s <= ANSWER_STANDS_S:
            confirmed = replace(judged, verdict=decide(verdict.finding, verdict.status, Subject.CONFIRMED))
            self.keeper.keep_refinement(judged, confirmed, moment)
            return state.Recorded(self._keep(confirmed))
        status = self.lists.status(plate, moment, _standing(judged, plate))
        question = self._question(verdict, plate, judged.text, moment)
        confirmed = replace(judged, verdict=decide(verdict.finding, status, Subject.CONFIRMED))
        self.keeper.keep_refinement(judged, confirmed, moment, question)
        return self._asked_about(confirmed, question)

    def ask_kinds(self, number: str, moment: Moment) -> state.Event | None:
        """Which kinds has this number? The answer comes as Listed."""
        question = self.asker.ask_plate(number, None, self.keeper.head, moment) if self.asker else None
        if self.asker is None or question is None:
            return state.Listed(number, None)
        self.asker.send(question)
        return None

    def receive(self, incoming: Incoming, moment: Moment) -> state.Event | Notice | None:
        """What a message of the registry changes."""
        if self.asker is None:
            return None
        received = self.asker.receive(incoming, self.keeper.head, moment)
        if received is None or isinstance(received, Dropped):
            return None
        if isinstance(received, NoAnswer):
            return self._unanswered(received.request, received.answer.refusal)
        judged = self._about(received.request)
        if judged is None:
            return self._listed(received, moment)
        if isinstance(received.request.question, CodeQuestion):
            refined = self._code_read(judged, received, moment)
        else:
            refined = self._looked_up(judged, received, moment)
        if isinstance(received, Late):
            return self._kept_late(judged, refined, received, moment)
        self.keeper.keep_refinement(judged, refined, moment)
        return state.Refined(self._keep(refined))

    def expire(self, moment: Moment) -> list[state.Event]:
        """Whose wait is over: what was shown stays, and says so. The hot list is kept whole meanwhile."""
        if self.asker is None:
            return []
        for before, after in self.asker.ask_again(self.keeper.head, moment).items():
            if before in self._asked:
                self._asked[after] = self._asked[before]
        told = [self._unanswered(request) for request in self.asker.expire()]
        self.asker.keep_hotlist(self.keeper.head, moment)
        return [event for event in told if event is not None]

    def _open(self, how: How, judged: Judged, moment: Moment) -> state.Recorded:
        for report in self.checker.reports:
            self.keeper.keep(report, moment)
        self.checker.reports.clear()
        question = self._question(judged.verdict, judged.plate, judged.text, moment)
        seq = self.keeper.keep_check(how, judged, moment, question)
        return self._asked_about(replace(judged, seq=seq), question)

    def _question(
        self, verdict: Verdict, plate: Plate | None, text: str | None, moment: Moment
    ) -> Outgoing | None:
        """What to ask the registry: a code that nobody could verify never starts a lookup by its claims."""
        if self.asker is None:
            return None
        if plate is not None:
            digest = verdict.finding.digest
            return self.asker.ask_plate(plate.number, plate.kind, self.keeper.head, moment, digest)
        if verdict.finding.reason is Reason.OTHER_ISSUER and text is not None:
            return self.asker.ask_code(text, self.keeper.head, moment)
        return None

    def _asked_about(self, judged: Judged, question: Outgoing | None) -> state.Recorded:
        """Send the question, now that its check is on disk."""
        waiting = question is not None and self.asker is not None
        judged = self._keep(
            replace(judged, lookup=state.Lookup.WAITING if waiting else state.Lookup.NOT_ASKED, refusal=None)
        )
        if question is not None and question.correlation is not None and self.asker is not None:
            self._asked[question.correlation] = judged.seq
            self.asker.send(question)
        return state.Recorded(judged)

    def _keep(self, judged: Judged) -> Judged:
        self._cases[judged.seq] = judged
        if len(self._cases) > CASES_KEPT:
            gone = next(iter(self._cases))
            del self._cases[gone]
            self._words.pop(gone, None)
            self._asked = {request: seq for request, seq in self._asked.items() if seq != gone}
        return judged

    def _about(self, request: LookupRequest) -> Judged | None:
        """The case of a question, unless another plate was entered for it since."""
        judged = self._cases.get(self._asked.get(request.id, 0))
        question = request.question
        if judged is None or not isinstance(question, PlateQuestion):
            return judged
        return judged if judged.plate == Plate(question.number, question.kind or "") else None

    def _held_against(self, judged: Judged, plate: Plate, moment: Moment) -> Finding:
        """What is found of a case's code, against the plate that was entered."""
        if judged.text is None:
            return refuse(Reason.NOT_SHOWN)
        finding, word = self.checker.verify(judged.text, moment, plate), self._words.get(judged.seq)
        if judged.issuance is not None:
            return with_issuance(finding, judged.issuance, moment, plate)
        return word.on(finding, plate) if word is not None else finding

    def _looked_up(self, judged: Judged, received: Answered | Late, moment: Moment) -> Judged:
        """The case with the answer about its vehicle, and about its code where that was asked about."""
        judged = self._issuance_told(judged, received, moment)
        verdict, plate = judged.verdict, judged.plate
        status = self.lists.status(plate, moment, received.status) if plate else UNCHECKED
        return replace(
            judged,
            verdict=decide(verdict.finding, status, verdict.subject),
            lookup=state.Lookup.ANSWERED,
            newer_issued=_is_newer(verdict.finding, status),
            answer=_answer_of(received),
        )

    def _issuance_told(self, judged: Judged, received: Answered | Late, moment: Moment) -> Judged:
        """The case with the registry's word on whether its code was issued (wire format, section 4)."""
        issuance, verdict = received.answer.issuance, judged.verdict
        if issuance is None:
            return judged
        entered = None if verdict.subject is Subject.CODE else judged.plate
        finding = with_issuance(verdict.finding, issuance, moment, entered)
        if issuance is Issuance.ISSUED and verdict.finding.reason is Reason.NOT_ISSUED:
            self.checker.report_missing(verdict.finding)
        return replace(judged, verdict=replace(verdict, finding=finding), issuance=issuance)

    def _code_read(self, judged: Judged, received: Answered | Late, moment: Moment) -> Judged:
        """The case with the registry's word on its code, which may name a vehicle where none was entered."""
        word = _word(judged.verdict.finding, received.answer)
        if isinstance(received, Answered) or word.finding not in NAMING_A_VEHICLE:
            self._words[judged.seq] = word
        entered = judged.plate
        plate = entered or word.plate
        finding = word.on(judged.verdict.finding, entered)
        if entered is not None and word.plate != entered:  # its own question is answered apart
            return replace(judged, verdict=decide(finding, judged.verdict.status, judged.verdict.subject))
        proven = word.finding in NAMING_A_VEHICLE
        status = received.status if proven and received.status else UNCHECKED
        if plate is not None:
            status = self.lists.status(plate, moment, received.status)
        subject = judged.verdict.subject or (Subject.CODE if plate else None)
        verdict = decide(finding, status, subject)
        return replace(
            judged,
            verdict=verdict,
            plate=plate,
            lookup=state.Lookup.ANSWERED,
            answer=_answer_of(received),
        )

    def _kept_late(self, judged: Judged, refined: Judged, late: Late, moment: Moment) -> Notice | None:
        """Record what came too late. The case follows it to nothing less grave than what was shown."""
        shown = judged.verdict.outcome
        told = late.notice and refined.verdict.outcome in TOLD
        if told and (refined.verdict.outcome is Outcome.ALARM or shown is not Outcome.ALARM):
            self.keeper.keep_refinement(judged, refined, moment)
            self._keep(refined)
        else:
            as_shown = replace(refined.verdict, outcome=shown, subject=judged.verdict.subject)
            self.keeper.keep_refinement(judged, replace(refined, verdict=as_shown), moment)
        return notice_of(refined) if told else None

    def _unanswered(self, request: LookupRequest, refusal: RefusalReason | None = None) -> state.Event | None:
        judged = self._about(request)
        if judged is not None and judged.lookup is state.Lookup.WAITING:
            last = [asked for asked, seq in self._asked.items() if seq == judged.seq][-1]
            silent = replace(judged, lookup=state.Lookup.NO_ANSWER, refusal=refusal)
            return state.Refined(self._keep(silent)) if request.id == last else None
        question = request.question
        if not isinstance(question, PlateQuestion) or question.kind is not None:
            return None
        return state.Listed(question.number, None)

    def _listed(self, received: Answered | Late, moment: Moment) -> state.Event | None:
        """Every vehicle that the registry has for a number, weighed with the hot list, gravest first."""
        question = received.request.question
        if not isinstance(question, PlateQuestion) or question.kind is not None:
            return None
        self._told = {found.vehicle.plate: found for found in received.found if found.vehicle}
        self._told_at_s = moment.now_s
        judged = [
            state.Candidate(plate.kind, self.lists.status(plate, moment, found))
            for plate, found in self._told.items()
        ]
        judged.sort(key=lambda one: GRAVEST_FIRST.index(one.status.finding))
        return state.Listed(question.number, tuple(judged[:MOST_LISTED]))


def _word(finding: Finding, answer: LookupAnswer) -> _Word:
    """What the registry says of another issuer's code; only a proven one names a vehicle."""
    said = answer.finding or finding.finding
    named = answer.record is not None and said in NAMING_A_VEHICLE
    return _Word(said, answer.record.plate if answer.record and named else None)


def _standing(judged: Judged, plate: Plate) -> VehicleStatus | None:
    """The registry's alarm, or word that it is off the road, on the vehicle that is entered again."""
    status = judged.verdict.status
    return status if judged.plate == plate and status.finding in _STANDING else None


def _answer_of(received: Answered | Late) -> tuple[int, int]:
    """The answer as records name it: its result, and its signed time (Unix ms)."""
    return int(received.answer.result), received.answer.answered_ms


def _is_newer(finding: Finding, status: VehicleStatus) -> bool:
    credential, newest = finding.credential, status.newest_cti
    return credential is not None and newest is not None and newest != credential.cti


def notice_of(judged: Judged) -> Notice:
    """An outcome that is told beside the work, since its check is no longer shown."""
    row = OUTCOMES[judged.verdict.outcome]
    return Notice(
        LATE_CODE,
        f"记录 {judged.seq} 号：登记系统迟到的答复：{row['title_zh']}",
        f"Record {judged.seq}: a late answer of the registry: {row['title_en']}",
    )
