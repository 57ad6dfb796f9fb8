"""Comparison of an alarm's record with the car in front, point by point, before the car is stopped.

CONFIRM acknowledges the alarm and therefore answers no point: one long press cannot answer them all.
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
    """One point of the car is being compared with the alarm's record."""

    status: Status
    judged: RecordedCheck
    back: Result
    """The verdict that is shown again afterwards."""
    fits: tuple[Fit, ...] = ()
    """Answers so far, in the order of POINTS; when all are given, the comparison is over."""
    seen: LastSeen | None = None

    @property
    def point(self) -> ComparedPoint:
        """The point that is asked about."""
        return POINTS[len(self.fits)]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The officer touched an answer to the point on the screen."""

    fit: Fit


@dataclass(frozen=True, slots=True)
class Compared:
    """Record the answers to all POINTS, and that this is the vehicle if all agree; answered with Recorded or
    Failed.
    """

    judged: RecordedCheck
    fits: tuple[Fit, ...]


def opened(screen: Result) -> Comparison:
    """Open the comparison for the alarm on the screen, at its first point."""
    return Comparison(screen.status, screen.judged, screen, seen=screen.seen)


def answered(screen: Comparison, fit: Fit) -> tuple[Comparison | Result, tuple[Compared, ...]]:
    """Add an answer; return the next point, or the verdict again and the answers to record."""
    fits = (*screen.fits, fit)
    if len(fits) < len(POINTS):
        return replace(screen, fits=fits), ()
    back = replace(screen.back, status=screen.status, judged=screen.judged, seen=screen.seen)
    return back, (Compared(screen.judged, fits),)


def pressed(screen: Comparison, button: Button) -> tuple[Comparison | Result, tuple[Compared, ...]]:
    """Handle a button: TRIGGER answers that the point agrees, BACK that it differs; CONFIRM does nothing."""
    fit = ANSWERS.get(button)
    return (screen, ()) if fit is None else answered(screen, fit)
