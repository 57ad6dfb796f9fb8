"""What one exposure cannot show is tried at others, a frame each, while something may come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.optics.statistics import Statistics

GLARE = (1 / 3, 1 / 9, 1.0)
"""The light in turn, as factors, while something in the box is clipped: a phone, a film, a wet road."""
SHADOW = (4.0, 1.0)
"""And while most of the box is lost in the dark beside something bright."""
CLIPPED = 0.015
"""Share of the box that is clipped from which it is glare."""
DARK_MIDDLE = 24
LIT_BRIGHT = 100
UNREAD = 6
"""Frames of glare without a read before others are tried."""
TURNS = 4
"""How often the factors are gone through in one trial."""
REST = 30
"""Frames between two trials."""
TRIALS = 3
"""Trials after which a scene is left alone until it changes."""
MOVED_PX_S = 150.0


@dataclass(frozen=True, slots=True)
class Bracketing:
    """Whether other exposures are being tried."""

    factors: tuple[float, ...] = ()
    """In turn; none: no trial."""
    done: int = 0
    """Frames of this trial so far; between trials, frames that would be worth one."""
    trials: int = 0
    """Since something was read or the scene moved."""

    @property
    def factor(self) -> float:
        """By what the light is multiplied for the next frame."""
        return self.factors[self.done % len(self.factors)] if self.factors else 1.0


def bracket(state: Bracketing, seen: Statistics, *, found: bool, settled: bool) -> Bracketing:
    """What is tried after this frame. `settled`: it was taken with the light that was metered."""
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
