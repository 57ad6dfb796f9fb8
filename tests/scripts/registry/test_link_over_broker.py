"""Over a real broker, the link reports the result of each message and reconnects by itself."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.link_connection import UNACKNOWLEDGED_MS, Connection
from keys import certificates
from scripts.registry.broker import Broker
from terminal.errors import LinkExpired, LinkIdentityFault, LinkRefused
from terminal.ports import Incoming, LinkState, NotSent, Outgoing, Sent, Unsent
from terminal.registry import topics
from tests.scripts.registry.link_clients import DEADLINE_S, ID, SHARES, Ear, Ends, answer_to, incoming

LOOKUP = Outgoing(topics.lookup("T0001"), b"question", ID, 5, topics.answer("T0001"), urgent=True)


def test_a_question_bears_what_its_answer_needs_and_the_answer_comes_back(broker: Broker, ends: Ends):
    worker = ends.bare(broker, "W0001", "W0001")
    worker.subscribe(*SHARES.lookup_filters())
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    assert terminal.send(LOOKUP) == Sent(LOOKUP)
    heard = worker.next("message")
    assert (heard.topic, heard.payload, heard.qos) == (LOOKUP.topic, LOOKUP.payload, 1)
    assert heard.properties.CorrelationData == ID
    assert heard.properties.ResponseTopic == topics.answer("T0001")
    assert 1 <= heard.properties.MessageExpiryInterval <= 5
    assert not worker.publish(topics.answer("T0001"), b"answer").is_failure
    assert terminal.next(Incoming) == Incoming(topics.answer("T0001"), b"answer")


def test_what_nobody_listens_to_is_not_sent_unless_the_broker_keeps_it(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    assert terminal.send(LOOKUP) == Unsent(LOOKUP, NotSent.UNROUTED)
    health = Outgoing(topics.health("T0001"), b"well", retain=True)
    assert terminal.send(health) == Sent(health)


def test_what_the_broker_would_hang_up_on_is_not_tried(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    large = Outgoing(topics.pieces("T0001"), bytes(131_072))
    assert terminal.send(large) == Unsent(large, NotSent.TOO_LARGE)
    assert terminal.link.state.up


def test_the_largest_that_is_tried_is_taken(broker: Broker, ends: Ends):
    worker = ends.worker(broker)
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    topic = topics.pieces("T0001")
    largest = Outgoing(topic, bytes(98_560 - 64 - len(topic) - len(ID)), ID)
    assert len(largest.payload) >= 96 * 1024
    assert terminal.send(largest) == Sent(largest)
    assert worker.next(Incoming).payload == largest.payload


def test_a_terminal_that_may_not_use_its_own_topic_is_not_up(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001", status_topic=topics.link("T0002")))
    assert type(terminal.next(LinkState).fault) is LinkRefused


def test_the_registry_hears_that_a_terminal_came_and_went(broker: Broker, ends: Ends):
    watcher = ends.worker(broker, topics.every("link"))
    terminal = ends.link(ends.line(broker, "T0002"))
    terminal.up()
    wait_for_word(watcher, b"up")
    terminal.link.close()
    wait_for_word(watcher, b"lost")


def wait_for_word(watcher: Ear, word: bytes) -> None:
    while watcher.next(Incoming).payload != word:
        pass


def test_a_terminal_whose_power_fails_is_told_of_as_lost(broker: Broker, ends: Ends):
    watcher = ends.worker(broker, topics.every("link"))
    line = ends.line(broker, "T0002")
    ours, wake = socket.socketpair()
    with ours, wake:
        connection = Connection(line, lambda _: None)
        connection.connect()
        turn_until(connection, wake, lambda: connection.ready)
        wait_for_word(watcher, b"up")
        assert connection.channel is not None
        connection.channel.close()  # no DISCONNECT, no TLS closing
        wait_for_word(watcher, b"lost")


def turn_until(connection: Connection, wake: socket.socket, done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not done():
        assert connection.poll(wake, 1.0), connection.fault
        assert time.monotonic() < deadline_s


def test_small_packets_are_not_held_back_and_a_dead_line_is_noticed(broker: Broker, ends: Ends):
    connection = Connection(ends.line(broker, "T0001"), lambda _: None)
    connection.connect()
    assert connection.channel is not None
    assert connection.channel.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert connection.channel.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_MS
    assert connection.channel.version() == "TLSv1.3"
    connection.close()
    assert connection.channel is None


def test_the_link_comes_back_with_the_broker_and_what_waited_is_sent(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    broker.kill()
    assert not terminal.next(LinkState).up
    batch = Outgoing(topics.batch("T0001"), b"batch", ID)
    terminal.link.send(batch)
    broker.start()
    ends.worker(broker)
    told = terminal.next((Sent, Unsent))
    # Worker and terminal reconnect at the same time: nobody may be subscribed yet, and that is reported.
    assert told in (Sent(batch), Unsent(batch, NotSent.UNROUTED))
    assert terminal.send(batch) == Sent(batch)
    assert terminal.link.state.up


def test_answers_wait_while_the_terminal_is_away(broker: Broker, ends: Ends):
    line = ends.line(broker, "T0001")
    ear = ends.link(line)
    ear.up()
    ear.link.close()
    worker = ends.worker(broker)
    assert isinstance(worker.send(answer_to("T0001", b"while away")), Sent)
    again = ends.link(line)
    assert again.next(Incoming) == incoming("T0001", b"while away")


def test_what_is_not_acknowledged_comes_again_and_what_is_does_not(broker: Broker, ends: Ends):
    answers = frozenset({topics.answer("T0001")})
    line = ends.line(broker, "T0001", manual_ack=answers)
    worker = ends.worker(broker)
    first = ends.link(line)
    first.up()
    for payload in (b"one", b"two", b"three"):
        assert isinstance(worker.send(answer_to("T0001", payload)), Sent)
    heard = [first.next(Incoming) for _ in range(3)]
    assert [one.payload for one in heard] == [b"one", b"two", b"three"]
    first.link.acknowledge(heard[1])
    assert isinstance(worker.send(answer_to("T0001", b"four")), Sent)
    assert first.next(Incoming).payload == b"four"  # waiting messages hold nothing back
    said = Outgoing(topics.health("T0001"), b"well", retain=True)
    assert first.send(said) == Sent(said)  # so the broker has the acknowledgement, which was sent before
    first.link.close()
    second = ends.link(line)
    again = [second.next(Incoming) for _ in range(3)]
    assert [one.payload for one in again] == [b"one", b"three", b"four"]
    second.link.acknowledge(replace(again[0], delivery=(0, 1)))  # of another connection, so it has no effect
    for message in again[1:]:
        second.link.acknowledge(message)
    assert second.send(said) == Sent(said)
    second.link.close()
    third = ends.link(line)
    assert third.next(Incoming).payload == b"one"
    assert isinstance(worker.send(answer_to("T0001", b"last")), Sent)
    assert third.next(Incoming).payload == b"last"


def test_a_renewed_certificate_is_taken_up_without_a_restart(
    broker: Broker, ends: Ends, tls: Path, tmp_path: Path
):
    line = replace(ends.line(broker, "T0001"), certificate=tmp_path / "own.crt", key=tmp_path / "own.key")
    terminal = ends.link(line)
    assert type(terminal.next(LinkState).fault) is LinkIdentityFault
    shutil.copy(tls / "expired.key", line.key)
    shutil.copy(tls / "expired.crt", line.certificate)
    while type(terminal.next(LinkState).fault) is not LinkExpired:
        pass
    ca = certificates.load(tls, "ca")
    certificates.save(certificates.issue_client("T0001", ca, int(time.time()), 1), tmp_path, "new")
    shutil.copy(tmp_path / "new.key", line.key)
    shutil.copy(tmp_path / "new.crt", line.certificate)
    terminal.up()


@pytest.mark.parametrize("urgent", [True, False])
def test_what_is_urgent_overtakes_what_is_not(broker: Broker, ends: Ends, *, urgent: bool):
    every_health = topics.every("health")  # a shared subscription does not survive the broker's restart
    ends.worker(broker, every_health).link.close()  # its session is kept
    broker.save()
    broker.kill()
    terminal = ends.link(ends.line(broker, "T0001"))
    assert not terminal.next(LinkState).up
    for number in range(5):
        terminal.link.send(Outgoing(topics.health("T0001"), bytes([number])))
    terminal.link.send(replace(LOOKUP, topic=topics.health("T0001"), urgent=urgent, expiry_s=None))
    broker.start()
    assert all(isinstance(terminal.next((Sent, Unsent)), Sent) for _ in range(6))
    worker = ends.link(ends.worker_line(broker, every_health))
    heard = [worker.next(Incoming).payload for _ in range(6)]
    expected = [bytes([number]) for number in range(5)]
    assert heard == ([b"question", *expected] if urgent else [*expected, b"question"])
