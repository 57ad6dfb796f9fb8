"""The time, and whether anyone vouches for it."""

from __future__ import annotations

import ctypes
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PHASE_LIMIT_US = 16_000_000
"""The kernel's NTP_PHASE_LIMIT: `maxerror` here or above means that nobody keeps the clock."""


class _Timex(ctypes.Structure):
    """The head of `struct timex` (linux/timex.h, adjtimex(2)), and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 256),
    )


def largest_error_us() -> int | None:
    """The kernel's bound on the wall clock's error, µs (adjtimex(2), `maxerror`); None if it will not say."""
    timex = _Timex()  # modes 0: reads, sets nothing, needs no privilege
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        return None
    return int(timex.maxerror)


class SystemClock:
    """The system's clocks. Wall time is trusted while a daemon keeps the kernel's error bound below 16 s.

    This is systemd's own test (`ntp_synced`, time-util.c); STA_UNSYNC would misjudge a chrony which does
    not set the hardware clock. Its limits: the bound grows by 500 µs a second without a time source, so
    trust ends 8.9 h after the last one was heard; and the kernel repeats what its daemon believed: whoever
    may set the clock, or forges unauthenticated NTP, is trusted too.
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


class HandClock:
    """A clock moved by hand: monotonic time stands still between `advance`s; the wall clock may also run."""

    def __init__(
        self, unix_s: float, *, trusted: bool = True, elapsed_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        """Stand at `unix_s`, s; monotonic time begins at 0.

        The wall clock gains what `elapsed_s`, a monotonic time in s, gains. It stands still by default.
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
        """Let time pass on both clocks. Raises ValueError when it would run backwards."""
        if seconds < 0:
            raise ValueError("monotonic time does not run backwards")
        self._unix_s += seconds
        self._monotonic_s += seconds

    def set(self, unix_s: float, *, trusted: bool = True) -> None:
        """Put the wall clock, as a person or a time server does; monotonic time is left alone."""
        self._unix_s, self._since_s = unix_s, self._elapsed_s()
        self._trusted = trusted
