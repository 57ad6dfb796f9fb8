"""What the camera is asked for next follows from what its frames showed, and from nothing else."""

from __future__ import annotations

from terminal.optics.policy import State, adjust, evened, start
from terminal.optics.statistics import Statistics, Tones

__all__ = ["State", "Statistics", "Tones", "adjust", "evened", "start"]
