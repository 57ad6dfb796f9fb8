"""The server of a desk's page: on the loopback address alone, for pages that it served itself alone.

A request is answered only if its Host is this server's own address, which stops a foreign name that was made
to resolve to the loopback address, and if it does not come from another site's page. Addresses are looked up
in a table; none is a path of a file.
"""

from __future__ import annotations

import mimetypes
import socket
import threading
from contextlib import suppress
from enum import Enum
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from terminal.errors import DisplayFault, InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8380
"""Port of the page; another one if this is taken."""
LARGEST_ACTION = 256
"""Bytes of the largest action that a page sends."""
KEEP_ALIVE_S = 15.0
"""Longest silence on a page's stream of events, s, after which a comment shows if the page is still there."""
CLOSES_S = 0.1
"""Longest time that closing takes, s."""
IDLE_S = 60.0
"""Time, s, after which a connection without a request is closed."""
_FILES = Path(__file__).parent / "desk_page"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Answer(Enum):
    """Answer to an action."""

    DONE = HTTPStatus.NO_CONTENT
    REFUSED = HTTPStatus.BAD_REQUEST


class PageContent(NamedTuple):
    """Content of the page: the tray as JSON, and the pictures of its codes."""

    tray: bytes
    pictures: Sequence[Path]


class PageDisplay(Protocol):
    """The display that the page shows and acts on (`BrowserDisplay`); called from any thread."""

    def state(self, after: int, timeout_s: float) -> tuple[int, bytes | None]:
        """Wait for a state newer than version `after`; return its version, and the state unless it is old."""

    @property
    def closed(self) -> bool:
        """True once there will be no further state."""

    def picture(self) -> tuple[int, bytes]:
        """Return the newest frame's number and its PNG."""

    def act(self, body: bytes) -> Answer:
        """Do what the page's user did."""

    def page_opened(self) -> None:
        """A page is connected."""

    def page_closed(self) -> None:
        """A page is gone."""


class BrowserServer:
    """The running server."""

    def __init__(self, shown: PageDisplay, content: PageContent) -> None:
        """Listen, and serve on threads of its own.

        Raises DisplayFault if no port can be had, InputFault for a picture that cannot be read.
        """
        fixed = _fixed(content)
        try:
            self._server = _listen(shown, fixed)
        except OSError as error:
            raise DisplayFault(f"{LOOPBACK}: {error.strerror}") from error
        self.address = f"http://{LOOPBACK}:{self._server.server_port}/"
        serve = partial(self._server.serve_forever, poll_interval=CLOSES_S)
        self._thread = threading.Thread(target=serve, name="page", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving; harmless twice."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def _listen(shown: PageDisplay, fixed: dict[str, tuple[str, bytes]]) -> _LoopbackServer:
    try:
        return _LoopbackServer(USUAL_PORT, shown, fixed)
    except OSError:
        return _LoopbackServer(0, shown, fixed)


def _fixed(content: PageContent) -> dict[str, tuple[str, bytes]]:
    """Return type and bytes of everything that never changes, by its address."""
    fixed = {"/tray": ("application/json", content.tray)}
    files = {"/": _FILES / "index.html", "/desk.css": _FILES / "desk.css", "/desk.js": _FILES / "desk.js"}
    files |= {f"/code/{index}": picture for index, picture in enumerate(content.pictures)}
    for address, path in files.items():
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        try:
            fixed[address] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, path.read_bytes()
        except OSError as error:
            raise InputFault(f"{path.name}: {error.strerror}") from error
    return fixed


class _LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a page's stream ends by itself

    def __init__(self, port: int, shown: PageDisplay, fixed: dict[str, tuple[str, bytes]]) -> None:
        self.shown, self.fixed = shown, fixed
        super().__init__((LOOPBACK, port), _Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    def server_bind(self) -> None:
        """Bind without HTTPServer's search for a name, which may wait for a name server."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: _LoopbackServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def do_GET(self) -> None:
        """Serve the page, its state or a frame."""
        if not self._is_own():
            self._refuse(HTTPStatus.FORBIDDEN)
        elif self.path == "/events":
            self._stream()
        elif self.path == "/frame":
            number, png = self.server.shown.picture()
            self._answer("image/png", png, {"X-Frame": str(number)})
        elif self.path in self.server.fixed:
            self._answer(*self.server.fixed[self.path])
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Do what the page's user did."""
        length = self.headers.get("Content-Length", "")
        is_number = length.isascii() and length.isdecimal() and len(length) <= len(str(LARGEST_ACTION))
        if not self._is_own() or "Origin" not in self.headers:
            self._refuse(HTTPStatus.FORBIDDEN)
        elif self.path != "/act" or self.headers.get("Content-Type") != "application/json":
            self._refuse(HTTPStatus.NOT_FOUND)
        elif not is_number or int(length) > LARGEST_ACTION:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._head(self.server.shown.act(self.rfile.read(int(length))).value, {"Content-Length": "0"})

    def _is_own(self) -> bool:
        """Return True unless the request names another host or comes from another site's page."""
        host, origin = self.headers.get("Host"), self.headers.get("Origin")
        return (
            host in self.server.hosts
            and origin in (None, f"http://{host}")
            and self.headers.get("Sec-Fetch-Site") in (None, "same-origin", "none")
        )

    def _stream(self) -> None:
        """Send each new state as an event, until page or display is gone."""
        shown = self.server.shown
        self.close_connection = True
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Connection": "close"})
        shown.page_opened()
        version = -1
        try:
            while not shown.closed:
                version, state = shown.state(version, KEEP_ALIVE_S)
                self.wfile.write(b":\n\n" if state is None else b"data: " + state + b"\n\n")
        finally:
            shown.page_closed()

    def _answer(self, kind: str, content: bytes, more: dict[str, str] | None = None) -> None:
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), **(more or {})}
        self._head(HTTPStatus.OK, headers)
        self.wfile.write(content)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what else was sent is not read
        self._head(status, {"Content-Length": "0", "Connection": "close"})

    def _head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (_HEADERS | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        """Serve a connection until the other side has gone."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def version_string(self) -> str:
        """Name this server and no versions."""
        return "roadside"

    def log_message(self, *_: object) -> None:
        """Log no request: they say what an officer presses."""
