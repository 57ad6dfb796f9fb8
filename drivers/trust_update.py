"""Update the trust set in a child process, so that hashing and fetching never delay the main loop."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from terminal.errors import TrustFault
from terminal.ports import UpdateResult

if TYPE_CHECKING:
    from collections.abc import Sequence

NICENESS = 10
"""The work of the terminal in use goes before an update."""
_END_S = 5.0
"""Time, s, after which an update that was asked to end is killed."""


class UpdateProcess:
    """Runs a command that updates the trust set and prints its result as one line of JSON.

    The line is an object with `failure`, a text or null, and `unreachable`, true or false.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start an update; nothing while one runs. Raises TrustFault."""
        if self._child is not None:
            return
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise TrustFault(f"the update could not be started: {error.strerror}") from error
        with suppress(OSError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, self._child.pid, NICENESS)

    @property
    def running(self) -> bool:
        """True from the start of an update until its result was taken."""
        return self._child is not None

    def result(self) -> UpdateResult | None:
        """Return the result of an update that ended, once; None otherwise."""
        child = self._child
        if child is None or child.poll() is None:
            return None
        self._child = None
        output, _ = child.communicate()
        return _result(output, child.returncode)

    def close(self) -> None:
        """End a running update; the set in force stays as it is. Harmless twice."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.communicate(timeout=_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()


def _result(output: bytes, status: int) -> UpdateResult:
    try:
        line: Any = json.loads(output.splitlines()[-1])
        failure, unreachable = line["failure"], line["unreachable"]
    except (IndexError, KeyError, TypeError, ValueError):
        return UpdateResult(f"the update ended with status {status}")
    return UpdateResult(failure, unreachable is True)
