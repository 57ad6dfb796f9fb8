"""Headless Chromium, driven over a pair of pipes by the DevTools protocol: no port, and no library.

https://chromedevtools.github.io/devtools-protocol/: JSON objects, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

PROGRAMS = ("chromium-headless-shell", "chromium")
"""Names of the program; Debian's smaller package comes first."""
_OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # root has none; it opens our own pages alone
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
)
_STOP_S = 5.0


class ChromiumError(RuntimeError):
    """Chromium is not installed, has ended, or refused a command."""


class Chromium:
    """A running Chromium with one page; a context manager."""

    def __init__(self, *options: str) -> None:
        """Start Chromium with further options. Raises ChromiumError if it is not installed."""
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            raise ChromiumError("chromium-headless-shell is not installed; scripts/setup does it")
        with ExitStack() as stack:
            self._folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            reads, self._commands = os.pipe()
            self._answers, writes = os.pipe()
            # It reads commands from descriptor 3 and writes answers to 4.
            moved = f'exec "$0" "$@" 3<&{reads} 4>&{writes}'
            self._process = subprocess.Popen(  # noqa: S603 - the distribution's browser
                ["/bin/bash", "-c", moved, program, *_OPTIONS, *options, f"--user-data-dir={self._folder}"],
                pass_fds=(reads, writes),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(self._end)
            os.close(reads)
            os.close(writes)
            self._number, self._rest = 0, b""
            self._events: deque[dict[str, Any]] = deque()
            self._session: str | None = None
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            self.call("Page.enable")
            self.call("Runtime.enable")
            self.call("Log.enable")
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call a method of the protocol and return its result. Raises ChromiumError."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                break
            self._events.append(answer)
        if "error" in answer:
            raise ChromiumError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, address: str, *, width: int = 1280, height: int = 1000) -> None:
        """Open an address in a view of this size, px, and wait until it is loaded. Raises ChromiumError."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._events.clear()
        failed = self.call("Page.navigate", url=address).get("errorText")
        if failed:
            raise ChromiumError(f"{address}: {failed}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self._events):
            self._events.append(self._receive())

    def run(self, script: str) -> Any:  # noqa: ANN401 - JSON
        """Run JavaScript in the page and return its value, awaited. Raises ChromiumError if it throws."""
        told = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise ChromiumError(json.dumps(told["exceptionDetails"], ensure_ascii=False))
        return told["result"].get("value")

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Press (`mousePressed`) or release (`mouseReleased`) the left button at a point of the view."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, kind: str, key: str) -> None:
        """Press (`rawKeyDown`) or release (`keyUp`) a key, such as `Enter`."""
        self.call("Input.dispatchKeyEvent", type=kind, key=key)

    def errors(self) -> list[str]:
        """Return the errors that the page has logged since it was opened, such as a violated policy."""
        self.call("Runtime.evaluate", expression="0")  # what was logged before has arrived then
        entries = [e["params"]["entry"] for e in self._events if e.get("method") == "Log.entryAdded"]
        thrown = [e["params"] for e in self._events if e.get("method") == "Runtime.exceptionThrown"]
        return [entry["text"] for entry in entries if entry["level"] == "error"] + [
            str(one) for one in thrown
        ]

    def screenshot(self) -> bytes:
        """Return the view as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def pdf(self) -> bytes:
        """Return the page as PDF, on the paper that its style chooses."""
        printed = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        return base64.b64decode(printed["data"])

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 20)
            if not more:
                raise ChromiumError("chromium has ended")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _end(self) -> None:
        os.close(self._commands)  # it ends without its pipe
        os.close(self._answers)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
