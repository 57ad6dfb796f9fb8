"""Compute the next camera controls from the state so far and the statistics of one frame.

Exposure, bracketing, torch and focus each have a state of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.camera.bracketing import SHADOW, Bracketing, bracket
from terminal.camera.exposure import Exposing, meter, split
from terminal.camera.focus import Focusing, focus
from terminal.camera.torch import Torch, wish
from terminal.ports import CameraControls, Reach

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics


@dataclass(frozen=True, slots=True)
class State:
    """Camera control state after the frames so far."""

    reach: Reach
    exposing: Exposing = field(default_factory=Exposing)
    bracketing: Bracketing = field(default_factory=Bracketing)
    torch: Torch = field(default_factory=Torch)
    focusing: Focusing = field(default_factory=Focusing)


def start(reach: Reach) -> State:
    """Return the state before the first frame of a camera with these limits."""
    return State(reach)


def adjust(state: State, seen: Statistics, *, found: bool, lit: bool) -> tuple[State, CameraControls]:
    """Update the state after a frame and return the controls for the next.

    `found` means that a code was read; `lit` means that the torch is on, whoever switched it.
    """
    # During a trial of other exposures only a frame with a reading tells about the right one.
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
    """Return the factor on a frame's levels for its preview.

    It hides bracketing, whose frames arrive late, and brightens the dark preview of a short exposure. 1.0 if
    the light is unknown; never below the ratio of the smallest shadow factor to the largest.
    """
    if not seen.light or not state.exposing.light:
        return 1.0
    return max(state.exposing.light / seen.light, min(SHADOW) / max(SHADOW))
