"""The clock of a terminal: the pure state, kept on disk, over the system's clocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from terminal import RELEASED, console
from terminal.clock import file, state
from terminal.errors import ClockFault

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.clock.state import ClockState
    from terminal.ports import TimeSource

RELEASED_S = int(datetime.fromisoformat(f"{RELEASED}T00:00:00+00:00").timestamp())
"""Unix time of this release."""
OBSERVE_S = 10.0
"""Interval of looking at the system's clocks and their sources."""
SAVE_S = 600
"""The floor on disk lags behind the one in memory by less than this."""


class TrustedClock:
    """Implements `terminal.ports.Clock` on a file in the state folder, which only one process may write."""

    def __init__(self, source: TimeSource, folder: Path, build_s: int) -> None:
        """Load the state from `folder`; where it cannot be read, start at the floor of this release."""
        self._source, self._path = source, folder / file.NAME
        try:
            self._state = file.load(self._path, build_s)
        except OSError as error:
            console.warn(ClockFault(f"{self._path}: {error.strerror}").line())
            self._state = state.ClockState(state.Floor(build_s))
        self._saved = self._state
        self._observed_s = float("-inf")
        self._reported = False

    @property
    def state(self) -> ClockState:
        """The state as of now."""
        self._observe()
        return self._state

    def now_s(self) -> float:
        """See `terminal.ports.Clock`. Never below the floor; the system's time until the clock was set."""
        time_s = self.state.time_s(self._source.running_s())
        return max(self._source.wall_s() if time_s is None else time_s, float(self._state.floor.at_s))

    def monotonic_s(self) -> float:
        """See `terminal.ports.Clock`."""
        return self._source.monotonic_s()

    def trusted(self) -> bool:
        """See `terminal.ports.Clock`."""
        return self.state.trusted(self._source.running_s())

    def note_trust_set(self, made_s: int) -> None:
        """See `terminal.ports.Clock`."""
        self._change(state.with_trust_set(self.state, made_s))

    def note_answer(self, signed_s: float, round_trip_s: float) -> None:
        """See `terminal.ports.Clock`."""
        self._change(state.with_answer(self.state, signed_s, round_trip_s, self._source.running_s()))

    def _observe(self) -> None:
        running_s = self._source.running_s()
        if running_s - self._observed_s >= OBSERVE_S:
            self._observed_s = running_s
            self._change(state.observe(self._state, self._source.read()))

    def _change(self, changed: ClockState) -> None:
        self._state = changed
        if not _worth_saving(self._saved, changed):
            return
        try:
            file.save(self._path, changed)
        except OSError as error:  # such as a full disk: tried again with the next change, and told once
            if not self._reported:
                console.warn(ClockFault(f"{self._path}: {error.strerror}").line())
            self._reported = True
            return
        self._saved, self._reported = changed, False


def _worth_saving(saved: ClockState, changed: ClockState) -> bool:
    before, after = saved.floor, changed.floor
    if before.trust_s != after.trust_s or not 0 <= after.answer_s - before.answer_s < SAVE_S:
        return True
    same = (saved.boot_id, saved.battery_agrees) == (changed.boot_id, changed.battery_agrees)
    return not same or _is_other_setting(saved, changed)


def _is_other_setting(saved: ClockState, changed: ClockState) -> bool:
    before, after = saved.setting, changed.setting
    if before is None or after is None:
        return before is not after
    same = (before.origin, before.disputed) == (after.origin, after.disputed)
    return not same or abs(before.offset_s - after.offset_s) > state.STEP_S
