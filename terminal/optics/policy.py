"""The camera's next controls are a function of the last ones' reasons and of one frame's statistics.

Each concern has a state of its own: light and motion, trials of other exposures, torch, focus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.optics.bracketing import SHADOW, Bracketing, bracket
from terminal.optics.exposing import Exposing, meter, split
from terminal.optics.focusing import Focusing, focus
from terminal.optics.torch import Torch, wish
from terminal.ports import CameraControls, Reach

if TYPE_CHECKING:
    from terminal.optics.statistics import Statistics


@dataclass(frozen=True, slots=True)
class State:
    """What the frames so far led to."""

    reach: Reach
    exposing: Exposing = field(default_factory=Exposing)
    bracketing: Bracketing = field(default_factory=Bracketing)
    torch: Torch = field(default_factory=Torch)
    focusing: Focusing = field(default_factory=Focusing)


def start(reach: Reach) -> State:
    """Before the first frame of a camera that can be asked for `reach`."""
    return State(reach)


def adjust(state: State, seen: Statistics, *, found: bool, lit: bool) -> tuple[State, CameraControls]:
    """What follows from a frame: `found` when it was read, `lit` while the torch shines, whoever lit it."""
    # While other exposures are tried, frames say little of the right one, and a read says it all.
    exposing = state.exposing
    if found or not state.bracketing.factors:
        exposing = meter(exposing, seen, state.reach, lit=lit)
    after = State(
        state.reach,
        exposing,
        bracket(state.bracketing, seen, found=found, settled=exposing.settled(seen)),
        wish(state.torch, seen, found=found, lit=lit, most=_most(state.reach)),
        focus(state.focusing, seen, found=found),
    )
    return after, _controls(after)


def _most(reach: Reach) -> float | None:
    if reach.exposure_us is None or reach.gain is None:
        return None
    return reach.exposure_us[1] * reach.gain[1]


def _controls(state: State) -> CameraControls:
    exposure_us, gain = None, None
    reach, light = state.reach, state.exposing.light
    if light is not None and _most(reach) is not None:
        exposure_us, gain = split(light * state.bracketing.factor, state.exposing.cap_us, reach)
    dioptres = None if reach.dioptres is None else state.focusing.dioptres(reach.dioptres)
    return CameraControls(exposure_us, gain, dioptres, torch=state.torch.wish)


def evened(state: State, seen: Statistics) -> float:
    """By what a frame's levels are multiplied on screen, so that trials of other exposures, whose frames come
    late, are not seen to flicker, nor a short exposure to be dark.
    """
    if not seen.light or not state.exposing.light:
        return 1.0
    return max(state.exposing.light / seen.light, min(SHADOW) / max(SHADOW))
