"""Queue of outgoing messages: urgent ones first, one at a time, dropped when they expire.

Monotonic time is an argument. Each message added is returned once, as Sent or Unsent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from terminal.ports import NotSent, Sent, Unsent

if TYPE_CHECKING:
    from terminal.ports import Outgoing

CAPACITY = 64
"""Messages. The sender keeps what must not be lost; a longer queue would only delay the report."""
TRIES = 3
"""Connections that may break under a message before it is given up, since it may be the cause."""


@dataclass(slots=True)
class QueuedMessage:
    """A message and the monotonic time, s, at which it expires."""

    message: Outgoing
    until_s: float | None
    tries: int = 0

    def expiry_s(self, now_s: float) -> int | None:
        """Return the whole seconds left, at least 1; None if the message does not expire."""
        return None if self.until_s is None else max(1, ceil(self.until_s - now_s))


class Outbox:
    """At most CAPACITY waiting messages and at most one in flight."""

    def __init__(self) -> None:
        self._urgent: deque[QueuedMessage] = deque()
        self._other: deque[QueuedMessage] = deque()
        self.in_flight: QueuedMessage | None = None

    def add(self, message: Outgoing, now_s: float) -> Unsent | None:
        """Queue a message; returns Unsent if the queue is full."""
        if len(self._urgent) + len(self._other) >= CAPACITY:
            return Unsent(message, NotSent.QUOTA)
        until_s = None if message.expiry_s is None else now_s + message.expiry_s
        self._queue(message).append(QueuedMessage(message, until_s))
        return None

    def take(self) -> QueuedMessage | None:
        """Return the next message, which is then in flight; None if one already is or none waits."""
        if self.in_flight is not None:
            return None
        queue = self._urgent or self._other
        if queue:
            self.in_flight = queue.popleft()
            self.in_flight.tries += 1
        return self.in_flight

    def acknowledge(self, why: NotSent | None) -> Sent | Unsent:
        """Return the result of the message in flight; `why` is the refusal's reason. Raises LookupError."""
        if self.in_flight is None:
            raise LookupError("nothing is in flight")
        message, self.in_flight = self.in_flight.message, None
        return Sent(message) if why is None else Unsent(message, why)

    def requeue(self) -> Unsent | None:
        """Handle a broken connection: the message in flight is queued again in front, or given up."""
        lost = self.in_flight
        if lost is None:
            return None
        if lost.tries >= TRIES:
            self.in_flight = None
            return Unsent(lost.message, NotSent.LOST)
        self.in_flight = None
        self._queue(lost.message).appendleft(lost)
        return None

    def expire(self, now_s: float) -> list[Unsent]:
        """Drop expired messages."""
        dropped: list[Unsent] = []
        for queue in (self._urgent, self._other):
            over = [one for one in queue if one.until_s is not None and now_s >= one.until_s]
            for one in over:
                queue.remove(one)
                dropped.append(Unsent(one.message, NotSent.EXPIRED))
        return dropped

    def next_expiry_s(self) -> float | None:
        """Return the monotonic time, s, at which the next message expires."""
        times = (one.until_s for queue in (self._urgent, self._other) for one in queue)
        return min((time_s for time_s in times if time_s is not None), default=None)

    def _queue(self, message: Outgoing) -> deque[QueuedMessage]:
        return self._urgent if message.urgent else self._other
