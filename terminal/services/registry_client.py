"""Asking about a vehicle: the lists answer at once, the registry when it can; nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import ClockWrong, HotListSilent, TerminalInactive
from terminal.model import RefusalReason
from terminal.registry.dropped import Dropped
from terminal.registry.lookup import Answered, Busy, Drop, Late, LookupSession, LookupSpec, NoAnswer
from terminal.registry.messages import (
    CodeQuestion,
    HotlistQuestion,
    LookupRequest,
    PlateQuestion,
    Purpose,
    Question,
)
from terminal.wire.fields import ID_SIZE
from terminal.wire.signed import by_kid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from terminal.credential.verify import Moment
    from terminal.errors import Fault
    from terminal.journal.record import Head
    from terminal.ports import Clock, Incoming, Link, Outgoing
    from terminal.services.lists import Lists

HOTLIST_WAIT_S = 10.0
HOTLIST_REST_S = 60.0
"""After an answer that brought nothing, or none, the hot list is asked for no sooner than this."""
BUSY_PAUSE_S = 1.0
"""The pause before a question that the registry was too busy for is asked again."""


@dataclass(slots=True)
class RegistryClient:
    """The way to the registry: questions out, answers in, and the hot list kept whole."""

    link: Link
    lookup: LookupSession
    lists: Lists
    officer: str
    wait_s: float
    hotlist_keys: Iterable[bytes]
    random: Callable[[int], bytes]
    clock: Clock
    _hotlist_open: bool = field(default=False, init=False)
    _hotlist_rest_until_s: float = field(default=0.0, init=False)
    _hotlist_turn: int = field(default=0, init=False)
    _refused: Fault | None = field(default=None, init=False)
    """The fault that the registry refuses this terminal for, until it answers."""
    _busy: list[tuple[LookupRequest, float]] = field(default_factory=list, init=False)
    """Questions that the registry was too busy for, and when to ask them again (monotonic s)."""
    _unheard: frozenset[str] = field(default=frozenset(), init=False)
    """Provinces whose lists were asked for after a silence, and are silent still."""

    @property
    def online(self) -> bool:
        """Whether the broker takes our messages now."""
        return self.link.state.up

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults of the registry's answers, while the broker can be reached."""
        silent = (HotListSilent(),) if self.online and self._unheard else ()
        return silent if self._refused is None else (self._refused, *silent)

    def ask_plate(
        self, number: str, kind: str | None, head: Head, moment: Moment, code_digest: bytes | None = None
    ) -> Outgoing | None:
        """A question about a vehicle, and whether the code of this digest was issued; not yet sent.

        None while offline.
        """
        return self._ask(PlateQuestion(number, kind, code_digest), head, moment)

    def ask_code(self, text: str, head: Head, moment: Moment) -> Outgoing | None:
        """A question about another issuer's code, not yet sent; None while offline, or not writable."""
        return self._ask(CodeQuestion(text), head, moment)

    def send(self, message: Outgoing) -> None:
        """Send a question."""
        self.link.send(message)

    def receive(
        self, incoming: Incoming, head: Head, moment: Moment
    ) -> Answered | NoAnswer | Late | Dropped[Drop] | None:
        """What a message amounts to; None for the hot list's, which is kept here."""
        if incoming.topic.startswith("roadside/1/hotlist/"):
            self.lists.apply_change(incoming, by_kid(self.hotlist_keys))
            self.keep_hotlist(head, moment)
            return None
        received = self.lookup.receive(incoming, moment=moment, monotonic_s=self.clock.monotonic_s())
        if isinstance(received, Dropped):
            return received
        self._note_refusal(received, moment)
        if not isinstance(received.request.question, HotlistQuestion):
            return self._unless_busy(received)
        self._conclude(received.request.question, received, head, moment)
        return None

    def expire(self) -> tuple[LookupRequest, ...]:
        """The questions about vehicles and codes whose wait is over, each told once."""
        over = self.lookup.expire(self.clock.monotonic_s())
        for request in over:
            if isinstance(request.question, HotlistQuestion):
                self._rest(request.question)
        return tuple(request for request in over if not isinstance(request.question, HotlistQuestion))

    def keep_hotlist(self, head: Head, moment: Moment) -> None:
        """Ask for what is missing of the hot list: one question at a time, with rests.

        After a rest another province has its turn: one that brings nothing does not keep all waiting.
        """
        self.lists.refresh(self.clock.monotonic_s())
        self._unheard &= self.lists.silent_provinces(moment)
        if self.lists.hotlist is None or self._hotlist_open or not self.online or self.lookup.is_busy:
            return
        wanted = self._wanted(moment)
        if wanted and self.clock.monotonic_s() >= self._hotlist_rest_until_s:
            message = self._ask(wanted[self._hotlist_turn % len(wanted)], head, moment, HOTLIST_WAIT_S)
            if message is not None:
                self._hotlist_open = True
                self.send(message)

    def ask_again(self, head: Head, moment: Moment) -> dict[bytes, bytes]:
        """Ask anew what the registry was too busy for, after a pause; the new request id by the old one's."""
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

    def _unless_busy(self, received: Answered | NoAnswer | Busy | Late) -> Answered | NoAnswer | Late | None:
        if not isinstance(received, Busy):
            return received
        self._busy.append((received.request, self.clock.monotonic_s() + BUSY_PAUSE_S))
        return None

    def _note_refusal(self, received: Answered | NoAnswer | Busy | Late, moment: Moment) -> None:
        """Keep what is wrong with this terminal, where the registry refuses it; an answer ends that."""
        if isinstance(received, Answered | Late):
            self._refused = None
        elif isinstance(received, NoAnswer) and received.answer.refusal is RefusalReason.CLOCK:
            self._refused = ClockWrong(moment.now_s - received.answer.answered_ms / 1e3)
        elif isinstance(received, NoAnswer) and received.answer.refusal is RefusalReason.INACTIVE:
            self._refused = TerminalInactive()

    def _conclude(
        self,
        question: HotlistQuestion,
        received: Answered | NoAnswer | Busy | Late,
        head: Head,
        moment: Moment,
    ) -> None:
        if isinstance(received, Answered):
            self.lists.apply_answer(question, received.answer)
        self._hotlist_open = False
        self.lists.refresh(self.clock.monotonic_s())
        if question in self._wanted(moment):  # it brought nothing
            self._rest(question)
        self.keep_hotlist(head, moment)

    def _wanted(self, moment: Moment) -> tuple[HotlistQuestion, ...]:
        hotlist = self.lists.hotlist
        return () if hotlist is None else hotlist.wanted(self.lists.silent_provinces(moment))

    def _rest(self, question: HotlistQuestion) -> None:
        """Let the hot list be, after a question that brought nothing."""
        self._unheard |= {question.province}
        self._hotlist_open = False
        self._hotlist_turn += 1
        self._hotlist_rest_until_s = self.clock.monotonic_s() + HOTLIST_REST_S

    def _ask(
        self, question: Question, head: Head, moment: Moment, wait_s: float | None = None
    ) -> Outgoing | None:
        if not self.online:
            return None
        spec = LookupSpec(
            question=question,
            why=Purpose.CHECK,
            officer=self.officer,
            head=head,
            wait_s=wait_s or self.wait_s,
        )
        return self.lookup.ask(
            spec,
            request_id=self.random(ID_SIZE),
            moment=moment,
            monotonic_s=self.clock.monotonic_s(),
        )
