"""State of the terminal's clock: the floor below which it cannot be, and what set it right.

The terminal keeps a time of its own: an offset to the time since boot, which no one can set or slew
(`ClockReading.running_s`). A jump of the system's clock therefore changes neither the time nor its trust.

The floor rises only by what is signed, and it is what an unsigned source is measured by:

1. `build_s`: the day of the package's release.
2. `trust_s`: the time at which the trust set in force was made. It follows the set. The trust store lets an
   older set into force only where the root takes away a key that signed the newer one.
3. `answer_s`: the signed time of the registry's newest answer to a request of this terminal. It counts for
   at most AHEAD_LIMIT_S above the other two, and a later answer may take it back, so that one registry with
   a wrong year locks no terminal.

The offset is set by the sources of `TimeOrigin`, of which a later one outranks an earlier one. A source that
outranks the last replaces it; one that ranks lower is ignored; one that contradicts its own earlier word
makes the clock disputed, and a disputed clock is not trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.limits import DAY_S
from terminal.ports import TimeService

if TYPE_CHECKING:
    from terminal.ports import ClockReading

AHEAD_LIMIT_S = 30 * DAY_S
"""Greatest distance above the floor of an unsigned time that is believed, and of a raise by an answer."""
ROUND_TRIP_LIMIT_S = 30.0
"""A signed answer that took longer does not set the clock, since its time is too uncertain."""
CONTRADICTION_S = 60.0
"""Two times further apart contradict each other; the registry refuses requests by the same limit."""
STEP_S = 2.0
"""The least error for which the clock is corrected."""
DRIFT = 1e-4
"""Greatest drift of the processor's oscillator, as a part of the time that has run."""
LAST_S = 7_258_089_600
"""The first second of 2200, Asia/Shanghai: later times are refused, as no credential can name them."""


class TimeOrigin(StrEnum):
    """Source that set the clock, in order of reliability, the least reliable first."""

    BATTERY = "battery"
    """A battery-backed clock, which agreed with the terminal's trusted time when last compared."""
    NTP_AND_GNSS = TimeService.NTP_AND_GNSS.value
    """NTP and GNSS, unsigned both, which agree with each other."""
    NTS = TimeService.NTS.value
    """Network Time Security: NTP with signed answers (RFC 8915)."""
    ANSWER = "answer"
    """The registry's signed answer to a request of this terminal."""

    def outranks(self, other: TimeOrigin | None) -> bool:
        """Return True if this origin is more reliable than `other`."""
        return other is None or _RANKS.index(self) > _RANKS.index(other)


_RANKS = tuple(TimeOrigin)


@dataclass(frozen=True, slots=True)
class Floor:
    """Signed lower bounds of the time, Unix s; see the module's text."""

    build_s: int
    trust_s: int = 0
    answer_s: int = 0

    @property
    def offline_s(self) -> int:
        """The floor by build and trust set alone."""
        return max(self.build_s, self.trust_s)

    @property
    def at_s(self) -> int:
        """The floor, Unix s."""
        return max(self.offline_s, min(self.answer_s, self.offline_s + AHEAD_LIMIT_S))


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """The last time that the clock was set right."""

    origin: TimeOrigin
    offset_s: float
    """Unix time less the time since boot."""
    at_s: float
    """Time since boot at which it was set."""
    disputed: bool = False
    """True after a source has contradicted itself."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """The floor, and how the clock was set right in the boot of `boot_id`; None until it was."""

    floor: Floor
    boot_id: str = ""
    setting: ClockSetting | None = None
    battery_agrees: bool = False
    """True if the battery-backed clock showed the trusted time when it was last compared."""

    def time_s(self, running_s: float) -> float | None:
        """Return the terminal's time (Unix s) at a time since boot; None until it was set."""
        return None if self.setting is None else self.setting.offset_s + running_s

    def trusted(self, running_s: float) -> bool:
        """Return True if the clock was set right in this boot, is undisputed, and is not below the floor."""
        time_s = self.time_s(running_s)
        undisputed = self.setting is not None and not self.setting.disputed
        return undisputed and time_s is not None and time_s >= self.floor.at_s


