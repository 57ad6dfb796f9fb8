"""The system's clocks, and one that is set by hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from drivers import chrony
from terminal.errors import ClockFault
from terminal.ports import ClockReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import TimeService

CHRONY_REPORT = Path("/run/roadside-clock/chrony")
"""Written every minute by `roadside-clock-sources.service`."""
REPORT_AGE_S = 180.0
"""An older report says nothing about the clock now."""
BATTERY_CLOCK = Path("/sys/class/rtc/rtc0/since_epoch")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemTime:
    """Reads the system's clocks: implements `terminal.ports.TimeSource`. No privilege is needed."""

    def __init__(self, report: Path = CHRONY_REPORT, battery_clock: Path = BATTERY_CLOCK) -> None:
        """Read chrony's report, and the battery-backed clock (sysfs, Unix s), from these files."""
        self._report, self._battery_clock = report, battery_clock

    def wall_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return time.time()

    def running_s(self) -> float:
        """See `terminal.ports.TimeSource`.

        CLOCK_BOOTTIME counts suspended time, but runs as fast as whoever disciplines the clock wants it to.
        CLOCK_MONOTONIC_RAW is the oscillator alone and stands still in suspension, so that is added.
        """
        suspended_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) + suspended_s

    def monotonic_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return time.monotonic()

    def read(self) -> ClockReading:
        """See `terminal.ports.TimeSource`."""
        boot_id = _text(BOOT_ID)
        return ClockReading(
            self.wall_s(),
            self.running_s(),
            "" if boot_id is None else boot_id.strip(),
            self._service(),
            _number(_text(self._battery_clock)),
        )

    def _service(self) -> TimeService | None:
        try:
            age_s = self.wall_s() - self._report.stat().st_mtime
        except OSError:
            return None
        report = _text(self._report) if 0 <= age_s <= REPORT_AGE_S else None
        return None if report is None else chrony.time_service(report, self.wall_s())


def set_system_clock(unix_s: float) -> None:
    """Set the system's wall clock (needs CAP_SYS_TIME). Raises ClockFault."""
    try:
        time.clock_settime(time.CLOCK_REALTIME, unix_s)
    except OSError as error:
        raise ClockFault(f"the system's clock cannot be set: {error.strerror}") from error


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


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

    def note_trust_set(self, made_s: int) -> None:
        """Nothing: only a hand sets this clock."""

    def note_answer(self, signed_s: float, round_trip_s: float) -> None:
        """Nothing: only a hand sets this clock."""
