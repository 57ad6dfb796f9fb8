"""A signed question to its verified answer, beside bare paho in the same run; and what 50 terminals cost.

The registry is `serve` in a process of its own; both echo ends and the broker have TLS and TCP_NODELAY. The
echo is made in three ways: with nothing of ours; with a request's properties and a thread for the network, as
any client of this contract has them; and with nothing but the four signatures that the contract asks for.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.utils import random as random_bytes
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from drivers.link import MqttLink
from drivers.link_connection import Line
from keys import certificates, lab
from scripts.bench_rows import Budget, Row, row
from scripts.registry import sample
from scripts.registry.broker import Broker
from terminal.credential import cbor, signed
from terminal.credential.verify import Moment
from terminal.journal.record import Head
from terminal.lab import load_registry
from terminal.model import Incoming
from terminal.ports import LinkState
from terminal.registry import topics
from terminal.registry.lookup import Answered, Inquiry, Lookup
from terminal.registry.messages import PlateQuestion, Result, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.synchronize import Event

    from terminal.ports import LinkMessage

NAMES = tuple(f"T{number:04}" for number in range(1, 51))
ECHOED = "W0002"
"""Who answers the echoes; they go over topics that no worker takes from."""
ROUNDS = 600
WARMING = 30
LOOKUPS = 50
"""Of each terminal, one after another; all terminals at once."""
RATIO = Budget(1.5)
WAIT_S = 20.0
PLATE = PlateQuestion("苏A12345", "02")


@dataclass(slots=True)
class _Bench:
    """What runs: the broker, the registry's process and the laboratory's files."""

    folder: Path
    broker: Broker
    registry: int
    """The process id."""
    answer_keys: Sequence[bytes]
    seeds: dict[str, bytes] = field(repr=False)

    @property
    def tls(self) -> Path:
        """The identities' folder."""
        return self.folder / lab.TLS


class _Terminal:
    """A terminal's own link and lookup; it has one question out at a time."""

    def __init__(
        self, bench: _Bench, name: str, heard: queue.SimpleQueue[tuple[_Terminal, Incoming]]
    ) -> None:
        self.lookup = Lookup(name, signed.signer(bench.seeds[name]), bench.answer_keys)
        self.question = self.answer = b""
        self.asked = 0
        self._journal = random_bytes(16)
        self._up: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._heard = heard
        line = Line(
            host="127.0.0.1",
            port=bench.broker.port,
            terminal=name,
            authority=bench.tls / "ca.crt",
            certificate=bench.tls / f"{name}.crt",
            key=bench.tls / f"{name}.key",
            status_topic=topics.link(name),
            subscriptions=(topics.answer(name),),
        )
        self.link = MqttLink(line)
        self.link.open(self._deliver)
        if not self._up.get(timeout=WAIT_S):
            raise RuntimeError("the broker refuses a terminal")

    def ask(self) -> None:
        """Ask for a vehicle; each question names a journal that has grown, as each check makes it grow."""
        self.asked += 1
        head = Head(self._journal, self.asked, self.asked.to_bytes(32, "big"))
        inquiry = Inquiry(question=PLATE, why=Why.CHECK, officer="098765", head=head, wait_s=WAIT_S)
        out = self.lookup.ask(
            inquiry, request_id=random_bytes(16), moment=Moment(time.time()), monotonic_s=time.monotonic()
        )
        if out is None:
            raise RuntimeError("the question cannot be written")
        self.question = out.payload
        self.link.send(out)

    def verify(self, incoming: Incoming) -> None:
        """Hold a message to be the answer: signed, to this question, and with the vehicle."""
        moment = Moment(time.time())
        received = self.lookup.receive(incoming, moment=moment, monotonic_s=time.monotonic())
        if not isinstance(received, Answered) or received.answer.result is not Result.FOUND:
            raise RuntimeError(f"no answer: {type(received).__name__}")
        self.answer = incoming.payload

    def _deliver(self, message: LinkMessage) -> None:
        if isinstance(message, LinkState):
            self._up.put(message.up)
        elif isinstance(message, Incoming):
            self._heard.put((self, message))


