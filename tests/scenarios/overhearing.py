"""The terminal's own link, with a record of what came over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.ports import Incoming

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import Link, LinkMessage, LinkState, Outgoing


@dataclass
class Overhearing:
    """The terminal's own link, which keeps the answers that came and those that were acknowledged.

    Hot-list changes, which have no correlation data and come at any time, are left out.
    """

    link: Link
    heard: list[Incoming] = field(default_factory=list)
    acknowledged: list[Incoming] = field(default_factory=list)

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """Keep, and pass on."""

        def hear(message: LinkMessage) -> None:
            if isinstance(message, Incoming) and message.correlation is not None:
                self.heard.append(message)
            deliver(message)

        self.link.open(hear)

    def send(self, message: Outgoing) -> None:
        """As the link does."""
        self.link.send(message)

    def acknowledge(self, message: Incoming) -> None:
        """Keep, and pass on."""
        if message.correlation is not None:
            self.acknowledged.append(message)
        self.link.acknowledge(message)

    @property
    def state(self) -> LinkState:
        """The link's."""
        return self.link.state

    def close(self) -> None:
        """The link's end."""
        self.link.close()
