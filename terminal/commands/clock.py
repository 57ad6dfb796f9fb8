"""`roadside clock show` and `lift`: state the clock's trust, and bring the system's clock up to its floor.

`show` only reads, and may run beside `roadside run`. `lift` runs early in the boot, before anything uses TLS.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from terminal.clock import file, state
from terminal.console import out
from terminal.errors import ClockFault
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.clock.state import ClockState
    from terminal.ports import ClockReading, TimeSource

TRUSTED, UNTRUSTED = 0, 1
"""Exit statuses of `show`."""
LIFTED = 0
"""Exit status of `lift`, also if there was nothing to do."""


def show(source: TimeSource, folder: Path, build_s: int) -> int:
    """Print floor, time and trust; return TRUSTED or UNTRUSTED. `build_s` is the release's Unix time.

    Raises ClockFault if the file cannot be read.
    """
    reading = source.read()
    held = state.observe(_load(folder, build_s), reading)
    floor = held.floor
    out(f"floor        {_time(floor.at_s)}")
    out(f"  release    {_time(floor.build_s)}")
    out(f"  trust set  {_time(floor.trust_s) if floor.trust_s else 'none'}")
    out(f"  answer     {_time(floor.answer_s) if floor.answer_s else 'none'}")
    out(f"clock        {_clock(held, reading)}")
    reason = _why_not(held, reading)
    out(f"trusted      {'yes' if reason is None else f'no: {reason}'}")
    out(f"system       {_time(reading.wall_s)}, kept by {reading.service or 'nothing reliable'}")
    out(f"battery      {'none' if reading.battery_s is None else _time(reading.battery_s)}")
    return TRUSTED if reason is None else UNTRUSTED


def lift(source: TimeSource, folder: Path, build_s: int, set_clock: Callable[[float], None]) -> int:
    """Set the system's clock to the floor if it is earlier, by `set_clock` (Unix s); return LIFTED.

    Raises ClockFault if the file cannot be read or the clock cannot be set.
    """
    at_s = _load(folder, build_s).floor.at_s
    before_s = source.wall_s()
    if before_s >= at_s:
        out(f"clock {_time(before_s)} is not below its floor {_time(at_s)}")
        return LIFTED
    set_clock(at_s)
    out(f"clock lifted from {_time(before_s)} to its floor {_time(at_s)}")
    return LIFTED


def times(source: TimeSource, folder: Path, build_s: int) -> tuple[float, float]:
    """Return the time as screens show it, and the trusted time: the floor while the clock is not trusted.

    Both are Unix times, s. It only reads, as `show`. Raises ClockFault if the file cannot be read.
    """
    held = state.observe(_load(folder, build_s), source.read())
    running_s, floor_s = source.running_s(), float(held.floor.at_s)
    time_s = held.time_s(running_s)
    shown_s = max(source.wall_s() if time_s is None else time_s, floor_s)
    return shown_s, shown_s if held.trusted(running_s) else floor_s


def _load(folder: Path, build_s: int) -> ClockState:
    path = folder / file.NAME
    try:
        return file.load(path, build_s)
    except OSError as error:
        raise ClockFault(f"{path}: {error.strerror}") from error


def _clock(held: ClockState, reading: ClockReading) -> str:
    time_s = held.time_s(reading.running_s)
    if held.setting is None or time_s is None:
        return "not set in this boot"
    ago_s = reading.running_s - held.setting.at_s
    return f"{_time(time_s)}, set by {held.setting.origin} {ago_s:.0f} s ago"


def _why_not(held: ClockState, reading: ClockReading) -> str | None:
    """Return why the clock is not trusted; None if it is."""
    if held.setting is None:
        return "nothing reliable has set it in this boot"
    if held.setting.disputed:
        return "its sources contradict each other"
    return None if held.trusted(reading.running_s) else "it is below its floor"


def _time(unix_s: float) -> str:
    try:
        return datetime.fromtimestamp(unix_s, UTC).astimezone(SHANGHAI).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{unix_s:.0f} s"
