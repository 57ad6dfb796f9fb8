"""One MQTT 5 connection from connecting to its end. Its callbacks only record or enqueue, and never call
paho.

Each connection uses a new paho client, so paho resends nothing from an old one; the session is kept by the
broker. A single thread, the caller's, runs everything here.
"""

from __future__ import annotations

import fcntl
import select
import socket
import ssl
import stat
import sys
import termios
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from drivers.link_faults import fault_of, fault_of_reason, why_not
from terminal.errors import LinkFault, LinkIdentityFault, LinkRefused
from terminal.ports import Incoming, NotSent, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from _typeshed import ReadableBuffer

DIAL_S = 5.0
"""Timeout of a TCP connection attempt, s, for each of the broker's addresses."""
KEEPALIVE_S = 10
"""Keepalive interval, s; paho also uses it as the timeout of the TLS handshake."""
UNACKNOWLEDGED_MS = 4_000
"""Time after which unacknowledged TCP data ends the connection, ms (TCP_USER_TIMEOUT)."""
OVERDUE_S = 4.0
"""Acknowledgement timeout for CONNECT and PUBLISH, s, counted once the peer's TCP stack holds all bytes.

A broker that takes bytes without answering would otherwise block lookups until the keepalive notices, after
twice KEEPALIVE_S. It is longer than a lookup's own timeout, so no answer is lost.
"""
SESSION_S = 7 * 86_400
"""Session expiry, s: the broker keeps subscriptions and messages that long while we are offline."""
LARGEST = 262_144
"""Maximum packet size, bytes, that the broker may send."""
TURN_S = 1.0
"""Longest wait of one `poll`, s."""
_ENVELOPE = 64
"""Bytes of a packet besides topics, correlation data and payload, at most."""
_TOO_WIDE = 0o177
"""Permission bits beyond 0600."""
UP, LOST = b"up", b"lost"


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Connection settings: broker, identity, and subscriptions."""

    host: str
    port: int
    terminal: str
    """Common name of the certificate, from which the broker takes user name and client id."""
    authority: Path
    certificate: Path
    key: Path
    status_topic: str
    """Retained topic that says `up`, and `lost` as last will."""
    subscriptions: tuple[str, ...]
    manual_ack: frozenset[str] = frozenset()
    """Topics whose messages the receiver acknowledges; all others are acknowledged on arrival."""
    passphrase: bytes | None = field(default=None, repr=False)
    """Passphrase of an encrypted key."""


class _Channel(ssl.SSLSocket):
    """TLS socket that keeps the exception which ended it, since paho does not report it."""

    broke: OSError | None = None

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the standard library's signature
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise

    # With TLS 1.3 a server refuses our certificate only after our handshake is done: the alert arrives with
    # the first bytes read, and the first write may fail because the socket is already closed.

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self.broke = error
            raise

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        try:
            return super().send(data, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self.broke = error
            with suppress(OSError):
                self.recv(1)
            raise


@dataclass(slots=True)
class _Publications:
    """The message that the broker has not acknowledged yet, and its answers to earlier ones."""

    largest: int | None = None
    """Largest packet that the broker accepts, bytes; None if it named no limit."""
    flying: tuple[int, Outgoing] | None = None
    """Packet id and message."""
    answers: list[NotSent | None] = field(default_factory=list)
    """Why each message was refused; None for one that was accepted."""

    def too_large(self, message: Outgoing) -> bool:
        """Return True if the broker does not accept a message of this size."""
        return self.largest is not None and _size(message) > self.largest

    def acknowledged(self, packet: int, reason: ReasonCode) -> None:
        """Take the broker's answer to the message with this packet id."""
        if self.flying is not None and packet == self.flying[0]:
            self.answers.append(why_not(reason, self.flying[1]))
            self.flying = None


