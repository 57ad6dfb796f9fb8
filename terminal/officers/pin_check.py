"""Checks a PIN in a process of its own, so that neither its time nor its memory is the app's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING

from terminal.officers import pin_process

if TYPE_CHECKING:
    from terminal.officers.roster import Officer

LONGEST_S = 30.0
"""A check that takes longer has failed."""


class PinResult(Enum):
    """Result of checking a PIN."""

    WRONG = auto()
    RIGHT = auto()
    DURESS = auto()
    FAILED = auto()
    """The process ended otherwise, or took too long: nothing is known of the PIN."""


_RESULTS = {
    pin_process.WRONG: PinResult.WRONG,
    pin_process.RIGHT: PinResult.RIGHT,
    pin_process.DURESS: PinResult.DURESS,
}


class PinCheck:
    """A check that is going on. The PIN must be without line breaks, and must have been counted."""

    def __init__(self, officer: Officer, pin: str, monotonic_s: float) -> None:
        self._deadline_s = monotonic_s + LONGEST_S
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            # -P: a folder named `terminal` in the working folder is not this package.
            [sys.executable, "-P", "-m", pin_process.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        asked = "\n".join((pin, officer.verifier, officer.duress_verifier or ""))
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        with suppress(BrokenPipeError), self._process.stdin as pipe:  # one that ended has failed
            pipe.write(asked.encode("ascii"))

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def poll(self, monotonic_s: float) -> PinResult | None:
        """Return the result, None while it is not known; never waits."""
        status = self._process.poll()
        if status is not None:
            return _RESULTS.get(status, PinResult.FAILED)
        if monotonic_s < self._deadline_s:
            return None
        self.close()
        return PinResult.FAILED

    def close(self) -> None:
        """End the process; harmless twice."""
        self._process.kill()
        self._process.wait()
