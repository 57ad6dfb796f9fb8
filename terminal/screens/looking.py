"""Search for a code in the live picture: after a while one measured hint, then the way to plate entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.codes import ScanProblem

HINT_S = 1.5
"""Time without a code, s, after which a hint is shown, and for which it stays at least."""
ENTRY_S = 6.0
"""Time without a code, s, after which plate entry is offered."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A frame showed no code; `problem` has kept the recent frames from being read, None if none is known."""

    problem: ScanProblem | None


@dataclass(frozen=True, slots=True)
class Looking:
    """Search for a code in the live picture."""

    since_s: float | None = None
    """Monotonic time of the first frame without a code, s; None before it."""
    problem: ScanProblem | None = None
    """The hint that is shown."""
    changed_s: float = 0.0
    """Monotonic time at which it was last changed, s."""

    def offers_entry(self, now_s: float) -> bool:
        """Return True if plate entry is to be offered at monotonic time `now_s`."""
        return self.since_s is not None and now_s - self.since_s >= ENTRY_S


def after(looking: Looking, problem: ScanProblem | None, now_s: float) -> Looking:
    """Return the search after a frame without a code, at monotonic time `now_s`."""
    if looking.since_s is None:
        return Looking(now_s)
    waits = now_s - max(looking.since_s, looking.changed_s) < HINT_S
    if waits or problem is looking.problem:
        return looking
    return replace(looking, problem=problem, changed_s=now_s)
