"""Answers to lookups: each fresh request is answered once, to the topic of its signer.

Pure: bytes, time, keys and a view of the database come in; an answer or a reason for refusal comes out.
Requests seen before are known to the database only (wire format, section 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, assert_never

from scripts.registry.admission import Refusal
from scripts.registry.terminals import ACTIVE
from terminal.model import Issuance, RefusalReason
from terminal.registry import codec, topics
from terminal.registry.messages import (
    CodeQuestion,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    PlateQuestion,
    VinQuestion,
)
from terminal.vehicle.compare import is_vin
from terminal.vehicle.plate import can_be, can_be_kind
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import IntEnum

    from scripts.registry.other_issuers import OtherIssuers
    from scripts.registry.terminals import Terminal
    from terminal.model import EarlierAlarm, Plate
    from terminal.registry.messages import HotlistChange, VehicleRecord
    from terminal.wire.signed import Signer

FRESH_MS = 60_000
"""Age limit of requests, ms, past and future: one from further ahead could outlive the memory of it."""
VEHICLES_AN_ANSWER = 500
"""Limit on the hot-list changes and vehicles of one answer; a single change may exceed it."""


class RegistryView(Protocol):
    """The database as seen by one request, in one transaction."""

    def first_seen(self, terminal: str, request_id: bytes, sent_ms: int) -> bool:
        """Mark a request as seen; return True if it was not seen before."""

    def records(self, number: str) -> Sequence[VehicleRecord]:
        """Return the vehicles with a number, in the order of their kinds."""

    def of_vin(self, vin: str) -> VehicleRecord | None:
        """Return the vehicle with a vehicle identification number; None if there is none."""

    def earlier_alarms(self, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
        """Return earlier alarms on a vehicle, newest first; None if it has no alarm now, or never had one."""

    def issuance(self, question: PlateQuestion, now_s: float) -> Issuance:
        """Return the answer of the authorities' records about a code, given by its digest in the question."""

    def changes(self, question: HotlistQuestion, most: int) -> tuple[Sequence[HotlistChange], bool]:
        """Return the requested changes, up to `most` changes and vehicles, and True if more follow."""


class Publication(NamedTuple):
    """A message to publish."""

    topic: str
    payload: bytes
    correlation: bytes
    """Correlation Data: the request's id."""
    result: IntEnum


def reply(
    request: LookupRequest, owner: Terminal, view: RegistryView, others: OtherIssuers, now_ms: int
) -> LookupAnswer | Refusal:
    """Answer an admitted request at `now_ms` (Unix ms).

    A request seen before is not answered again: the terminal has its answer, or a worker is about to send it,
    and a refusal must not arrive first. A request that is too old or too new is refused with that reason,
    since the terminal's clock may be wrong. Exceptions of the view pass through.
    """
    why = _why_not(request, owner, now_ms)
    if why is not None:
        return refused(request, now_ms, why)
    if not view.first_seen(request.terminal, request.id, request.sent_ms):
        return Refusal.SEEN
    match request.question:
        case PlateQuestion() as question:
            return _vehicles(request, question, view, now_ms)
        case CodeQuestion(code_text):
            return _code(request, code_text, view, others, now_ms)
        case HotlistQuestion() as question:
            return _changes(request, question, view, now_ms)
        case VinQuestion(vin):
            return _of_vin(request, vin, view, now_ms)
        case _:
            assert_never(request.question)


def names_head(request: LookupRequest, owner: Terminal, now_ms: int) -> bool:
    """Return True if the journal head named by an answered request is to be kept."""
    return _why_not(request, owner, now_ms) is None


def unavailable(request_id: bytes, terminal: str, now_ms: int) -> LookupAnswer:
    """Return the answer for when the database cannot be queried, so that the terminal need not wait."""
    return LookupAnswer(id=request_id, answered_ms=now_ms, result=LookupResult.UNAVAILABLE, terminal=terminal)


def unopened(request_id: bytes, terminal: str, now_ms: int) -> LookupAnswer:
    """The answer to a lookup that is sealed to none of the registry's keys."""
    return LookupAnswer(
        id=request_id,
        answered_ms=now_ms,
        result=LookupResult.REFUSED,
        terminal=terminal,
        refusal=RefusalReason.KEY,
    )


