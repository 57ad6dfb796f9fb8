"""A frame's statistics are a few numbers, all that the camera's controls may follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.model import Taken

CLIPPED = 250
"""From this level on a pixel says no more than `too bright`."""
BLACK = 16
"""Up to this level a pixel says no more than `too dark`."""


@dataclass(frozen=True, slots=True)
class Tones:
    """How light a region is: levels 0 to 255, shares 0 to 1."""

    low: int
    """5 of 100 pixels are no lighter."""
    middle: int
    """The median."""
    bright: int
    """80 of 100 pixels are no lighter: the light half of a code, whatever shines beside it."""
    clipped: float
    """Share of pixels from CLIPPED on."""
    black: float
    """Share of pixels up to BLACK."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What one frame showed."""

    box: Tones
    """Where a code was last seen, else the target box in the middle."""
    sharpness: float
    """Of the box: mean square of differences 2 pixels apart over that 8 pixels apart. Edges give 1/4,
    slopes 1/16, noise 1.
    """
    speed_px_s: float | None
    """How fast the picture moves, pixels a second; None where that cannot be told."""
    taken: Taken | None
    """How the camera took it; None where it does not say."""

    @property
    def light(self) -> float | None:
        """Exposure by gain, µs; None where the camera does not say."""
        return None if self.taken is None else self.taken.exposure_us * self.taken.gain
