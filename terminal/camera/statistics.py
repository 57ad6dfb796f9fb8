"""Frame statistics: the figures that camera control is based on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.ports import ExposureInfo

CLIPPED = 250
"""Lowest level that counts as overexposed."""
BLACK = 16
"""Highest level that counts as black."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Tones of a region: levels 0 to 255, shares 0 to 1."""

    low: int
    """5th percentile."""
    middle: int
    """Median."""
    bright: int
    """80th percentile: the light modules of a code, whatever shines beside it."""
    clipped: float
    """Share of pixels at CLIPPED or above."""
    black: float
    """Share of pixels at BLACK or below."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Measurements of one frame."""

    box: Tones
    """Tones where a code was last seen, otherwise of the default box in the middle."""
    sharpness: float
    """Sharpness of the box: mean square difference at 2 px over that at 8 px. Edges give 1/4, gradients 1/16,
    noise 1.
    """
    speed_px_s: float | None
    """Speed of the picture, px/s; None if it cannot be measured."""
    taken: ExposureInfo | None
    """Exposure settings of the frame; None if the camera does not report them."""

    @property
    def light(self) -> float | None:
        """Exposure times gain, µs; None if the camera does not report them."""
        return None if self.taken is None else self.taken.exposure_us * self.taken.gain
