"""Measure a 200-byte round trip over a real broker, QoS 1, mutual TLS, with and without Nagle's algorithm."""

from __future__ import annotations

import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.link_connection import Connection, LinkSettings
from keys import certificates
from scripts.benchmarks.rows import Budget, Row, row
from scripts.registry import access
from scripts.registry.broker import Broker
from terminal.ports import Incoming, Outgoing
from terminal.registry import topics

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 300
ROUNDS_HELD_BACK = 25
SIZE = 200
NODELAY = "set_tcp_nodelay true\n"
SHARES = access.Shares("lookups", "uploads")
LIMIT_MS = Budget(10)
"""Ten times the expected time; a tenth of the time with delayed packets."""


class _End:
    """A connection that is polled by whoever waits on it."""

    def __init__(self, settings: LinkSettings, *, nodelay: bool) -> None:
        self.heard: list[Incoming] = []
        self.wake, self._waker = socket.socketpair()
        self.connection = Connection(settings, self.heard.append)
        self.connection.connect()
        if not nodelay and self.connection.channel is not None:
            self.connection.channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        self.until(lambda: self.connection.ready)

    def until(self, done: Callable[[], bool]) -> None:
        while not done():
            if not self.connection.poll(self.wake, 1.0):
                raise self.connection.fault

    def say(self, topic: str) -> None:
        self.connection.publish(Outgoing(topic, bytes(SIZE)), None)

    def end(self) -> None:
        self.connection.close()
        self.wake.close()
        self._waker.close()


def measure() -> list[Row]:
    """Measure the wall time of a round trip with both settings of TCP_NODELAY, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        tls = Path(folder) / "tls"
        certificates.ensure_identities(tls, ["T0001", "W0001"], int(time.time()))
        swift = _exchanges(Path(folder) / "swift", tls, ROUNDS, nodelay=True)
        held = _exchanges(Path(folder) / "held", tls, ROUNDS_HELD_BACK, nodelay=False)
    times = statistics.median(held) / statistics.median(swift)
    p99 = sorted(swift)[int(0.99 * len(swift))]
    return [
        row(
            "round trip of 200 bytes, unsigned",
            "ms",
            swift,
            LIMIT_MS,
            note=f"p99 {p99:.2f}, {ROUNDS} rounds",
        ),
        row("  with Nagle's algorithm at both ends", "ms", held, note=f"{times:.0f} times as long"),
    ]


def _exchanges(folder: Path, tls: Path, rounds: int, *, nodelay: bool) -> list[float]:
    allowed = access.state_file(["T0001"], ["W0001"], SHARES)
    broker = Broker(folder, tls, allowed, amend=lambda text: text if nodelay else text.replace(NODELAY, ""))
    broker.start()
    try:
        lookups, answers = SHARES.lookup_filters()[0], topics.answer("T0001")
        worker = _End(_line(broker, tls, "W0001", lookups, topics.answer("W0001")), nodelay=nodelay)
        asker = _End(_line(broker, tls, "T0001", answers, topics.link("T0001")), nodelay=nodelay)
        answering = threading.Thread(target=_answer, args=(worker, rounds))
        answering.start()
        times_ms = [_ask(asker) for _ in range(rounds)]
        answering.join()
        for end in (asker, worker):
            end.end()
        return times_ms
    finally:
        broker.stop()


def _ask(asker: _End) -> float:
    begun_s = time.perf_counter()
    asker.say(topics.lookup("T0001"))
    asker.until(lambda: bool(asker.heard))
    took_ms = 1e3 * (time.perf_counter() - begun_s)
    asker.until(lambda: bool(asker.connection.answers()))
    asker.heard.clear()
    return took_ms


def _answer(worker: _End, rounds: int) -> None:
    for _ in range(rounds):
        worker.until(lambda: bool(worker.heard))
        worker.heard.clear()
        worker.say(topics.answer("T0001"))
        worker.until(lambda: bool(worker.connection.answers()))


def _line(broker: Broker, tls: Path, name: str, subscription: str, status_topic: str) -> LinkSettings:
    return LinkSettings(
        host="127.0.0.1",
        port=broker.port,
        terminal=name,
        authority=tls / "ca.crt",
        certificate=tls / f"{name}.crt",
        key=tls / f"{name}.key",
        status_topic=status_topic,
        subscriptions=(subscription,),
    )
