"""Lookups open with the registry's keys alone, and what goes to a terminal with the terminal's own."""

from __future__ import annotations

from collections.abc import Callable

from scripts.registry.admission import LARGEST, Refusal
from scripts.registry.answers import Publication
from scripts.registry.bounds import Refused
from scripts.registry.service import Service
from terminal.model import RefusalReason
from terminal.registry import codec, topics
from terminal.registry.messages import LookupAnswer, LookupRequest, LookupResult
from terminal.wire.sealed import seal
from terminal.wire.signed import by_kid
from tests.scripts.registry.journal_batches import BATCH_TOPIC, Journal
from tests.scripts.registry.request_fixtures import (
    LOOKUP_PAIR,
    LOOKUP_TOPIC,
    NOW_MS,
    REQUEST,
    boxed,
    key_of,
    pair_of,
    public,
    sent,
    unboxed,
)


def test_a_lookup_that_no_key_opens_is_refused_with_the_reason_key(desk: Callable[[str], Service]):
    service, stranger = desk("W0001"), pair_of("stranger").public
    for payload in (seal(sent(REQUEST), stranger), sent(REQUEST), b""):
        posted: list[Publication] = []
        out = service.deliver(LOOKUP_TOPIC, payload, NOW_MS, REQUEST.id, posted.append)
        assert isinstance(out, Publication)
        assert posted == [out]
        answer = codec.open_signed(LookupAnswer, unboxed(out.payload), by_kid([public(key_of("W0001"))]))
        assert answer == LookupAnswer(
            id=REQUEST.id,
            answered_ms=NOW_MS,
            result=LookupResult.REFUSED,
            terminal="T0001",
            refusal=RefusalReason.KEY,
        )
    assert service.bounds.refused[Refused("T0001", "lookup", RefusalReason.KEY)] == 3
    for correlation in (b"", bytes(15)):
        assert service.deliver(LOOKUP_TOPIC, b"", NOW_MS, correlation) is Refusal.CORRELATION


def test_the_size_and_the_topic_of_a_lookup_are_looked_at_before_it_is_opened(desk: Callable[[str], Service]):
    service = desk("W0001")
    large = bytes(LARGEST[LookupRequest] + 1)
    assert service.deliver(LOOKUP_TOPIC, large, NOW_MS, REQUEST.id) is Refusal.TOO_LARGE
    for topic in (f"{LOOKUP_TOPIC}/", f"{LOOKUP_TOPIC}/x", topics.lookup("T0009"), topics.answer("T0001")):
        assert service.deliver(topic, boxed(REQUEST), NOW_MS, REQUEST.id) is Refusal.OTHER_TERMINAL
    # Sealed by anybody, but signed by another terminal or by nobody.
    stolen = seal(sent(REQUEST), LOOKUP_PAIR.public)
    assert service.deliver(topics.lookup("T0002"), stolen, NOW_MS, REQUEST.id) is Refusal.OTHER_TERMINAL
    unsigned = seal(codec.write(REQUEST), LOOKUP_PAIR.public)
    assert service.deliver(LOOKUP_TOPIC, unsigned, NOW_MS, REQUEST.id) is Refusal.UNSIGNED


def test_what_goes_to_the_broker_opens_with_the_terminal_s_key_alone(desk: Callable[[str], Service]):
    service, journal = desk("W0001"), Journal().fill(1)
    for topic, message in ((LOOKUP_TOPIC, boxed(REQUEST)), (BATCH_TOPIC, journal.sent(1, 1))):
        out = service.deliver(topic, message, NOW_MS, REQUEST.id)
        assert isinstance(out, Publication)
        assert pair_of("T0002").open(out.payload) is None
        assert unboxed(out.payload)
