"""Track pending lookups until an answer or timeout; drop and count unmatched messages.

Wire format, section 5: "An answer counts only if ...". Nothing is sent or received here: bytes, time and
randomness are arguments, and messages to send are results.

1. An answer counts if its signature, terminal, request id and question match (`Drop` lists the reasons).
2. Within the wait it is Answered, NoAnswer or Busy; afterwards it is Late.
3. A late answer counts for a check of the last ten minutes; after that, only `alarm` and `off_road` do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import takewhile
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from terminal.limits import RECENT_CHECK_S
from terminal.model import NAMING_A_VEHICLE, RefusalReason, Vehicle, VehicleFinding, VehicleStatus
from terminal.ports import Outgoing
from terminal.registry import codec, topics
from terminal.registry.dropped import Dropped
from terminal.registry.messages import (
    CodeQuestion,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    PlateQuestion,
    Question,
    VehicleRecord,
    VinQuestion,
)
from terminal.vehicle import status as statuses
from terminal.vehicle.compare import LEAST_VIN_TAIL
from terminal.wire.cbor import Malformed
from terminal.wire.signed import by_kid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from terminal.credential.verify import Moment
    from terminal.journal.record import Head
    from terminal.model import ComparedField
    from terminal.ports import Incoming
    from terminal.registry.messages import Purpose
    from terminal.wire.signed import Signer

REMEMBERED_S = 43_200
"""Time for which a request is remembered after it was sent: a shift."""
REMEMBERED = 1024
"""Greatest number of remembered requests, apart from pending ones."""
_NOTICED = frozenset({VehicleFinding.ALARM, VehicleFinding.OFF_ROAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupSpec:
    """Content and timeout of a lookup."""

    question: Question
    why: Purpose
    officer: str = field(repr=False)
    head: Head
    wait_s: float
    location: tuple[int, int] | None = field(default=None, repr=False)
    """Latitude and longitude in 1e-7 degrees."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Answer to a pending request.

    `status` is None if the answer is not about exactly one vehicle: several kinds, or hot-list changes.
    """

    request: LookupRequest
    answer: LookupAnswer
    status: VehicleStatus | None
    found: tuple[VehicleStatus, ...] = ()
    """Status of each vehicle in the answer, also of unlisted kinds."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The registry refused or is unavailable, which ends the wait without an answer."""

    request: LookupRequest
    answer: LookupAnswer


@dataclass(frozen=True, slots=True)
class Busy:
    """The registry is too busy: the wait continues, and the request may be sent again after a pause."""

    request: LookupRequest


@dataclass(frozen=True, slots=True)
class Late:
    """Answer after its wait: it is recorded, and never turns a screen greener."""

    request: LookupRequest
    answer: LookupAnswer
    status: VehicleStatus | None
    found: tuple[VehicleStatus, ...] = ()


class Drop(StrEnum):
    """Reason for which a message is not an answer; the first that applies is counted."""

    UNSIGNED = "unsigned"
    """Not signed by an answer key, or for another context."""
    MALFORMED = "malformed"
    """Signed, but not in the listed format."""
    OTHER_TERMINAL = "other_terminal"
    CORRELATION = "correlation"
    """Its correlation data is not the signed request id."""
    UNKNOWN_REQUEST = "unknown_request"
    """Never sent, or forgotten."""
    OTHER_QUESTION = "other_question"
    """About another vehicle or province, or for another form of question."""
    DUPLICATE = "duplicate"
    LATE = "late"
    """After the wait, and not about a vehicle, or not about a recent check."""


Received: TypeAlias = Answered | NoAnswer | Busy | Late | Dropped[Drop]


@dataclass(slots=True)
class _Asked:
    request: LookupRequest
    asked_s: float
    until_s: float
    waiting: bool = True
    answered: bool = False
    kept_open: bool = False
    """True if its answer came, but could not be recorded."""

    def is_forgotten(self, monotonic_s: float) -> bool:
        return not self.is_open and monotonic_s - self.asked_s > REMEMBERED_S

    @property
    def is_open(self) -> bool:
        return self.waiting or self.kept_open


