"""MQTT link to the registry. One thread connects, publishes and receives; no other thread calls paho.

Other threads pass messages through a queue; results are returned through `deliver`.
"""

from __future__ import annotations

import queue
import random
import select
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from drivers.link_connection import TURN_S, Connection, LinkSettings
from drivers.link_outbox import Outbox
from terminal.errors import LinkFault
from terminal.ports import Incoming, LinkState

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import LinkMessage, Outgoing

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 8.0
STEADY_S = 8.0
"""Duration, s, from which a connection counts as good, so that the next attempt follows soon."""
_END_S = 2.0
"""Time that `close` waits for the thread, s; an unresponsive name server may hold it longer."""


def pause_s(attempt: int, chance: float) -> float:
    """Return the pause before attempt 1, 2, ..., s: doubled each time up to LONGEST_PAUSE_S.

    `chance` (0 to 1) shortens it by up to half, so that terminals which lost their broker together do not
    reconnect together.
    """
    longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * (1 << min(attempt - 1, 16)))
    return longest_s * (1 - chance / 2)


class MqttLink:
    """MQTT 5 over mutual TLS 1.3; see `terminal.ports.Link`."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Create an unopened link. `chance` draws from 0 to 1."""
        self._line = settings
        self._monotonic_s = monotonic_s
        self._chance = chance
        self._deliver: Callable[[LinkMessage], None] | None = None
        self._handed: queue.SimpleQueue[Outgoing | Incoming] = queue.SimpleQueue()
        """Messages to send and messages to acknowledge."""
        self._dealt_with: list[Incoming] = []  # used by the thread only
        self._outbox = Outbox()  # used by the thread only
        self._state: LinkState | None = None
        self._closing = False
        self._heard, self._waker = socket.socketpair()
        for end in (self._heard, self._waker):
            end.settimeout(0)
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """See `terminal.ports.Link`."""
        self._deliver = deliver
        self._thread.start()

    def send(self, message: Outgoing) -> None:
        """See `terminal.ports.Link`."""
        self._require_thread()
        self._handed.put(message)
        self._wake()

    def acknowledge(self, message: Incoming) -> None:
        """See `terminal.ports.Link`."""
        self._require_thread()
        if message.delivery is not None:
            self._handed.put(message)
            self._wake()

    @property
    def state(self) -> LinkState:
        """See `terminal.ports.Link`."""
        self._require_thread()
        return self._state or LinkState(LinkFault("not connected yet"))

    def close(self) -> None:
        """See `terminal.ports.Link`."""
        self._closing = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(_END_S)
        self._waker.close()
        if self._thread.ident is None:
            self._heard.close()  # the thread never started, so nobody else closes it

    def _require_thread(self) -> None:
        if self._deliver is not None and not self._closing and not self._thread.is_alive():
            raise RuntimeError("the link's thread ended")

    def _wake(self) -> None:
        with suppress(OSError):  # if it is full the thread wakes anyway; if it is closed nobody waits
            self._waker.send(b"\0")

    def _run(self) -> None:
        with self._heard:
            self._keep_connected()

    def _keep_connected(self) -> None:
        attempt = number = 0
        while not self._closing:
            begun_s, number = self._monotonic_s(), number + 1
            fault = self._connect(number)
            self._tell(LinkState(fault))
            self._hand_back(self._outbox.requeue())
            attempt = 1 if self._monotonic_s() - begun_s >= STEADY_S else attempt + 1
            self._rest(pause_s(attempt, self._chance()))

    def _connect(self, number: int) -> LinkFault:
        """Serve one connection until it ends, and return the fault that ended it."""
        connection = Connection(self._line, self._hand_back, self._monotonic_s, number)
        try:
            connection.connect()
        except LinkFault as fault:
            return fault
        stands = True
        while stands:
            stands = connection.poll(self._heard, self._until_expiry_s())
            for why in connection.answers():
                self._hand_back(self._outbox.acknowledge(why))
            self._collect()
            while self._dealt_with:
                connection.acknowledge(self._dealt_with.pop(0))
            if self._closing:
                connection.close()
            elif stands and connection.ready:
                self._tell(LinkState(None))
                self._publish(connection)
        return connection.fault

    def _publish(self, connection: Connection) -> None:
        if self._outbox.in_flight is None and (waiting := self._outbox.take()):
            connection.publish(waiting.message, waiting.expiry_s(self._monotonic_s()))

    def _rest(self, seconds: float) -> None:
        """Pause between two connections; an urgent message ends the pause."""
        until_s = self._monotonic_s() + seconds
        asked = False
        while not self._closing and not asked and (left_s := until_s - self._monotonic_s()) > 0:
            select.select([self._heard], [], [], min(left_s, self._until_expiry_s()))
            asked = self._collect()

    def _collect(self) -> bool:
        """Take queued messages and drop expired ones; True if an urgent one arrived."""
        with suppress(BlockingIOError):
            self._heard.recv(4096)
        urgent = False
        now_s = self._monotonic_s()
        while not self._handed.empty():
            message = self._handed.get()
            if isinstance(message, Incoming):
                self._dealt_with.append(message)
                continue
            urgent = urgent or message.urgent
            self._hand_back(self._outbox.add(message, now_s))
        for unsent in self._outbox.expire(now_s):
            self._hand_back(unsent)
        return urgent

    def _until_expiry_s(self) -> float:
        next_s = self._outbox.next_expiry_s()
        return TURN_S if next_s is None else min(TURN_S, max(0.0, next_s - self._monotonic_s()))

    def _tell(self, state: LinkState) -> None:
        before, self._state = self._state, state
        if before is None or type(before.fault) is not type(state.fault):
            self._hand_back(state)

    def _hand_back(self, message: LinkMessage | None) -> None:
        if message is not None and self._deliver is not None and not self._closing:
            self._deliver(message)
