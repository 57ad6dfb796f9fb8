"""Sends lookups to the registry and classifies its answers; a lookup changes no check here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from terminal.clock.state import CONTRADICTION_S
from terminal.errors import ClockWrong, HotListSilent, LookupKeyOld, TerminalInactive
from terminal.model import RefusalReason
from terminal.registry.dropped import Dropped
from terminal.registry.lookup import Answered, Busy, Drop, Late, LookupSession, LookupSpec, NoAnswer
from terminal.registry.messages import (
    CodeClaims,
    CodeQuestion,
    HotlistQuestion,
    LookupRequest,
    PlateQuestion,
    Purpose,
    Question,
    VinQuestion,
)
from terminal.wire.fields import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.credential.trust_source import TrustInForce
    from terminal.credential.verify import Moment
    from terminal.errors import Fault
    from terminal.journal.record import Head
    from terminal.model import Finding, Plate
    from terminal.ports import Clock, Incoming, Link, Outgoing
    from terminal.services.hotlist_sync import HotlistSync

HOTLIST_WAIT_S = 10.0
"""Wait for an answer about the hot list, s."""
BUSY_PAUSE_S = 1.0
"""Pause before a question that the registry was too busy for is asked again, s."""
CheckAnswer: TypeAlias = Answered | NoAnswer | Late
"""An answer that concerns a check, or a number whose kinds were asked for."""


@dataclass(slots=True)
class RegistryClient:
    """The registry as the services see it. `head` is where the journal stands: each request carries it."""

    link: Link
    lookup: LookupSession
    hotlist: HotlistSync
    officer: Callable[[], str]
    """Returns the number of the officer who asks."""
    wait_s: float
    """Wait for an answer about a vehicle or a code, s."""
    random: Callable[[int], bytes]
    """Returns so many random bytes."""
    clock: Clock
    request_update: Callable[[], object]
    """Starts an update of the trust set."""
    _refused: Fault | None = field(default=None, init=False)
    """Why the registry refuses this terminal, until it answers."""
    _busy: list[tuple[LookupRequest, float]] = field(default_factory=list, init=False)
    """Requests that the registry was too busy for, and when to send them again (monotonic s)."""

    def trust(self, new: TrustInForce) -> None:
        """Believe the registry's keys of another trust set from now on."""
        self.lookup.trust(new.registry_keys.answer)
        self.hotlist.keys = new.registry_keys.hotlist

    @property
    def online(self) -> bool:
        """True if the broker takes messages."""
        return self.link.state.up

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults that the registry's answers, or their absence, show while the broker is connected."""
        silent = (HotListSilent(),) if self.online and self.hotlist.is_silent else ()
        return silent if self._refused is None else (self._refused, *silent)

    def ask_plate(
        self, number: str, kind: str | None, head: Head, moment: Moment, code: Finding | None = None
    ) -> Outgoing | None:
        """Return the request about a vehicle, to be passed to `send`; None while offline.

        With the finding of a code it also asks if that code was issued. `kind` None asks for every vehicle
        of the number.
        """
        return self._ask(_question(number, kind, code), head, moment)

    def ask_again(self, plate: Plate, head: Head, moment: Moment, code: Finding) -> Outgoing | None:
        """Return the terminal's own later request about a check's vehicle and code; None while offline."""
        return self._ask(_question(plate.number, plate.kind, code), head, moment, why=Purpose.RECHECK)

    def ask_code(self, text: str, head: Head, moment: Moment) -> Outgoing | None:
        """Return the request about another issuer's code, to be passed to `send`.

        None while offline, or if the text cannot be written unchanged.
        """
        return self._ask(CodeQuestion(text), head, moment)

    def ask_vin(self, vin: str, head: Head, moment: Moment) -> Outgoing | None:
        """Return the request about the vehicle with a VIN, to be passed to `send`; None while offline."""
        return self._ask(VinQuestion(vin), head, moment)

    def send(self, message: Outgoing) -> None:
        """Send a request."""
        self.link.send(message)

    def acknowledge(self, incoming: Incoming) -> None:
        """Acknowledge a message to the broker once what follows from it is on disk."""
        self.link.acknowledge(incoming)

    def apply_change(self, incoming: Incoming, head: Head, moment: Moment) -> None:
        """Take a message of a hot-list topic, and ask for what it shows to be missing."""
        self.hotlist.apply_change(incoming)
        self.keep_hotlist(head, moment)

    def receive(self, incoming: Incoming, head: Head, moment: Moment) -> CheckAnswer | Dropped[Drop] | None:
        """Classify a message of the answer topic; None for answers that concern no check.

        Those are answers about the hot list, which is updated, and a busy registry's, which is asked again.
        """
        received = self.lookup.receive(incoming, moment=moment, monotonic_s=self.clock.monotonic_s())
        if isinstance(received, Dropped):
            return received
        self._note_time(received)
        self._note_refusal(received)
        if isinstance(received.request.question, HotlistQuestion):
            self._conclude_hotlist(received.request.question, received, moment)
            self.keep_hotlist(head, moment)
            return None
        if isinstance(received, Busy):
            self._busy.append((received.request, self.clock.monotonic_s() + BUSY_PAUSE_S))
            return None
        return received

    def expire(self) -> tuple[LookupRequest, ...]:
        """Return the requests about vehicles and codes whose wait is over since the last call."""
        now_s = self.clock.monotonic_s()
        over = self.lookup.expire(now_s)
        for request in over:
            if isinstance(request.question, HotlistQuestion):
                self.hotlist.rest(request.question, now_s)
        return tuple(request for request in over if not isinstance(request.question, HotlistQuestion))

    def keep_hotlist(self, head: Head, moment: Moment) -> None:
        """Ask for what is missing of the hot list, while no answer about a vehicle or code is awaited."""
        now_s = self.clock.monotonic_s()
        self.hotlist.refresh(now_s, moment)
        if not self.online or self.lookup.is_busy:
            return
        question = self.hotlist.due(now_s, moment)
        message = self._ask(question, head, moment, HOTLIST_WAIT_S) if question else None
        if message is not None:
            self.hotlist.asked()
            self.send(message)

    def retry_busy(self, head: Head, moment: Moment) -> dict[bytes, bytes]:
        """Send again, after a pause, what the registry was too busy for; return new request ids by old."""
        now_s = self.clock.monotonic_s()
        due = [request for request, at_s in self._busy if now_s >= at_s]
        self._busy = [(request, at_s) for request, at_s in self._busy if now_s < at_s]
        asked: dict[bytes, bytes] = {}
        for request in due:
            request_id = self.random(ID_SIZE)
            message = self.lookup.ask_again(
                request, request_id=request_id, head=head, moment=moment, monotonic_s=now_s
            )
            if message is not None:
                self.send(message)
                asked[request.id] = request_id
        return asked

    def _conclude_hotlist(
        self, question: HotlistQuestion, received: Answered | NoAnswer | Busy | Late, moment: Moment
    ) -> None:
        now_s = self.clock.monotonic_s()
        if isinstance(received, Busy):
            self.hotlist.put_off(question, now_s)
        else:
            answer = received.answer if isinstance(received, Answered) else None
            self.hotlist.conclude(question, answer, now_s, moment)

    def _note_time(self, received: Answered | NoAnswer | Busy | Late) -> None:
        """Set the clock by the answer's signed time, refusals included: they too answer our own request."""
        asked_s = self.lookup.asked_s(received.request)
        if not isinstance(received, Busy) and asked_s is not None:
            round_trip_s = self.clock.monotonic_s() - asked_s
            self.clock.note_answer(received.answer.answered_ms / 1e3, round_trip_s)

    def _note_refusal(self, received: Answered | NoAnswer | Busy | Late) -> None:
        """Keep the fault that a refusal shows of this terminal; an answer ends it."""
        if isinstance(received, Answered | Late):
            self._refused = None
        elif isinstance(received, NoAnswer) and received.answer.refusal is RefusalReason.CLOCK:
            ahead_s = self.clock.now_s() - received.answer.answered_ms / 1e3
            self._refused = ClockWrong(ahead_s) if abs(ahead_s) > CONTRADICTION_S else None
        elif isinstance(received, NoAnswer) and received.answer.refusal is RefusalReason.INACTIVE:
            self._refused = TerminalInactive()
        elif isinstance(received, NoAnswer) and received.answer.refusal is RefusalReason.KEY:
            self._refused = LookupKeyOld()
            self.request_update()

    def _ask(
        self,
        question: Question,
        head: Head,
        moment: Moment,
        wait_s: float | None = None,
        why: Purpose = Purpose.CHECK,
    ) -> Outgoing | None:
        if not self.online:
            return None
        spec = LookupSpec(
            question=question,
            why=why,
            officer=self.officer(),
            head=head,
            wait_s=wait_s or self.wait_s,
        )
        return self.lookup.ask(
            spec,
            request_id=self.random(ID_SIZE),
            moment=moment,
            monotonic_s=self.clock.monotonic_s(),
        )


def _question(number: str, kind: str | None, code: Finding | None) -> PlateQuestion:
    return PlateQuestion(number, kind, code.digest if code else None, _claims_of(code))


def _claims_of(code: Finding | None) -> CodeClaims | None:
    """Return what the registry needs to know of a code that proves its claims."""
    proven = code.credential if code else None
    return None if proven is None else CodeClaims(proven.issuer, proven.issued_s, proven.expires_s)
