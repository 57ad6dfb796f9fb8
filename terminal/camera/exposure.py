"""Auto exposure on the code: an exposure as short as the motion requires, and gain for the rest.

Light here means exposure times gain, µs. Every frame carries the light it was taken with, so an estimate of
the right light stays valid whatever was requested since, and the delay of the camera causes no oscillation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics, Tones
    from terminal.ports import CameraLimits

AIM = 170
"""Target level, 0 to 255, for `Tones.bright`."""
DEADBAND = 1.3
"""The light stays unchanged while it is right within this factor."""
FAR = 2.0
"""A light that is wrong by this factor or more changes at once; a smaller error must last VOTES frames, since
mains lamps flicker over three frames (100 Hz at 30 frames a second).
"""
NEAR = 1.5
"""A frame counts as taken with the requested light if it differs by less than this factor."""
TORCH = 16.0
"""Assumed increase of the light when the torch is lit for the first time."""
VOTES = 3
STEP = 4.0
"""Largest factor by which the light changes at once."""
EASY_US = 8_000
"""Exposure, µs, that hand tremor does not blur."""
EASY_GAIN = 4.0
"""Gain without harmful noise. Beyond it the exposure is raised first, then the gain."""
BLUR_PX = 1.5
"""Motion allowed during one exposure, px."""
UNDER = 4.0
"""Underexposure, as a factor, that is accepted to avoid motion blur."""
CALM = 20
"""Frames of slower motion before the exposure limit is doubled."""


@dataclass(frozen=True, slots=True)
class ExposureState:
    """Exposure state: the light requested and the evidence for changing it."""

    light: float | None = None
    """Exposure times gain, µs; None until a frame reports what the camera chose by itself."""
    votes: tuple[float, ...] = ()
    """The light that recent frames called for, µs; all above `light` or all below it."""
    cap_us: float = math.inf
    """Longest exposure for the current motion, µs: a power of two."""
    fast: float = math.inf
    """Exposure, µs, that the last frame's motion allowed."""
    calm: int = 0
    """Consecutive frames whose motion would allow twice `cap_us`."""
    other: float | None = None
    """The light, µs, last found right with the torch in its other state."""
    lit: bool = False

    def settled(self, seen: Statistics) -> bool:
        """True if the frame was taken with about the requested light."""
        if self.light is None or seen.light is None:
            return False
        return 1 / NEAR < seen.light / self.light < NEAR


def update(exposure: ExposureState, seen: Statistics, limits: CameraLimits, *, lit: bool) -> ExposureState:
    """Return the state after this frame.

    `lit` tells whether the torch is on. Without exposure figures from the camera the light does not change.
    """
    if exposure.lit != lit:
        exposure = _switched(exposure)
    exposure = _steady(exposure, seen.speed_px_s)
    if seen.light is None or limits.exposure_us is None or limits.gain is None:
        return exposure
    least, most = limits.exposure_us[0] * limits.gain[0], limits.exposure_us[1] * limits.gain[1]
    asked = exposure.light or seen.light
    wanted = min(max(_right(seen.light, seen.box, asked), least), most)
    ratio = wanted / asked
    if 1 / DEADBAND <= ratio <= DEADBAND:
        return replace(exposure, light=asked, votes=())
    same_side = exposure.votes if exposure.votes and (exposure.votes[0] > asked) == (ratio > 1) else ()
    votes = (*same_side, wanted)
    if 1 / FAR < ratio < FAR and len(votes) < VOTES:
        return replace(exposure, light=asked, votes=votes)
    nearest = min(votes, key=lambda light: abs(math.log(light / asked)))
    chosen = nearest if len(votes) >= VOTES else wanted
    return replace(exposure, light=min(max(chosen, asked / STEP), asked * STEP), votes=())


def _switched(exposure: ExposureState) -> ExposureState:
    """Switch the torch state and start from the light that was right in the new state before."""
    light, before = exposure.light, exposure.other
    if before is None and light is not None:
        before = light * TORCH if exposure.lit else light / TORCH
    return replace(exposure, lit=not exposure.lit, light=before, other=light, votes=())


def _right(light: float, tones: Tones, asked: float) -> float:
    """Estimate the right light, µs, from a frame taken with `light`.

    A clipped or nearly black frame only gives a direction; the result is then bounded by `asked`, which may
    already be a step that way.
    """
    if tones.clipped > 0.2:
        return min(asked, light / STEP if tones.clipped > 0.5 else light / 2)
    if tones.bright * STEP < AIM:
        return max(asked, light * STEP)
    return light * AIM / tones.bright


def _steady(exposure: ExposureState, speed_px_s: float | None) -> ExposureState:
    """Lower the exposure limit when two frames in a row require it; raise it after CALM calm ones."""
    if speed_px_s is None:
        return exposure
    bears_us = BLUR_PX / max(speed_px_s, 1.0) * 1e6
    if max(bears_us, exposure.fast) < exposure.cap_us:
        cap_us = 2.0 ** math.floor(math.log2(max(bears_us, exposure.fast)))
        return replace(exposure, cap_us=cap_us, fast=bears_us, calm=0)
    calm = exposure.calm + 1 if bears_us >= 2 * exposure.cap_us else 0
    if calm < CALM:
        return replace(exposure, fast=bears_us, calm=calm)
    return replace(exposure, cap_us=2 * exposure.cap_us, fast=bears_us, calm=0)


def to_exposure_and_gain(light: float, cap_us: float, limits: CameraLimits) -> tuple[int, float]:
    """Split `light` into exposure, µs, and gain, within the camera's limits.

    The exposure grows first, to EASY_US; then the gain, to EASY_GAIN; then the exposure up to `cap_us`; then
    the gain again. If that falls short by more than UNDER, the exposure exceeds `cap_us`. `reach` must state
    limits for both.
    """
    (least_us, most_us), (least_gain, most_gain) = limits.exposure_us or (1, 1), limits.gain or (1.0, 1.0)
    longest = max(least_us, min(most_us, max(cap_us, light / (UNDER * most_gain))))
    easy = min(EASY_US, longest)
    exposure = light / least_gain
    if exposure > easy:
        exposure = min(max(easy, light / min(EASY_GAIN, most_gain)), longest)
    exposure_us = round(min(max(exposure, least_us), longest))
    gain = min(max(light / exposure_us, least_gain), most_gain)
    return exposure_us, round(gain, 2)
