"""Exposure bracketing: under glare or deep shadow, try other exposures, one a frame, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics

GLARE = (1 / 3, 1 / 9, 1.0)
"""Factors on the metered light, in turn, while part of the box is clipped: a phone, a film, a wet road."""
SHADOW = (4.0, 1.0)
"""Factors while most of the box is black beside something bright."""
CLIPPED = 0.015
"""Share of the box, 0 to 1, from which clipping counts as glare."""
DARK_MIDDLE = 24
LIT_BRIGHT = 100
UNREAD = 6
"""Frames of glare or shadow without a reading before a trial begins."""
TURNS = 4
"""Rounds through the factors in one trial."""
REST = 30
"""Frames between two trials."""
TRIALS = 3
"""Trials after which the scene is left alone until it moves or a code is read."""
MOVED_PX_S = 150.0


@dataclass(frozen=True, slots=True)
class Bracketing:
    """State of the exposure trials."""

    factors: tuple[float, ...] = ()
    """The factors in turn; empty when no trial is running."""
    done: int = 0
    """Frames of this trial so far. Between trials: frames that would justify one; negative while resting."""
    trials: int = 0
    """Trials since a code was read or the scene moved."""

    @property
    def factor(self) -> float:
        """Factor on the metered light for the next frame."""
        return self.factors[self.done % len(self.factors)] if self.factors else 1.0


def bracket(state: Bracketing, seen: Statistics, *, found: bool, settled: bool) -> Bracketing:
    """Update the trials after a frame.

    `found` means that a code was read; `settled` means that the frame was taken with about the metered light.
    """
    if found:
        return Bracketing()
    if state.factors:
        done = state.done + 1
        if done < TURNS * len(state.factors):
            return replace(state, done=done)
        return Bracketing(done=-REST, trials=state.trials + 1)
    trials = 0 if (seen.speed_px_s or 0) > MOVED_PX_S else state.trials
    factors = _worth(seen)
    if not (factors and settled) or trials >= TRIALS:
        return Bracketing(done=min(0, state.done + 1), trials=trials)
    if state.done + 1 < UNREAD:
        return Bracketing(done=state.done + 1, trials=trials)
    return Bracketing(factors, 0, trials)


def _worth(seen: Statistics) -> tuple[float, ...]:
    box = seen.box
    if box.clipped >= CLIPPED:
        return GLARE
    return SHADOW if box.middle < DARK_MIDDLE and box.bright > LIT_BRIGHT else ()
