"""Figures of alarms for supervisors: how often each source is right, and alarms without a result by age.

Pure. Checks of one vehicle by one terminal in one shift count as one alarm.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.journal.notes import ResultKey
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.registry.reports.checks import Checked

HOUR_MS = 3_600_000
AGES_H = (1, 4, 24)
"""Bounds, hours, of the ages by which open alarms are counted; an alarm is to be closed within a day."""


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Alarms of one source about vehicles of one province."""

    source: str
    """A member of `AlarmSource`."""
    province: str
    """省份简称; empty where the number has none."""
    confirmed: int
    excluded: int
    """Alarms that were not about this vehicle."""
    undecided: int

    @property
    def precision(self) -> float | None:
        """Confirmed alarms out of those decided; None if none is."""
        decided = self.confirmed + self.excluded
        return self.confirmed / decided if decided else None


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """Figures of all alarms up to a time."""

    sources: tuple[SourceFigures, ...]
    """By source and province."""
    open: tuple[Checked, ...]
    """Alarms without a result, oldest first."""
    ages: tuple[int, ...]
    """Number of open alarms up to each age of AGES_H, and of older ones."""


def alarm_figures(found: Sequence[Checked], now_ms: int) -> AlarmFigures:
    """Return the figures of checks that raised an alarm, in order of time, at `now_ms` (Unix ms)."""
    alarms = _alarms(found)
    counted = Counter((one.said.alarm_source, _province(one), one.said.alarm_word) for one in alarms)
    places = sorted({place[:2] for place in counted})
    unclosed = tuple(one for one in alarms if one.said.alarm_result is None)
    ages = Counter(_age_class(now_ms - one.record.at_ms) for one in unclosed)
    return AlarmFigures(
        tuple(
            SourceFigures(
                *place,
                confirmed=counted[*place, ResultKey.CONFIRMED],
                excluded=counted[*place, ResultKey.NOT_THIS_VEHICLE],
                undecided=counted[*place, None],
            )
            for place in places
        ),
        unclosed,
        tuple(ages[place] for place in range(len(AGES_H) + 1)),
    )


def _alarms(found: Sequence[Checked]) -> list[Checked]:
    """Return the last check of each alarm, in order of the first; marked mistakes are left out."""
    last = {
        (one.record.terminal, one.record.shift, one.plate.number, one.plate.kind): one
        for one in found
        if not one.said.mistaken
    }
    return list(last.values())


def _province(one: Checked) -> str:
    first = (one.plate.number or "")[:1]
    return first if first in PROVINCES else ""


def _age_class(age_ms: int) -> int:
    return next((place for place, hours in enumerate(AGES_H) if age_ms <= hours * HOUR_MS), len(AGES_H))
