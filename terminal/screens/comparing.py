"""The comparison of an alarm's record with the car in front, point by point, before the car is stopped.

CONFIRM, which acknowledged the alarm, answers no point, so that no press or hold of it can answer them all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal.model import POINTS, Fit
from terminal.ports import Button

if TYPE_CHECKING:
    from terminal.model import ComparedPoint, RecordedCheck
    from terminal.screens.check import Result
    from terminal.screens.values import LastSeen, Status

ANSWERS = {Button.TRIGGER: Fit.AGREES, Button.BACK: Fit.DIFFERS}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One point of the car is compared with the alarm's record."""

    status: Status
    judged: RecordedCheck
    back: Result
    """The verdict that is shown again afterwards."""
    fits: tuple[Fit, ...] = ()
    """What was answered, in the order of POINTS; never all of them."""
    seen: LastSeen | None = None

    @property
    def point(self) -> ComparedPoint:
        """The point that is asked about."""
        return POINTS[len(self.fits)]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The officer touched an answer about the point on the screen."""

    fit: Fit


@dataclass(frozen=True, slots=True)
class Compared:
    """Record the answers about all POINTS, and that this is the vehicle where all agree; answer with Recorded
    or Failed.
    """

    judged: RecordedCheck
    fits: tuple[Fit, ...]


def opened(screen: Result) -> Comparison:
    """The comparison of the alarm on the screen, at its first point."""
    return Comparison(screen.status, screen.judged, screen, seen=screen.seen)


def answered(screen: Comparison, fit: Fit) -> tuple[Comparison | Result, tuple[Compared, ...]]:
    """The next point, or the verdict again and what is to be recorded."""
    fits = (*screen.fits, fit)
    if len(fits) < len(POINTS):
        return replace(screen, fits=fits), ()
    back = replace(screen.back, status=screen.status, judged=screen.judged, seen=screen.seen)
    return back, (Compared(screen.judged, fits),)


def pressed(screen: Comparison, button: Button) -> tuple[Comparison | Result, tuple[Compared, ...]]:
    """TRIGGER says that the point agrees, BACK that it differs; CONFIRM says nothing."""
    fit = ANSWERS.get(button)
    return (screen, ()) if fit is None else answered(screen, fit)
