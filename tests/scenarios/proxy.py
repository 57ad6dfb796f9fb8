"""A proxy between a terminal and its broker that can cut, hold, swallow, duplicate or corrupt bytes."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import Enum, auto


class Wire(Enum):
    """States of the connection."""

    WHOLE = auto()
    CUT = auto()
    """Connections end, and new ones are refused."""
    HELD = auto()
    """Nothing is forwarded until the connection is whole again, and then everything, late."""
    SWALLOWED = auto()
    """Bytes are accepted by the kernel and never forwarded."""
    DOUBLED = auto()
    SPOILT = auto()
    """One bit of everything sent is changed."""


class Proxy:
    """Listens on `port` and forwards to another port on loopback."""

    def __init__(self, to: int) -> None:
        """`to` is the broker's port."""
        self._to = to
        self._wire = Wire.WHOLE
        self._moves = threading.Event()
        self._moves.set()
        self._open: list[socket.socket] = []
        self.carried_bytes = 0
        """Bytes from either end that were dealt with so far."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def become(self, wire: Wire) -> None:
        """Change the state."""
        self._wire = wire
        if wire is Wire.HELD:
            self._moves.clear()
        else:
            self._moves.set()
        if wire is Wire.CUT:
            self._end()

    def close(self) -> None:
        """Close all connections."""
        self.become(Wire.CUT)
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _end(self) -> None:
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with suppress(OSError):  # already closed
            while True:
                near = self._server.accept()[0]
                if self._wire is Wire.CUT:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                self._moves.wait()
                if self._wire is not Wire.SWALLOWED:
                    sink.sendall(_changed(piece, self._wire))
                self.carried_bytes += len(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()


def _changed(piece: bytes, wire: Wire) -> bytes:
    match wire:
        case Wire.DOUBLED:
            return piece + piece
        case Wire.SPOILT:
            return piece[:-1] + bytes([piece[-1] ^ 1])
        case _:
            return piece
