"""A request is answered to its signer's own topic, once, while it is fresh; whatever else comes is refused.

Bytes, time, keys and a view of the database come in; an answer or the reason of a refusal comes out. Nothing
is kept between requests: what was seen is the database's to know (wire format, section 5).
"""

from __future__ import annotations

import re
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
"""An older request is refused; so is one from further ahead, which could outlive the memory of it."""
VEHICLES_AN_ANSWER = 500
"""An answer has no more hot-list changes and vehicles in them than this, unless one change alone has."""


_NUMBER = re.compile("[0-9A-Z一-鿿]{5,10}")
_KIND = re.compile("[0-9A-Z]{2}")
_VIN = re.compile("[0-9A-HJ-NPR-Z]{17}")


class RegistryView(Protocol):
    """The database as one request sees it, in one transaction."""

    def first_seen(self, terminal: str, request_id: bytes, sent_ms: int) -> bool:
        """Whether this request was never seen before; from now on it was."""

    def records(self, number: str) -> Sequence[VehicleRecord]:
        """The vehicles of a number, in the order of their kinds."""

    def of_vin(self, vin: str) -> VehicleRecord | None:
        """The vehicle of a vehicle identification number."""

    def earlier_alarms(self, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
        """Earlier alarms on a vehicle, newest first; None where it has no alarm now, or never had one."""

    def changes(self, question: HotlistQuestion, most: int) -> tuple[Sequence[HotlistChange], bool]:
        """The changes asked for, as far as `most` vehicles and changes reach; and whether more follow."""


class Publication(NamedTuple):
    """What is to be published."""

    topic: str
    payload: bytes
    correlation: bytes
    """The request's id, as Correlation Data."""
    result: IntEnum


def reply(
    request: LookupRequest, owner: Terminal, view: RegistryView, others: OtherIssuers, now_ms: int
) -> LookupAnswer | Refusal:
    """The answer to a request that was admitted, at `now_ms` (Unix ms).

    One seen before is not answered again: the terminal has its answer, or a worker is about to give it, and a
    refusal must not come first. One that is too old or too new is told so, since the terminal's clock may be
    what is wrong. The view's faults pass through.
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
    """True if the head of its journal that an answered request names is to be kept."""
    return _why_not(request, owner, now_ms) is None


def unavailable(request_id: bytes, terminal: str, now_ms: int) -> LookupAnswer:
    """What a terminal is told while the database cannot be asked, so that it does not wait in vain."""
    return LookupAnswer(id=request_id, answered_ms=now_ms, result=LookupResult.UNAVAILABLE, terminal=terminal)


def letter(answer: LookupAnswer, sign: Signer) -> Publication:
    """An answer as it is published: to its terminal's own topic, whatever Response Topic was asked for."""
    return Publication(topics.answer(answer.terminal), codec.sign(answer, sign), answer.id, answer.result)


def _why_not(request: LookupRequest, owner: Terminal, now_ms: int) -> RefusalReason | None:
    """The reason to refuse a request whatever it asks: a withdrawn terminal, or a clock that is off."""
    if owner.state != ACTIVE:
        return RefusalReason.INACTIVE
    return None if abs(now_ms - request.sent_ms) <= FRESH_MS else RefusalReason.CLOCK


def refused(request: LookupRequest, now_ms: int, why: RefusalReason) -> LookupAnswer:
    """The answer that refuses a request."""
    return LookupAnswer(
        id=request.id, answered_ms=now_ms, result=LookupResult.REFUSED, terminal=request.terminal, refusal=why
    )


def _vehicles(
    request: LookupRequest, question: PlateQuestion, view: RegistryView, now_ms: int
) -> LookupAnswer:
    """The vehicles of a number; what can be no number or kind is refused, since "not found" would accuse.

    Of a code's digest this registry, which keeps no record of what was issued, only says that it does not
    know.
    """
    number, kind = question.number, question.kind
    if _NUMBER.fullmatch(number) is None or not (kind is None or _KIND.fullmatch(kind)):
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
        issuance=None if question.code_digest is None else Issuance.NOT_KNOWN,
        earlier_alarms=None if one is None else view.earlier_alarms(one),
    )


def _of_vin(request: LookupRequest, vin: str, view: RegistryView, now_ms: int) -> LookupAnswer:
    if _VIN.fullmatch(vin) is None:
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
    """A code's finding, and its vehicle's record where the code is proven: no other code names anybody."""
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
