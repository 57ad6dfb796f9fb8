"""What to try next is a pure function of what the last frames showed: a table of steps and their order.

A step is data: where it looks, how it changes what it sees, how it tells dark from light. Texture in both
directions says where a code may be, so most steps look at a twelfth of the frame, and cost as little.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """What a step looks at."""

    FRAME = "frame"
    FIRST = "first region"
    """Where most texture is."""
    ALL = "all regions"
    """What lies about every region, where there are several: large modules fall apart."""
    UNREAD = "unread"
    """Where a symbol was located that could not be corrected."""


class Threshold(StrEnum):
    """How dark is told from light."""

    GLOBAL = "global"
    """By one level for all that is looked at."""
    LOCAL = "local"
    """By the mean around each block."""
    GRID = "grid"
    """Module by module, on a grid through the corners of a symbol that was located, or of finder patterns."""


class Change(StrEnum):
    """What is done to the pixels before; each keeps the size."""

    NONE = "none"
    INVERTED = "inverted"
    BRIGHTER = "brighter"
    DARKER = "darker"
    SHARPENED = "sharpened"
    BENT = "bent"
    """With a grid: bent more finely, and for more of what was located."""


@dataclass(frozen=True, slots=True)
class Box:
    """Part of a frame, in pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    def times(self, factor: int) -> Box:
        """The box in a picture that is so many times larger."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def grown(self, margin: int, width: int, height: int) -> Box:
        """The box with `margin` pixels more on every side, within a frame of this size."""
        return Box(
            max(0, self.left - margin),
            max(0, self.top - margin),
            min(width, self.right + margin),
            min(height, self.bottom + margin),
        )

    def joined(self, other: Box) -> Box:
        """What lies about both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlaps(self, other: Box) -> bool:
        """Whether they have a pixel in common."""
        across = max(self.left, other.left) < min(self.right, other.right)
        return across and max(self.top, other.top) < min(self.bottom, other.bottom)

    def covers(self, other: Box) -> bool:
        """Whether the middle of the other one lies in this."""
        x, y = (other.left + other.right) // 2, (other.top + other.bottom) // 2
        return self.left <= x < self.right and self.top <= y < self.bottom


@dataclass(frozen=True, slots=True)
class Step:
    """One way to look."""

    where: Where
    threshold: Threshold
    scale: tuple[float, float] = (1.0, 1.0)
    """Pixels looked at for each pixel, across and down."""
    change: Change = Change.NONE

    @property
    def name(self) -> str:
        """What the step is called in tables."""
        across, down = self.scale
        size = (
            ""
            if across == down == 1
            else f" x{across:.2g}"
            if across == down
            else f" x{across:.2g},{down:.2g}"
        )
        change = "" if self.change is Change.NONE else f" {self.change}"
        return f"{self.where}: {self.threshold}{size}{change}"

    def cost_s(self, pixels: int, roughness: float) -> float:
        """What it takes on the development machine to look at so many pixels of such a frame, seconds.

        `roughness` is the frame's mean texture, 0 to 255: the many small runs of noise make a local
        threshold dear.
        """
        looked = pixels * self.scale[0] * self.scale[1]
        prepared = looked * _CHANGE_NS[self.change] + (looked * _SCALE_NS if self.scale != (1.0, 1.0) else 0)
        searched = looked * (_NS[self.threshold] + _ROUGH_NS[self.threshold] * roughness)
        return _FIXED_S + 1e-9 * (prepared + searched)


_FIXED_S = 50e-6


def survey_s(pixels: int) -> float:
    """What it takes to find the regions of a frame of so many pixels, seconds."""
    return _FIXED_S + 0.2e-9 * pixels


_SCALE_NS = 0.4
_NS = {Threshold.GLOBAL: 0.4, Threshold.LOCAL: 0.6, Threshold.GRID: 7000.0}
_ROUGH_NS = {Threshold.GLOBAL: 0.02, Threshold.LOCAL: 0.25, Threshold.GRID: 0.0}
_CHANGE_NS = {
    Change.NONE: 0.0,
    Change.INVERTED: 0.05,
    Change.BRIGHTER: 0.3,
    Change.DARKER: 0.3,
    Change.SHARPENED: 2.0,
    Change.BENT: 10000.0,
}
"""Nanoseconds a pixel looked at; with a grid, a module."""


def _on(where: Where, threshold: Threshold, scale: float = 1, change: Change = Change.NONE) -> Step:
    return Step(where, threshold, (scale, scale), change)


