"""HTTP service of the authority, to which terminals post requests to enrol and renewals.

It speaks plain HTTP: requests and answers authenticate themselves, and an answer is sealed to its terminal
(`keys.enrolment.messages`), so that TLS, whose CA a new device does not know yet, would add nothing.
"""

from __future__ import annotations

import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from terminal import console
from terminal.errors import Fault
from terminal.identity import MOST_MESSAGE, SERVICE_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from keys.enrolment.authority import Authority

_MOST_TOGETHER = 16
_PATIENCE_S = 10.0
"""Time that a client may take for its request, s."""


class EnrolmentServer(ThreadingHTTPServer):
    """Answers requests of terminals; `port` 0 is a free one."""

    daemon_threads = True

    def __init__(
        self, authority: Authority, host: str, port: int, clock_s: Callable[[], float] = time.time
    ) -> None:
        """Listen on `host` and `port`. Raises OSError."""
        self.authority = authority
        self.clock_s = clock_s
        self._places = BoundedSemaphore(_MOST_TOGETHER)
        super().__init__((host, port), _Handler)

    def process_request(
        self, request: socket | tuple[bytes, socket], client_address: tuple[str, int]
    ) -> None:
        """Give the connection a thread, or close it where too many have one."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket | tuple[bytes, socket], client_address: tuple[str, int]
    ) -> None:
        """Answer in the connection's thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()


class _Handler(BaseHTTPRequestHandler):
    server: EnrolmentServer
    timeout = _PATIENCE_S
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one request; a refusal is a text with status 403."""
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        if self.path != SERVICE_PATH or not length.isascii() or not length.isdigit():
            self._send(HTTPStatus.NOT_FOUND, b"not found")
            return
        if int(length) > MOST_MESSAGE:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large")
            return
        content = self.rfile.read(int(length))
        try:
            answer = self.server.authority.answer(content, int(self.server.clock_s()))
        except Fault as fault:
            self.log_message("%s", console.escaped(fault.detail))
            self._send(HTTPStatus.FORBIDDEN, fault.detail.encode())
        except OSError as error:
            self.log_message("%s: %s", error.filename, error.strerror)
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, b"the authority cannot store it")
        else:
            self._send(HTTPStatus.OK, answer)

    def _send(self, status: HTTPStatus, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Log one line; it holds an address and a reason, and no personal data."""
        sys.stderr.write(f"{self.log_date_time_string()} {self.client_address[0]} {format % args}\n")
