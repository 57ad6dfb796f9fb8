"""Camera control: exposure, bracketing, focus and torch, computed from frame statistics alone."""

from __future__ import annotations

from terminal.optics.policy import State, adjust, evened, start
from terminal.optics.statistics import Statistics, Tones

__all__ = ["State", "Statistics", "Tones", "adjust", "evened", "start"]