class _Bare:
    """A paho client that this thread turns, with nothing of ours in it."""

    def __init__(self, tls: Path, port: int, name: str, subscription: str) -> None:
        self.heard: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self._flying: set[int] = set()
        self._ready = False
        context = ssl.create_default_context(cafile=tls / "ca.crt")
        context.load_cert_chain(tls / f"{name}.crt", tls / f"{name}.key")
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self.client.tls_set_context(context)
        self.client.on_socket_open = _without_delay
        self.client.on_connect = lambda client, *_: client.subscribe(subscription, qos=1)
        self.client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self.client.on_message = lambda _c, _d, message: self.heard.put(message)
        self.client.on_publish = lambda _c, _d, mid, *_: self._flying.discard(mid)
        self.client.connect("127.0.0.1", port)
        self.until(lambda: self._ready)

    def until(self, done: Callable[[], bool]) -> None:
        """Turn it until something is so."""
        while not done():
            if self.client.loop(1.0) is not mqtt.MQTT_ERR_SUCCESS:
                raise RuntimeError("a bare client lost its broker")

    def say(self, topic: str, payload: bytes, properties: Properties | None = None) -> None:
        """Publish with QoS 1."""
        self._flying.add(self.client.publish(topic, payload, qos=1, properties=properties).mid)

    def settled(self) -> bool:
        """Whether the broker has all that was said."""
        return not self._flying


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to make the echo."""

    what: str
    name: str
    """The asking end's identity."""
    like_ours: bool = False
    """Both ends as this contract has them: properties, and at the asking end a thread for the network."""
    signing: bool = False
    """Both ends sign what they say, and verify what they hear."""


BARE = _Way("bare paho echo of the same sizes", "T0051")
WAYS = (
    BARE,
    _Way("  the echo with properties and a thread", "T0052", like_ours=True),
    _Way("  the bare echo with the four signatures", "T0053", signing=True),
)
_KEYS = bindings.crypto_sign_seed_keypair(bytes(32))


def measure() -> list[Row]:
    """The exchange and its ratio to the bare one; then CPU time a lookup with 50 terminals."""
    with _running() as bench:
        return [*_side_by_side(bench), *_fifty(bench)]


def _side_by_side(bench: _Bench) -> list[Row]:
    heard: queue.SimpleQueue[tuple[_Terminal, Incoming]] = queue.SimpleQueue()
    terminal = _Terminal(bench, NAMES[0], heard)
    _lookup_ms(terminal, heard)
    sizes = len(terminal.question), len(terminal.answer)
    with ExitStack() as running:
        running.enter_context(_answering(bench, sizes[1]))
        echoes = [running.enter_context(_echo(bench, way, sizes[0])) for way in WAYS]
        times: list[list[float]] = [[] for _ in (None, *WAYS)]
        for _ in range(WARMING + ROUNDS):
            times[0].append(_lookup_ms(terminal, heard))
            for samples, echo in zip(times[1:], echoes, strict=True):
                samples.append(echo())
    terminal.link.close()
    note = f"{sizes[0]} bytes there, {sizes[1]} back, {ROUNDS} rounds by turns"
    ours, *others = [samples[WARMING:] for samples in times]
    rows = [row("signed question to verified answer", "ms", ours, note=note)]
    for way, samples in zip(WAYS, others, strict=True):
        told = row(way.what, "ms", samples)
        budget = RATIO if way is BARE else None
        median, p95 = rows[0].median / told.median, rows[0].p95 / told.p95
        rows += [told, Row("  ours, times as long", "x", median, p95, budget, "of the medians, of the p95s")]
    return rows


def _lookup_ms(terminal: _Terminal, heard: queue.SimpleQueue[tuple[_Terminal, Incoming]]) -> float:
    begun_s = time.perf_counter()
    terminal.ask()
    terminal.verify(heard.get(timeout=WAIT_S)[1])
    return 1e3 * (time.perf_counter() - begun_s)


def _fifty(bench: _Bench) -> list[Row]:
    heard: queue.SimpleQueue[tuple[_Terminal, Incoming]] = queue.SimpleQueue()
    terminals = [_Terminal(bench, name, heard) for name in NAMES]
    _all_ask(terminals, heard, 2)
    processes = {"registry": bench.registry, "broker": bench.broker.pid, "terminal": os.getpid()}
    before = {what: _cpu_ms(process) for what, process in processes.items()}
    begun_s = time.perf_counter()
    _all_ask(terminals, heard, LOOKUPS)
    took_s = time.perf_counter() - begun_s
    count = LOOKUPS * len(terminals)
    note = f"{count} lookups of {len(terminals)} terminals, {count / took_s:.0f} a second"
    rows = []
    for what, process in processes.items():
        spent_ms = (_cpu_ms(process) - before[what]) / count
        rows.append(Row(f"CPU a lookup, {what}", "ms", spent_ms, spent_ms, note=note))
    for terminal in terminals:
        terminal.link.close()
    return rows


def _all_ask(
    terminals: Sequence[_Terminal], heard: queue.SimpleQueue[tuple[_Terminal, Incoming]], times: int
) -> None:
    left = dict.fromkeys(terminals, times)
    for terminal in terminals:
        terminal.ask()
    while any(left.values()):
        terminal, incoming = heard.get(timeout=WAIT_S)
        terminal.verify(incoming)
        left[terminal] -= 1
        if left[terminal]:
            terminal.ask()


