"""Scan steps: a table of the ways to look for a code, and their order for the next frame.

A step is data: the area it searches, the preprocessing and the thresholding. The order is a pure function of
the recent frames. Most steps search one textured region, about a twelfth of the frame, and cost accordingly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """Area of the frame that a step searches."""

    FRAME = "frame"
    FIRST = "first region"
    """The region with the most texture."""
    ALL = "all regions"
    """The box around all regions, if there are several: large modules may split a code."""
    UNREAD = "unread"
    """The area around the last symbol that was located but could not be corrected."""


class Threshold(StrEnum):
    """Method of separating dark pixels from light ones."""

    GLOBAL = "global"
    """One threshold for the whole area."""
    LOCAL = "local"
    """The mean of each block."""
    GRID = "grid"
    """Sampling on a module grid, placed by a located symbol's corners or by finder patterns."""


class Preprocessing(StrEnum):
    """Preprocessing of the pixels; each keeps the size."""

    NONE = "none"
    INVERTED = "inverted"
    BRIGHTER = "brighter"
    DARKER = "darker"
    SHARPENED = "sharpened"
    BENT = "bent"
    """For a grid: more adjustments, and more of the located symbols."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width, px."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height, px."""
        return self.bottom - self.top

    def times(self, factor: int) -> Box:
        """Return the box in a picture enlarged by `factor`."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def grown(self, margin: int, width: int, height: int) -> Box:
        """Return the box enlarged by `margin` px on every side, clipped to a frame of this size."""
        return Box(
            max(0, self.left - margin),
            max(0, self.top - margin),
            min(width, self.right + margin),
            min(height, self.bottom + margin),
        )

    def joined(self, other: Box) -> Box:
        """Return the smallest box that contains both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlaps(self, other: Box) -> bool:
        """Return True if the boxes share a pixel."""
        across = max(self.left, other.left) < min(self.right, other.right)
        return across and max(self.top, other.top) < min(self.bottom, other.bottom)

    def covers(self, other: Box) -> bool:
        """Return True if the centre of `other` lies in this box."""
        x, y = (other.left + other.right) // 2, (other.top + other.bottom) // 2
        return self.left <= x < self.right and self.top <= y < self.bottom


@dataclass(frozen=True, slots=True)
class ReadStep:
    """One attempt to read codes: an area, a threshold, a scale and a preprocessing."""

    where: Area
    threshold: Threshold
    scale: tuple[float, float] = (1.0, 1.0)
    """Scale factors across and down, applied before reading."""
    change: Preprocessing = Preprocessing.NONE

    @property
    def name(self) -> str:
        """The step's name in benchmark tables."""
        across, down = self.scale
        size = (
            ""
            if across == down == 1
            else f" x{across:.2g}"
            if across == down
            else f" x{across:.2g},{down:.2g}"
        )
        change = "" if self.change is Preprocessing.NONE else f" {self.change}"
        return f"{self.where}: {self.threshold}{size}{change}"

    def cost_s(self, pixels: int, roughness: float) -> float:
        """Estimate the time for `pixels` pixels (before scaling) on the development machine, s.

        `roughness` is the frame's mean texture, 0 to 255: the many short runs in noise slow down local
        thresholds.
        """
        looked = pixels * self.scale[0] * self.scale[1]
        prepared = looked * _CHANGE_NS[self.change] + (looked * _SCALE_NS if self.scale != (1.0, 1.0) else 0)
        searched = looked * (_NS[self.threshold] + _ROUGH_NS[self.threshold] * roughness)
        return _FIXED_S + 1e-9 * (prepared + searched)


_FIXED_S = 50e-6


def survey_s(pixels: int) -> float:
    """Estimate the time to find the regions of a frame of `pixels` pixels, s."""
    return _FIXED_S + 0.2e-9 * pixels


_SCALE_NS = 0.4
_NS = {Threshold.GLOBAL: 0.4, Threshold.LOCAL: 0.6, Threshold.GRID: 7000.0}
_ROUGH_NS = {Threshold.GLOBAL: 0.02, Threshold.LOCAL: 0.25, Threshold.GRID: 0.0}
_CHANGE_NS = {
    Preprocessing.NONE: 0.0,
    Preprocessing.INVERTED: 0.05,
    Preprocessing.BRIGHTER: 0.3,
    Preprocessing.DARKER: 0.3,
    Preprocessing.SHARPENED: 2.0,
    Preprocessing.BENT: 10000.0,
}
"""Nanoseconds per scaled pixel; for a grid, per module."""


def _on(
    where: Area, threshold: Threshold, scale: float = 1, change: Preprocessing = Preprocessing.NONE
) -> ReadStep:
    return ReadStep(where, threshold, (scale, scale), change)


BASE = (
    _on(Area.FIRST, Threshold.GLOBAL),
    _on(Area.ALL, Threshold.LOCAL, 0.5),
    _on(Area.FIRST, Threshold.LOCAL),
)
"""The steps of every frame."""

