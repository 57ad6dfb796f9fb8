"""Batches, pieces and health come on their own terminal's topics alone, and any other bytes are refused."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.registry.admission import Refusal
from scripts.registry.answering import Letter
from scripts.registry.service import Service
from terminal.credential import signed
from terminal.registry import form, topics
from terminal.registry.messages import Reception
from tests.registry.asking import LOOKUP_TOPIC, NOW_MS, signer_of
from tests.registry.filing import BATCH_TOPIC, Journal
from tests.terminal.credential.cbor_values import mutated
from tests.terminal.registry.said import batches, evidence, healths


def test_a_batch_is_filed_on_its_own_terminal_s_topic_alone(desk: Callable[[str], Service]):
    service, batch = desk("W0001"), Journal().fill(1).sent(1, 1)
    for topic in (topics.batch("T0002"), f"{BATCH_TOPIC}/x"):
        assert service.deliver(topic, batch, NOW_MS) is Refusal.OTHER_TERMINAL
    for topic in (topics.pieces("T0001"), topics.health("T0001"), LOOKUP_TOPIC):
        assert service.deliver(topic, batch, NOW_MS) is Refusal.UNSIGNED  # under that context
    assert (
        service.deliver(BATCH_TOPIC, signer_of("T0001")(b"\xa0", signed.BATCH), NOW_MS) is Refusal.MALFORMED
    )
    out = service.deliver(BATCH_TOPIC, batch, NOW_MS, b"id")
    assert isinstance(out, Letter)
    assert (out.topic, out.correlation, out.result) == (topics.answer("T0001"), b"id", Reception.STORED)


@given(
    st.sampled_from(["lookup", "batch", "pieces", "health", "other"]),
    st.binary(max_size=300) | mutated(st.just(Journal().fill(1).sent(1, 1))),
    st.binary(max_size=300) | mutated((evidence | batches() | healths).map(form.write)),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_bytes_and_any_payload_that_is_signed_are_answered_or_refused(
    desk: Callable[[str], Service], what: str, payload: bytes, said: bytes
):
    service, topic = desk("W0001"), f"roadside/1/{what}/T0001"
    for context in (signed.BATCH, signed.PIECES, signed.HEALTH):
        for message in (payload, signer_of("T0001")(said, context)):
            assert isinstance(service.deliver(topic, message, NOW_MS), Letter | Refusal | None)
            assert isinstance(service.take(message, NOW_MS), bytes | Refusal)
    service.database.close()
