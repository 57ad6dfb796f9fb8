"""Continues checks when the registry answers, or when the wait for its answer is over.

1. An answer counts for the check that it was asked for, as far as that is still about the same vehicle. An
   answer about a vehicle that was since replaced by another plate is recorded as a check of its own.
2. A late answer turns no screen greener: only a late alarm or off-road status, no milder than what was shown,
   refines the check; anything else is recorded alone.
3. Every event returned is on disk, except for an alarm that cannot be recorded (see `ledger`).
4. A recheck's answer is recorded as the check's result. It changes the screen only if it is worse than what
   was shown; otherwise only the shift's list.
5. An answer is acknowledged to the broker once its record is on disk (wire format, section 5). One that could
   not be recorded is tried again, and counts again if it is delivered again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential.verify import with_issuance
from terminal.errors import JournalFault
from terminal.model import (
    NAMING_A_VEHICLE,
    UNCHECKED,
    CheckOrigin,
    Issuance,
    LookupState,
    Outcome,
    Reason,
    RecordedCheck,
    Subject,
    VehicleFinding,
)
from terminal.registry.lookup import Answered, Late, NoAnswer
from terminal.registry.messages import CodeQuestion, PlateQuestion, Purpose, VinQuestion
from terminal.screens.alarms import is_alarm, is_recent
from terminal.screens.events import Listed, Rechecked, Refined, Reported, ScreenEvent
from terminal.services.judging import (
    answer_of,
    code_read,
    looked_up,
    statement_of,
    undecided,
    vin_answered,
)
from terminal.services.listing import candidates
from terminal.vehicle import neighbours
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.model import Candidate, Plate, RefusalReason, VehicleStatus
    from terminal.ports import Clock, Incoming
    from terminal.registry.messages import LookupRequest
    from terminal.services.check_lookups import CheckLookups
    from terminal.services.ledger import Ledger
    from terminal.services.rechecks import Rechecks
    from terminal.services.verifier import Verifier

RETRY_S = 1.0
"""Pause between two attempts to record what could not be recorded, s."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """An answer whose record could not be written, and the moment that it came."""

    request_id: bytes
    incoming: Incoming
    moment: Moment
    shown: bool
    """It is an alarm, which is shown all the same."""


@dataclass(slots=True)
class Answers:
    """The registry's answers to the lookups of this run's checks. Methods raise nothing but bugs."""

    verifier: Verifier
    ledger: Ledger
    lookups: CheckLookups
    clock: Clock
    rechecks: Rechecks
    _unrecorded: dict[bytes, Unrecorded] = field(default_factory=dict, init=False)
    """By request id."""
    _retry_s: float = field(default=0.0, init=False)
    _fault: JournalFault | None = field(default=None, init=False)

    @property
    def faults(self) -> tuple[JournalFault, ...]:
        """Why an answer could not be recorded, until all are."""
        return () if self._fault is None or not self._unrecorded else (self._fault,)

    def receive(self, incoming: Incoming, moment: Moment) -> tuple[ScreenEvent, ...]:
        """Take a message of the answer topic that is no receipt, and return what it changes."""
        registry = self.lookups.registry
        if registry is None:
            return ()
        before = self._unrecorded.get(incoming.correlation or b"")
        if before is not None and before.shown:  # it came again, and its record is not on disk yet
            self._unrecorded[before.request_id] = replace(before, incoming=incoming)
            return ()
        received = registry.receive(incoming, self.ledger.recorder.head, moment)
        events: tuple[ScreenEvent, ...] = ()
        if isinstance(received, NoAnswer):
            events = self._unanswered(received.request, received.answer.refusal)
        elif isinstance(received, Answered | Late):
            events = self._answered(received, incoming, moment)
            if received.request.id in self._unrecorded:
                return events
        registry.acknowledge(incoming)
        return events

    def expire(self, moment: Moment) -> list[ScreenEvent]:
        """Return what changes by itself: records that can be written by now, and waits that are over.

        Also sends again what the registry was too busy for, and asks for what the hot list lacks.
        """
        events: list[ScreenEvent] = list(self._record_again())
        registry, head = self.lookups.registry, self.ledger.recorder.head
        if registry is not None:
            for before, after in registry.retry_busy(head, moment).items():
                self.lookups.moved(before, after)
            for request in registry.expire():
                events += self._unanswered(request)
            self.rechecks.poll(moment)
            registry.keep_hotlist(self.ledger.recorder.head, moment)
        return events

    def _record_again(self) -> list[ScreenEvent]:
        """Try again to record what could not be recorded, once every RETRY_S."""
        now_s, registry = self.clock.monotonic_s(), self.lookups.registry
        if now_s < self._retry_s or not (self.ledger.owes or self._unrecorded):
            return []
        self._retry_s = now_s + RETRY_S
        events: list[ScreenEvent] = list(self.ledger.write())
        for unrecorded in list(self._unrecorded.values()):
            if registry is None or (unrecorded.shown and self.ledger.owes):
                continue
            del self._unrecorded[unrecorded.request_id]
            if unrecorded.shown:
                registry.acknowledge(unrecorded.incoming)
                continue
            events += self.receive(unrecorded.incoming, unrecorded.moment)
        return events

    def _answered(
        self, received: Answered | Late, incoming: Incoming, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Return what an answer changes, recorded; keep an answer that could not be recorded."""
        request_id = received.request.id
        self._unrecorded.pop(request_id, None)
        try:
            events = self._settled(received, moment)
        except JournalFault as fault:
            self._fault = fault
            self._unrecorded[request_id] = Unrecorded(request_id, incoming, moment, shown=False)
            if self.lookups.registry is not None:
                self.lookups.registry.lookup.reopen(received)  # else it is a duplicate when it comes again
            return ()
        if any(_is_unrecorded(event) for event in events):
            self._unrecorded[request_id] = Unrecorded(request_id, incoming, moment, shown=True)
        return events

    def _settled(self, received: Answered | Late, moment: Moment) -> tuple[ScreenEvent, ...]:
        request = received.request
        asked = self.lookups.check_of(request.id)
        if asked is None:
            listed = self._listed(received, moment)
            return () if listed is None else (listed,)
        check = self.ledger.find(asked.seq)
        match request.question:
            case CodeQuestion():
                return self._code_answered(check or asked, received, moment)
            case VinQuestion():
                return self._vin_answered(check, asked, received, moment)
            case _:
                return self._plate_answered(check, asked, received, moment)

    def _plate_answered(
        self, check: RecordedCheck | None, asked: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Take the registry's answer about a plate; `check` is what is known now of the check `asked`."""
        if check is None or check.plate != asked.plate:
            status = self._status(asked.plate, received.status, moment)
            how = CheckOrigin.PLATE if asked.text is None else CheckOrigin.SCAN
            told = self._with_issuance(asked, received, moment)
            judged = looked_up(told, status, answer_of(received))
            return (self._apart(how, judged, received.request, moment),)
        status = self._status(check.plate, received.status, moment)
        refined = looked_up(self._with_issuance(check, received, moment), status, answer_of(received))
        if received.request.why is Purpose.RECHECK:
            self.rechecks.answered()
            if not is_alarm(refined.verdict):
                return (self._rechecked(check, refined, moment),)
        refined = self._with_near_numbers(refined)
        events = self._refined(check, refined, received, moment)
        return (*events, *self._of_same_vehicle(refined, moment))

    def _vin_answered(
        self, check: RecordedCheck | None, asked: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Take the registry's answer about a VIN; apart if a plate was entered for the check since."""
        found = received.status or UNCHECKED
        status = self._status(found.vehicle.plate, found, moment) if found.vehicle else found
        if check is None or check.plate != asked.plate:
            judged = vin_answered(asked, status, answer_of(received))
            return (self._apart(CheckOrigin.PLATE, judged, received.request, moment),)
        refined = vin_answered(check, status, answer_of(received))
        events = self._refined(check, refined, received, moment)
        return (*events, *self._of_same_vehicle(refined, moment))

    def _with_near_numbers(self, judged: RecordedCheck) -> RecordedCheck:
        """Return a check with the numbers to offer if nothing was found for one that was typed."""
        typed = judged.text is None and judged.verdict.subject is Subject.TYPED
        if judged.plate is None or not typed or judged.verdict.status.finding is not VehicleFinding.NOT_FOUND:
            return judged
        near = neighbours.offered(judged.plate, self.ledger.lists.known)
        return replace(judged, entry=replace(judged.entry, near=near))

    def _with_issuance(
        self, judged: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> RecordedCheck:
        """Return a check with the registry's word on its code's issuance (wire format, section 4)."""
        issuance, verdict = received.answer.issuance, judged.verdict
        if issuance is None:
            return judged
        entered = None if verdict.subject is Subject.CODE else judged.plate
        finding = with_issuance(verdict.finding, issuance, moment, entered)
        if issuance is Issuance.ISSUED and verdict.finding.reason is Reason.NOT_ISSUED:
            self.verifier.report_missing(verdict.finding)
        return replace(
            judged,
            verdict=replace(verdict, finding=finding),
            answer=replace(judged.answer, issuance=issuance),
        )

    def _code_answered(
        self, check: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Take the registry's statement on another issuer's code.

        If it names another vehicle than the one that was entered, an alarm on that one is a check of its own.
        """
        statement = statement_of(check.verdict.finding, received.answer)
        names = statement.finding in NAMING_A_VEHICLE
        if isinstance(received, Answered) or not names:
            self.lookups.keep_statement(check.seq, statement)
        proven = received.status if names else None
        status = self._status(statement.plate, received.status, moment) if statement.plate else proven
        read = code_read(check, statement, status, answer_of(received))
        if check.plate is None and received.answer.records and names:
            number = received.answer.records[0].number
            read = undecided(check, number, self._candidates(received, moment), answer_of(received))
        events = self._refined(check, read, received, moment)
        if statement.plate is None or statement.plate == check.plate or check.plate is None or status is None:
            return events
        finding = statement.on(check.verdict.finding, None)
        named = replace(
            check,
            verdict=decide(finding, status, Subject.CODE),
            plate=statement.plate,
            lookup=LookupState.ANSWERED,
            answer=replace(check.answer, named=answer_of(received), newer_issued=False),
        )
        if not is_alarm(named.verdict):
            return events
        return (*events, self._apart(CheckOrigin.OTHER_ISSUER, named, received.request, moment))

    def _refined(
        self, check: RecordedCheck, refined: RecordedCheck, received: Answered | Late, moment: Moment
    ) -> tuple[ScreenEvent, ...]:
        """Record an answer, and return the event by which it refines the check that is shown, if it does."""
        if isinstance(received, Answered):
            return (Refined(self.ledger.refine(refined, moment)),)
        alarm, shown = is_alarm(refined.verdict), check.verdict.outcome
        if alarm and (refined.verdict.outcome is Outcome.ALARM or shown is not Outcome.ALARM):
            return (Refined(self.ledger.refine(refined, moment)),)
        as_shown = replace(refined.verdict, outcome=shown, subject=check.verdict.subject)
        self.ledger.add(replace(refined, verdict=as_shown), moment)
        return (Reported(refined),) if alarm else ()

    def _rechecked(self, check: RecordedCheck, refined: RecordedCheck, moment: Moment) -> Rechecked:
        """Record what a recheck found that is no alarm; an alarm from a list stays one until it is closed."""
        if check.verdict.outcome is Outcome.ALARM:
            self.ledger.add(replace(refined, verdict=replace(refined.verdict, outcome=Outcome.ALARM)), moment)
            return Rechecked(self.ledger.know(replace(check, lookup=refined.lookup)), worse=False)
        worse = _GRAVITY[refined.verdict.outcome] > max(2, _GRAVITY[check.verdict.outcome])
        return Rechecked(self.ledger.refine(refined, moment), worse=worse)

    def _apart(
        self, how: CheckOrigin, judged: RecordedCheck, request: LookupRequest, moment: Moment
    ) -> Reported:
        """Record an answer about another vehicle than its check's as a check of its own."""
        return Reported(self.ledger.begin(how, judged, moment, request.id))

    def _of_same_vehicle(self, refined: RecordedCheck, moment: Moment) -> list[Refined]:
        """Put an alarm also on the newest other check of its vehicle, if that is later and recent."""
        if refined.plate is None or not is_alarm(refined.verdict):
            return []
        others = (one for one in self.ledger.of_vehicle(refined.plate) if one.seq != refined.seq)
        newest = next(others, None)
        if newest is None or newest.seq < refined.seq or is_alarm(newest.verdict):
            return []
        if not is_recent(newest, self.clock.monotonic_s()):
            return []
        too = looked_up(newest, refined.verdict.status, refined.answer.named)
        return [Refined(self.ledger.refine(too, moment))]

    def _unanswered(
        self, request: LookupRequest, refusal: RefusalReason | None = None
    ) -> tuple[ScreenEvent, ...]:
        """Say on the check of a lookup, or the list of kinds, that no answer came."""
        asked = self.lookups.check_of(request.id)
        check = self.ledger.find(asked.seq) if asked else None
        if asked is not None and check is not None and check.lookup is LookupState.WAITING:
            if not self.lookups.is_newest(request.id, check.seq) or check.plate != asked.plate:
                return ()
            answer = replace(check.answer, refusal=refusal)
            silent = replace(check, lookup=LookupState.NO_ANSWER, answer=answer)
            return (Refined(self.ledger.know(silent)),)
        question = request.question
        if asked is not None or not isinstance(question, PlateQuestion) or question.kind is not None:
            return ()
        return (Listed(question.number, None),)

    def _listed(self, received: Answered | Late, moment: Moment) -> Listed | None:
        """Return every vehicle that the registry has for a number, by all lists, gravest first."""
        question = received.request.question
        if not isinstance(question, PlateQuestion) or question.kind is not None:
            return None
        self.lookups.same_number.hear(received.found, self.clock.monotonic_s())
        return Listed(question.number, self._candidates(received, moment))

    def _candidates(self, received: Answered | Late, moment: Moment) -> tuple[Candidate, ...]:
        return candidates(received.found, lambda plate, live: self._status(plate, live, moment))

    def _status(self, plate: Plate | None, live: VehicleStatus | None, moment: Moment) -> VehicleStatus:
        return self.ledger.lists.status(plate, moment, live) if plate else UNCHECKED


_GRAVITY = {
    outcome: gravity
    for gravity, outcome in enumerate(
        (
            *(Outcome.PASS, Outcome.PROVISIONAL, Outcome.UNDETERMINED),
            *(Outcome.CAUTION, Outcome.OVERDUE, Outcome.OFF_ROAD, Outcome.ALARM),
        )
    )
}
"""Outcomes by gravity; the first three hold nothing against the vehicle."""


def _is_unrecorded(event: ScreenEvent) -> bool:
    return isinstance(event, Refined | Reported) and not event.judged.recorded
