"""The link with sealed contents: the broker carries boxes, what the terminal handles is signed messages.

Wire format, section 5: lookups are sealed to the registry's newest lookup-sealing key; answers, receipts and
orders to the terminal's X25519 key. Batches and pieces hold sealed records and pictures already, and hot-list
changes are for everybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.ports import Incoming
from terminal.registry import topics
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import Link, LinkMessage, LinkState, Outgoing


class SealedLink:
    """Seals what is sent and opens what arrives; see `terminal.ports.Link`.

    What does not open is delivered without content, and then dropped and counted as unsigned: nothing that
    the broker could read is accepted in place of a box.
    """

    def __init__(
        self, link: Link, terminal: str, open_sealed: Callable[[bytes], bytes | None], lookup_key: bytes
    ) -> None:
        """Wrap an unopened link.

        `open_sealed` opens a box to the terminal's X25519 key, on the link's own thread. `lookup_key` is the
        registry's X25519 key, 32 bytes.
        """
        self._link, self._open_sealed, self._lookup_key = link, open_sealed, lookup_key
        self._lookup = topics.lookup(terminal)
        self._sealed = frozenset({topics.answer(terminal), topics.order(terminal)})

    def seal_to(self, lookup_key: bytes) -> None:
        """Seal lookups to this X25519 key (32 bytes) from now on."""
        self._lookup_key = lookup_key

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """See `terminal.ports.Link`."""
        self._link.open(lambda message: deliver(self._opened(message)))

    def send(self, message: Outgoing) -> None:
        """See `terminal.ports.Link`."""
        if message.topic == self._lookup:
            message = replace(message, payload=seal(message.payload, self._lookup_key))
        self._link.send(message)

    def acknowledge(self, message: Incoming) -> None:
        """See `terminal.ports.Link`."""
        self._link.acknowledge(message)

    @property
    def state(self) -> LinkState:
        """See `terminal.ports.Link`."""
        return self._link.state

    def close(self) -> None:
        """See `terminal.ports.Link`."""
        self._link.close()

    def _opened(self, message: LinkMessage) -> LinkMessage:
        if isinstance(message, Incoming) and message.topic in self._sealed:
            return replace(message, payload=self._open_sealed(message.payload) or b"")
        return message
