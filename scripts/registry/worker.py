"""A worker takes its share of messages from the broker and acknowledges each after its answer.

A worker either answers lookups and publishes hot-list changes, or stores uploads. Each has a subscription, a
queue at the broker and a process of its own, so that lookups never wait for batches or pictures (wire format,
section 5). One thread does everything except keeping the journal heads that requests name, which may have to
wait for an upload. Acknowledging after the answer gives unanswered messages of a dead worker to another. The
session ends with the connection: messages kept for an absent worker would be stale, and the others have
received them.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from keys import files
from scripts.registry.faults import BrokerFault, DatabaseFault

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from paho.mqtt.client import ConnectFlags, DisconnectFlags, MQTTMessage, SocketLike
    from paho.mqtt.reasoncodes import ReasonCode

    from scripts.registry.answers import Publication
    from scripts.registry.service import Service
    from terminal.registry.messages import HotlistChange

LOG = logging.getLogger("registry.worker")

ANSWER_EXPIRY_S = 600
"""Expiry of an answer, s: it is useful for a check of the last ten minutes, and not after that."""
KEEPALIVE_S = 10
TURN_S = 0.5
"""Polling interval, s, for due work and the end: a hot-list change is published within a second."""
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Connection settings of a worker: `tls` has ca.crt, and `name`.crt and `name`.key."""

    host: str
    port: int
    name: str
    tls: Path
    filters: tuple[str, ...]
    """Shared subscriptions: each message of a terminal goes to one of the workers that have them."""
    publishes_hotlist: bool = False


class Worker:
    """One worker; call `run`."""

    def __init__(
        self, settings: WorkerSettings, service: Service, ready: Callable[[], object] = lambda: None
    ) -> None:
        """Prepare a worker; `ready` is called each time that the broker has its subscriptions.

        Raises BrokerFault if its identity cannot be used.
        """
        self._post, self._service, self._ready = settings, service, ready
        self._telling: dict[int, HotlistChange] = {}
        """Published changes without an acknowledgement, by packet id."""
        self._heard: deque[MQTTMessage] = deque()
        """Messages still to be answered."""
        self._keeper = ThreadPoolExecutor(1)
        self._keeping = self._keeper.submit(lambda: None)
        self._up = False
        self._next_s = 0.0
        """Monotonic time, s, at which due work is looked for again."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=settings.name, protocol=mqtt.MQTTv5, manual_ack=True
        )
        client.tls_set_context(tls_context(settings.tls, settings.name))
        client.on_socket_open = _without_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        self._client = client

    def run(self, stopping: threading.Event) -> None:
        """Work until `stopping` is set; an unreachable broker is tried again each second."""
        while not stopping.is_set():
            try:
                self._client.connect(self._post.host, self._post.port, KEEPALIVE_S)
            except OSError as error:
                LOG.warning("%s", BrokerFault(error.strerror or type(error).__name__).line())
                stopping.wait(_RETRY_S)
                continue
            while not stopping.is_set() and self._client.loop(TURN_S) is MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._work()
                self._keep()
                self._tell()
            if not stopping.is_set():
                stopping.wait(_RETRY_S)
        self._client.disconnect()
        self._keeper.shutdown()
        self._keep_heads()

    def _keep(self) -> None:
        """Have the heads that requests named kept, beside the answers: an upload may hold the database."""
        if self._keeping.done() and self._service.heads:
            self._keeping = self._keeper.submit(self._keep_heads)

    def _keep_heads(self) -> None:
        try:
            self._service.keep_heads()
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())

    def _tell(self) -> None:
        """Publish due hot-list changes."""
        idle = not self._post.publishes_hotlist or not self._up or self._telling
        if idle or time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + TURN_S
        try:
            due = self._service.due(_now_ms())
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())
            return
        for telling in due:
            sent = self._client.publish(telling.topic, telling.payload, qos=1)
            self._telling[sent.mid] = telling.change

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _props: object
    ) -> None:
        if reason.is_failure:
            LOG.warning("%s", BrokerFault(str(reason)).line())
            return
        self._telling.clear()  # another worker, or this one, claims them again
        client.subscribe([(each, SubscribeOptions(qos=1)) for each in self._post.filters])

    def _on_subscribe(
        self, client: mqtt.Client, _data: object, _mid: int, reasons: list[ReasonCode], _props: object
    ) -> None:
        refused = [reason for reason in reasons if reason.is_failure]
        self._up = not refused
        if self._up:
            LOG.info("%s takes requests", self._post.name)
            self._ready()
        else:
            LOG.warning("%s", BrokerFault(f"no shared subscription: {refused[0]}").line())
            client.disconnect()

    def _on_message(self, _client: mqtt.Client, _data: object, message: MQTTMessage) -> None:
        self._heard.append(message)

    def _work(self) -> None:
        """Answer received messages. Outside paho's callbacks, a publish is sent before it returns."""
        while self._heard:
            message = self._heard.popleft()
            correlation: bytes = getattr(message.properties, "CorrelationData", b"")
            self._service.deliver(
                message.topic, bytes(message.payload), _now_ms(), correlation, self._publish
            )
            self._client.ack(message.mid, message.qos)

    def _publish(self, out: Publication) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
        properties.CorrelationData = out.correlation
        properties.MessageExpiryInterval = ANSWER_EXPIRY_S
        self._client.publish(out.topic, out.payload, qos=1, properties=properties)

    def _on_publish(
        self, _client: mqtt.Client, _data: object, mid: int, reason: ReasonCode, _props: object
    ) -> None:
        if reason.is_failure:
            LOG.warning("%s", BrokerFault(f"not published: {reason}").line())
        change = self._telling.pop(mid, None)
        if change is None or reason.is_failure:
            return
        try:
            self._service.told(change)
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _props: object,
    ) -> None:
        self._up = False
        self._heard.clear()  # not acknowledged: the broker gives them to another worker, or to this one again
        LOG.info("%s is off: %s", self._post.name, reason)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _without_delay(_client: mqtt.Client, _data: object, channel: SocketLike) -> None:
    # Answer and acknowledgement are small packets: Nagle's algorithm would delay the second by 40 ms.
    if isinstance(channel, socket.socket):  # includes TLS sockets
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def tls_context(tls: Path, name: str) -> ssl.SSLContext:
    """Return the TLS context for connecting under a name; `tls` has ca.crt, NAME.crt and NAME.key.

    Raises BrokerFault, and InputFault if others may read the key.
    """
    try:
        files.require_private(tls / f"{name}.key")
        context = ssl.create_default_context(cafile=tls / "ca.crt")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(tls / f"{name}.crt", tls / f"{name}.key")
    except OSError as error:
        raise BrokerFault(f"the identity of {name}: {error.strerror}") from error
    return context
