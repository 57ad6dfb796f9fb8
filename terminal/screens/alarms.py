"""Alarms: which verdicts interrupt the officer, what an alarm is called, and which car it is about.

Wire format, section 5, "An alarm is never a notice"; domain, section 6.4, rule 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.model import Outcome, Subject, VehicleFinding
from terminal.vehicle import status
from terminal.vehicle.tables import OUTCOMES, Lines

if TYPE_CHECKING:
    from terminal.model import Plate, RecordedCheck, Verdict
    from terminal.screens.values import Status

RECENT_S = 600
"""An alarm from an older check is a banner until it is opened."""


class About(StrEnum):
    """Which car an alarm is about, as far as the screen that it interrupts tells."""

    IN_FRONT = "in_front"
    """The car on the screen, whose plate the officer typed or confirmed."""
    ASKED = "asked"
    """The car of the code on the screen, if it is the one in front."""
    ELSEWHERE = "elsewhere"
    """Another car than the one on the screen."""
    LEFT = "left"
    """A car checked before, while the screen names no car: it may still be in front."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that the officer has not acknowledged."""

    status: Status
    judged: RecordedCheck
    """The check that raised it, with its verdict."""
    about: About
    more: int = 0
    """Further alarms that wait behind it."""
    held: bool = False
    """CONFIRM is down, and will acknowledge it."""


@dataclass(frozen=True, slots=True)
class BannerOpened:
    """The officer touched the banner of an alarm from an older check."""


Key: TypeAlias = "tuple[int, Plate | None, str]"


def is_alarm(verdict: Verdict) -> bool:
    """Whether a verdict interrupts the officer: an alarm, live or from a list, or a live `off_road`."""
    return verdict.outcome is Outcome.ALARM or verdict.status.finding is VehicleFinding.OFF_ROAD


def key(judged: RecordedCheck) -> Key:
    """What an alarm says of which check: the same key needs no second acknowledgement."""
    return judged.seq, judged.plate, title(judged.verdict).zh


def title(verdict: Verdict) -> Lines:
    """The name of an alarm's gravest letter; the outcome's title where no letter is known."""
    letters = verdict.status.letters or ""
    kind = status.StatusClass.ALARM if verdict.outcome is Outcome.ALARM else status.StatusClass.OFF_ROAD
    named = status.gravest(letters, kind)
    row = OUTCOMES[verdict.outcome]
    return named or Lines(row["title_zh"], row["title_en"])


def about(alarm: RecordedCheck, shown: RecordedCheck | None) -> About:
    """Which car `alarm` is about, where the interrupted screen is about the check `shown`, if any.

    A number counts without its kind: whoever confused two kinds has the car in front all the same.
    """
    if shown is None or shown.plate is None or alarm.plate is None:
        return About.LEFT
    if shown.plate.number != alarm.plate.number:
        return About.ELSEWHERE
    known = shown.plate == alarm.plate and shown.verdict.subject in (Subject.TYPED, Subject.CONFIRMED)
    return About.IN_FRONT if known else About.ASKED


def is_recent(alarm: RecordedCheck, monotonic_s: float) -> bool:
    """Whether an alarm comes from a check of the last ten minutes."""
    return monotonic_s - alarm.as_of_s <= RECENT_S