def _cpu_ms(process: int) -> float:
    """User and system time of a process so far; proc(5), fields 14 and 15."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1e3 * (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _running() -> Iterator[_Bench]:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory())) / "lab"
        now_s = int(time.time())
        lab.make(folder, now_s, random_bytes)
        seeds = {name: random_bytes(32) for name in NAMES}
        _enrol(folder / "trust", seeds)
        certificates.furnish(folder / lab.TLS, [*NAMES, *(way.name for way in WAYS), ECHOED], now_s)
        broker = Broker(folder / "broker", folder / lab.TLS)
        broker.start()
        running.callback(broker.stop)
        registry = running.enter_context(_registry(folder, broker))
        yield _Bench(folder, broker, registry, load_registry(folder / "trust").answer, seeds)


def _enrol(trust: Path, seeds: dict[str, bytes]) -> None:
    public = [(name, bindings.crypto_sign_seed_keypair(seed)[0]) for name, seed in seeds.items()]
    content = cbor.write({n: [*one, sample.PROVINCE, "active"] for n, one in enumerate(public, 1)})
    (trust.resolve() / "terminals.cbor").write_bytes(content)


@contextmanager
def _registry(folder: Path, broker: Broker) -> Iterator[int]:
    """The process id of a registry that takes requests."""
    words = ("--lab", str(folder), "serve", "--broker", f"127.0.0.1:{broker.port}")
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "scripts.registry", *words], stdout=log, stderr=log
        )
    try:
        _wait_for("W0001 takes requests", folder / "registry.log", process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)


def _wait_for(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + WAIT_S
    while words not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > until_s:
            raise RuntimeError(f"the registry did not start: {log.read_text(encoding='utf-8')}")
        time.sleep(0.02)


@contextmanager
def _answering(bench: _Bench, size: int) -> Iterator[None]:
    """The echoes' answering end, in a process of its own as the registry is."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    echoed = (bench.tls, bench.broker.port, size, ready)
    process = spawning.Process(target=_answer, args=echoed, daemon=True)
    process.start()
    try:
        if not ready.wait(WAIT_S):
            raise RuntimeError("the echo did not start")
        yield
    finally:
        process.terminate()
        process.join(WAIT_S)


def _answer(tls: Path, port: int, size: int, ready: Event) -> None:
    """Answer whatever comes with as many bytes as a real answer has."""
    ways = {topics.link(way.name): way for way in WAYS}
    bare = _Bare(tls, port, ECHOED, "roadside/1/link/+")

    def answer(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if (way := ways.get(message.topic)) is not None:
            _hear(way, message)
            number = getattr(message.properties, "CorrelationData", b"")
            bare.say(topics.answer(way.name), _said(way, size), _properties(way, number))

    bare.client.on_message = answer
    ready.set()
    bare.until(lambda: False)


@contextmanager
def _echo(bench: _Bench, way: _Way, size: int) -> Iterator[Callable[[], float]]:
    """One exchange, ms."""
    bare = _Bare(bench.tls, bench.broker.port, way.name, topics.answer(way.name))
    if way.like_ours:
        bare.client.loop_start()
    yield lambda: _echo_ms(bare, way, size)
    bare.client.disconnect()
    bare.client.loop_stop()


def _echo_ms(bare: _Bare, way: _Way, size: int) -> float:
    begun_s = time.perf_counter()
    asked = _properties(way, random_bytes(16), topics.answer(way.name))
    bare.say(topics.link(way.name), _said(way, size), asked)
    if not way.like_ours:
        bare.until(lambda: not bare.heard.empty())
    _hear(way, bare.heard.get(timeout=WAIT_S))
    took_ms = 1e3 * (time.perf_counter() - begun_s)
    if not way.like_ours:
        bare.until(bare.settled)
    return took_ms


def _properties(way: _Way, number: bytes, answer_topic: str | None = None) -> Properties | None:
    if not way.like_ours:
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
    properties.CorrelationData = number
    properties.MessageExpiryInterval = int(WAIT_S)
    if answer_topic is not None:
        properties.ResponseTopic = answer_topic
    return properties


def _said(way: _Way, size: int) -> bytes:
    """So many bytes."""
    if not way.signing:
        return bytes(size)
    return bindings.crypto_sign(bytes(size - bindings.crypto_sign_BYTES), _KEYS[1])


def _hear(way: _Way, message: mqtt.MQTTMessage) -> None:
    if way.signing:
        bindings.crypto_sign_open(bytes(message.payload), _KEYS[0])


def _without_delay(_client: mqtt.Client, _data: object, channel: object) -> None:
    if isinstance(channel, socket.socket):  # and a TLS socket is one
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
