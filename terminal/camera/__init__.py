"""Camera control: exposure, bracketing, focus and torch, computed from frame statistics alone."""

from __future__ import annotations

from terminal.camera.controller import State, adjust, preview_gain, start
from terminal.camera.statistics import Statistics, Tones

__all__ = ["State", "Statistics", "Tones", "adjust", "preview_gain", "start"]
