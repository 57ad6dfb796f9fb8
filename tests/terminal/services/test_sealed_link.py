"""The broker carries boxes; what it could read is accepted from nobody."""

from __future__ import annotations

import pytest

from terminal.ports import Incoming, LinkMessage, LinkState, Outgoing
from terminal.registry import topics
from terminal.services.sealed_link import SealedLink
from terminal.wire.sealed import SealingKeyPair, seal
from tests.terminal.services.terminal_fixture import HandLink

OURS, REGISTRY, NEXT = (SealingKeyPair.of(bytes([number]) * 32) for number in (1, 2, 3))
SIGNED = b"a signed message about \xe8\x8b\x8fA12345"


@pytest.fixture
def hand() -> HandLink:
    """The other end."""
    return HandLink()


@pytest.fixture
def link(hand: HandLink) -> SealedLink:
    """A terminal's link to it."""
    return SealedLink(hand, "T0001", OURS.open, REGISTRY.public)


def test_lookups_are_sealed_to_the_lookup_key_in_use(link: SealedLink, hand: HandLink):
    asked = Outgoing(topics.lookup("T0001"), SIGNED, correlation=b"i" * 16, expiry_s=3, urgent=True)
    link.send(asked)
    link.seal_to(NEXT.public)
    link.send(asked)
    for sent, pair in zip(hand.sent, (REGISTRY, NEXT), strict=True):
        assert SIGNED not in sent.payload
        assert pair.open(sent.payload) == SIGNED
        assert (sent.topic, sent.correlation, sent.expiry_s, sent.urgent) == (asked.topic, b"i" * 16, 3, True)


def test_batches_and_pieces_hold_sealed_records_and_pass_as_they_are(link: SealedLink, hand: HandLink):
    sent = [Outgoing(topic("T0001"), SIGNED) for topic in (topics.batch, topics.pieces)]
    for message in sent:
        link.send(message)
    assert hand.sent == sent


@pytest.mark.parametrize("topic", [topics.answer("T0001"), topics.order("T0001")])
def test_answers_and_orders_are_opened_and_anything_else_arrives_empty(
    link: SealedLink, hand: HandLink, topic: str
):
    heard: list[LinkMessage] = []
    link.open(heard.append)
    for payload in (seal(SIGNED, OURS.public), SIGNED, seal(SIGNED, REGISTRY.public), b""):
        hand.deliver(Incoming(topic, payload, b"i" * 16))
    assert heard == [Incoming(topic, opened, b"i" * 16) for opened in (SIGNED, b"", b"", b"")]


def test_what_everybody_may_read_passes_as_it_is(link: SealedLink, hand: HandLink):
    heard: list[LinkMessage] = []
    link.open(heard.append)
    passed: list[LinkMessage] = [Incoming(topics.hotlist("苏"), SIGNED), LinkState(None)]
    for message in passed:
        hand.deliver(message)
    assert heard == passed


def test_the_rest_is_the_link_s_own(link: SealedLink, hand: HandLink):
    answer = Incoming(topics.answer("T0001"), b"")
    link.acknowledge(answer)
    assert hand.acknowledged == [answer]
    assert link.state.up
    hand.up = False
    assert not link.state.up
