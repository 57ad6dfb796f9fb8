"""Compute the next camera controls from the state so far and the statistics of one frame.

Exposure, bracketing, torch and focus each have a state of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.camera.bracketing import SHADOW, Bracketing, bracket
from terminal.camera.exposure import ExposureState, to_exposure_and_gain, update
from terminal.camera.focus import FocusState, focus
from terminal.camera.torch import Torch, request
from terminal.ports import CameraControls, CameraLimits

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics


@dataclass(frozen=True, slots=True)
class State:
    """Camera control state after the frames so far."""

    limits: CameraLimits
    exposure: ExposureState = field(default_factory=ExposureState)
    bracketing: Bracketing = field(default_factory=Bracketing)
    torch: Torch = field(default_factory=Torch)
    focus: FocusState = field(default_factory=FocusState)


def start(limits: CameraLimits) -> State:
    """Return the state before the first frame of a camera with these limits."""
    return State(limits)


def adjust(state: State, seen: Statistics, *, found: bool, lit: bool) -> tuple[State, CameraControls]:
    """Update the state after a frame and return the controls for the next.

    `found` means that a code was read; `lit` means that the torch is on, whoever switched it.
    """
    # During a trial of other exposures only a frame with a reading tells about the right one.
    exposing = state.exposure
    if found or not state.bracketing.factors:
        exposing = update(exposing, seen, state.limits, lit=lit)
    after = State(
        state.limits,
        exposing,
        bracket(state.bracketing, seen, found=found, settled=exposing.settled(seen)),
        request(state.torch, seen, found=found, lit=lit, most=_most(state.limits)),
        focus(state.focus, seen, found=found),
    )
    return after, _controls(after)


def _most(limits: CameraLimits) -> float | None:
    if limits.exposure_us is None or limits.gain is None:
        return None
    return limits.exposure_us[1] * limits.gain[1]


def _controls(state: State) -> CameraControls:
    exposure_us, gain = None, None
    reach, light = state.limits, state.exposure.light
    if light is not None and _most(reach) is not None:
        exposure_us, gain = to_exposure_and_gain(
            light * state.bracketing.factor, state.exposure.cap_us, reach
        )
    dioptres = None if reach.dioptres is None else state.focus.dioptres(reach.dioptres)
    return CameraControls(exposure_us, gain, dioptres, torch=state.torch.wish)


def preview_gain(state: State, seen: Statistics) -> float:
    """Return the factor on a frame's levels for its preview.

    It hides bracketing, whose frames arrive late, and brightens the dark preview of a short exposure. 1.0 if
    the light is unknown; never below the ratio of the smallest shadow factor to the largest.
    """
    if not seen.light or not state.exposure.light:
        return 1.0
    return max(state.exposure.light / seen.light, min(SHADOW) / max(SHADOW))
