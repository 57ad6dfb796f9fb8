"""Run a real mosquitto on a loopback port, with the shipped configuration except for port and user."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIGURATION = Path(__file__).parents[2] / "systemd" / "mosquitto"
_START_S = 10.0
_STOP_S = 5.0


class BrokerError(RuntimeError):
    """The broker does not run, or an expected log line did not appear."""


class Broker:
    """A mosquitto in a folder of its own, which holds `tls/` (ca.crt, broker.crt, broker.key) and its data.

    The port is kept over restarts. `amend` changes the configuration's text, so that a test can break a line.
    """

    def __init__(
        self,
        folder: Path,
        tls: Path,
        access: str,
        *,
        amend: Callable[[str], str] = lambda text: text,
        port: int = 0,
    ) -> None:
        """Prepare `folder`; `tls` is the folder of the identities; `port` 0 selects a free one.

        `access` is the broker's access list (`access.state_file`). Raises BrokerError if mosquitto is not
        installed.
        """
        self.folder = folder
        self.port = port or _free_port()
        # Debian installs it in sbin, which is not on everybody's PATH.
        self._program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if self._program is None:
            raise BrokerError("mosquitto is not installed; scripts/setup does it")
        (folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "tls").unlink(missing_ok=True)
        (folder / "tls").symlink_to(tls.absolute(), target_is_directory=True)
        access_file = folder / "data" / "access.json"
        access_file.touch(mode=0o600)
        access_file.write_text(access, encoding="utf-8")
        text = amend((CONFIGURATION / "roadside.conf").read_text(encoding="utf-8"))
        (folder / "roadside.conf").write_text(self._on_loopback(text), encoding="utf-8")
        self._process: subprocess.Popen[str] | None = None
        self._said: list[str] = []
        self._silent = True
        """True once the broker's output has ended and is all in `_said`."""
        self._heard = threading.Condition()

    def start(self) -> None:
        """Start it and wait until it listens. Raises BrokerError, with its output, if it does not."""
        since = len(self._said)
        self._process = subprocess.Popen(  # noqa: S603 - the distribution's broker, our own file
            [str(self._program), "-c", "roadside.conf"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._silent = False
        threading.Thread(target=self._listen, args=(self._process,), name="broker", daemon=True).start()
        try:
            self.wait_for(r"mosquitto version \S+ running", since=since, timeout_s=_START_S)
        except BrokerError:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop it as the service manager would; harmless twice."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, as a power failure would."""
        self._end(signal.SIGKILL)

    def save(self) -> None:
        """Make it save its state now, and return once it is on disk. Raises BrokerError."""
        database = self.folder / "data" / "broker.db"
        database.unlink(missing_ok=True)
        self._running().send_signal(signal.SIGUSR1)
        # It is written beside and renamed, so it is complete once it is there; the log line comes after that.
        since = len(self._said)
        self._running().send_signal(signal.SIGHUP)
        self.wait_for("Reloading config", since=since, timeout_s=_STOP_S)
        if not database.exists():
            raise BrokerError("the broker saved nothing")

    def wait_for(self, pattern: str, *, since: int = 0, timeout_s: float = _STOP_S) -> str:
        """Return the first log line from `since` on that matches a regular expression. Raises BrokerError."""
        found: list[str] = []

        def heard() -> bool:
            found.extend(line for line in self._said[since:] if re.search(pattern, line))
            return bool(found) or self._silent

        with self._heard:
            self._heard.wait_for(heard, timeout_s)
        if not found:
            raise BrokerError(f"the broker did not say {pattern!r}: {self._said[since:]}")
        return found[0]

    @property
    def lines(self) -> int:
        """Return the number of log lines so far."""
        return len(self._said)

    @property
    def pid(self) -> int:
        """Process id. Raises BrokerError if it does not run."""
        return self._running().pid

    def _on_loopback(self, text: str) -> str:
        listening, ours = re.subn(r"(?m)^listener 8883$", f"listener {self.port} 127.0.0.1", text)
        if ours != 1:
            raise BrokerError("the configuration has another listener than 8883")
        return f"{listening}\nuser {pwd.getpwuid(os.geteuid()).pw_name}\n"

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            raise BrokerError("the broker does not run")
        return self._process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        if process.stderr is None:
            raise BrokerError("no standard error")
        with process.stderr as lines:
            for line in lines:
                with self._heard:
                    self._said.append(line.rstrip("\n"))
                    self._heard.notify_all()
        with self._heard:
            self._silent = self._process is process or self._process is None
            self._heard.notify_all()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
