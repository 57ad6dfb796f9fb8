"""`roadside lookup`: one question about a plate, judged and recorded as on the screen, told in lines."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import report
from terminal.console import out, warn
from terminal.errors import InputFault
from terminal.inbox import FromRegistry, Inbox
from terminal.model import Incoming, Plate
from terminal.preparing import prepare
from terminal.screens import state
from terminal.vehicle import plate as plates
from terminal.vehicle import status
from terminal.vehicle.tables import KINDS, OUTCOMES, VEHICLE_LINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.cases import Cases
    from terminal.config import Config
    from terminal.credential.verify import Moment
    from terminal.ports import Clock, Link

ANSWERED, NO_ANSWER = 0, 1
"""Exit statuses."""
CONNECT_S = 5.0
"""How long the link may take to come up."""
STEP_S = 0.05


@dataclass(frozen=True, slots=True)
class Question:
    """Which vehicle, and how the answer is told."""

    number: str
    kind: str | None
    as_json: bool


@dataclass(slots=True)
class _Desk:
    """The cases of one question, and what the registry says meanwhile."""

    cases: Cases
    clock: Clock
    inbox: Inbox
    link: Link | None

    def moment(self) -> Moment:
        return self.cases.checker.moment(self.clock.now_s(), clock_trusted=self.clock.trusted())

    def connect(self) -> None:
        """Wait until the registry can be asked, or it is clear that it cannot."""
        deadline = time.monotonic() + CONNECT_S
        while self.cases.online is False and time.monotonic() < deadline:
            self.events()

    def events(self) -> list[state.Event]:
        """What happened since, waiting a little for it."""
        heard = [one.message for one in self.inbox.take(STEP_S) if isinstance(one, FromRegistry)]
        told = [self._receive(one) for one in heard if isinstance(one, Incoming)]
        told += self.cases.expire(self.moment())
        return [one for one in told if one is not None and not isinstance(one, state.Notice)]

    def _receive(self, incoming: Incoming) -> state.Event | state.Notice | None:
        told = self.cases.receive(incoming, self.moment())
        if self.link is not None:
            self.link.acknowledge(incoming)  # its record, if it needed one, is on disk
        return told

    def kinds(self, number: str) -> tuple[str, ...] | None:
        """The kinds that the registry has for a number; None where it gives no answer."""
        event = self.cases.ask_kinds(number, self.moment())
        while not isinstance(event, state.Listed):
            event = next((one for one in self.events() if isinstance(one, state.Listed)), None)
        return event.kinds

    def judge(self, plate: Plate) -> state.Judged:
        """The check of a plate, once the registry answered or its wait is over. Raises JournalFault."""
        judged = self.cases.enter(plate, None, self.moment()).judged
        while judged.lookup is state.Lookup.WAITING:
            refined = (one.judged for one in self.events() if isinstance(one, state.Refined))
            judged = next((one for one in refined if one.seq == judged.seq), judged)
        return judged


def run(
    settings: Config,
    clock: Clock,
    link: Link | None,
    load_seed: Callable[[Path], bytes],
    question: Question,
) -> int:
    """Ask, and print what is known; ANSWERED or NO_ANSWER. Raises Fault."""
    kinds = plates.kinds_of(question.number)
    if not kinds or (question.kind is not None and question.kind not in kinds):
        raise InputFault(
            "the number fits no kind of plate" if not kinds else "the number does not fit its kind"
        )
    work = prepare(settings, clock, link, load_seed)
    desk = _Desk(work.cases, clock, Inbox(), link)
    if link is not None:
        link.open(lambda message: desk.inbox.put(FromRegistry(message)))
    try:
        desk.connect()
        return _answer(desk, question)
    finally:
        if link is not None:
            link.close()
        work.close()


def _answer(desk: _Desk, question: Question) -> int:
    kinds: tuple[str, ...] | None = (question.kind,) if question.kind else desk.kinds(question.number)
    if kinds is None:
        warn("the registry did not answer; name the kind with --kind to ask the lists")
        return NO_ANSWER
    if len(kinds) == 1:
        judged = desk.judge(Plate(question.number, kinds[0]))
        _tell(judged, as_json=question.as_json)
        return ANSWERED if judged.lookup is state.Lookup.ANSWERED else NO_ANSWER
    if question.as_json:
        out(report.line({"number": question.number, "kinds": " ".join(kinds)}))
    else:
        out(f"{question.number}: {'several kinds' if kinds else 'no vehicle of any kind'}")
        for kind in kinds:
            out(f"  {kind} {KINDS[kind].name_zh} {KINDS[kind].name_en}")
    return ANSWERED


def _tell(judged: state.Judged, *, as_json: bool) -> None:
    verdict = judged.verdict
    found, plate = verdict.status, judged.plate
    if as_json:
        out(
            report.line(
                {
                    "number": plate.number if plate else None,
                    "kind": plate.kind if plate else None,
                    "outcome": verdict.outcome,
                    "vehicle": found.finding,
                    "letters": found.letters,
                    "valid_through": found.valid_through,
                    "age_s": found.age_s,
                    "lookup": judged.lookup,
                    "record": judged.seq,
                }
            )
        )
        return
    row, lines = OUTCOMES[verdict.outcome], VEHICLE_LINES[found.finding]
    out(f"{row['title_zh']} {row['title_en']}")
    out(f"{lines.zh} / {lines.en}")
    for letter, said in status.shown(found.letters or ""):
        out(f"  {letter} {said.zh} {said.en}")
    out(f"{verdict.guidance_zh} / {verdict.guidance_en}")