def letter(answer: LookupAnswer, sign: Signer) -> Publication:
    """Return the publication of an answer: to its terminal's own topic, whatever Response Topic was
    requested.
    """
    return Publication(topics.answer(answer.terminal), codec.sign(answer, sign), answer.id, answer.result)


def _why_not(request: LookupRequest, owner: Terminal, now_ms: int) -> RefusalReason | None:
    """Return the reason to refuse a request of any content: a withdrawn terminal, or a wrong clock."""
    if owner.state != ACTIVE:
        return RefusalReason.INACTIVE
    return None if abs(now_ms - request.sent_ms) <= FRESH_MS else RefusalReason.CLOCK


def refused(request: LookupRequest, now_ms: int, why: RefusalReason) -> LookupAnswer:
    """Return the answer that refuses a request."""
    return LookupAnswer(
        id=request.id, answered_ms=now_ms, result=LookupResult.REFUSED, terminal=request.terminal, refusal=why
    )


def _vehicles(
    request: LookupRequest, question: PlateQuestion, view: RegistryView, now_ms: int
) -> LookupAnswer:
    """Return the vehicles with a number. An impossible number or kind is refused: "not found" would accuse.

    A code's digest gets what authorities' records say of it (`issuance`).
    """
    number, kind = question.number, question.kind
    if not (can_be(number) and (kind is None or can_be_kind(kind))):
        return refused(request, now_ms, RefusalReason.MALFORMED)
    found = [record for record in view.records(number) if kind in (None, record.kind)]
    result = (LookupResult.NOT_FOUND, LookupResult.FOUND, LookupResult.SEVERAL_KINDS)[min(len(found), 2)]
    one = found[0] if result is LookupResult.FOUND else None
    return LookupAnswer(
        id=request.id,
        answered_ms=now_ms,
        result=result,
        terminal=request.terminal,
        record=one,
        records=tuple(found) if result is LookupResult.SEVERAL_KINDS else None,
        issuance=None if question.code_digest is None else view.issuance(question, now_ms / 1000),
        earlier_alarms=None if one is None else view.earlier_alarms(one),
    )


def _of_vin(request: LookupRequest, vin: str, view: RegistryView, now_ms: int) -> LookupAnswer:
    if not is_vin(vin):
        return refused(request, now_ms, RefusalReason.MALFORMED)
    record = view.of_vin(vin)
    earlier = None if record is None else view.earlier_alarms(record)
    return LookupAnswer(
        id=request.id,
        answered_ms=now_ms,
        result=LookupResult.NOT_FOUND if record is None else LookupResult.FOUND,
        terminal=request.terminal,
        record=record,
        earlier_alarms=earlier,
    )


def _code(
    request: LookupRequest, code_text: str, view: RegistryView, others: OtherIssuers, now_ms: int
) -> LookupAnswer:
    """Return a code's finding, and its vehicle's record if proven; no other code names a vehicle."""
    read = others.verify(code_text, now_ms / 1000)
    record = None if read.plate is None else _record(view, read.plate)
    return LookupAnswer(
        id=request.id,
        answered_ms=now_ms,
        result=LookupResult.NOT_FOUND if record is None else LookupResult.FOUND,
        terminal=request.terminal,
        record=record,
        finding=read.finding,
    )


def _record(view: RegistryView, plate: Plate) -> VehicleRecord | None:
    return next((record for record in view.records(plate.number) if record.plate == plate), None)


def _changes(
    request: LookupRequest, question: HotlistQuestion, view: RegistryView, now_ms: int
) -> LookupAnswer:
    if question.province not in PROVINCES:
        return refused(request, now_ms, RefusalReason.MALFORMED)
    changes, more = view.changes(question, VEHICLES_AN_ANSWER)
    return LookupAnswer(
        id=request.id,
        answered_ms=now_ms,
        result=LookupResult.FOUND,
        terminal=request.terminal,
        changes=tuple(changes),
        more=more,
    )