class Connection:
    """One connection. Call `poll` until it returns False; `fault` is then the reason."""

    def __init__(
        self,
        settings: LinkSettings,
        receive: Callable[[Incoming], None],
        monotonic_s: Callable[[], float] = time.monotonic,
        number: int = 0,
    ) -> None:
        """Prepare a connection. `receive` gets each message and must only enqueue.

        `number` distinguishes the connection from others of the link.
        """
        self.ready = False
        """True once the broker has accepted the message that says `up`, and so takes our messages."""
        self._line = settings
        self._receive = receive
        self._monotonic_s = monotonic_s
        self._number = number
        self._done: list[int] = []
        """Packet ids to acknowledge at the end of the turn."""
        self._moved_s: float | None = None
        """When bytes last moved while an acknowledgement is pending; None if none is."""
        self._fault: LinkFault | None = None
        self._welcomed = False
        self._introduction: int | None = None
        """Packet id of the message that says `up`."""
        self._publications = _Publications()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.terminal,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.connect_timeout = DIAL_S
        self._client.will_set(settings.status_topic, LOST, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_socket_open = self._on_socket_open
        self._client.on_socket_close = self._on_socket_close

    def connect(self) -> None:
        """Connect and send CONNECT, blocking up to DIAL_S per address and the handshake. Raises LinkFault."""
        self._client.tls_set_context(_tls(self._line))
        asked = _properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_S, MaximumPacketSize=LARGEST)
        try:
            # No clean start: mosquitto would not keep the session over a restart, and waiting messages are
            # wanted.
            self._client.connect(
                self._line.host, self._line.port, KEEPALIVE_S, clean_start=False, properties=asked
            )
        except OSError as error:
            raise fault_of(error) from error

    def poll(self, wake: socket.socket, timeout_s: float) -> bool:
        """Wait for the network or `wake`, and process what is due; False once the connection has ended."""
        if (channel := self.channel) is None:
            return False
        waits = 0.0 if channel.pending() or self._publications.answers else min(timeout_s, TURN_S)
        writing = [channel] if self._client.want_write() else []
        readable, writable, _ = select.select([channel, wake], writing, [], max(0.0, waits))
        # Read first: a refusal that has arrived must be seen before a write fails on the closed socket.
        if heard := channel in readable or bool(channel.pending()):
            self._client.loop_read()
        while self._done:
            self._client.ack(self._done.pop(0), 1)
        if writable:
            self._client.loop_write()
        self._client.loop_misc()
        self._look_for_overdue(moved=heard)
        if self._fault is not None:
            self.close()
        elif self._welcomed and self._introduction is None:
            self._introduce()
        return self.channel is not None

    def publish(self, message: Outgoing, expiry_s: int | None) -> None:
        """Publish a message; `answers` returns the broker's response."""
        if self._publications.too_large(message):
            self._publications.answers.append(NotSent.TOO_LARGE)
            return
        properties = _properties(
            PacketTypes.PUBLISH,
            CorrelationData=message.correlation,
            ResponseTopic=message.response_topic,
            MessageExpiryInterval=expiry_s,
        )
        sent = self._client.publish(message.topic, message.payload, 1, message.retain, properties)
        self._publications.flying = (sent.mid, message)

    def acknowledge(self, message: Incoming) -> None:
        """Acknowledge a processed message if it came over this connection."""
        if message.delivery is not None and message.delivery[0] == self._number:
            self._client.ack(message.delivery[1], 1)

    def answers(self) -> list[NotSent | None]:
        """Return for each message published since the last call why it was refused, None if accepted."""
        answers, self._publications.answers = self._publications.answers, []
        return answers

    @property
    def channel(self) -> ssl.SSLSocket | None:
        """The TLS socket while the connection lasts."""
        channel = self._client.socket()
        return channel if isinstance(channel, ssl.SSLSocket) else None

    @property
    def fault(self) -> LinkFault:
        """Reason why the connection ended."""
        return self._fault or LinkFault("the connection was lost")

    def close(self) -> None:
        """Disconnect; the broker publishes `lost` on our behalf."""
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        if self.channel is not None:
            self.channel.close()  # not even the disconnection could be sent

    def _look_for_overdue(self, *, moved: bool) -> None:
        """Set a fault if the broker is silent although it has received everything.

        While bytes are moving the network is only slow; TCP_USER_TIMEOUT ends a dead connection.
        """
        now_s = self._monotonic_s()
        if (self.ready and self._publications.flying is None) or (channel := self.channel) is None:
            self._moved_s = None
        elif moved or self._moved_s is None or self._client.want_write() or _unacknowledged(channel):
            self._moved_s = now_s
        elif now_s - self._moved_s >= OVERDUE_S:
            self._blame(LinkFault("the broker does not acknowledge"))

    def _introduce(self) -> None:
        if self._line.subscriptions:
            self._client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._line.subscriptions])
        self._introduction = self._client.publish(self._line.status_topic, UP, qos=1, retain=True).mid

    def _blame(self, fault: LinkFault) -> None:
        # The first fault is the cause, later ones are consequences.
        self._fault = self._fault or fault

    def _on_socket_open(self, _client: object, _data: object, sock: Any) -> None:  # noqa: ANN401 - paho's signature
        # Nagle's algorithm would delay our acknowledgements by 40 ms per message.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)

    def _on_socket_close(self, _client: object, _data: object, sock: Any) -> None:  # noqa: ANN401 - paho's signature
        if sock.broke is not None:
            self._blame(fault_of(sock.broke))

    def _on_connect(
        self,
        _client: object,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._blame(fault_of_reason(reason))
            return
        self._publications.largest = getattr(properties, "MaximumPacketSize", None)
        self._welcomed = True

    def _on_subscribe(
        self, _client: object, _data: object, _mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        # Only a refusal is conclusive: mosquitto checks its access list on delivery.
        for reason in reasons:
            if reason.is_failure:
                self._blame(LinkRefused(f"a subscription: {reason}"))

    def _on_publish(
        self, _client: object, _data: object, mid: int, reason: ReasonCode, _properties: object
    ) -> None:
        if mid == self._introduction:
            if reason.is_failure:
                self._blame(LinkRefused(f"the terminal's own topic: {reason}"))
            else:
                self.ready = True
        else:
            self._publications.acknowledged(mid, reason)

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        correlation = getattr(message.properties, "CorrelationData", None)
        delivery = (self._number, message.mid) if message.qos else None
        if delivery is not None and message.topic not in self._line.manual_ack:
            self._done.append(message.mid)
            delivery = None
        self._receive(Incoming(message.topic, bytes(message.payload), correlation, delivery))

    def _on_disconnect(
        self,
        _client: object,
        _data: object,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._blame(fault_of_reason(reason))
        else:
            self._blame(LinkFault(f"the connection was lost: {reason}"))


def _properties(packet: int, **values: int | str | bytes | None) -> Properties:
    """Create MQTT 5 properties for a packet type; None values are left out."""
    properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho's is not annotated
    for name, value in values.items():
        if value is not None:
            setattr(properties, name, value)
    return properties


def _tls(settings: LinkSettings) -> ssl.SSLContext:
    """Create the context for mutual TLS 1.3, reading the files anew so that renewed certificates are used.

    Raises LinkIdentityFault, also for a private key that others may read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.sslsocket_class = _Channel
    try:
        context.load_verify_locations(settings.authority)
        mode = stat.S_IMODE(settings.key.stat().st_mode)
        if mode & _TOO_WIDE:
            raise LinkIdentityFault(f"{settings.key}: mode {mode:04o} is wider than 0600; chmod 600 it first")
        context.load_cert_chain(settings.certificate, settings.key, password=settings.passphrase or "")
    except OSError as error:
        raise LinkIdentityFault(f"{type(error).__name__}: {error.strerror}") from error
    return context


def _unacknowledged(channel: socket.socket) -> int:
    """Return the bytes that the peer's TCP stack has not acknowledged (tcp(7), SIOCOUTQ)."""
    waiting = fcntl.ioctl(channel, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(waiting, sys.byteorder)


def _size(message: Outgoing) -> int:
    texts = message.topic.encode(), (message.response_topic or "").encode(), message.correlation or b""
    return _ENVELOPE + sum(map(len, texts)) + len(message.payload)
