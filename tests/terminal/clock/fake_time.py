"""A machine's clocks as a test sets them."""

from __future__ import annotations

from dataclasses import dataclass

from terminal.ports import ClockReading, TimeService

BUILD_S = 1_795_000_000
NOW_S = BUILD_S + 5 * 86_400.0


@dataclass(slots=True)
class FakeTime:
    """A `terminal.ports.TimeSource` whose true time and wall clock are set apart."""

    true_s: float
    booted_s: float
    """True time of the last boot."""
    wall_error_s: float = 0.0
    boot: int = 1
    service: TimeService | None = None
    battery_error_s: float | None = None
    """None if there is no battery-backed clock."""

    def wall_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return self.true_s + self.wall_error_s

    def running_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return self.true_s - self.booted_s

    def monotonic_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return self.running_s()

    def read(self) -> ClockReading:
        """See `terminal.ports.TimeSource`."""
        battery_s = None if self.battery_error_s is None else self.true_s + self.battery_error_s
        return ClockReading(self.wall_s(), self.running_s(), str(self.boot), self.service, battery_s)

    def reboot(self, off_s: float = 60.0) -> None:
        """Switch off for `off_s`, and on again."""
        self.true_s += off_s
        self.booted_s = self.true_s
        self.boot += 1


def dead_clock() -> FakeTime:
    """Return a machine that was switched on a minute ago, with a dead clock."""
    return FakeTime(NOW_S, NOW_S - 60, wall_error_s=-NOW_S)