def with_trust_set(state: ClockState, made_s: int) -> ClockState:
    """Return the state under a verified trust set that was made at `made_s` (Unix s); 0 is none at all."""
    if made_s <= 0:
        return state
    return replace(state, floor=replace(state.floor, trust_s=min(made_s, LAST_S)))


def with_answer(state: ClockState, signed_s: float, round_trip_s: float, running_s: float) -> ClockState:
    """Return the state after a verified answer to our own request.

    `signed_s` is its signed time (Unix s), `round_trip_s` the time since the request was sent, `running_s`
    the time since boot. The answer's time is right as of some moment between request and answer.
    """
    floor = state.floor
    usable = 0 <= round_trip_s <= ROUND_TRIP_LIMIT_S
    if not usable or not floor.offline_s - CONTRADICTION_S <= signed_s <= LAST_S:
        return state
    error_s = _outside(state.time_s(running_s), signed_s, signed_s + round_trip_s)
    before = state.setting
    disputed = before is not None and before.origin is TimeOrigin.ANSWER and error_s > CONTRADICTION_S
    if before is not None and error_s <= STEP_S:
        offset_s = before.offset_s
    else:
        offset_s = max(signed_s + round_trip_s / 2, floor.offline_s) - running_s
    return replace(
        state,
        setting=ClockSetting(TimeOrigin.ANSWER, offset_s, running_s, disputed),
        floor=floor if disputed else replace(floor, answer_s=int(signed_s)),
    )


def observe(state: ClockState, reading: ClockReading) -> ClockState:
    """Return the state after reading the system's clocks; an unsigned source never changes the floor."""
    if reading.boot_id != state.boot_id:
        state = _booted(state, reading)
    state = _followed(state, reading)
    time_s, battery_s = state.time_s(reading.running_s), reading.battery_s
    compared = time_s is not None and battery_s is not None and state.trusted(reading.running_s)
    agrees = compared and _outside(time_s, battery_s or 0.0, battery_s or 0.0) <= CONTRADICTION_S
    return replace(state, battery_agrees=agrees)


def _booted(state: ClockState, reading: ClockReading) -> ClockState:
    """Start a boot: the clock is set right only if a battery has kept it."""
    setting = None
    battery_s = reading.battery_s if state.battery_agrees else None
    if battery_s is not None and _is_plausible(battery_s, state.floor):
        setting = ClockSetting(TimeOrigin.BATTERY, battery_s - reading.running_s, reading.running_s)
    return ClockState(state.floor, reading.boot_id, setting, state.battery_agrees)


def _followed(state: ClockState, reading: ClockReading) -> ClockState:
    """Set the clock by the service that keeps the system's clock, if it ranks high enough."""
    if reading.service is None:
        return state
    origin, before = TimeOrigin(reading.service.value), state.setting
    setting = ClockSetting(origin, reading.wall_s - reading.running_s, reading.running_s)
    if before is not None and before.origin is origin:
        allowed_s = STEP_S + DRIFT * (reading.running_s - before.at_s)
        if before.disputed or abs(setting.offset_s - before.offset_s) > allowed_s:
            return replace(state, setting=replace(before, disputed=True))
    elif not origin.outranks(before.origin if before else None):
        return state
    believed = (
        state.floor.at_s <= reading.wall_s <= LAST_S
        if origin is TimeOrigin.NTS
        else _is_plausible(reading.wall_s, state.floor)
    )
    return replace(state, setting=setting) if believed else state


def _is_plausible(unix_s: float, floor: Floor) -> bool:
    """Return True if an unsigned time is at or above the floor, and not far above it."""
    return floor.at_s <= unix_s <= min(floor.at_s + AHEAD_LIMIT_S, LAST_S)


def _outside(time_s: float | None, earliest_s: float, latest_s: float) -> float:
    """Return how far a time is outside an interval, s; infinite for None."""
    if time_s is None:
        return float("inf")
    return max(earliest_s - time_s, time_s - latest_s, 0.0)
