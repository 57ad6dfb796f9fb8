"""Carries out orders of the registry: lock, unlock, wipe and refresh (wire format, section 5).

1. An order counts once, for this identity, while it is fresh (`terminal.registry.orders`).
2. Its place in the file of orders is on disk before it is acknowledged to the broker. Where it cannot be
   written, it is tried again, and what was not acknowledged is delivered again after a restart.
3. What does not count changes nothing, is counted, and is acknowledged.
4. A lock outlasts a restart; an order or a supervisor ends it (`terminal.services.officer_session`).
5. A wipe ends the program, which carries it out (`terminal.services.wiping`); one that was cut short goes on
   at the next start.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from terminal import atomic_file
from terminal.errors import OrdersFault
from terminal.journal.entry import Event, EventKind
from terminal.registry import orders
from terminal.registry.messages import Command
from terminal.registry.orders import OrderRefusal, OrderState
from terminal.wire.signed import by_kid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.ports import Incoming

FILE = "orders.json"


def load_state(state_dir: Path) -> OrderState:
    """Load the orders that were carried out. Raises OrdersFault if the file cannot be read."""
    try:
        return OrderState.read((state_dir / FILE).read_bytes())
    except FileNotFoundError:
        return OrderState()
    except (OSError, ValueError) as error:
        raise OrdersFault(f"{state_dir / FILE}: {error}") from error


def state_at_start(state_dir: Path, now_s: float) -> tuple[OrderState, OrdersFault | None]:
    """Return the orders that were carried out, and the fault if their file cannot be read.

    The terminal is then locked until a supervisor signs in, and orders made before `now_s` (Unix time, s) do
    nothing: any of them may have been carried out.
    """
    try:
        return load_state(state_dir), None
    except OrdersFault as fault:
        return OrderState(forgotten_ms=int(1e3 * now_s), locked=True), fault


def save_state(state_dir: Path, state: OrderState) -> None:
    """Save the orders that were carried out, durably. Raises OrdersFault."""
    try:
        atomic_file.replace(state_dir / FILE, state.write())
    except OSError as error:
        raise OrdersFault(f"{state_dir / FILE}: {error.strerror}") from error


@dataclass(slots=True)
class OrderService:
    """The orders of one terminal. `refused` counts by reason what changed nothing."""

    state_dir: Path
    identity: tuple[str, bytes]
    """Number of the terminal, and kid of its Ed25519 key."""
    order_keys: Iterable[bytes]
    """Ed25519, 32 bytes each."""
    request_update: Callable[[], object]
    """Starts an update of the trust set."""
    state: OrderState = field(default_factory=OrderState)
    fault: OrdersFault | None = None
    """Why the orders that were carried out could not be read or written."""
    refused: Counter[OrderRefusal] = field(default_factory=Counter, init=False)
    unkept: list[Incoming] = field(default_factory=list, init=False)
    """Orders whose place could not be written yet; they are not acknowledged."""

    @classmethod
    def open(
        cls,
        state_dir: Path,
        identity: tuple[str, bytes],
        order_keys: Iterable[bytes],
        request_update: Callable[[], object],
        now_s: float,
    ) -> Self:
        """Load the orders that were carried out, as of `now_s` (Unix time, s); see `state_at_start`."""
        state, fault = state_at_start(state_dir, now_s)
        return cls(state_dir, identity, order_keys, request_update, state, fault)

    @property
    def locked(self) -> bool:
        """True while an order keeps everybody but a supervisor from signing in."""
        return self.state.locked

    @property
    def wiping(self) -> bool:
        """True if the program is to end and carry out a wipe."""
        return bool(self.state.wiping)

    def trust(self, order_keys: Iterable[bytes]) -> None:
        """From now on, these order keys count and no others."""
        self.order_keys = order_keys

    def receive(self, message: bytes, moment: Moment) -> Event | None:
        """Carry out an order; return the event to record, or None for what does nothing.

        Raises OrdersFault where its place cannot be written; then it must not be acknowledged.
        """
        order = orders.admit(message, by_kid(self.order_keys), self.identity, self.state, moment)
        if isinstance(order, OrderRefusal):
            self.refused[order] += 1
            return None
        if order.command is Command.REFRESH:
            self.request_update()
        self._save(self.state.after(order))
        return Event(EventKind.TRUST, f"order {order.id.hex()} was carried out: {order.command}")

    def take_unkept(self) -> list[Incoming]:
        """Return the orders that are to be tried again, and forget them."""
        unkept, self.unkept = self.unkept, []
        return unkept

    def unlock(self) -> None:
        """End the lock, since a supervisor signed in. Raises OrdersFault."""
        if self.state.locked:
            self._save(replace(self.state, locked=False))

    def _save(self, state: OrderState) -> None:
        try:
            save_state(self.state_dir, state)
        except OrdersFault as fault:
            self.fault = fault
            raise
        self.state, self.fault = state, None
