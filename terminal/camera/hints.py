"""Scan hints: what keeps a code from being read, from figures that scanning and camera control have anyway.

Only a picture that may show a code has a problem: an even one, as of the road, has none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal.codes import ScanProblem

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics

DARK = 60
"""`Tones.bright` below which the box is too dark."""
CONTRAST = 50
"""Difference between light and dark, in levels, below which there is nothing to read in the box."""
GLARE = 0.015
"""Share of the box overexposed, 0 to 1, from which a reflection hides part of a code."""
FAST_PX_S = 350.0
"""Speed of the picture, px/s, that blurs the modules: 3.5 px in an exposure of 10 ms."""
WINDOW = 24
"""Frames over which a problem is established: four fifths of a second."""
SURE = 0.5
"""Share of these frames that have it."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Problems of the recent frames without a code."""

    seen: tuple[ScanProblem | None, ...] = ()
    """Those of at most WINDOW frames, oldest first."""

    @property
    def problem(self) -> ScanProblem | None:
        """The problem of most of the recent frames; None if there is none, or if it is not yet certain."""
        if len(self.seen) < WINDOW:
            return None
        counts = {problem: self.seen.count(problem) for problem in ScanProblem}
        most = max(counts, key=lambda problem: counts[problem])
        return most if counts[most] >= SURE * WINDOW else None


def noted(hints: Hints, problem: ScanProblem | None, *, found: bool) -> Hints:
    """Return the hints after a frame. A frame that was read begins anew."""
    return Hints() if found else replace(hints, seen=(*hints.seen, problem)[-WINDOW:])


def problem_of(seen: Statistics, *, far: bool, blurred: bool, lit: bool) -> ScanProblem | None:
    """Return what is wrong with a frame that was not read; None if nothing is known to be.

    `far` means that a code seems to be in view that is too small, `blurred` that what may be a code has no
    sharp edge; `lit` means that the torch is on, so that more light is not to be had.
    """
    box = seen.box
    if box.bright < DARK:
        return None if lit else ScanProblem.DARK
    if far:
        return ScanProblem.FAR
    has_contrast = box.bright - box.low >= CONTRAST
    if has_contrast and box.clipped >= GLARE:
        return ScanProblem.GLARE
    fast = has_contrast and (seen.speed_px_s or 0.0) > FAST_PX_S
    return ScanProblem.MOTION if fast or blurred else None
