"""A case is a check from its first verdict to its last: judged, recorded, asked about, refined.

Every verb gives the event that the screens hear. Nothing is said that is not on disk; a late answer changes
no screen, and is told beside the work when it is an alarm or off the road.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential.verify import refuse
from terminal.model import UNCHECKED, Finding, How, Incoming, Plate, Reason, Subject, VehicleStatus
from terminal.registry.lookup import Answered, Dropped, Late, NoAnswer
from terminal.registry.messages import CodeQuestion, PlateQuestion
from terminal.screens import state
from terminal.screens.state import Judged, Notice
from terminal.vehicle.tables import OUTCOMES
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from terminal.asking import Asker, Lists
    from terminal.checking import Checker, Keeper
    from terminal.credential.verify import Moment
    from terminal.model import Outgoing, Verdict
    from terminal.registry.messages import LookupAnswer, LookupRequest

LATE_CODE = "A01"
CASES_KEPT = 256
"""Checks that a late answer may still be about: more than ten minutes of one officer's."""


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
    """The case of each question, by request id."""

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
        text = after.text if after else None
        finding = refuse(Reason.NOT_SHOWN) if text is None else self.checker.verify(text, moment, plate)
        verdict = decide(finding, self.lists.status(plate, moment), Subject.TYPED)
        if after is None:
            return self._open(How.PLATE, Judged(None, verdict, 0, moment.now_s, plate), moment)
        question = self._question(verdict, plate, text, moment)
        entered = replace(after, verdict=verdict, plate=plate, newer_issued=False)
        self.keeper.keep_refinement(after, entered, moment, question)
        return self._asked_about(entered, question)

    def confirm(self, judged: Judged, moment: Moment) -> state.Event:
        """The officer says that this is the vehicle."""
        judged = self._cases.get(judged.seq, judged)
        verdict = decide(judged.verdict.finding, judged.verdict.status, Subject.CONFIRMED)
        confirmed = replace(judged, verdict=verdict)
        self.keeper.keep_refinement(judged, confirmed, moment)
        return state.Recorded(self._keep(confirmed))

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
            return self._unanswered(received.request)
        judged = self._about(received.request)
        if judged is None:
            return self._listed(received)
        refined = self._refined(judged, received, moment)
        if isinstance(received, Late):
            return _late_notice(refined) if received.notice else None
        return state.Refined(refined)

    def expire(self, moment: Moment) -> list[state.Event]:
        """Whose wait is over: what was shown stays, and says so. The hot list is kept whole meanwhile."""
        if self.asker is None:
            return []
        told = [self._unanswered(request) for request in self.asker.expire()]
        self.asker.keep_hotlist(self.keeper.head, moment)
        return [event for event in told if event is not None]

    def _open(self, how: How, judged: Judged, moment: Moment) -> state.Recorded:
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
            return self.asker.ask_plate(plate.number, plate.kind, self.keeper.head, moment)
        if verdict.finding.reason is Reason.OTHER_ISSUER and text is not None:
            return self.asker.ask_code(text, self.keeper.head, moment)
        return None

    def _asked_about(self, judged: Judged, question: Outgoing | None) -> state.Recorded:
        """Send the question, now that its check is on disk."""
        waiting = question is not None and self.asker is not None
        judged = self._keep(
            replace(judged, lookup=state.Lookup.WAITING if waiting else state.Lookup.NOT_ASKED)
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
            self._asked = {request: seq for request, seq in self._asked.items() if seq != gone}
        return judged

    def _about(self, request: LookupRequest) -> Judged | None:
        """The case of a question, unless another plate was entered for it since."""
        judged = self._cases.get(self._asked.get(request.id, 0))
        question = request.question
        if judged is None or not isinstance(question, PlateQuestion):
            return judged
        return judged if judged.plate == Plate(question.number, question.kind or "") else None

    def _refined(self, judged: Judged, received: Answered | Late, moment: Moment) -> Judged:
        finding, plate = judged.verdict.finding, judged.plate
        if isinstance(received.request.question, CodeQuestion):
            finding, plate = _registrys_word(finding, received.answer)
        status = received.status or UNCHECKED
        if plate is not None:
            status = self.lists.status(plate, moment, received.status)
        subject = judged.verdict.subject or (Subject.CODE if plate else None)
        verdict = decide(finding, status, subject)
        answered = replace(
            judged,
            verdict=verdict,
            plate=plate,
            lookup=state.Lookup.ANSWERED,
            newer_issued=_is_newer(finding, status),
        )
        self.keeper.keep_refinement(judged, answered, moment)
        return self._keep(answered)

    def _unanswered(self, request: LookupRequest) -> state.Event | None:
        judged = self._about(request)
        if judged is not None:
            return state.Refined(self._keep(replace(judged, lookup=state.Lookup.NO_ANSWER)))
        question = request.question
        return state.Listed(question.number, None) if isinstance(question, PlateQuestion) else None

    def _listed(self, received: Answered | Late) -> state.Event | None:
        question, answer = received.request.question, received.answer
        if not isinstance(question, PlateQuestion) or question.kind is not None:
            return None
        records = answer.records or ((answer.record,) if answer.record else ())
        return state.Listed(question.number, tuple(record.kind for record in records))


def _registrys_word(finding: Finding, answer: LookupAnswer) -> tuple[Finding, Plate | None]:
    """What the registry says of another issuer's code, and of which vehicle."""
    said = replace(finding, finding=answer.finding) if answer.finding is not None else finding
    return said, answer.record.plate if answer.record else None


def _is_newer(finding: Finding, status: VehicleStatus) -> bool:
    credential, newest = finding.credential, status.newest_cti
    return credential is not None and newest is not None and newest != credential.cti


def _late_notice(judged: Judged) -> Notice:
    row = OUTCOMES[judged.verdict.outcome]
    return Notice(
        LATE_CODE,
        f"记录 {judged.seq} 号：登记系统迟到的答复：{row['title_zh']}",
        f"Record {judged.seq}: a late answer of the registry: {row['title_en']}",
    )