BASE = (
    _on(Where.FIRST, Threshold.GLOBAL),
    _on(Where.ALL, Threshold.LOCAL, 0.5),
    _on(Where.FIRST, Threshold.LOCAL),
)
"""What every frame is given."""

EXTRAS = (
    _on(Where.ALL, Threshold.GLOBAL, 0.5, Change.INVERTED),
    _on(Where.FIRST, Threshold.LOCAL, 0.5, Change.INVERTED),
    _on(Where.ALL, Threshold.GLOBAL, 0.5, Change.DARKER),
    _on(Where.ALL, Threshold.LOCAL, change=Change.DARKER),
    _on(Where.ALL, Threshold.LOCAL, change=Change.INVERTED),
    _on(Where.ALL, Threshold.LOCAL),  # not learnt: a series showed that several regions may be one code
    _on(Where.FIRST, Threshold.LOCAL, change=Change.INVERTED),
    _on(Where.UNREAD, Threshold.LOCAL, 0.5),
    _on(Where.UNREAD, Threshold.LOCAL, change=Change.SHARPENED),
    _on(Where.FRAME, Threshold.GLOBAL, 0.5, Change.BRIGHTER),
    _on(Where.FIRST, Threshold.LOCAL, 0.5),
    _on(Where.FIRST, Threshold.GLOBAL, change=Change.INVERTED),
    _on(Where.FIRST, Threshold.GLOBAL, change=Change.BRIGHTER),
    _on(Where.FIRST, Threshold.LOCAL, change=Change.SHARPENED),
    _on(Where.FIRST, Threshold.LOCAL, 0.5, Change.SHARPENED),
    _on(Where.FIRST, Threshold.LOCAL, change=Change.BRIGHTER),
    _on(Where.FIRST, Threshold.LOCAL, 2, Change.INVERTED),
    _on(Where.FIRST, Threshold.LOCAL, 2),
    _on(Where.FRAME, Threshold.GLOBAL, change=Change.INVERTED),
    _on(Where.FRAME, Threshold.GLOBAL),
    _on(Where.FIRST, Threshold.LOCAL, 2, Change.SHARPENED),
    _on(Where.UNREAD, Threshold.GRID),
    _on(Where.FRAME, Threshold.LOCAL, 0.5, Change.BRIGHTER),
)
"""What a frame is given while there is time; the next frame goes on where it ended."""

BESIDE = _on(Where.FIRST, Threshold.LOCAL)
"""How the other regions are looked at once something was read."""
MOST_BESIDE = 3
"""How many of them."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last frames of a series showed."""

    seen: Box | None = None
    """Where a symbol was last read or located, in pixels of the frame."""
    age: int = 0
    """Frames since then."""
    turn: int = 0
    """Which of the extras is next."""
    pace: float = 1.0
    """How much longer a step takes than on the development machine."""
    foreign: bool = False
    """Whether the last frame gave codes, and none of ours."""


START = Memory()
"""Before the first frame."""
EVERY = (*BASE, *EXTRAS)
"""What a picture on its own is given."""
STILL = (
    *EVERY,
    _on(Where.FRAME, Threshold.LOCAL),
    _on(Where.FIRST, Threshold.GRID, change=Change.BENT),
)
"""What a photograph is given."""
SHARE, SHARE_WHERE_SEEN = 2, 5
"""How many extras have their turn in a frame: the next frame is another chance for the base steps."""
FORGOTTEN = 6
"""Frames after which a place where nothing more was seen is left."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame showed."""

    read: Box | None
    """Where the chosen code is."""
    ours: bool
    located: Box | None
    """Where a symbol is that could not be corrected."""
    last: Step | None
    """The last step taken."""
    pace: float


def plan(memory: Memory) -> tuple[Step, ...]:
    """The steps of the next frame, most promising first; the extras begin where the last frame ended."""
    return (*BASE, *EXTRAS[memory.turn :], *EXTRAS[: memory.turn])


def share(memory: Memory) -> int:
    """How many extras the next frame takes, of those that have something to look at."""
    if memory.foreign:
        return len(EXTRAS)
    return SHARE if memory.seen is None else SHARE_WHERE_SEEN


def after(memory: Memory, seen: Seen) -> Memory:
    """What the next frame is to know."""
    place, age = seen.read or seen.located, 0
    if place is None and memory.age + 1 < FORGOTTEN:
        place, age = memory.seen, memory.age + 1
    turn = memory.turn
    if seen.last in EXTRAS:
        turn = (EXTRAS.index(seen.last) + 1) % len(EXTRAS)
    return Memory(place, age, turn, seen.pace, foreign=seen.read is not None and not seen.ours)