class LookupSession:
    """Lookups of one terminal. `dropped` counts dropped messages by reason."""

    def __init__(
        self,
        terminal: str,
        signer: Signer,
        answer_keys: Iterable[bytes],
        display_only: frozenset[ComparedField] = frozenset(),
    ) -> None:
        """Start without requests; `answer_keys` as in `trust`, `display_only` as in `VehicleStatus`.

        Raises ValueError for a terminal number that cannot be a topic level.
        """
        self._display_only = display_only
        self.dropped: Counter[Drop] = Counter()
        self._terminal, self._signer = terminal, signer
        self._ask_topic, self._answer_topic = topics.lookup(terminal), topics.answer(terminal)
        self._asked: dict[bytes, _Asked] = {}
        self.trust(answer_keys)

    def trust(self, answer_keys: Iterable[bytes]) -> None:
        """Accept answers signed by these keys only (Ed25519, 32 bytes each)."""
        self._keys = by_kid(answer_keys)

    def ask(
        self, spec: LookupSpec, *, request_id: bytes, moment: Moment, monotonic_s: float
    ) -> Outgoing | None:
        """Return the signed request to send, and wait for its answer from now on.

        `request_id` is 16 random bytes. None if the text of another issuer's code cannot be written unchanged
        (it is not NFC). Raises ValueError for a request id used before.
        """
        self._forget(monotonic_s)
        if request_id in self._asked:
            raise ValueError("a request id used before")
        if isinstance(spec.question, CodeQuestion) and not codec.is_writable(spec.question.code_text):
            return None
        request = LookupRequest(
            id=request_id,
            sent_ms=int(1e3 * moment.now_s),
            terminal=self._terminal,
            officer=spec.officer,
            question=spec.question,
            why=spec.why,
            head=spec.head,
            location=spec.location,
        )
        payload = codec.sign(request, self._signer)
        self._asked[request_id] = _Asked(request, monotonic_s, monotonic_s + spec.wait_s)
        return Outgoing(
            self._ask_topic,
            payload,
            correlation=request_id,
            expiry_s=max(1, ceil(spec.wait_s)),
            response_topic=self._answer_topic,
            urgent=not isinstance(spec.question, HotlistQuestion),
        )

    def ask_again(
        self, request: LookupRequest, *, request_id: bytes, head: Head, moment: Moment, monotonic_s: float
    ) -> Outgoing | None:
        """Return a new request for the rest of the wait of `request`, which it replaces.

        `request_id` is 16 random bytes. None if that wait is over or was answered.
        """
        asked = self._asked.get(request.id)
        if asked is None or not asked.waiting or monotonic_s >= asked.until_s:
            return None
        spec = LookupSpec(
            question=request.question,
            why=request.why,
            officer=request.officer,
            head=head,
            wait_s=asked.until_s - monotonic_s,
            location=request.location,
        )
        asked.waiting = False
        return self.ask(spec, request_id=request_id, moment=moment, monotonic_s=monotonic_s)

    def receive(self, incoming: Incoming, *, moment: Moment, monotonic_s: float) -> Received:
        """Classify a message of the answer topic that is no receipt. Never raises."""
        self._forget(monotonic_s)
        received = self._received(incoming, moment, monotonic_s)
        if isinstance(received, Dropped):
            self.dropped[received.why] += 1
        return received

    def reopen(self, received: Answered | Late) -> None:
        """Accept the same answer again, however late, because it could not be recorded."""
        asked = self._asked.get(received.request.id)
        if asked is not None:
            asked.answered, asked.kept_open = False, True
            asked.waiting = asked.waiting or isinstance(received, Answered)

    def expire(self, monotonic_s: float) -> tuple[LookupRequest, ...]:
        """Return the requests whose wait is over since the last call."""
        over = [asked for asked in self._asked.values() if asked.waiting and monotonic_s >= asked.until_s]
        for asked in over:
            asked.waiting = False
        self._forget(monotonic_s)
        return tuple(asked.request for asked in over)

    @property
    def is_busy(self) -> bool:
        """True while an answer about a vehicle or a code is awaited; the hot list is asked for after it."""
        return any(
            asked.waiting and not isinstance(asked.request.question, HotlistQuestion)
            for asked in self._asked.values()
        )

    def asked_s(self, request: LookupRequest) -> float | None:
        """Return the monotonic time, s, at which a request was made; None if it is forgotten."""
        asked = self._asked.get(request.id)
        return None if asked is None else asked.asked_s

    def next_expiry_s(self) -> float | None:
        """Return the monotonic time, s, at which the next wait is over; None without a pending request."""
        return min((asked.until_s for asked in self._asked.values() if asked.waiting), default=None)

    def _received(self, incoming: Incoming, moment: Moment, monotonic_s: float) -> Received:
        try:
            answer = codec.open_signed(LookupAnswer, incoming.payload, self._keys)
        except Malformed:
            return Dropped(Drop.MALFORMED)
        if answer is None:
            return Dropped(Drop.UNSIGNED)
        asked = self._asked.get(answer.id)
        if asked is None:
            return Dropped(Drop.UNKNOWN_REQUEST)
        why = self._why_not(answer, incoming.correlation, asked)
        if why is not None:
            return Dropped(why)
        return _settle(asked, answer, moment, monotonic_s, self._display_only)

    def _why_not(self, answer: LookupAnswer, correlation: bytes | None, asked: _Asked) -> Drop | None:
        if answer.terminal != self._terminal:
            return Drop.OTHER_TERMINAL
        if answer.id != correlation:
            return Drop.CORRELATION
        if not _is_about(asked.request.question, answer):
            return Drop.OTHER_QUESTION
        return Drop.DUPLICATE if asked.answered else None

    def _forget(self, monotonic_s: float) -> None:
        # In the order of sending: all after the first one still remembered are newer.
        old = list(takewhile(lambda asked: asked.is_forgotten(monotonic_s), self._asked.values()))
        excess = list(self._asked.values())[: max(0, len(self._asked) - REMEMBERED)]
        old += [asked for asked in excess[len(old) :] if not asked.is_open]
        for asked in old:
            del self._asked[asked.request.id]


