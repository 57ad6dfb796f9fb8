"""Asks the registry again, by itself, about checks that were not made live.

1. One question is out at a time, and none while an answer about a check is awaited: an officer's own lookup
   never waits for a recheck (wire format, section 5, "What a worker bounds").
2. A check is asked about RECHECK_AFTER_S after it was made, so that an answer in time is not asked for twice.
3. A question that brings no answer is followed by a rest of REST_S.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.model import LookupState, VehicleFinding

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.model import RecordedCheck
    from terminal.ports import Clock
    from terminal.services.check_lookups import CheckLookups

RECHECK_AFTER_S = 10.0
"""Age from which a check that was not made live is asked about again, s."""
PAUSE_S = 1.0
"""Least time between two questions, s."""
REST_S = 60.0
"""Time that a question has to bring an answer before the next one, s."""
_NOT_LIVE = frozenset(
    {
        VehicleFinding.UNCHECKED,
        VehicleFinding.CACHED_VALID,
        VehicleFinding.CACHED_CAUTION,
        VehicleFinding.CACHED_OVERDUE,
        VehicleFinding.CACHED_OFF_ROAD,
        VehicleFinding.CACHED_ALARM,
    }
)
_OPEN = frozenset({LookupState.NOT_ASKED, LookupState.NO_ANSWER})


def is_due(judged: RecordedCheck, now_s: float) -> bool:
    """Return True if the registry is to be asked again about a check at monotonic time `now_s`."""
    named = judged.plate is not None and judged.recorded and judged.lookup in _OPEN
    return named and judged.verdict.status.finding in _NOT_LIVE and now_s - judged.as_of_s >= RECHECK_AFTER_S


@dataclass(slots=True)
class Rechecks:
    """The questions about the checks of this run that the registry did not answer."""

    lookups: CheckLookups
    clock: Clock
    _next_s: float = field(default=0.0, init=False)
    """Monotonic time, s, from which the next question may be asked."""

    def poll(self, moment: Moment) -> None:
        """Ask about the oldest check that is due, if the registry can be asked now."""
        now_s, registry = self.clock.monotonic_s(), self.lookups.registry
        if registry is None or not registry.online or registry.lookup.is_busy or now_s < self._next_s:
            return
        due = next((one for one in self.lookups.ledger.known() if is_due(one, now_s)), None)
        asked = due is not None and self.lookups.ask_again_about(due, moment)
        self._next_s = now_s + (REST_S if asked else PAUSE_S)

    def answered(self) -> None:
        """Note that a question was answered: the next may follow after PAUSE_S."""
        self._next_s = self.clock.monotonic_s() + PAUSE_S
