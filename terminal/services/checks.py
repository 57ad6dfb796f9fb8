"""A case is a check from its first verdict to its last: judged, recorded, asked about, refined.

Every verb returns the events that the screens hear. What they tell is on disk, but for an alarm that cannot
be written (see `ledger`). A late answer never turns a screen greener. An answer about a vehicle that is no
longer the one of its check, because another plate was entered, is recorded as a check of its own. An answer
is acknowledged to the broker once its record is on disk (wire format, section 5).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from terminal.credential.verify import refuse, with_issuance
from terminal.errors import JournalFault
from terminal.journal.entry import Note
from terminal.model import (
    NAMING_A_VEHICLE,
    POINTS,
    UNCHECKED,
    CheckOrigin,
    ComparedPoint,
    Fit,
    Issuance,
    LookupState,
    Outcome,
    Reason,
    RecordedCheck,
    Subject,
)
from terminal.registry.lookup import Answered, Late, NoAnswer
from terminal.registry.messages import CodeQuestion, PlateQuestion
from terminal.screens.alarms import is_alarm, is_recent
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    CaseEffect,
    Confirm,
    Enter,
    Listed,
    Recheck,
    Recorded,
    Refined,
    Report,
    Reported,
    ScreenEvent,
)
from terminal.services.judging import Word, answer_of, code_read, looked_up, standing, undecided, word_of
from terminal.services.ledger import KEPT, Ledger, Unkept, is_unrecorded
from terminal.services.listing import SameNumber, candidates
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.model import Candidate, Finding, Plate, RefusalReason, VehicleStatus, Verdict
    from terminal.ports import Clock, Incoming, Outgoing
    from terminal.registry.messages import LookupRequest
    from terminal.services.lists import Lists
    from terminal.services.recorder import Recorder
    from terminal.services.registry_client import RegistryClient
    from terminal.services.verifier import Verifier

ANSWER_STANDS_S = 180
"""A live answer to an older question is not what a vehicle passes by."""
RETRY_S = 1.0
"""Between two attempts to record what could not be recorded."""
_FITS = {Fit.AGREES: "相符", Fit.DIFFERS: "不符", Fit.UNSURE: "无法判断"}
_POINTS = {ComparedPoint.KIND: "号牌种类", ComparedPoint.TYPE: "车辆类型", ComparedPoint.COLOUR: "车身颜色"}
"""As a comparison is recorded."""


@dataclass(slots=True)
class Checks:
    """The checks of this run, and the questions that are open about them. Verbs may raise JournalFault."""

    verifier: Verifier
    recorder: Recorder
    lists: Lists
    clock: Clock
    registry: RegistryClient | None = None
    verified_us: float = field(default=0.0, init=False)
    """How long the last code took to verify."""
    _ledger: Ledger = field(init=False)
    _asked: dict[bytes, RecordedCheck] = field(default_factory=dict, init=False)
    """The check of each question as it was then, by request id, in the order of asking."""
    _statements: dict[int, Word] = field(default_factory=dict, init=False)
    """What the registry said of a case's code."""
    _same_number: SameNumber = field(default_factory=SameNumber, init=False)
    _unkept: dict[bytes, Unkept] = field(default_factory=dict, init=False)
    """Answers whose record could not be written, by request id."""
    _retry_s: float = field(default=0.0, init=False)
    _fault: JournalFault | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Begin without a check."""
        self._ledger = Ledger(self.recorder)

    @property
    def online(self) -> bool | None:
        """The registry can be asked; None where this terminal has no link."""
        return None if self.registry is None else self.registry.online

    @property
    def faults(self) -> tuple[JournalFault, ...]:
        """Why an answer of the registry was not shown, until it is recorded."""
        return () if self._fault is None or not self._unkept else (self._fault,)

    def perform(self, effect: CaseEffect, moment: Moment) -> ScreenEvent | None:
        """Do what a screen asks for, and say what came of it."""
        match effect:
            case Confirm(judged):
                return self.confirm(judged, moment)
            case Recheck(judged):
                return self.recheck(judged, moment)
            case Compared(judged, fits):
                return self.compare(judged, fits, moment)
            case Enter(plate, after):
                return self.enter(plate, after, moment)
            case Report(plate):
                return Reported(self.enter(plate, None, moment).judged)
            case AskKinds(number):
                return self.ask_kinds(number, moment)
            case _:
                assert_never(effect)

    def close(self) -> None:
        """Let go of the journal and of the lists."""
        self.recorder.close()
        self.lists.close()

    def check(self, text: str, moment: Moment) -> Recorded:
        """A code was shown."""
        begun = time.perf_counter()
        finding = self.verifier.verify(text, moment)
        self.verified_us = 1e6 * (time.perf_counter() - begun)
        plate = finding.credential.vehicle.plate if finding.credential else None
        status = self.lists.status(plate, moment) if plate else UNCHECKED
        verdict = decide(finding, status, Subject.CODE if plate else None)
        how = CheckOrigin.OTHER_ISSUER if finding.reason is Reason.OTHER_ISSUER else CheckOrigin.SCAN
        return self._open(how, self._judged(text, verdict, plate, moment), moment)

    def enter(self, plate: Plate, after: RecordedCheck | None, moment: Moment) -> Recorded:
        """The officer entered a plate: for the check `after`, whose code is held against it, or a new one."""
        told = self._same_number.take(plate, self.clock.monotonic_s(), ANSWER_STANDS_S)
        if after is None:
            status = self.lists.status(plate, moment, told)
            verdict = decide(refuse(Reason.NOT_SHOWN), status, Subject.TYPED)
            return self._open(CheckOrigin.PLATE, self._judged(None, verdict, plate, moment), moment)
        before = self._ledger.latest(after)
        finding = self._held_against(before, plate, moment)
        status = self.lists.status(plate, moment, told or standing(before, plate))
        verdict = decide(finding, status, Subject.TYPED)
        entered = replace(before, verdict=verdict, plate=plate, newer_issued=False, fits=())
        return self._asked_anew(entered, moment)

    def confirm(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """The officer says that this is the vehicle. What was answered long ago is asked again first."""
        judged = self._ledger.latest(judged)
        plate, verdict = judged.plate, judged.verdict
        answered = judged.lookup is LookupState.ANSWERED
        stands = self.clock.monotonic_s() - judged.as_of_s <= ANSWER_STANDS_S
        if plate is None or not answered or stands:
            confirmed = replace(judged, verdict=decide(verdict.finding, verdict.status, Subject.CONFIRMED))
            return Recorded(self._ledger.refine(confirmed, moment))
        status = self.lists.status(plate, moment, standing(judged, plate))
        confirmed = replace(judged, verdict=decide(verdict.finding, status, Subject.CONFIRMED))
        return self._asked_anew(confirmed, moment)

    def recheck(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Check the vehicle again, by the code, the lists and the registry, as of now."""
        judged = self._ledger.latest(judged)
        plate, subject = judged.plate, judged.verdict.subject
        if plate is None:
            return Recorded(judged)
        entered = None if subject is Subject.CODE else plate
        finding = self._held_against(judged, entered, moment)
        status = self.lists.status(plate, moment, standing(judged, plate))
        return self._asked_anew(replace(judged, verdict=decide(finding, status, subject)), moment)

    def compare(self, judged: RecordedCheck, fits: tuple[Fit, ...], moment: Moment) -> Recorded:
        """Record how the car in front fits an alarm's record, and that it is the vehicle where all agrees."""
        judged = self._ledger.latest(judged)
        if judged.seq < 0:
            raise JournalFault("the check itself is not recorded yet")
        said = "，".join(f"{_POINTS[point]}{_FITS[fit]}" for point, fit in zip(POINTS, fits, strict=True))
        self.recorder.record(Note(seq=judged.seq, text=f"比对：{said}"), moment)
        judged = self._ledger.know(replace(judged, fits=fits))
        if set(fits) == {Fit.AGREES} and judged.verdict.subject is Subject.CODE:
            return self.confirm(judged, moment)
        return Recorded(judged)

    def ask_kinds(self, number: str, moment: Moment) -> ScreenEvent | None:
        """Which kinds has this number? The answer comes as Listed."""
        question = (
            self.registry.ask_plate(number, None, self.recorder.head, moment) if self.registry else None
        )
        if self.registry is None or question is None:
            return Listed(number, None)
        self.registry.send(question)
        return None

    def receive(self, incoming: Incoming, moment: Moment) -> tuple[ScreenEvent, ...]:
        """What a message of the registry changes; it is acknowledged once its record is on disk."""
        if self.registry is None:
            return ()
        unkept = self._unkept.get(incoming.correlation or b"")
        if unkept is not None and unkept.shown:  # it came again, and its record is not on disk yet
            self._unkept[unkept.request_id] = replace(unkept, incoming=incoming)
            return ()
        received = self.registry.receive(incoming, self.recorder.head, moment)
        events: tuple[ScreenEvent, ...] = ()
        if isinstance(received, NoAnswer):
            events = self._unanswered(received.request, received.answer.refusal)
        elif isinstance(received, Answered | Late):
            events = self._answered(received, incoming, moment)
            if received.request.id in self._unkept:
                return events
        self.registry.link.acknowledge(incoming)
        return events

    def expire(self, moment: Moment) -> list[ScreenEvent]:
        """Whose wait is over: what was shown stays, and says so.

        Meanwhile the hot list is kept whole, and what could not be recorded is tried again.
        """
        told: list[ScreenEvent] = list(self._retried())
        if self.registry is not None:
            for before, after in self.registry.ask_again(self.recorder.head, moment).items():
                if before in self._asked:
                    self._asked[after] = self._asked[before]
            for request in self.registry.expire():
                told += self._unanswered(request)
            self.registry.keep_hotlist(self.recorder.head, moment)
        return told

    def _retried(self) -> list[ScreenEvent]:
        """What comes of recording again what could not be recorded."""
        now_s = self.clock.monotonic_s()
        if now_s < self._retry_s or not (self._ledger.owes or self._unkept):
            return []
        self._retry_s = now_s + RETRY_S
        told: list[ScreenEvent] = list(self._ledger.write())
        for unkept in list(self._unkept.values()):
            if self.registry is None or (unkept.shown and self._ledger.owes):
                continue
            del self._unkept[unkept.request_id]
            if unkept.shown:
                self.registry.link.acknowledge(unkept.incoming)
                continue
            told += self.receive(unkept.incoming, unkept.moment)
        return told

    def _answered(
        self, received: Answered | Late, incoming: Incoming, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """What an answer changes, recorded; where that fails, it is no duplicate when it comes again."""
        request_id = received.request.id
        self._unkept.pop(request_id, None)
        try:
            events = self._settled(received, moment)
        except JournalFault as fault:
            self._fault = fault
            self._unkept[request_id] = Unkept(request_id, incoming, moment, shown=False)
            if self.registry is not None:
                self.registry.lookup.reopen(received)
            return ()
        if any(is_unrecorded(event) for event in events):
            self._unkept[request_id] = Unkept(request_id, incoming, moment, shown=True)
        return events

    def _judged(
        self, text: str | None, verdict: Verdict, plate: Plate | None, moment: Moment
    ) -> RecordedCheck:
        """A check of now, which has no record yet."""
        return RecordedCheck(text, verdict, 0, moment.now_s, plate, as_of_s=self.clock.monotonic_s())

    def _open(self, how: CheckOrigin, judged: RecordedCheck, moment: Moment) -> Recorded:
        question = self._question(judged, moment)
        if not is_alarm(judged.verdict):
            self._report(moment)
        request_id = question.correlation if question else None
        return self._sent(self._ledger.begin(how, judged, moment, request_id), question)

    def _report(self, moment: Moment) -> None:
        """Record what verifying found amiss with the terminal's own files."""
        for report in self.verifier.reports:
            self.recorder.record(report, moment)
        self.verifier.reports.clear()

    def _asked_anew(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Record what changed of a check by the officer's doing, and ask about its vehicle."""
        question = self._question(judged, moment)
        judged = replace(judged, as_of_s=self.clock.monotonic_s())
        request_id = question.correlation if question else None
        return self._sent(self._ledger.refine(judged, moment, request_id), question)

    def _question(self, judged: RecordedCheck, moment: Moment) -> Outgoing | None:
        """What to ask the registry: a code that nobody could verify never starts a lookup by its claims."""
        if self.registry is None:
            return None
        plate, text = judged.plate, judged.text
        if plate is not None:
            digest = judged.verdict.finding.digest
            return self.registry.ask_plate(plate.number, plate.kind, self.recorder.head, moment, digest)
        if judged.verdict.finding.reason is Reason.OTHER_ISSUER and text is not None:
            return self.registry.ask_code(text, self.recorder.head, moment)
        return None

    def _sent(self, judged: RecordedCheck, question: Outgoing | None) -> Recorded:
        """Send the question, now that its check is on disk."""
        asked = question is not None and self.registry is not None and judged.recorded
        lookup = LookupState.WAITING if asked else LookupState.NOT_ASKED
        judged = self._ledger.know(replace(judged, lookup=lookup, refusal=None))
        if asked and question is not None and question.correlation is not None and self.registry is not None:
            self._asked[question.correlation] = judged
            while len(self._asked) > KEPT:
                del self._asked[next(iter(self._asked))]
            self.registry.send(question)
        return Recorded(judged)

    def _settled(self, received: Answered | Late, moment: Moment) -> tuple[ScreenEvent, ...]:
        request = received.request
        asked = self._asked.get(request.id)
        if asked is None:
            listed = self._listed(received, moment)
            return () if listed is None else (listed,)
        case = self._ledger.find(asked.seq)
        if isinstance(request.question, CodeQuestion):
            return self._code_answered(case or asked, received, moment)
        if case is None or case.plate != asked.plate:
            status = self._status(asked.plate, received.status, moment)
            how = CheckOrigin.PLATE if asked.text is None else CheckOrigin.SCAN
            told = self._issuance_told(asked, received, moment)
            return (self._apart(how, looked_up(told, status, answer_of(received)), request, moment),)
        status = self._status(case.plate, received.status, moment)
        refined = looked_up(self._issuance_told(case, received, moment), status, answer_of(received))
        events = self._refined(case, refined, received, moment)
        return (*events, *self._of_same_vehicle(refined, moment))

    def _issuance_told(
        self, judged: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> RecordedCheck:
        """The case with the registry's word on whether its code was issued (wire format, section 4)."""
        issuance, verdict = received.answer.issuance, judged.verdict
        if issuance is None:
            return judged
        entered = None if verdict.subject is Subject.CODE else judged.plate
        finding = with_issuance(verdict.finding, issuance, moment, entered)
        if issuance is Issuance.ISSUED and verdict.finding.reason is Reason.NOT_ISSUED:
            self.verifier.report_missing(verdict.finding)
        return replace(judged, verdict=replace(verdict, finding=finding), issuance=issuance)

    def _code_answered(
        self, case: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """What the registry's word on another issuer's code changes; also where it names another vehicle than
        the one that was entered, and has an alarm on it.
        """
        word = word_of(case.verdict.finding, received.answer)
        if isinstance(received, Answered) or word.finding not in NAMING_A_VEHICLE:
            self._statements[case.seq] = word
            while len(self._statements) > KEPT:
                del self._statements[next(iter(self._statements))]
        proven = received.status if word.finding in NAMING_A_VEHICLE else None
        status = self._status(word.plate, received.status, moment) if word.plate else proven
        read = code_read(case, word, status, answer_of(received))
        if case.plate is None and received.answer.records and word.finding in NAMING_A_VEHICLE:
            number = received.answer.records[0].number
            read = undecided(case, number, self._candidates(received, moment), answer_of(received))
        events = self._refined(case, read, received, moment)
        if word.plate is None or word.plate == case.plate or case.plate is None or status is None:
            return events
        named = replace(case, verdict=decide(word.on(case.verdict.finding, None), status, Subject.CODE))
        named = replace(named, plate=word.plate, lookup=LookupState.ANSWERED, newer_issued=False)
        named = replace(named, answer=answer_of(received))
        if not is_alarm(named.verdict):
            return events
        return (*events, self._apart(CheckOrigin.OTHER_ISSUER, named, received.request, moment))

    def _status(self, plate: Plate | None, live: VehicleStatus | None, moment: Moment) -> VehicleStatus:
        return self.lists.status(plate, moment, live) if plate else UNCHECKED

    def _refined(
        self, case: RecordedCheck, refined: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Record an answer. A late one changes what is shown to nothing less grave than it was."""
        if isinstance(received, Answered):
            return (Refined(self._ledger.refine(refined, moment)),)
        alarm, shown = is_alarm(refined.verdict), case.verdict.outcome
        if alarm and (refined.verdict.outcome is Outcome.ALARM or shown is not Outcome.ALARM):
            return (Refined(self._ledger.refine(refined, moment)),)
        as_shown = replace(refined.verdict, outcome=shown, subject=case.verdict.subject)
        self._ledger.add(replace(refined, verdict=as_shown), moment)
        return (Reported(refined),) if alarm else ()

    def _apart(
        self, how: CheckOrigin, judged: RecordedCheck, request: LookupRequest, moment: Moment
    ) -> Reported:
        """Record an answer about another vehicle than its check's, which is a check of its own."""
        return Reported(self._ledger.begin(how, judged, moment, request.id))

    def _of_same_vehicle(self, refined: RecordedCheck, moment: Moment) -> list[Refined]:
        """The newest other check of the vehicle that an alarm is about: it is on this vehicle too."""
        if refined.plate is None or not is_alarm(refined.verdict):
            return []
        others = (one for one in self._ledger.of_vehicle(refined.plate) if one.seq != refined.seq)
        newest = next(others, None)
        if newest is None or newest.seq < refined.seq or is_alarm(newest.verdict):
            return []
        if not is_recent(newest, self.clock.monotonic_s()):
            return []
        too = looked_up(newest, refined.verdict.status, refined.answer)
        return [Refined(self._ledger.refine(too, moment))]

    def _held_against(self, judged: RecordedCheck, plate: Plate | None, moment: Moment) -> Finding:
        """What is found of a case's code, against the plate that was entered, if any."""
        if judged.text is None:
            return refuse(Reason.NOT_SHOWN)
        finding, word = self.verifier.verify(judged.text, moment, plate), self._statements.get(judged.seq)
        if judged.issuance is not None:
            return with_issuance(finding, judged.issuance, moment, plate)
        return word.on(finding, plate) if word is not None else finding

    def _unanswered(
        self, request: LookupRequest, refusal: RefusalReason | None = None
    ) -> tuple[ScreenEvent, ...]:
        asked = self._asked.get(request.id)
        case = self._ledger.find(asked.seq) if asked else None
        if asked is not None and case is not None and case.lookup is LookupState.WAITING:
            last = [one for one, snapshot in self._asked.items() if snapshot.seq == case.seq][-1]
            if request.id != last or case.plate != asked.plate:
                return ()
            silent = replace(case, lookup=LookupState.NO_ANSWER, refusal=refusal)
            return (Refined(self._ledger.know(silent)),)
        question = request.question
        if asked is not None or not isinstance(question, PlateQuestion) or question.kind is not None:
            return ()
        return (Listed(question.number, None),)

    def _listed(self, received: Answered | Late, moment: Moment) -> ScreenEvent | None:
        """Every vehicle that the registry has for a number, weighed with the hot list, gravest first."""
        question = received.request.question
        if not isinstance(question, PlateQuestion) or question.kind is not None:
            return None
        self._same_number.hear(received.found, self.clock.monotonic_s())
        return Listed(question.number, self._candidates(received, moment))

    def _candidates(self, received: Answered | Late, moment: Moment) -> tuple[Candidate, ...]:
        return candidates(received.found, lambda plate, live: self.lists.status(plate, moment, live))
