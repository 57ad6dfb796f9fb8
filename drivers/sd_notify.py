"""Service manager notifications (sd_notify(3))."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


class SystemdNotify:
    """Sends sd_notify messages over a datagram socket; does nothing without one.

    The address is an absolute path, or `@` and a name in Linux's abstract namespace.
    """

    def __init__(self, address: str | None = None) -> None:
        """Send to `address`, by default the NOTIFY_SOCKET of the environment."""
        address = address or os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(0)  # never block the terminal on the service manager

    def ready(self) -> None:
        """See `terminal.ports.Notify`."""
        self._send(b"READY=1")

    def alive(self) -> None:
        """See `terminal.ports.Notify`."""
        self._send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """See `terminal.ports.Notify`. Closes the socket."""
        self._send(b"STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, state: bytes) -> None:
        if self._socket is not None:
            with suppress(OSError):  # without notifications the service manager restarts the terminal
                self._socket.sendto(state, self._address)
