"""Verification of orders: each counts once, for the identity that it names, while it is fresh.

Wire format, section 5. Nothing is received or stored here: message, stored state and time are arguments, and
the order or the reason for its refusal is the result.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from terminal.limits import DAY_S
from terminal.registry import codec
from terminal.registry.messages import Command, Order
from terminal.wire.cbor import Malformed
from terminal.wire.fields import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.credential.verify import Moment

FRESH_MS = 30 * 1000 * DAY_S
"""Greatest age of an order, ms, if the clock is trusted, so that withheld orders do not count."""
AHEAD_MS = 300_000
"""Greatest time by which an order may be ahead of a trusted clock, ms."""
MOST_KEPT = 1_000
"""Number of ids that are remembered; orders as old as a forgotten one no longer count."""
_KEYS = frozenset({"done", "forgotten_ms", "locked", "lock_ms", "wiping", "wiped"})


class OrderRefusal(StrEnum):
    """Reason for which an order does not count; the first that applies is counted."""

    UNSIGNED = "unsigned"
    """Not signed by an order key, or for another context."""
    MALFORMED = "malformed"
    OTHER_TERMINAL = "other_terminal"
    OTHER_IDENTITY = "other_identity"
    """For this terminal's id, but another key: it was enrolled again since, or not yet."""
    REPEATED = "repeated"
    STALE = "stale"
    """Made too long ago, or in the future."""
    SUPERSEDED = "superseded"
    """A `lock` or `unlock` made before the last one carried out."""


@dataclass(frozen=True, slots=True)
class OrderState:
    """Orders carried out by a terminal, as stored on disk."""

    done: tuple[tuple[int, bytes], ...] = ()
    """Time made (Unix ms) and id of each order that was carried out, oldest first."""
    forgotten_ms: int = 0
    """Orders made up to this time do nothing: their ids may be forgotten."""
    locked: bool = False
    """True if an order locked the terminal, until an order or a supervisor unlocks it."""
    lock_ms: int = 0
    """Time at which the last `lock` or `unlock` was made, Unix ms."""
    wiping: str = ""
    """Id (hex) of a wipe that was ordered; it is carried out to its end, whatever interrupts it."""
    wiped: bool = False
    """A wipe was carried out."""

    def after(self, order: Order) -> OrderState:
        """Return the state once an order is carried out."""
        done = sorted((*self.done, (order.made_ms, order.id)))
        kept = done[-MOST_KEPT:]
        forgotten = done[: len(done) - len(kept)]
        state = replace(
            self,
            done=tuple(kept),
            forgotten_ms=max([self.forgotten_ms, *(made_ms for made_ms, _ in forgotten)]),
        )
        match order.command:
            case Command.LOCK | Command.UNLOCK:
                locked = order.command is Command.LOCK
                return replace(state, locked=locked, lock_ms=order.made_ms)
            case Command.WIPE:
                return replace(state, wiping=order.id.hex())
            case Command.REFRESH:
                return state

    def write(self) -> bytes:
        """Encode the state as JSON."""
        content = {
            "done": [[made_ms, order_id.hex()] for made_ms, order_id in self.done],
            "forgotten_ms": self.forgotten_ms,
            "locked": self.locked,
            "lock_ms": self.lock_ms,
            "wiping": self.wiping,
            "wiped": self.wiped,
        }
        return json.dumps(content).encode("ascii") + b"\n"

    @classmethod
    def read(cls, content: bytes) -> OrderState:
        """Decode a state. Raises ValueError for anything that `write` does not write."""
        found: Any = json.loads(content)
        if not isinstance(found, dict) or found.keys() != _KEYS or type(found["done"]) is not list:
            raise ValueError("not a state of orders")
        done = tuple(_done(entry) for entry in found["done"])
        kinds = {"forgotten_ms": int, "locked": bool, "lock_ms": int, "wiping": str, "wiped": bool}
        if any(type(found[name]) is not kind for name, kind in kinds.items()):
            raise ValueError("not a state of orders")
        return cls(done, **{name: found[name] for name in kinds})


def admit(
    message: bytes,
    order_keys: Mapping[bytes, bytes],
    identity: tuple[str, bytes],
    state: OrderState,
    moment: Moment,
) -> Order | OrderRefusal:
    """Verify a message; return its order, or the reason for which it does not count. Never raises.

    `order_keys` are Ed25519 keys by kid; `identity` is the terminal's id and the kid of its own key. The age
    counts only if the clock is trusted: a clock that was set wrong must not keep a lost terminal open.
    """
    try:
        order = codec.open_signed(Order, message, order_keys)
    except Malformed:
        return OrderRefusal.MALFORMED
    if order is None:
        return OrderRefusal.UNSIGNED
    return _why_not(order, identity, state, moment) or order


def _why_not(
    order: Order, identity: tuple[str, bytes], state: OrderState, moment: Moment
) -> OrderRefusal | None:
    terminal, kid = identity
    age_ms = 1e3 * moment.now_s - order.made_ms
    reasons = {
        OrderRefusal.OTHER_TERMINAL: order.terminal != terminal,
        OrderRefusal.OTHER_IDENTITY: order.kid != kid,
        OrderRefusal.REPEATED: order.made_ms <= state.forgotten_ms
        or any(order.id == order_id for _, order_id in state.done),
        OrderRefusal.STALE: moment.clock_trusted and not -AHEAD_MS <= age_ms <= FRESH_MS,
        OrderRefusal.SUPERSEDED: order.command in (Command.LOCK, Command.UNLOCK)
        and order.made_ms <= state.lock_ms,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _done(entry: Any) -> tuple[int, bytes]:  # noqa: ANN401 - JSON's values are any
    if type(entry) is not list or len(entry) != 2 or type(entry[0]) is not int or type(entry[1]) is not str:
        raise ValueError("not an order that was carried out")
    order_id = bytes.fromhex(entry[1])
    if len(order_id) != ID_SIZE:
        raise ValueError("not an order's id")
    return entry[0], order_id
