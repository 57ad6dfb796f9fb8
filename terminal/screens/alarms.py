"""Alarms: which verdicts interrupt the officer, what an alarm is called, and which car it is about.

Wire format, section 5, "An alarm is never a notice"; domain, section 6.4, rule 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.limits import RECENT_CHECK_S
from terminal.model import Outcome, Subject, VehicleFinding
from terminal.vehicle import status
from terminal.vehicle.tables import OUTCOMES, Lines

if TYPE_CHECKING:
    from terminal.model import Plate, RecordedCheck, Verdict
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.values import Status


class About(StrEnum):
    """Which car an alarm is about, compared with the screen that it interrupts."""

    IN_FRONT = "in_front"
    """The car on the screen, whose plate the officer typed or confirmed."""
    ASKED = "asked"
    """The car named by the code on the screen, which the officer has not yet confirmed as the one in front.
    """
    ELSEWHERE = "elsewhere"
    """Another car than the one on the screen."""
    LEFT = "left"
    """A car checked earlier, while the screen names no car: it may still be in front."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that the officer has not acknowledged."""

    status: Status
    judged: RecordedCheck
    """The check that raised it, with its verdict."""
    about: About
    more: int = 0
    """Number of further alarms that wait behind it."""
    held: bool = False
    """True while CONFIRM is down, which acknowledges the alarm after `attention.HOLD_S`."""
    card: OpenAlarm | None = None
    """Content of the radio card, if the officer asked for it in the alarm's place."""


@dataclass(frozen=True, slots=True)
class BannerOpened:
    """The officer touched the banner of an alarm."""


Key: TypeAlias = "tuple[int, Plate | None, str]"


def is_alarm(verdict: Verdict) -> bool:
    """Return True if a verdict interrupts the officer: an alarm from any source, or a live `off_road`."""
    return verdict.outcome is Outcome.ALARM or verdict.status.finding is VehicleFinding.OFF_ROAD


def key(judged: RecordedCheck) -> Key:
    """Identify what an alarm says about which check. An alarm with an acknowledged key is not shown again."""
    return judged.seq, judged.plate, title(judged.verdict).zh


def title(verdict: Verdict) -> Lines:
    """Return the name of an alarm's gravest letter, or the outcome's title if no letter is known."""
    letters = verdict.status.letters or ""
    kind = status.StatusClass.ALARM if verdict.outcome is Outcome.ALARM else status.StatusClass.OFF_ROAD
    named = status.gravest(letters, kind)
    row = OUTCOMES[verdict.outcome]
    return named or Lines(row["title_zh"], row["title_en"])


def about(alarm: RecordedCheck, shown: RecordedCheck | None) -> About:
    """Return which car `alarm` is about, given the check `shown` on the interrupted screen (None if there is
    none).

    Numbers are compared without their kinds: an officer who confused two kinds still has this car in front.
    """
    if shown is None or shown.plate is None or alarm.plate is None:
        return About.LEFT
    if shown.plate.number != alarm.plate.number:
        return About.ELSEWHERE
    known = shown.plate == alarm.plate and shown.verdict.subject in (Subject.TYPED, Subject.CONFIRMED)
    return About.IN_FRONT if known else About.ASKED


def is_recent(alarm: RecordedCheck, monotonic_s: float) -> bool:
    """Return True if the alarm's check is at most RECENT_CHECK_S old at `monotonic_s`."""
    return monotonic_s - alarm.as_of_s <= RECENT_CHECK_S
