"""Batches, pieces and health messages count on their own terminal's topics only; other bytes are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scripts.registry.admission import LARGEST_BATCH, Refusal
from scripts.registry.answers import Publication
from scripts.registry.bounds import MOST_PIECES, PICTURES_BYTES, PICTURES_SPAN_MS, Refused
from scripts.registry.journals.tables import EVIDENCE
from scripts.registry.service import Service
from terminal.registry import codec, topics
from terminal.registry.messages import Chunk, Pieces, Receipt, Reception, StoredPart
from terminal.wire import cbor, signed
from terminal.wire.cbor import Value
from tests.scripts.registry.journal_batches import BATCH_TOPIC, Journal, read
from tests.scripts.registry.request_fixtures import NOW_MS, signer_of, unboxed
from tests.terminal.registry.message_strategies import batches, evidence, healths
from tests.terminal.wire.cbor_values import mutated


def test_a_batch_is_filed_on_its_own_terminal_s_topic_alone(desk: Callable[[str], Service]):
    service, batch = desk("W0001"), Journal().fill(1).sent(1, 1)
    for topic in (topics.batch("T0002"), f"{BATCH_TOPIC}/x"):
        assert service.deliver(topic, batch, NOW_MS) is Refusal.OTHER_TERMINAL
    for topic in (topics.pieces("T0001"), topics.health("T0001")):
        assert service.deliver(topic, batch, NOW_MS) is Refusal.UNSIGNED  # under that context
    malformed = signer_of("T0001")(b"\xa0", signed.HEALTH)
    assert service.deliver(topics.health("T0001"), malformed, NOW_MS) is Refusal.MALFORMED
    out = service.deliver(BATCH_TOPIC, batch, NOW_MS, b"id")
    assert isinstance(out, Publication)
    assert (out.topic, out.correlation, out.result) == (topics.answer("T0001"), b"id", Reception.STORED)


def receipt(service: Service, topic: str, message: bytes, now_ms: int = NOW_MS) -> Receipt:
    """Return the receipt for a delivery."""
    out = service.deliver(topic, message, now_ms, b"id")
    assert isinstance(out, Publication)
    assert (out.topic, out.correlation) == (topics.answer("T0001"), b"id")
    return read(unboxed(out.payload))


def by_hand(service: Service, message: bytes, now_ms: int = NOW_MS) -> Receipt:
    """Return the receipt for a message that came without a broker."""
    out = service.take(message, now_ms)
    assert isinstance(out, bytes)
    return read(out)


@pytest.mark.parametrize(("first", "last", "count"), [(1, 1, 0), (1, 2, 1), (0, 0, 1), (2, 2, 1)])
def test_an_unsound_batch_is_refused_for_good_and_the_receipt_says_what_is_held(
    desk: Callable[[str], Service], first: int, last: int, count: int
):
    service, journal = desk("W0001"), Journal().fill(3)
    records: list[Value] = [*journal.records[:count]]
    said: Value = {1: "T0001", 2: journal.id, 3: first, 4: last, 5: journal.head(0).hash, 6: records}
    message = signer_of("T0001")(cbor.write(said), signed.BATCH)
    for held in (0, 2):
        if held:
            receipt(service, BATCH_TOPIC, journal.sent(1, held))
        told = receipt(service, BATCH_TOPIC, message)
        assert (told.result, told.head) == (Reception.REFUSED, journal.head(held))
        assert by_hand(service, message) == told
    assert receipt(service, BATCH_TOPIC, journal.sent(3, 3)).result is Reception.STORED


def with_two_records_of(size: int) -> Journal:
    """Return a journal with two records, whose sealed boxes have this size together."""
    journal = Journal()
    journal.add_sealed(bytes(LARGEST_BATCH // 2))
    journal.add_sealed(bytes(size - LARGEST_BATCH // 2))
    return journal


def test_a_batch_above_64_kib_is_refused_for_good_and_one_of_64_kib_is_stored(desk: Callable[[str], Service]):
    service, less = desk("W0001"), LARGEST_BATCH - 1_000
    around = len(with_two_records_of(less).sent(1, 2)) - less
    largest, larger = (with_two_records_of(LARGEST_BATCH - around + more) for more in (0, 1))
    assert [len(journal.sent(1, 2)) - LARGEST_BATCH for journal in (largest, larger)] == [0, 1]
    told = receipt(service, BATCH_TOPIC, larger.sent(1, 2))
    assert (told.result, told.head) == (Reception.REFUSED, larger.head(0))
    assert receipt(service, BATCH_TOPIC, largest.sent(1, 2)).result is Reception.STORED


def test_a_batch_that_names_no_journal_is_refused_with_a_receipt_for_none(desk: Callable[[str], Service]):
    told = receipt(desk("W0001"), BATCH_TOPIC, signer_of("T0001")(b"\xa0", signed.BATCH))
    assert (told.result, told.journal_id, told.seq, told.hash) == (Reception.REFUSED, bytes(16), 0, bytes(32))


def pieces(*each: Chunk) -> bytes:
    """Return pieces as T0001 sends them."""
    return codec.sign(Pieces(terminal="T0001", pieces=each), signer_of("T0001"))


PIECES_TOPIC = topics.pieces("T0001")


def test_a_message_has_four_pieces_at_most(desk: Callable[[str], Service]):
    service = desk("W0001")
    names = [bytes([number]) * 32 for number in range(MOST_PIECES + 1)]
    told = receipt(service, PIECES_TOPIC, pieces(*(Chunk(name, 0, 2, b"x") for name in names[:MOST_PIECES])))
    assert told.held == tuple(StoredPart(name, 1) for name in names[:MOST_PIECES])
    told = receipt(service, PIECES_TOPIC, pieces(*(Chunk(name, 0, 2, b"x") for name in names)))
    assert (told.result, told.held, told.journal_id) == (Reception.REFUSED, None, bytes(16))
    with service.database.reading() as connection:
        assert len(connection.execute(select(EVIDENCE)).all()) == MOST_PIECES


def test_a_piece_without_a_byte_is_refused_for_good(desk: Callable[[str], Service]):
    message = signer_of("T0001")(cbor.write({1: "T0001", 2: [[b"p" * 32, 0, 5, b""]]}), signed.PIECES)
    told = receipt(desk("W0001"), PIECES_TOPIC, message)
    assert (told.result, told.held, told.journal_id) == (Reception.REFUSED, None, bytes(16))


def test_pictures_above_the_day_s_quota_are_put_off_and_neither_records_nor_another_terminal_s(
    desk: Callable[[str], Service],
):
    service, hour_ms = desk("W0001"), NOW_MS + 3_600_000
    message = pieces(Chunk(b"p" * 32, 0, 90_000, bytes(90_000)))
    assert service.bounds.pictures_wait_s("T0001", PICTURES_BYTES - 90_000, NOW_MS) is None
    assert receipt(service, PIECES_TOPIC, message).result is Reception.STORED
    told = receipt(service, PIECES_TOPIC, message, hour_ms)
    assert (told.result, told.wait_s) == (Reception.NOT_NOW, 23 * 3600 + 1)
    assert service.bounds.refused == {Refused("T0001", "pieces", "not_now"): 1}
    assert receipt(service, BATCH_TOPIC, Journal().fill(1).sent(1, 1), hour_ms).result is Reception.STORED
    assert by_hand(service, message, hour_ms).result is Reception.STORED
    assert service.bounds.pictures_wait_s("T0002", 90_000, hour_ms) is None
    assert receipt(service, PIECES_TOPIC, message, NOW_MS + PICTURES_SPAN_MS).result is Reception.STORED


@given(
    st.sampled_from(["lookup", "batch", "pieces", "health", "other"]),
    st.binary(max_size=300) | mutated(st.just(Journal().fill(1).sent(1, 1))),
    st.binary(max_size=300) | mutated((evidence | batches() | healths).map(codec.write)),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_bytes_and_any_payload_that_is_signed_are_answered_or_refused(
    desk: Callable[[str], Service], what: str, payload: bytes, said: bytes
):
    service, topic = desk("W0001"), f"roadside/1/{what}/T0001"
    for context in (signed.BATCH, signed.PIECES, signed.HEALTH):
        for message in (payload, signer_of("T0001")(said, context)):
            assert isinstance(service.deliver(topic, message, NOW_MS), Publication | Refusal | None)
            assert isinstance(service.take(message, NOW_MS), bytes | Refusal)
    service.database.close()
