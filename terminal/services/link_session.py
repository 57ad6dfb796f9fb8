"""Session of a command with the registry: connects, waits, and collects incoming messages."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from terminal.inbox import FromRegistry, Inbox
from terminal.ports import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.ports import Link

CONNECT_S = 5.0
"""Longest wait of a command for the link to come up, s."""
STEP_S = 0.05
"""Longest wait of one `LinkSession.receive`, s."""


class LinkSession:
    """Messages of a link while a command uses it, for one thread."""

    def __init__(self, link: Link | None) -> None:
        """Open the link, unless it is None: then nothing is ever received."""
        self._link = link
        self._inbox = Inbox()
        if link is not None:
            link.open(lambda message: self._inbox.put(FromRegistry(message)))

    def wait_until_up(self, wait_s: float = CONNECT_S) -> list[Incoming]:
        """Wait up to `wait_s` seconds for the link to come up; return the messages received meanwhile."""
        deadline_s = time.monotonic() + wait_s
        received: list[Incoming] = []
        while self._link is not None and not self._link.state.up and time.monotonic() < deadline_s:
            received += self.receive()
        return received

    def receive(self) -> list[Incoming]:
        """Return the messages received since the last call; if there are none, wait STEP_S for one."""
        drained = [one.message for one in self._inbox.drain(STEP_S) if isinstance(one, FromRegistry)]
        return [message for message in drained if isinstance(message, Incoming)]


@contextmanager
def link_session(link: Link | None) -> Iterator[LinkSession]:
    """Open a link for a command, and close it on exit. Being offline raises nothing."""
    try:
        yield LinkSession(link)
    finally:
        if link is not None:
            link.close()
