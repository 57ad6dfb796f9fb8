"""Light is metered where the code is; what exposes it is as short as motion asks, and gain makes up for it.

A frame tells the light (exposure by gain) that it was taken with, so each estimate of the right light holds
whatever was asked meanwhile: the frames that a camera takes to follow make nothing swing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.optics.statistics import Statistics, Tones
    from terminal.ports import Reach

AIM = 170
"""The level that `Tones.bright` is brought to."""
DEADBAND = 1.3
"""A light that is right within this factor stays."""
FAR = 2.0
"""A light that is wrong by more than this factor is changed at once, and by a nearer one after VOTES frames:
lamps on mains flicker over three frames (100 Hz at 30 frames a second).
"""
NEAR = 1.5
"""A frame whose light is off by less than this factor shows what is asked for."""
TORCH = 16.0
"""By what factor a torch lit for the first time is taken to lighten the picture."""
VOTES = 3
STEP = 4.0
"""The light changes by no more than this factor at a time."""
EASY_US = 8_000
"""An exposure that a steady hand does not blur."""
EASY_GAIN = 4.0
"""A gain whose noise hides nothing; beyond it exposure grows first, and gain last."""
BLUR_PX = 1.5
"""How far a picture may move while it is exposed."""
UNDER = 4.0
"""How much too little light is better than a blurred picture."""
CALM = 20
"""Frames after which a slower picture is exposed for longer."""


@dataclass(frozen=True, slots=True)
class Exposing:
    """The light that is asked for, and why it may soon be another."""

    light: float | None = None
    """Exposure by gain, µs; None until a frame told what the camera chose by itself."""
    votes: tuple[float, ...] = ()
    """What the last frames would have instead, all on one side."""
    cap_us: float = math.inf
    """The longest exposure for this motion: a power of two."""
    fast: float = math.inf
    """The exposure for which the last frame moved too much."""
    calm: int = 0
    """For how many frames the picture would have borne twice the cap."""
    other: float | None = None
    """The light last right with the torch the other way."""
    lit: bool = False

    def settled(self, seen: Statistics) -> bool:
        """Whether a frame was taken with about the light that is asked for."""
        if self.light is None or seen.light is None:
            return False
        return 1 / NEAR < seen.light / self.light < NEAR


def meter(exposing: Exposing, seen: Statistics, reach: Reach, *, lit: bool) -> Exposing:
    """The light after this frame; frames without numbers change nothing."""
    if exposing.lit != lit:
        exposing = _switched(exposing)
    exposing = _steady(exposing, seen.speed_px_s)
    if seen.light is None or reach.exposure_us is None or reach.gain is None:
        return exposing
    least, most = reach.exposure_us[0] * reach.gain[0], reach.exposure_us[1] * reach.gain[1]
    asked = exposing.light or seen.light
    wanted = min(max(_right(seen.light, seen.box, asked), least), most)
    ratio = wanted / asked
    if 1 / DEADBAND <= ratio <= DEADBAND:
        return replace(exposing, light=asked, votes=())
    same_side = exposing.votes if exposing.votes and (exposing.votes[0] > asked) == (ratio > 1) else ()
    votes = (*same_side, wanted)
    if 1 / FAR < ratio < FAR and len(votes) < VOTES:
        return replace(exposing, light=asked, votes=votes)
    nearest = min(votes, key=lambda light: abs(math.log(light / asked)))
    chosen = nearest if len(votes) >= VOTES else wanted
    return replace(exposing, light=min(max(chosen, asked / STEP), asked * STEP), votes=())


def _switched(exposing: Exposing) -> Exposing:
    """The torch went on or off: begin with what was right when it last was so."""
    light, before = exposing.light, exposing.other
    if before is None and light is not None:
        before = light * TORCH if exposing.lit else light / TORCH
    return replace(exposing, lit=not exposing.lit, light=before, other=light, votes=())


def _right(light: float, tones: Tones, asked: float) -> float:
    """The right light by a frame's. One that is full or nearly empty says only that less, or more, is right:
    of a camera that was meanwhile asked for that, it says nothing.
    """
    if tones.clipped > 0.2:
        return min(asked, light / STEP if tones.clipped > 0.5 else light / 2)
    if tones.bright * STEP < AIM:
        return max(asked, light * STEP)
    return light * AIM / tones.bright


def _steady(exposing: Exposing, speed_px_s: float | None) -> Exposing:
    """Shorten for a motion that two frames agree on, lengthen after many calm ones."""
    if speed_px_s is None:
        return exposing
    bears_us = BLUR_PX / max(speed_px_s, 1.0) * 1e6
    if max(bears_us, exposing.fast) < exposing.cap_us:
        cap_us = 2.0 ** math.floor(math.log2(max(bears_us, exposing.fast)))
        return replace(exposing, cap_us=cap_us, fast=bears_us, calm=0)
    calm = exposing.calm + 1 if bears_us >= 2 * exposing.cap_us else 0
    if calm < CALM:
        return replace(exposing, fast=bears_us, calm=calm)
    return replace(exposing, cap_us=2 * exposing.cap_us, fast=bears_us, calm=0)


def split(light: float, cap_us: float, reach: Reach) -> tuple[int, float]:
    """Exposure, µs, and gain that make `light` as far as the camera reaches.

    First exposure alone, then gain, then exposure again up to the cap, then gain again; where both are at
    their ends and much is missing, the exposure passes the cap. `reach` must have both.
    """
    (least_us, most_us), (least_gain, most_gain) = reach.exposure_us or (1, 1), reach.gain or (1.0, 1.0)
    longest = max(least_us, min(most_us, max(cap_us, light / (UNDER * most_gain))))
    easy = min(EASY_US, longest)
    exposure = light / least_gain
    if exposure > easy:
        exposure = min(max(easy, light / min(EASY_GAIN, most_gain)), longest)
    exposure_us = round(min(max(exposure, least_us), longest))
    gain = min(max(light / exposure_us, least_gain), most_gain)
    return exposure_us, round(gain, 2)