EXTRAS = (
    _on(Area.ALL, Threshold.GLOBAL, 0.5, Preprocessing.INVERTED),
    _on(Area.FIRST, Threshold.LOCAL, 0.5, Preprocessing.INVERTED),
    _on(Area.ALL, Threshold.GLOBAL, 0.5, Preprocessing.DARKER),
    _on(Area.ALL, Threshold.LOCAL, change=Preprocessing.DARKER),
    _on(Area.ALL, Threshold.LOCAL, change=Preprocessing.INVERTED),
    _on(Area.ALL, Threshold.LOCAL),  # kept by hand: in a series, several regions were one code
    _on(Area.FIRST, Threshold.LOCAL, change=Preprocessing.INVERTED),
    _on(Area.UNREAD, Threshold.LOCAL, 0.5),
    _on(Area.UNREAD, Threshold.LOCAL, change=Preprocessing.SHARPENED),
    _on(Area.FRAME, Threshold.GLOBAL, 0.5, Preprocessing.BRIGHTER),
    _on(Area.FIRST, Threshold.LOCAL, 0.5),
    _on(Area.FIRST, Threshold.GLOBAL, change=Preprocessing.INVERTED),
    _on(Area.FIRST, Threshold.GLOBAL, change=Preprocessing.BRIGHTER),
    _on(Area.FIRST, Threshold.LOCAL, change=Preprocessing.SHARPENED),
    _on(Area.FIRST, Threshold.LOCAL, 0.5, Preprocessing.SHARPENED),
    _on(Area.FIRST, Threshold.LOCAL, change=Preprocessing.BRIGHTER),
    _on(Area.FIRST, Threshold.LOCAL, 2, Preprocessing.INVERTED),
    _on(Area.FIRST, Threshold.LOCAL, 2),
    _on(Area.FRAME, Threshold.GLOBAL, change=Preprocessing.INVERTED),
    _on(Area.FRAME, Threshold.GLOBAL),
    _on(Area.FIRST, Threshold.LOCAL, 2, Preprocessing.SHARPENED),
    _on(Area.UNREAD, Threshold.GRID),
    _on(Area.FRAME, Threshold.LOCAL, 0.5, Preprocessing.BRIGHTER),
)
"""The steps taken while the budget lasts; the next frame continues after the last one taken."""

SECONDARY = _on(Area.FIRST, Threshold.LOCAL)
"""The step that searches the other regions after a code was read."""
MOST_BESIDE = 3
"""Limit on those regions."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """Scan state carried from frame to frame of a series."""

    seen: Box | None = None
    """Where a symbol was last read or located, in pixels of the frame."""
    age: int = 0
    """Frames since then."""
    turn: int = 0
    """Index of the next extra step."""
    pace: float = 1.0
    """Time taken per time estimated: the speed of this machine relative to the development machine."""
    foreign: bool = False
    """True if the last frame had codes but no inspection mark."""
    textured: Box | None = None
    """The region of the last frame with the most texture, in pixels of the frame."""
    pitch_px: float | None = None
    """Width of a module of a symbol that was located in the last frame but not corrected; None if unknown."""


START = SeriesState()
"""The state before the first frame."""
EVERY = (*BASE, *EXTRAS)
"""The steps for a single picture."""
PHOTO_STEPS = (
    *EVERY,
    _on(Area.FRAME, Threshold.LOCAL),
    _on(Area.FIRST, Threshold.GRID, change=Preprocessing.BENT),
)
"""The steps for a photograph."""
SHARE, SHARE_WHERE_SEEN = 2, 5
"""Extra steps per frame without and with a symbol seen recently: the next frame is a new chance for the base
steps.
"""
FORGOTTEN = 6
"""Frames without a symbol after which its last place is dropped."""


@dataclass(frozen=True, slots=True)
class FrameSummary:
    """Summary of one frame for `after`."""

    read: Box | None
    """Box of the preferred code."""
    ours: bool
    located: Box | None
    """Box of a symbol that was located but not corrected."""
    last: ReadStep | None
    """The last step taken."""
    pace: float
    textured: Box | None = None
    """The region with the most texture."""
    pitch_px: float | None = None
    """Width of a module of the symbol that was located."""


def plan(series: SeriesState) -> tuple[ReadStep, ...]:
    """Return the steps of the next frame in order; the extras start where the last frame stopped."""
    return (*BASE, *EXTRAS[series.turn :], *EXTRAS[: series.turn])


def share(series: SeriesState) -> int:
    """Return the most extra steps for the next frame; steps with nothing to look at do not count."""
    if series.foreign:
        return len(EXTRAS)
    return SHARE if series.seen is None else SHARE_WHERE_SEEN


def after(series: SeriesState, summary: FrameSummary) -> SeriesState:
    """Return the state for the next frame."""
    place, age = summary.read or summary.located, 0
    if place is None and series.age + 1 < FORGOTTEN:
        place, age = series.seen, series.age + 1
    turn = series.turn
    if summary.last in EXTRAS:
        turn = (EXTRAS.index(summary.last) + 1) % len(EXTRAS)
    foreign = summary.read is not None and not summary.ours
    return SeriesState(place, age, turn, summary.pace, foreign, summary.textured, summary.pitch_px)
