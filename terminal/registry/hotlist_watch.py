"""Age and silence of the hot list, by the registry's signed times and the monotonic clock.

A list is silent while no message completes it: neither a change in sequence nor the answer to a question
(wire format, section 5, "The hot list"). After the first such message of a run the monotonic clock counts
too, because the wall clock may be wrong or stepped back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.registry.hotlist import Position

SILENT_S = 1200
"""Silence, s, after which a province's list is asked for and verdicts warn of it."""


@dataclass(slots=True)
class HotlistWatch:
    """Times at which each province's list was last known to be complete, in this run."""

    _whole_ms: dict[str, int | None] = field(default_factory=dict, init=False)
    """By province: signed time, Unix ms, as of which its list was last complete."""
    _heard_s: dict[str, float] = field(default_factory=dict, init=False)
    """By province: monotonic time, s, at which that was received, if in this run."""
    _now_s: float = field(default=0.0, init=False)

    def observe(self, positions: Mapping[str, Position], monotonic_s: float) -> None:
        """Note the lists that are complete as of a newer time than at the last call."""
        self._now_s = monotonic_s
        for province, position in positions.items():
            if province in self._whole_ms and self._whole_ms[province] != position.at_ms:
                self._heard_s[province] = monotonic_s
            self._whole_ms[province] = position.at_ms

    def age_s(self, province: str, position: Position, now_s: float, *, clock_trusted: bool) -> int | None:
        """Return the age of a list at `now_s` (Unix s), or None if it was never complete."""
        heard_s = self._heard_s.get(province)
        if position.at_ms is None or heard_s is None:
            return position.age_s(now_s)
        since_s = max(0, int(self._now_s - heard_s))
        return max(since_s, position.age_s(now_s) or 0) if clock_trusted else since_s

    def silent(
        self, positions: Mapping[str, Position], now_s: float, *, clock_trusted: bool
    ) -> frozenset[str]:
        """Return the provinces whose lists are older than SILENT_S at `now_s` (Unix s)."""
        ages = {
            province: self.age_s(province, position, now_s, clock_trusted=clock_trusted)
            for province, position in positions.items()
        }
        return frozenset(province for province, age in ages.items() if age is not None and age > SILENT_S)
