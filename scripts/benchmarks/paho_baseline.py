"""Echo with bare paho over the same broker: the lower bound for an exchange.

Both ends use TLS and TCP_NODELAY. Three variants: nothing else; with a request's properties and a network
thread, as any client of this contract needs; and with only the four signatures that the contract requires.
"""

from __future__ import annotations

import multiprocessing
import queue
import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.utils import random as random_bytes
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from terminal.registry import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.synchronize import Event
    from pathlib import Path

ECHOED = "W0002"
"""Identity of the answering end; echoes use topics that no worker subscribes to."""
WAIT_S = 20.0


class _Bare:
    """A bare paho client, polled by the calling thread."""

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
        """Poll until `done` returns True."""
        while not done():
            if self.client.loop(1.0) is not mqtt.MQTT_ERR_SUCCESS:
                raise RuntimeError("a bare client lost its broker")

    def say(self, topic: str, payload: bytes, properties: Properties | None = None) -> None:
        """Publish with QoS 1."""
        self._flying.add(self.client.publish(topic, payload, qos=1, properties=properties).mid)

    def settled(self) -> bool:
        """Return True if the broker has acknowledged every message."""
        return not self._flying


@dataclass(frozen=True, slots=True)
class EchoMethod:
    """One variant of the echo."""

    what: str
    name: str
    """Identity of the requesting end."""
    like_ours: bool = False
    """Both ends set properties, and the requesting end has a network thread."""
    signing: bool = False
    """Both ends sign messages and verify those received."""


BARE = EchoMethod("bare paho echo of the same sizes", "T0051")
WAYS = (
    BARE,
    EchoMethod("  the echo with properties and a thread", "T0052", like_ours=True),
    EchoMethod("  the bare echo with the four signatures", "T0053", signing=True),
)
_KEYS = bindings.crypto_sign_seed_keypair(bytes(32))


@contextmanager
def answering(tls: Path, port: int, size: int) -> Iterator[None]:
    """Run the answering end in a process of its own, as the registry is."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    echoed = (tls, port, size, ready)
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
    """Answer each message with as many bytes as a real answer has."""
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
def echo(tls: Path, port: int, way: EchoMethod, size: int) -> Iterator[Callable[[], float]]:
    """Yield a function that makes one exchange and returns its time, ms."""
    bare = _Bare(tls, port, way.name, topics.answer(way.name))
    if way.like_ours:
        bare.client.loop_start()
    yield lambda: _echo_ms(bare, way, size)
    bare.client.disconnect()
    bare.client.loop_stop()


def _echo_ms(bare: _Bare, way: EchoMethod, size: int) -> float:
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


def _properties(way: EchoMethod, number: bytes, answer_topic: str | None = None) -> Properties | None:
    if not way.like_ours:
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
    properties.CorrelationData = number
    properties.MessageExpiryInterval = int(WAIT_S)
    if answer_topic is not None:
        properties.ResponseTopic = answer_topic
    return properties


def _said(way: EchoMethod, size: int) -> bytes:
    """Return a payload of `size` bytes."""
    if not way.signing:
        return bytes(size)
    return bindings.crypto_sign(bytes(size - bindings.crypto_sign_BYTES), _KEYS[1])


def _hear(way: EchoMethod, message: mqtt.MQTTMessage) -> None:
    if way.signing:
        bindings.crypto_sign_open(bytes(message.payload), _KEYS[0])


def _without_delay(_client: mqtt.Client, _data: object, channel: object) -> None:
    if isinstance(channel, socket.socket):  # includes TLS sockets
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
