"""Clocks: wall time with its trustworthiness, and monotonic time."""

from __future__ import annotations

import ctypes
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PHASE_LIMIT_US = 16_000_000
"""The kernel's NTP_PHASE_LIMIT: with `maxerror` at or above it, no daemon keeps the clock."""


class _Timex(ctypes.Structure):
    """Start of `struct timex` (linux/timex.h, adjtimex(2)), padded for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 256),
    )


def largest_error_us() -> int | None:
    """Return the kernel's error bound of the wall clock, µs (adjtimex(2), `maxerror`); None if
    unavailable.
    """
    timex = _Timex()  # modes 0 reads only and needs no privilege
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        return None
    return int(timex.maxerror)


class SystemClock:
    """The system's clocks. Wall time is trusted while a daemon keeps the kernel's error bound below 16 s.

    This is systemd's own test (`ntp_synced`, time-util.c); STA_UNSYNC would misjudge a chrony that does not
    set the hardware clock. Limits: without a time source the bound grows by 500 µs a second, so trust ends
    8.9 h after the last update; and the kernel repeats what its daemon believed, so anyone who can set the
    clock or forge unauthenticated NTP is trusted as well.
    """

    def now_s(self) -> float:
        """See `terminal.ports.Clock`."""
        return time.time()

    def monotonic_s(self) -> float:
        """See `terminal.ports.Clock`."""
        return time.monotonic()

    def trusted(self) -> bool:
        """See `terminal.ports.Clock`."""
        error_us = largest_error_us()
        return error_us is not None and error_us < _PHASE_LIMIT_US


class ManualClock:
    """A clock set by hand: monotonic time changes with `advance` only; the wall clock may also run."""

    def __init__(
        self, unix_s: float, *, trusted: bool = True, elapsed_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        """Start at `unix_s` (Unix time, s) with monotonic time 0.

        The wall clock advances with `elapsed_s`, a monotonic time in s, which by default stands still.
        """
        self._elapsed_s = elapsed_s
        self._monotonic_s = 0.0
        self.set(unix_s, trusted=trusted)

    def now_s(self) -> float:
        """See `terminal.ports.Clock`."""
        return self._unix_s + (self._elapsed_s() - self._since_s)

    def monotonic_s(self) -> float:
        """See `terminal.ports.Clock`."""
        return self._monotonic_s

    def trusted(self) -> bool:
        """See `terminal.ports.Clock`."""
        return self._trusted

    def advance(self, seconds: float) -> None:
        """Advance both clocks. Raises ValueError for a negative number of seconds."""
        if seconds < 0:
            raise ValueError("monotonic time does not run backwards")
        self._unix_s += seconds
        self._monotonic_s += seconds

    def set(self, unix_s: float, *, trusted: bool = True) -> None:
        """Set the wall clock, as a person or a time server does; monotonic time is unaffected."""
        self._unix_s, self._since_s = unix_s, self._elapsed_s()
        self._trusted = trusted
