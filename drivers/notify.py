"""The service manager hears what it asked to hear (sd_notify(3)), and its absence changes nothing."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


class SystemdNotify:
    """sd_notify over a datagram socket; silent where there is none.

    The socket's address is an absolute path, or `@` and a name in Linux's abstract namespace.
    """

    def __init__(self, address: str | None = None) -> None:
        """Speak to `address`, or to the environment's NOTIFY_SOCKET."""
        address = address or os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(0)  # a manager that does not listen must not stop the terminal

    def ready(self) -> None:
        """See `terminal.ports.Notify`."""
        self._send(b"READY=1")

    def alive(self) -> None:
        """See `terminal.ports.Notify`."""
        self._send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """See `terminal.ports.Notify`. The last word: the socket is closed."""
        self._send(b"STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, state: bytes) -> None:
        if self._socket is not None:
            with suppress(OSError):  # the manager restarts a terminal that it does not hear
                self._socket.sendto(state, self._address)
