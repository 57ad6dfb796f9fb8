"""Corrections and additions that a result offers: number, numbers near it, coupled vehicle, VIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.model import Outcome, Subject, VehicleFinding
from terminal.screens.check import Phase
from terminal.screens.entry import EntryPurpose
from terminal.vehicle.plate import TRAILER

if TYPE_CHECKING:
    from terminal.model import Plate, RecordedCheck
    from terminal.screens.check import PlateEntry, Result

_DRAWS_TRAILERS = frozenset({"01", "51"})
"""Kinds of plates of large vehicles, with which tractors are registered."""
_TRACTOR = "Q"
"""First character of a tractor's vehicle type."""


def _is_current(screen: Result) -> bool:
    """Return True if a result is of a check that is being made, and shown with its first page."""
    return not (screen.reopened or screen.hidden or screen.details)


def corrects(screen: Result) -> bool:
    """Return True if the officer typed the number, which may be corrected."""
    judged = screen.judged
    if not _is_current(screen):
        return False
    return judged.plate is not None and judged.verdict.subject is Subject.TYPED and judged.entry.vin is None


def near(screen: Result) -> tuple[Plate, ...]:
    """Return the numbers to offer, best first: only where the registry has no such vehicle."""
    nothing = screen.judged.verdict.status.finding is VehicleFinding.NOT_FOUND
    asked = screen.phase is Phase.CHECKING
    return screen.judged.entry.near if nothing and not asked and _is_current(screen) else ()


def partner(screen: Result) -> EntryPurpose | None:
    """Return which vehicle may be coupled to the result's: a trailer, or its tractor; None if neither.

    Offered once the officer has said that this is the vehicle.
    """
    judged = screen.judged
    if judged.plate is None or judged.verdict.subject is Subject.CODE or not _is_current(screen):
        return None
    if judged.plate.kind == TRAILER:
        return EntryPurpose.TRACTOR
    known = judged.verdict.status.vehicle
    tractor = known is not None and known.vehicle_type.startswith(_TRACTOR)
    return EntryPurpose.TRAILER if tractor or judged.plate.kind in _DRAWS_TRAILERS else None


def takes_vin(screen: PlateEntry) -> bool:
    """Return True if the vehicle whose plate is entered may be looked up by its VIN instead: it has none."""
    return screen.purpose not in (EntryPurpose.TRAILER, EntryPurpose.TRACTOR)


def by_vin(screen: Result) -> bool:
    """Return True if the vehicle may be looked up by its VIN, since its plate may be a clone's."""
    judged = screen.judged
    if judged.plate is None or judged.entry.vin is not None or not _is_current(screen):
        return False
    if screen.compares or screen.phase is not Phase.VERDICT:
        return False
    return judged.verdict.outcome is Outcome.ALARM or _is_doubtful(judged)


def _is_doubtful(judged: RecordedCheck) -> bool:
    """Return True if the plate may be another vehicle's: it is not registered, or contradicts the code."""
    verdict, credential = judged.verdict, judged.verdict.finding.credential
    elsewhere = credential is not None and credential.vehicle.plate != judged.plate
    return elsewhere or bool(verdict.differing) or verdict.status.finding is VehicleFinding.NOT_FOUND
