"""Figures of a day's checks for supervisors; pure.

A check that the officer marked as a mistake counts only among the mistakes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from statistics import quantiles
from typing import TYPE_CHECKING

from scripts.registry.journals import code_rechecks
from scripts.registry.journals.rechecks import NOT_LIVE
from scripts.registry.reports.checks import by_cti
from terminal.model import CredentialFinding, Issuance, Outcome, VehicleFinding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.registry.reports.checks import Checked

TOO_FAST_KMH = 150
"""Speed, km/h, above which one vehicle cannot have been at both places: the code was copied."""
NEAR_KM = 2.0
"""Distance, km, below which two positions count as one place, given the accuracy of receivers in streets."""
_EARTH_KM = 6371.0
_UNITS_A_DEGREE = 10_000_000
_WARNINGS = frozenset({VehicleFinding.OVERDUE, VehicleFinding.OFF_ROAD, VehicleFinding.ALARM})


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from a check to its receipt."""

    median_s: float
    most_of_all_s: float
    """95 % were at most this long."""
    longest_s: float


@dataclass(frozen=True, slots=True)
class Apart:
    """One code at two places that are too far apart for the time between."""

    first: Checked
    second: Checked
    distance_km: float
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Copies:
    """Signs that codes were copied."""

    plates: dict[str, list[Checked]]
    """Checks of codes that were seen with more than one plate, by code."""
    apart: list[Apart]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a set of checks."""

    count: int
    mistaken: int
    outcomes: dict[Outcome, int]
    hours: dict[tuple[int, Outcome], int]
    """Checks by hour of the day in Asia/Shanghai and outcome."""
    never_issued: dict[str, list[Checked]]
    """Checks of codes that no authority issued, by the key (id in hex) that signed them."""
    alarms: list[Checked]
    overdue: list[Checked]
    duress: list[Checked]
    """By an officer who signed in under duress; the terminal does not show it."""
    worse: list[Checked]
    """Not checked live at the roadside, and a warning when rechecked."""
    offline: int
    """Checks that never got a live answer."""
    lag: Lag | None
    copies: Copies


def figures(found: Sequence[Checked]) -> Figures:
    """Compute the figures of checks in order of time."""
    counted = [one for one in found if not one.said.mistaken]
    codes = by_cti(counted)
    return Figures(
        count=len(counted),
        mistaken=len(found) - len(counted),
        outcomes={each: sum(one.verdict.outcome == each for one in counted) for each in Outcome},
        hours=dict(Counter((one.at.hour, Outcome(one.verdict.outcome)) for one in counted)),
        never_issued=_never_issued(found),
        alarms=[one for one in counted if one.verdict.outcome == Outcome.ALARM],
        overdue=[one for one in counted if one.verdict.outcome == Outcome.OVERDUE],
        duress=[one for one in counted if one.record.duress],
        worse=[one for one in counted if one.answer.rechecked_vehicle in _WARNINGS],
        offline=sum(one.verdict.vehicle in NOT_LIVE for one in counted),
        lag=_lag(counted),
        copies=Copies(
            plates={
                cti: seen
                for cti, seen in codes.items()
                if len({(c.plate.number, c.plate.kind) for c in seen}) > 1
            },
            apart=[each for seen in codes.values() for each in _apart(seen)],
        ),
    )


def _never_issued(found: Sequence[Checked]) -> dict[str, list[Checked]]:
    """Return the checks of codes that nobody issued, including marked mistakes, because a key was stolen.

    The authorities' later answer takes precedence over the terminal's finding.
    """
    by_key: dict[str, list[Checked]] = defaultdict(list)
    for one in found:
        issued = (
            one.answer.rechecked_issuance if one.answer.rechecked_issuance is not None else one.code.issuance
        )
        accused = one.verdict.finding == CredentialFinding.NOT_ISSUED or issued == Issuance.NEVER_ISSUED
        if accused and issued != Issuance.ISSUED:
            shown = code_rechecks.read(one.code.code_text or "")
            by_key[shown.kid.hex() if shown else ""].append(one)
    return dict(sorted(by_key.items()))


def distance_km(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the distance of two positions (latitude, longitude in 1e-7 degrees) on a sphere, km."""
    (one, east_one), (other, east_other) = (
        tuple(radians(value / _UNITS_A_DEGREE) for value in place) for place in (first, second)
    )
    half = sin((other - one) / 2) ** 2 + cos(one) * cos(other) * sin((east_other - east_one) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def _lag(counted: Sequence[Checked]) -> Lag | None:
    """Return the delay of checks with a trusted clock; with another, it has no meaning."""
    waits = sorted(
        (one.record.received_ms - one.record.at_ms) / 1000 for one in counted if one.record.clock_trusted
    )
    if not waits:
        return None
    cuts = quantiles(waits, n=20, method="inclusive") if len(waits) > 1 else waits * 19
    return Lag(cuts[9], cuts[18], waits[-1])


def _apart(seen: Sequence[Checked]) -> list[Apart]:
    placed = [
        (one, (one.plate.latitude, one.plate.longitude))
        for one in seen
        if one.plate.latitude is not None and one.plate.longitude is not None
    ]
    found = []
    for (first, here), (second, there) in pairwise(placed):
        distance, elapsed_s = distance_km(here, there), (second.record.at_ms - first.record.at_ms) / 1000
        if distance > NEAR_KM and distance > elapsed_s / 3600 * TOO_FAST_KMH:
            found.append(Apart(first, second, distance, elapsed_s))
    return found
