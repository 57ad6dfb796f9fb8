"""A budget is a clock and a machine's pace: nothing is begun that would not end in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_RESERVE = 1.3
"""What is kept for a step, of what it is expected to take: some find more to decode than others."""
_TRUST_S = 1e-3
"""How much expected work outweighs the pace that was known before."""


class Timer:
    """What is left of a budget, and how this machine compares to the one that costs were measured on."""

    def __init__(self, budget_s: float, clock: Callable[[], float], pace: float) -> None:
        self._clock = clock
        self._mark_s = clock()
        self._end_s = self._mark_s + budget_s
        self._expected_s = _TRUST_S
        self._taken_s = _TRUST_S * pace

    @classmethod
    def endless(cls) -> Timer:
        """A timer that allows all."""
        return cls(math.inf, lambda: 0.0, 1.0)

    @property
    def pace(self) -> float:
        """Seconds taken for each second expected."""
        return self._taken_s / self._expected_s

    def allows(self, expected_s: float) -> bool:
        """Whether what takes so long on the development machine would end in time on this one."""
        self._mark_s = self._clock()
        return self._mark_s + _RESERVE * expected_s * self.pace <= self._end_s

    def took(self, expected_s: float) -> None:
        """Learn from what was done since it was allowed."""
        self._taken_s += self._clock() - self._mark_s
        self._expected_s += expected_s
