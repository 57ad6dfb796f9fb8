"""A worker takes its share of the messages from the broker, and acknowledges each after its answer.

A worker either answers lookups and publishes hot-list changes, or stores uploads. Each has a subscription, a
queue at the broker and a process of its own, so that lookups never wait for batches or pictures (wire format,
section 5). One thread does everything but to keep what requests name of journals, which may have to wait for
an upload. An acknowledgement only follows the answer, so what a dying worker had not answered goes to
another. The session ends with the connection: what waited for a worker that is away would be stale, and the
others have it by then.
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
"""An answer still tells something of a check of the last ten minutes, and nothing after that."""
KEEPALIVE_S = 10
TURN_S = 0.5
"""So often is asked what is due, and whether to stop: a hot-list change is told within a second."""
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Where a worker works, and as whom: `name`.crt and `name`.key lie in `tls`, with ca.crt."""

    host: str
    port: int
    name: str
    tls: Path
    filters: tuple[str, ...]
    """Shared subscriptions: each message of a terminal goes to one of the workers that have them."""
    publishes_hotlist: bool = False


class Worker:
    """One worker. `run` it until it is told to stop."""

    def __init__(
        self, settings: WorkerSettings, service: Service, ready: Callable[[], object] = lambda: None
    ) -> None:
        """Prepare a worker; `ready` is called each time that the broker has its subscriptions.

        Raises BrokerFault where its identity cannot be used.
        """
        self._post, self._service, self._ready = settings, service, ready
        self._telling: dict[int, HotlistChange] = {}
        """Changes on their way to the broker, by packet id."""
        self._heard: deque[MQTTMessage] = deque()
        """What is still to be answered."""
        self._keeper = ThreadPoolExecutor(1)
        self._keeping = self._keeper.submit(lambda: None)
        self._up = False
        self._next_s = 0.0
        """Monotonic time at which is asked again what is due."""
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
        """Work until `stopping` is set; a broker that is away is tried again each second."""
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
        """Take to the broker what the hot list has for it."""
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
        """Answer what was heard. Outside of paho's callbacks a publish is on the wire when it returns."""
        while self._heard:
            message = self._heard.popleft()
            correlation: bytes = getattr(message.properties, "CorrelationData", b"")
            self._service.deliver(
                message.topic, bytes(message.payload), _now_ms(), correlation, self._publish
            )
            self._client.ack(message.mid, message.qos)

    def _publish(self, out: Publication) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
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
        self._heard.clear()  # not acknowledged: the broker gives them to another, or here again
        LOG.info("%s is off: %s", self._post.name, reason)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _without_delay(_client: mqtt.Client, _data: object, channel: SocketLike) -> None:
    # An answer and an acknowledgement are small packets: Nagle would hold the second back for 40 ms.
    if isinstance(channel, socket.socket):  # and a TLS socket is one
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def tls_context(tls: Path, name: str) -> ssl.SSLContext:
    """How a client connects in a name; `tls` has ca.crt, NAME.crt and NAME.key.

    Raises BrokerFault, and InputFault where others may read the key.
    """
    try:
        files.require_private(tls / f"{name}.key")
        context = ssl.create_default_context(cafile=tls / "ca.crt")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(tls / f"{name}.crt", tls / f"{name}.key")
    except OSError as error:
        raise BrokerFault(f"the identity of {name}: {error.strerror}") from error
    return context
