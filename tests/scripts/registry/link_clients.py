"""Both ends of a connection for tests: our link, and a bare client that may break the rules."""

from __future__ import annotations

import queue
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.link import MqttLink
from drivers.link_connection import LinkSettings
from scripts.registry.access import Shares
from scripts.registry.broker import Broker
from terminal.ports import Incoming, LinkMessage, LinkState, Outgoing, Sent, Unsent
from terminal.registry import topics

DEADLINE_S = 20.0
SHARES = Shares("1" * 32, "2" * 32)
EVERYTHING = (*SHARES.lookup_filters(), *SHARES.upload_filters())
HOTLISTS = topics.every("hotlist")
T = TypeVar("T")


@dataclass
class Ear:
    """A link, and all messages that it delivered."""

    link: MqttLink
    heard: queue.Queue[LinkMessage] = field(default_factory=queue.Queue)

    def next(self, kind: type[T] | tuple[type[T], ...]) -> T:
        """Return the next message of a kind; earlier ones of other kinds are dropped."""
        while True:
            message = self.heard.get(timeout=DEADLINE_S)
            if isinstance(message, kind):
                return message

    def up(self) -> None:
        """Wait until the link is up."""
        while not self.next(LinkState).up:
            pass

    def send(self, message: Outgoing) -> Sent | Unsent:
        """Send a message and wait for its result."""
        self.link.send(message)
        while True:
            told = self.next((Sent, Unsent))
            assert isinstance(told, (Sent, Unsent))
            if told.message is message:
                return told


@dataclass
class Bare:
    """A paho client on a thread of its own; `told` has its callbacks' arguments."""

    client: mqtt.Client
    told: queue.Queue[tuple[str, Any]] = field(default_factory=queue.Queue)

    def next(self, kind: str) -> Any:  # noqa: ANN401 - what paho says
        """Return the next call of a callback."""
        while True:
            name, value = self.told.get(timeout=DEADLINE_S)
            if name == kind:
                return value

    def subscribe(self, topic: str) -> ReasonCode:
        """Subscribe, and return the SUBACK's reason."""
        self.client.subscribe(topic, qos=1)
        reason = self.next("suback")[0]
        assert isinstance(reason, ReasonCode)
        return reason

    def publish(self, topic: str, payload: bytes) -> ReasonCode:
        """Publish with QoS 1, and return the PUBACK's reason."""
        self.client.publish(topic, payload, qos=1)
        reason = self.next("puback")
        assert isinstance(reason, ReasonCode)
        return reason


class Ends:
    """Makes links and clients by the names of their identities."""

    def __init__(self, tls: Path) -> None:
        self.tls = tls
        self._links: list[MqttLink] = []
        self._clients: list[mqtt.Client] = []

    def line(
        self, broker: Broker, terminal: str, *subscriptions: str, identity: str = "", **other: object
    ) -> LinkSettings:
        """Return a terminal's link settings; `identity` selects another's certificate and key."""
        identity = identity or terminal
        said: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": broker.port,
            "terminal": terminal,
            "authority": self.tls / "ca.crt",
            "certificate": self.tls / f"{identity}.crt",
            "key": self.tls / f"{identity}.key",
            "status_topic": topics.link(terminal),
            "subscriptions": subscriptions or (topics.answer(terminal),),
        }
        return LinkSettings(**said | other)

    def link(self, line: LinkSettings) -> Ear:
        """Open a link."""
        ear = Ear(MqttLink(line))
        self._links.append(ear.link)
        ear.link.open(ear.heard.put)
        return ear

    def worker(self, broker: Broker, *subscriptions: str) -> Ear:
        """Open the link of worker W0001; it takes lookups and uploads unless subscriptions are given."""
        ear = self.link(self.worker_line(broker, *subscriptions))
        ear.up()
        return ear

    def worker_line(self, broker: Broker, *subscriptions: str) -> LinkSettings:
        """Return link settings of worker W0001, which may publish answers and has no link topic."""
        status = topics.answer("W0001")
        return self.line(broker, "W0001", *subscriptions or EVERYTHING, status_topic=status)

    def bare(self, broker: Broker, identity: str, client_id: str, *, clean_start: bool = True) -> Bare:
        """Connect a bare client; return it after its CONNACK."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5)
        bare = Bare(client)
        context = ssl.create_default_context(cafile=self.tls / "ca.crt")
        context.load_cert_chain(self.tls / f"{identity}.crt", self.tls / f"{identity}.key")
        client.tls_set_context(context)
        client.on_connect = lambda _c, _d, flags, reason, _p: bare.told.put(("connack", (flags, reason)))
        client.on_subscribe = lambda _c, _d, _m, reasons, _p: bare.told.put(("suback", reasons))
        client.on_publish = lambda _c, _d, _m, reason, _p: bare.told.put(("puback", reason))
        client.on_message = lambda _c, _d, message: bare.told.put(("message", message))
        client.on_disconnect = lambda _c, _d, _f, reason, _p: bare.told.put(("disconnect", reason))
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's is not annotated
        asked.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", broker.port, clean_start=clean_start, properties=asked)
        client.loop_start()
        self._clients.append(client)
        return bare

    def hang_up(self, bare: Bare) -> None:
        """Disconnect a bare client, keeping its session."""
        bare.client.disconnect()
        bare.client.loop_stop()

    def close(self) -> None:
        """Close all links and clients."""
        for client in self._clients:
            client.disconnect()
            client.loop_stop()
        for link in self._links:
            link.close()


ID = b"0123456789abcdef"


def answer_to(terminal: str, payload: bytes = b"answer") -> Outgoing:
    """Return a worker's message to a terminal."""
    return Outgoing(topics.answer(terminal), payload, ID)


def incoming(terminal: str, payload: bytes = b"answer") -> Incoming:
    """Return it as the terminal receives it."""
    return Incoming(topics.answer(terminal), payload, ID)
