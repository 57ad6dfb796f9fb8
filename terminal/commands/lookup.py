"""`roadside lookup`: look up one plate, record the check as the app does, and print the result."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.commands import output
from terminal.commands.sign_in import signed_in
from terminal.console import out, warn
from terminal.drawing import text
from terminal.errors import InputFault
from terminal.model import LookupState, Outcome, Plate, RecordedCheck
from terminal.officers.roster import is_number
from terminal.screens.events import Listed, Refined, ScreenEvent
from terminal.services.assembly import open_services
from terminal.services.link_session import link_session
from terminal.vehicle import plate as plates
from terminal.vehicle import status
from terminal.vehicle.tables import KINDS, OUTCOMES, VEHICLE_LINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.model import Candidate
    from terminal.ports import Clock, Incoming, KeyStore, Link
    from terminal.services.link_session import LinkSession
    from terminal.services.services import Services
    from terminal.services.trust_service import TrustAccess

ANSWERED, NO_ANSWER = 0, 1
"""Exit statuses."""


@dataclass(frozen=True, slots=True)
class LookupArguments:
    """Arguments: the vehicle and the output format. Raises InputFault for an impossible number or kind."""

    number: str
    kind: str | None
    as_json: bool
    officer: str
    """Number of the officer who asks."""
    ask_pin: Callable[[], str] = field(repr=False)
    """Asks for the officer's PIN, once everything else is in order. Raises InputFault."""

    def __post_init__(self) -> None:
        if not plates.can_be(self.number):
            raise InputFault("no plate number: 5 to 10 of 0-9, A-Z and Chinese characters are expected")
        if self.kind is not None and not plates.can_be_kind(self.kind):
            raise InputFault("no code of a plate kind: two of 0-9 and A-Z are expected")
        if not is_number(self.officer):
            raise InputFault("no officer's number: 1 to 12 digits are expected")


@dataclass(slots=True)
class _Desk:
    """Services for one lookup, and the link's session."""

    services: Services
    session: LinkSession

    def connect(self) -> None:
        """Wait until the link is up, or its timeout is over."""
        self._take(self.session.wait_until_up())

    def events(self) -> list[ScreenEvent]:
        """Return what the registry's messages and expired waits bring, after a short wait for them."""
        return [*self._take(self.session.receive()), *self.services.expire()]

    def _take(self, received: list[Incoming]) -> list[ScreenEvent]:
        return [event for one in received for event in self.services.receive(one)]

    def found(self, number: str) -> tuple[Candidate, ...] | None:
        """Return the registry's vehicles with a number, gravest first; None without an answer."""
        event = self.services.checks.ask_kinds(number, self.services.moment())
        while event is None:
            event = next((one for one in self.events() if isinstance(one, Listed)), None)
        return event.found

    def judge(self, plate: Plate) -> RecordedCheck:
        """Check a plate, waiting for the registry's answer or the timeout. Raises JournalFault."""
        judged = self.services.checks.enter(plate, None, self.services.moment()).judged
        while judged.lookup is LookupState.WAITING:
            refined = (one.judged for one in self.events() if isinstance(one, Refined))
            judged = next((one for one in refined if one.seq == judged.seq), judged)
        return judged


def run(  # noqa: PLR0913, PLR0917 - the parts of a terminal
    settings: Config,
    clock: Clock,
    link: Link | None,
    open_keys: Callable[[Path], KeyStore],
    trusted: TrustAccess,
    question: LookupArguments,
) -> int:
    """Look up the vehicle and print the result; return ANSWERED or NO_ANSWER. Raises Fault."""
    services = open_services(settings, clock, link, open_keys, trusted)
    with closing(services), link_session(services.link) as session:
        desk = _Desk(services, session)
        with signed_in(services, question.officer, question.ask_pin()):
            desk.connect()
            status = _answer(desk, question)
        for fault in services.checks.registry.faults if services.checks.registry else ():
            warn(fault.line())
    return status


def _answer(desk: _Desk, question: LookupArguments) -> int:
    kind = question.kind
    if kind is None:
        found = desk.found(question.number)
        if found is None:
            warn("the registry did not answer; name the kind with --kind to ask the lists")
            return NO_ANSWER
        if len(found) != 1:
            _tell_found(question, found)
            return ANSWERED
        kind = found[0].kind
    judged = desk.judge(Plate(question.number, kind))
    _tell(judged, as_json=question.as_json)
    return ANSWERED if judged.lookup is LookupState.ANSWERED else NO_ANSWER


def _tell_found(question: LookupArguments, found: tuple[Candidate, ...]) -> None:
    """Print several vehicles, of which none is chosen, or that there is none."""
    if question.as_json:
        vehicles: list[output.Json] = [
            {
                "kind": one.kind,
                "vehicle": one.status.finding,
                "letters": one.status.letters,
                "valid_through": one.status.valid_through,
            }
            for one in found
        ]
        outcome = {"outcome": Outcome.UNDETERMINED} if found else {}
        out(output.line({"number": question.number, **outcome, "vehicles": vehicles}))
        return
    if not found:
        out(f"{question.number}: no vehicle of any kind")
        return
    row = OUTCOMES[Outcome.UNDETERMINED]
    out(f"{row['title_zh']} {row['title_en']}: {question.number}: several kinds; name one with --kind")
    for one in found:
        kind, lines = KINDS.get(one.kind), VEHICLE_LINES[one.status.finding]
        named = f" {kind.name_zh} {kind.name_en}" if kind else ""
        out(f"{one.kind}{named}: {lines.zh} / {lines.en}")
        _tell_letters(one.status.letters)


def _tell_letters(letters: str | None) -> None:
    for letter, said in status.shown(letters or ""):
        out(f"  {letter} {said.zh} {said.en}")


def _tell(judged: RecordedCheck, *, as_json: bool) -> None:
    verdict = judged.verdict
    found, plate = verdict.status, judged.plate
    if as_json:
        out(
            output.line(
                {
                    "number": plate.number if plate else None,
                    "kind": plate.kind if plate else None,
                    "outcome": verdict.outcome,
                    "vehicle": found.finding,
                    "letters": found.letters,
                    "valid_through": found.valid_through,
                    "age_s": found.age_s,
                    "hotlist": None
                    if found.hotlist is None
                    else {
                        "listed": found.hotlist.listed,
                        "age_s": found.hotlist.age_s,
                        "silent": found.hotlist.silent,
                    },
                    "lookup": judged.lookup,
                    "refusal": judged.answer.refusal,
                    "record": judged.seq,
                }
            )
        )
        return
    row, lines = OUTCOMES[verdict.outcome], VEHICLE_LINES[found.finding]
    out(f"{row['title_zh']} {row['title_en']}")
    out(f"{lines.zh} / {lines.en}")
    _tell_letters(found.letters)
    if found.hotlist is not None:
        out(" / ".join(text.hotlist_word(found.hotlist, language) for language in ("zh", "en")))
    out(f"{verdict.guidance_zh} / {verdict.guidance_en}")
    if judged.answer.refusal is not None:
        warn(f"the registry refused: {judged.answer.refusal}")
