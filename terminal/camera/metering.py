"""Metering: measure tones, sharpness and motion of a frame from a sample of its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from terminal.camera.statistics import BLACK, CLIPPED, Statistics, Tones

if TYPE_CHECKING:
    import numpy.typing as npt

    from terminal.model import Luma
    from terminal.ports import Frame

    Profile = npt.NDArray[np.float32]

MeteringBox: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height, px."""

SAMPLES = (80, 80)
"""Samples across and down that are taken from the box."""
REACH_PX = 64
"""Largest displacement between two frames that is measured, px."""
SURE = 0.7
"""Minimum correlation of two profiles for a displacement to count."""
FLAT = 5.0
"""Range of a profile, in levels, below which it has no feature to follow."""
LEAST_BOX = 24
BLURRED = 0.185
"""`_edges` below which a picture is blurred: a motion of 12 px, or a defocus of 3 px."""
CONTRAST = 25.0
"""Standard deviation, levels, below which there is nothing to be blurred."""
_COUNT = SAMPLES[0] * SAMPLES[1]
_RANKS = np.array((0.05, 0.5, 0.8), np.float32) * _COUNT


@dataclass(frozen=True, slots=True)
class MotionProfile:
    """Motion profile of a frame: mean levels of pairs of columns and of rows through its middle."""

    columns: Profile
    rows: Profile
    captured_s: float


def default_box(width: int, height: int) -> MeteringBox:
    """Return the default box: a square in the middle, a quarter of the frame's width."""
    side = min(max(width // 4, LEAST_BOX), width, height)
    return (width - side) // 2, (height - side) // 2, side, side


def around(from_: tuple[int, int], to: tuple[int, int], width: int, height: int) -> MeteringBox:
    """Return the box between two corners of a code, clipped to the frame; the default box if too small."""
    left, top = max(0, from_[0]), max(0, from_[1])
    wide, high = min(width, to[0]) - left, min(height, to[1]) - top
    return (left, top, wide, high) if min(wide, high) >= LEAST_BOX else default_box(width, height)


def measure(frame: Frame, box: MeteringBox, before: MotionProfile | None) -> tuple[Statistics, MotionProfile]:
    """Measure a frame, without copying it. Returns its statistics and its profile for the next frame.

    `box` is the area to meter, px; `before` is the profile of the previous frame, None for the first.
    """
    luma = frame.luma
    left, top, width, height = box
    inside: Luma = luma[top : top + height, left : left + width]
    glance = _glance(frame)
    return Statistics(
        _tones(inside),
        _sharpness(inside),
        None if before is None else _speed(before, glance),
        frame.taken,
    ), glance


def _tones(inside: Luma) -> Tones:
    samples = cv2.resize(inside, SAMPLES, interpolation=cv2.INTER_NEAREST)
    counted = cv2.calcHist([samples], [0], None, [256], [0, 256]).cumsum()
    low, middle, bright = counted.searchsorted(_RANKS).tolist()
    return Tones(
        low, middle, bright, 1 - float(counted[CLIPPED - 1]) / _COUNT, float(counted[BLACK]) / _COUNT
    )


def _sharpness(inside: Luma) -> float:
    height, _ = inside.shape
    return _edges(inside[height // 4 : max(height // 4 + 1, 3 * height // 4)])


def is_blurred(luma: Luma, box: MeteringBox) -> bool:
    """Return True if the middle of `box`, px, has contrast but no sharp edge along or across."""
    left, top, width, height = box
    inside = luma[top + height // 4 : top + 3 * height // 4, left + width // 4 : left + 3 * width // 4]
    if min(inside.shape) < LEAST_BOX or float(cv2.meanStdDev(inside)[1][0, 0]) < CONTRAST:
        return False
    return min(_edges(inside), _edges(np.ascontiguousarray(inside.T))) < BLURRED


def _edges(inside: Luma) -> float:
    """Return the mean square difference at 2 px over that at 8 px, across; sharp edges give 1/4."""
    width = inside.shape[1]
    near, far = (
        cv2.norm(inside[:, lag:], inside[:, :-lag], cv2.NORM_L2SQR) / max(1, width - lag) for lag in (2, 8)
    )
    return near / far if far else 1.0


def _glance(frame: Frame) -> MotionProfile:
    """Average pairs of columns and of rows over bands through the middle of the frame."""
    height, width = frame.luma.shape
    if min(height, width) < REACH_PX:  # too small to follow
        return MotionProfile(np.empty((1, 0), np.float32), np.empty((1, 0), np.float32), frame.captured_s)
    across = frame.luma[3 * height // 8 : 5 * height // 8 : 2, width // 8 : 7 * width // 8]
    down = frame.luma[::2, 3 * width // 8 : 5 * width // 8]
    columns = cv2.reduce(across, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    columns = cv2.resize(columns, (across.shape[1] // 2, 1), interpolation=cv2.INTER_AREA)
    rows = cv2.reduce(down, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).reshape(1, -1)
    return MotionProfile(np.asarray(columns, np.float32), np.asarray(rows, np.float32), frame.captured_s)


def _speed(before: MotionProfile, now: MotionProfile) -> float | None:
    """Return the speed, px/s; None if either direction cannot be followed or no time has passed."""
    elapsed_s = now.captured_s - before.captured_s
    across, down = _shift(before.columns, now.columns), _shift(before.rows, now.rows)
    if elapsed_s <= 0 or across is None or down is None:
        return None
    return 2 * math.hypot(across, down) / elapsed_s


def _shift(before: Profile, now: Profile) -> float | None:
    """Return the displacement of a profile in its own steps of 2 px; None if it cannot be determined."""
    reach = min(REACH_PX // 2, now.shape[1] // 4)
    if before.shape != now.shape or reach < 1:
        return None
    darkest, lightest, _, _ = cv2.minMaxLoc(now)
    if lightest - darkest < FLAT:
        return None
    scores = cv2.matchTemplate(now, before[:, reach:-reach], cv2.TM_CCOEFF_NORMED)
    _, score, _, (best, _) = cv2.minMaxLoc(scores)
    return None if score < SURE else best - reach + _between(scores[0, max(0, best - 1) : best + 2].tolist())


def _between(scores: list[float]) -> float:
    """Return the sub-step offset of the peak, from the parabola through the best score and its neighbours."""
    if len(scores) < 3:
        return 0.0
    left, peak, right = scores
    bend = left - 2 * peak + right
    return 0.0 if bend == 0 else (left - right) / (2 * bend)
