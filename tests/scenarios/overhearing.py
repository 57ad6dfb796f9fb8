"""The terminal's link, with a record of its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.ports import Incoming

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import Link, LinkMessage, LinkState, Outgoing


@dataclass
class Overhearing:
    """The terminal's link, which keeps received answers and acknowledged ones.

    Hot-list changes, which have no correlation data and may arrive at any time, are left out.
    """

    link: Link
    heard: list[Incoming] = field(default_factory=list)
    acknowledged: list[Incoming] = field(default_factory=list)

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """See `terminal.ports.Link`. Keeps each answer and passes it on."""

        def hear(message: LinkMessage) -> None:
            if isinstance(message, Incoming) and message.correlation is not None:
                self.heard.append(message)
            deliver(message)

        self.link.open(hear)

    def send(self, message: Outgoing) -> None:
        """See `terminal.ports.Link`."""
        self.link.send(message)

    def acknowledge(self, message: Incoming) -> None:
        """See `terminal.ports.Link`. Keeps each acknowledged answer and passes it on."""
        if message.correlation is not None:
            self.acknowledged.append(message)
        self.link.acknowledge(message)

    @property
    def state(self) -> LinkState:
        """See `terminal.ports.Link`."""
        return self.link.state

    def close(self) -> None:
        """See `terminal.ports.Link`."""
        self.link.close()
