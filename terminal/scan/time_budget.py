"""Time budget of one frame, scaled to this machine's speed: a step starts only if it will end in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_RESERVE = 1.3
"""Safety factor on a step's estimate: some steps find more to decode than others."""
_TRUST_S = 1e-3
"""Weight, in seconds of estimated work, of the speed measured in earlier frames."""


class Timer:
    """Remaining budget, and this machine's speed relative to the one that the steps were timed on."""

    def __init__(self, budget_s: float, clock: Callable[[], float], pace: float) -> None:
        self._clock = clock
        self._mark_s = clock()
        self._end_s = self._mark_s + budget_s
        self._expected_s = _TRUST_S
        self._taken_s = _TRUST_S * pace

    @classmethod
    def endless(cls) -> Timer:
        """Return a timer without a limit."""
        return cls(math.inf, lambda: 0.0, 1.0)

    @property
    def pace(self) -> float:
        """Seconds taken per second estimated."""
        return self._taken_s / self._expected_s

    def allows(self, expected_s: float) -> bool:
        """Return True if work estimated at `expected_s` on the development machine fits the budget here."""
        self._mark_s = self._clock()
        return self._mark_s + _RESERVE * expected_s * self.pace <= self._end_s

    def charge(self, expected_s: float) -> None:
        """Account for the work done since the last `allows`, which was estimated at `expected_s`."""
        self._taken_s += self._clock() - self._mark_s
        self._expected_s += expected_s
