"""What waits to be sent: the urgent first, one at a time, and nothing after its time.

Pure: monotonic time comes in. Each message that was added comes out once, as Sent or Unsent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from terminal.model import NotSent, Sent, Unsent

if TYPE_CHECKING:
    from terminal.model import Outgoing

CAPACITY = 64
"""Messages. Who sends keeps what must not be lost; a longer queue would only tell later of being offline."""
TRIES = 3
"""Connections that a message may see break; it may be what breaks them."""


@dataclass(slots=True)
class Waiting:
    """A message, and the monotonic time, s, at which it expires."""

    message: Outgoing
    until_s: float | None
    tries: int = 0

    def expiry_s(self, now_s: float) -> int | None:
        """Whole seconds that are left to it, at least 1."""
        return None if self.until_s is None else max(1, ceil(self.until_s - now_s))


class Outbox:
    """At most CAPACITY messages that wait, and at most one in flight."""

    def __init__(self) -> None:
        self._urgent: deque[Waiting] = deque()
        self._other: deque[Waiting] = deque()
        self.in_flight: Waiting | None = None

    def add(self, message: Outgoing, now_s: float) -> Unsent | None:
        """Queue a message; Unsent where there is no room for it."""
        if len(self._urgent) + len(self._other) >= CAPACITY:
            return Unsent(message, NotSent.QUOTA)
        until_s = None if message.expiry_s is None else now_s + message.expiry_s
        self._queue(message).append(Waiting(message, until_s))
        return None

    def take(self) -> Waiting | None:
        """The next message, which is now in flight; None while one is, or where none waits."""
        if self.in_flight is not None:
            return None
        queue = self._urgent or self._other
        if queue:
            self.in_flight = queue.popleft()
            self.in_flight.tries += 1
        return self.in_flight

    def settle(self, why: NotSent | None) -> Sent | Unsent:
        """What became of the message in flight, by the reason why it was not taken. Raises LookupError."""
        if self.in_flight is None:
            raise LookupError("nothing is in flight")
        message, self.in_flight = self.in_flight.message, None
        return Sent(message) if why is None else Unsent(message, why)

    def lose(self) -> Unsent | None:
        """The connection broke: what was in flight waits again, before all others, or is given up."""
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
        """Drop what waits past its time."""
        dropped: list[Unsent] = []
        for queue in (self._urgent, self._other):
            over = [one for one in queue if one.until_s is not None and now_s >= one.until_s]
            for one in over:
                queue.remove(one)
                dropped.append(Unsent(one.message, NotSent.EXPIRED))
        return dropped

    def next_expiry_s(self) -> float | None:
        """The monotonic time, s, at which `expire` has something to drop."""
        times = (one.until_s for queue in (self._urgent, self._other) for one in queue)
        return min((time_s for time_s in times if time_s is not None), default=None)

    def _queue(self, message: Outgoing) -> deque[Waiting]:
        return self._urgent if message.urgent else self._other
