"""Scheduling of several senders of one kind: journals, or pictures.

1. One message at a time waits for its first receipt.
2. A sender whose message gets no receipt is moved behind the others, and its message is sent again after
   growing pauses.
3. A sender may be put off until a later time.

Times are monotonic, s; a sender is named by a journal's id or a picture's SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.ports import Outgoing

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 120.0
"""Timeout of a receipt, s, at first and at most; it doubles after each time that none came."""

What = TypeVar("What")
"""Content of a message."""


@dataclass(slots=True)
class Out(Generic[What]):
    """A sent message without a receipt."""

    message: Outgoing
    what: What
    wait_s: float
    until_s: float
    """End of the wait for the receipt."""
    sent: int = 1
    """Number of times it was sent."""


class Turns(Generic[What]):
    """Order of the senders, and their messages without a receipt."""

    def __init__(self) -> None:
        """Start with nothing sent and no sender put off."""
        self._outs: dict[bytes, Out[What]] = {}
        self._not_before: dict[bytes, float] = {}

    def forget(self) -> None:
        """Forget the sent messages; senders that were put off stay so."""
        self._outs.clear()

    def waits(self, now_s: float) -> bool:
        """Return True while a message that was sent once waits for its receipt (rule 1)."""
        return any(out.sent == 1 and now_s < out.until_s for out in self._outs.values())

    def next(self, names: Sequence[bytes], now_s: float) -> bytes | None:
        """Return the next of the senders that have something to send; None if all must wait.

        Messages of senders that are not in `names` are forgotten.
        """
        self._outs = {name: out for name, out in self._outs.items() if name in names}
        free = [name for name in names if self._not_before.get(name, now_s) <= now_s]
        for name in free:
            if name not in self._outs:
                return name
        expired = [name for name in free if self._outs[name].until_s <= now_s]
        return min(expired, key=lambda name: self._outs[name].until_s, default=None)

    def out(self, name: bytes) -> Out[What] | None:
        """Return the sender's message without a receipt, if any."""
        return self._outs.get(name)

    def find(self, correlation: bytes | None) -> Out[What] | None:
        """Return the message without a receipt that has this correlation data."""
        return next((out for out in self._outs.values() if out.message.correlation == correlation), None)

    def send(self, name: bytes, message: Outgoing, what: What, now_s: float) -> Outgoing:
        """Note a sender's new message and return it; its timeout grows with the number without a receipt."""
        self._outs.pop(name, None)
        wait_s = min(FIRST_WAIT_S * 2 ** min(len(self._outs), 10), LONGEST_WAIT_S)
        self._outs[name] = Out(message, what, wait_s, now_s + wait_s)
        return message

    def again(self, out: Out[What], now_s: float) -> Outgoing:
        """Return the same message, to be sent once more."""
        out.wait_s = min(2 * out.wait_s, LONGEST_WAIT_S)
        out.until_s, out.sent = now_s + out.wait_s, out.sent + 1
        return out.message

    def settle(self, name: bytes) -> None:
        """Note that a sender's message has its receipt."""
        self._outs.pop(name, None)

    def put_off(self, name: bytes, until_s: float) -> None:
        """Let a sender send nothing before a time."""
        self._not_before[name] = until_s

    def put_off_s(self, names: Iterable[bytes], now_s: float) -> float | None:
        """Return the seconds until the first of these may send, if all of them were put off; else None."""
        left = [self._not_before.get(name, now_s) - now_s for name in names]
        return min(left) if left and min(left) > 0 else None

    @property
    def busy(self) -> bool:
        """True if a message has no receipt yet."""
        return bool(self._outs)

    @property
    def stalled(self) -> bool:
        """True if a message without a receipt was sent more than once."""
        return any(out.sent > 1 for out in self._outs.values())
