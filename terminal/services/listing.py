"""Lists the vehicles that the registry has for one number, and remembers alarms among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.model import Candidate
from terminal.services.judging import STANDING
from terminal.vehicle.status import GRAVEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from terminal.model import Plate, VehicleStatus

MOST_LISTED = 24
"""Most vehicles of one number that a screen shows: more than any number's pattern has kinds."""


def candidates(
    found: Iterable[VehicleStatus], weigh: Callable[[Plate, VehicleStatus], VehicleStatus]
) -> tuple[Candidate, ...]:
    """Return every vehicle of an answer, gravest first, with the status that `weigh` gives it by all lists.

    At most MOST_LISTED are returned.
    """
    judged = [
        Candidate(one.vehicle.plate.kind, weigh(one.vehicle.plate, one)) for one in found if one.vehicle
    ]
    judged.sort(key=lambda one: GRAVEST_FIRST.index(one.status.finding))
    return tuple(judged[:MOST_LISTED])


@dataclass(slots=True)
class SameNumber:
    """The vehicles of the last number that kinds were asked for, until the officer enters a plate."""

    _found: dict[Plate, VehicleStatus] = field(default_factory=dict, init=False)
    _at_s: float = field(default=0.0, init=False)
    """Monotonic time of the answer, s."""

    def hear(self, found: Iterable[VehicleStatus], now_s: float) -> None:
        """Keep an answer of `now_s` (monotonic s) in place of the one before."""
        self._found = {one.vehicle.plate: one for one in found if one.vehicle}
        self._at_s = now_s

    def take(self, plate: Plate, now_s: float, stands_s: float) -> VehicleStatus | None:
        """Return the alarm or off-road status of the vehicle that is entered, and forget all.

        None if it has neither, or if the answer is more than `stands_s` old. `now_s` is monotonic, s.
        """
        told, self._found = self._found.get(plate), {}
        recent = now_s - self._at_s <= stands_s
        return told if recent and told is not None and told.finding in STANDING else None
