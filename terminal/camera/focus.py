"""Focus: leave it to the camera, and step through fixed distances if a steady picture stays blurred."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics

SOFT = 0.11
"""Sharpness below which the box counts as out of focus; a pure gradient has 1/16."""
SHARP = 0.16
CONTRAST = 50
"""Difference between light and dark, in levels, below which there is nothing to focus on."""
STILL_PX_S = 120.0
SOFT_FRAMES = 20
"""Consecutive blurred frames before the lens is moved."""
DISTANCES = (4.0, 7.0, 2.5, 10.0, 1.5)
"""Lens positions in turn, dioptres: 25, 14, 40, 10 and 67 cm."""
DWELL = 9
"""Frames at each position: controls take effect late and the lens needs time to move."""
REST = 90
"""Frames of autofocus after an unsuccessful trial."""


@dataclass(frozen=True, slots=True)
class FocusState:
    """Focus state."""

    step: int | None = None
    """Index into DISTANCES; None for autofocus."""
    frames: int = 0
    """Frames at this position, or blurred frames under autofocus; negative while resting."""

    def dioptres(self, nearest: float) -> float | None:
        """Return the lens position in dioptres, limited to `nearest`; None for autofocus."""
        return None if self.step is None else min(DISTANCES[self.step], nearest)


def focus(state: FocusState, seen: Statistics, *, found: bool) -> FocusState:
    """Return the focus state after this frame. A position that gives a reading or a sharp picture is kept."""
    still = seen.speed_px_s is not None and seen.speed_px_s < STILL_PX_S
    something = seen.box.bright - seen.box.low > CONTRAST
    soft = something and still and not found and seen.sharpness < SOFT
    if state.step is None:
        frames = state.frames + 1 if soft or state.frames < 0 else 0
        return FocusState(0, 0) if frames >= SOFT_FRAMES else FocusState(None, frames)
    if found or (something and seen.sharpness > SHARP):
        return replace(state, frames=min(state.frames, DWELL - 1))
    if state.frames + 1 < DWELL:
        return replace(state, frames=state.frames + 1)
    following = state.step + 1
    return FocusState(following, 0) if following < len(DISTANCES) else FocusState(None, -REST)
