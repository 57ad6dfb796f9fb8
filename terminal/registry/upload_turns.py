"""Turns of several senders of one kind: journals, or pictures.

One message at a time waits for its first receipt. A sender whose message gets no receipt is put behind the
others, and sends the same message again, ever less often. A sender may also be put off until a later time.
Time is monotonic, in s; a sender is named by a journal's id or a picture's SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.ports import Outgoing

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 120.0
"""How long a receipt is waited for, at first and at most: twice as long after each time that none came."""

What = TypeVar("What")
"""What a message carries."""


@dataclass(slots=True)
class Out(Generic[What]):
    """A message that was sent and has no receipt yet."""

    message: Outgoing
    what: What
    wait_s: float
    until_s: float
    """The receipt is waited for until then."""
    sent: int = 1
    """How often it was sent."""


class Turns(Generic[What]):
    """Whose turn it is to send, and what was sent without a receipt."""

    def __init__(self) -> None:
        """Nothing was sent, and nobody was put off."""
        self._outs: dict[bytes, Out[What]] = {}
        self._not_before: dict[bytes, float] = {}

    def forget(self) -> None:
        """Forget what was sent: its receipts are no longer waited for. Who was put off stays so."""
        self._outs.clear()

    def waits(self, now_s: float) -> bool:
        """Return True while a message that was sent once waits for its receipt."""
        return any(out.sent == 1 and now_s < out.until_s for out in self._outs.values())

    def next(self, names: Sequence[bytes], now_s: float) -> bytes | None:
        """Return the sender whose turn it is, of all that have something to send; None where all must wait.

        What was sent by a sender that is not named any more is forgotten.
        """
        self._outs = {name: out for name, out in self._outs.items() if name in names}
        free = [name for name in names if self._not_before.get(name, now_s) <= now_s]
        for name in free:
            if name not in self._outs:
                return name
        expired = [name for name in free if self._outs[name].until_s <= now_s]
        return min(expired, key=lambda name: self._outs[name].until_s, default=None)

    def out(self, name: bytes) -> Out[What] | None:
        """Return what a sender sent without a receipt."""
        return self._outs.get(name)

    def find(self, correlation: bytes | None) -> Out[What] | None:
        """Return the message without a receipt that bears this correlation data."""
        return next((out for out in self._outs.values() if out.message.correlation == correlation), None)

    def send(self, name: bytes, message: Outgoing, what: What, now_s: float) -> Outgoing:
        """A sender's new message. The more messages have no receipt, the longer its own is waited for."""
        self._outs.pop(name, None)
        wait_s = min(FIRST_WAIT_S * 2 ** min(len(self._outs), 10), LONGEST_WAIT_S)
        self._outs[name] = Out(message, what, wait_s, now_s + wait_s)
        return message

    def again(self, out: Out[What], now_s: float) -> Outgoing:
        """The same message once more."""
        out.wait_s = min(2 * out.wait_s, LONGEST_WAIT_S)
        out.until_s, out.sent = now_s + out.wait_s, out.sent + 1
        return out.message

    def settle(self, name: bytes) -> None:
        """A sender's message has its receipt."""
        self._outs.pop(name, None)

    def put_off(self, name: bytes, until_s: float) -> None:
        """A sender sends nothing before a time."""
        self._not_before[name] = until_s

    def put_off_s(self, names: Iterable[bytes], now_s: float) -> float | None:
        """Return in how many s the first of these may send, where all of them were put off; else None."""
        left = [self._not_before.get(name, now_s) - now_s for name in names]
        return min(left) if left and min(left) > 0 else None

    @property
    def busy(self) -> bool:
        """True where a message has no receipt yet."""
        return bool(self._outs)

    @property
    def stalled(self) -> bool:
        """True where a message was sent more than once and has no receipt."""
        return any(out.sent > 1 for out in self._outs.values())