def _settle(
    asked: _Asked,
    answer: LookupAnswer,
    moment: Moment,
    monotonic_s: float,
    display_only: frozenset[ComparedField],
) -> Received:
    """Classify the first answer to a request by its result and time."""
    request = asked.request
    in_time = asked.waiting and monotonic_s < asked.until_s
    silent = answer.result in (LookupResult.REFUSED, LookupResult.UNAVAILABLE)
    if not in_time and (silent or isinstance(request.question, HotlistQuestion)):
        return Dropped(Drop.LATE)
    if silent:
        return _unanswered(asked, answer)
    at_s = moment.now_s if moment.clock_trusted else answer.answered_ms / 1e3
    age_s = int(monotonic_s - asked.asked_s)
    found = tuple(replace(one, display_only=display_only) for one in _vehicles(answer, at_s, age_s))
    status = _status(request.question, answer, found, age_s)
    alarm = status is not None and status.finding in _NOTICED
    if monotonic_s - asked.asked_s > RECENT_CHECK_S and not (alarm or asked.kept_open):
        return Dropped(Drop.LATE)
    asked.answered, asked.kept_open = True, False
    if in_time:
        asked.waiting = False
        return Answered(request, answer, status, found)
    return Late(request, answer, status, found)


def _unanswered(asked: _Asked, answer: LookupAnswer) -> Busy | NoAnswer:
    """Classify a refusal; what the registry was too busy for waits on, and the hot list is asked for anew."""
    if answer.refusal is RefusalReason.BUSY:
        asked.waiting = not isinstance(asked.request.question, HotlistQuestion)
        return Busy(asked.request)
    asked.waiting = False
    return NoAnswer(asked.request, answer)


