"""The lens focuses by itself; what stays soft though it stands still is tried at other distances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.optics.statistics import Statistics

SOFT = 0.11
"""Sharpness under which a box is out of focus (slopes alone: 1/16)."""
SHARP = 0.16
CONTRAST = 50
"""Levels between light and dark under which there is nothing to focus on."""
STILL_PX_S = 120.0
SOFT_FRAMES = 20
"""Frames of a soft box before the lens is moved."""
DISTANCES = (4.0, 7.0, 2.5, 10.0, 1.5)
"""Dioptres in turn: 25, 14, 40, 10 and 67 cm."""
DWELL = 9
"""Frames at each: controls come late, and the lens moves."""
REST = 90
"""Frames that the camera is left to focus by itself after a trial in vain."""


@dataclass(frozen=True, slots=True)
class Focusing:
    """Where the lens is asked to be."""

    step: int | None = None
    """Which of DISTANCES; None: the camera focuses by itself."""
    frames: int = 0
    """At this step, or soft; under 0: still to rest."""

    def dioptres(self, nearest: float) -> float | None:
        """The lens position for a lens that goes as near as `nearest`; None: by itself."""
        return None if self.step is None else min(DISTANCES[self.step], nearest)


def focus(state: Focusing, seen: Statistics, *, found: bool) -> Focusing:
    """Where the lens is after this frame. A place that gives a read, or a sharp picture, is kept."""
    still = seen.speed_px_s is not None and seen.speed_px_s < STILL_PX_S
    something = seen.box.bright - seen.box.low > CONTRAST
    soft = something and still and not found and seen.sharpness < SOFT
    if state.step is None:
        frames = state.frames + 1 if soft or state.frames < 0 else 0
        return Focusing(0, 0) if frames >= SOFT_FRAMES else Focusing(None, frames)
    if found or (something and seen.sharpness > SHARP):
        return replace(state, frames=min(state.frames, DWELL - 1))
    if state.frames + 1 < DWELL:
        return replace(state, frames=state.frames + 1)
    following = state.step + 1
    return Focusing(following, 0) if following < len(DISTANCES) else Focusing(None, -REST)