def _vehicles(answer: LookupAnswer, at_s: float, age_s: int) -> Iterator[VehicleStatus]:
    """Return the status of each vehicle of an answer, with the results of earlier alarms."""
    for record in answer.records or ((answer.record,) if answer.record else ()):
        yield replace(_judged(record, at_s, age_s), earlier_alarms=answer.earlier_alarms or ())


def _is_about(question: Question, answer: LookupAnswer) -> bool:
    """Return True if the answer matches the question; `codec` has checked its keys for each result."""
    changes, records = answer.changes, answer.records or ()
    match question:
        case PlateQuestion():
            return _is_about_plate(question, answer) and changes is None and answer.finding is None
        case CodeQuestion():
            return changes is None
        case VinQuestion(vin):
            other = records or changes is not None or answer.finding is not None
            return not other and (answer.record is None or _has_tail(vin, answer.record.vin_tail))
        case HotlistQuestion(province):
            return _is_about_list(province, answer)


def _is_about_plate(question: PlateQuestion, answer: LookupAnswer) -> bool:
    """Return True if every record is of the number, and the kind, that was asked about."""
    several = answer.result is LookupResult.SEVERAL_KINDS and question.kind is not None
    records = (answer.record, *(answer.records or ()))
    return not several and all(_is_asked(record, question) for record in records if record)


def _is_about_list(province: str, answer: LookupAnswer) -> bool:
    """Return True if the answer has changes of this province's hot list, or none, and nothing else."""
    vehicles = answer.record is not None or answer.records
    mine = all(change.province == province for change in answer.changes or ())
    return mine and not vehicles and answer.finding is None


def _has_tail(vin: str, tail: str | None) -> bool:
    """Return True if the VIN ends in a record's VIN tail of LEAST_VIN_TAIL characters or more."""
    return tail is not None and len(tail) >= LEAST_VIN_TAIL and vin.endswith(tail)


def _is_asked(record: VehicleRecord, question: PlateQuestion) -> bool:
    return record.number == question.number and question.kind in (None, record.kind)


def _status(
    question: Question, answer: LookupAnswer, found: tuple[VehicleStatus, ...], age_s: int
) -> VehicleStatus | None:
    """Return the status of the vehicle that the answer is about; None if it is about several or none."""
    if isinstance(question, HotlistQuestion):
        return None
    if answer.result is LookupResult.NOT_FOUND:
        # "Not found" for a code that the registry could not prove says nothing about any vehicle.
        if isinstance(question, CodeQuestion) and answer.finding not in NAMING_A_VEHICLE:
            return None
        return VehicleStatus(VehicleFinding.NOT_FOUND, age_s=age_s)
    return found[0] if len(found) == 1 else None


def _judged(record: VehicleRecord, at_s: float, age_s: int) -> VehicleStatus:
    """Return a record's status at `at_s` (Unix s), the clock's time, or the answer's if that is untrusted."""
    return VehicleStatus(
        statuses.live(record.letters, record.valid_through, at_s),
        letters=statuses.kept(record.letters),
        valid_through=record.valid_through,
        age_s=age_s,
        vehicle=_described(record),
        brand=record.brand,
        details=record.details,
        newest_cti=record.newest_cti,
    )


def _described(record: VehicleRecord) -> Vehicle:
    return Vehicle(
        plate=record.plate,
        vehicle_type=record.vehicle_type,
        use=record.use,
        valid_through=record.valid_through // 100,
        colour=record.colour,
        vin_tail=record.vin_tail,
        first_registered=record.details.first_registered,
    )
