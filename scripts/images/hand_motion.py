"""Simulate a handheld camera: the frames it sees of a picture, reproducible by seed.

The picture is in front of the camera. The hand settles, sways and trembles, so the view shifts, turns, zooms
and tilts. Each frame is the mean of the views during its exposure, varies in brightness and has sensor noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from terminal.model import Luma

SIZE = (1280, 720)
"""Width and height of a frame, px."""
FPS = 30.0
COUNT = 30
EXPOSURE_S = 0.010
"""Exposure time: that of a cheap sensor on an overcast day."""
SURROUNDINGS = 112
"""Grey level around the picture."""

_WAYS = 6
"""Degrees of freedom: right and down in px, turn in radians, logarithm of the zoom, tilt about both axes."""
_SWAY = np.array([24, 24, 0.03, 0.03, 0.02, 0.02])
"""Amplitude of arm sway, at 0.3 to 1.2 Hz."""
_TREMOR = np.array([1.2, 1.2, 0.001, 0.0006, 0.0006, 0.0006])
"""Amplitude of muscle tremor, at 8 to 12 Hz."""
_ARRIVAL = np.array([60, 40, 0.06, 0.10, 0.06, 0.06])
"""Standard deviation of the initial displacement from rest."""
_MOST_VIEWS = 8
_NOISE_MARGIN = 64


@dataclass(frozen=True, slots=True)
class Hand:
    """Motion of one hand; arrays are [_WAYS], or [2, _WAYS] for sway and tremor."""

    rest: NDArray[np.float64]
    arrival: NDArray[np.float64]
    settling_s: float
    amplitude: NDArray[np.float64]
    cycles: NDArray[np.float64]
    phase: NDArray[np.float64]

    def at(self, seconds: float) -> NDArray[np.float64]:
        """Return the displacement at a time, [_WAYS]."""
        swing = self.amplitude * np.sin(2 * np.pi * self.cycles * seconds + self.phase)
        where: NDArray[np.float64] = (
            self.rest + self.arrival * np.exp(-seconds / self.settling_s) + swing.sum(axis=0)
        )
        return where


@dataclass(frozen=True, slots=True)
class _Sensor:
    """Sensor model: noise of `noise` grey levels in the dark, and drifting brightness."""

    noise: float
    gain: float
    drift: float
    cycles: float
    phase: float
    field: NDArray[np.float32]
    """Standard normal noise, larger than a frame; each frame uses a part of it."""

    def expose(self, light: NDArray[np.float32], seconds: float, rng: np.random.Generator) -> Luma:
        exposure = self.gain * (1 + self.drift * np.sin(2 * np.pi * self.cycles * seconds + self.phase))
        height, width = light.shape
        top, left = rng.integers(0, _NOISE_MARGIN, 2)
        grain = self.field[top : top + height, left : left + width]
        # Shot noise grows with the square root of the light; here 1.5 times in white as in black.
        spread = np.float32(self.noise) * np.sqrt(1 + light * np.float32(1.25 / 255))
        seen = np.rint(light * np.float32(exposure) + grain * spread)
        return np.asarray(np.clip(seen, 0, 255), np.uint8)


def frames(luma: Luma, seed: int, count: int = COUNT) -> Iterator[Luma]:
    """Yield `count` frames, uint8 [720, 1280], of a handheld camera pointed at `luma`, uint8 [height, width].

    The picture is centred; one of 1280x720 fills the frame.
    """
    rng = np.random.default_rng(seed)
    hand, sensor = _hand(rng), _sensor(rng)
    for number in range(count):
        begun_s = number / FPS
        yield sensor.expose(_gathered(luma, hand, begun_s), begun_s, rng)


def _hand(rng: np.random.Generator) -> Hand:
    steadiness = rng.uniform(0.4, 1.6)
    return Hand(
        rest=rng.normal(0, 1, _WAYS) * np.array([30, 20, 0.05, 0.03, 0.04, 0.04]),
        arrival=rng.normal(0, 1, _WAYS) * _ARRIVAL,
        settling_s=rng.uniform(0.08, 0.3),
        amplitude=steadiness * rng.uniform(0.3, 1, (2, _WAYS)) * np.array([_SWAY, _TREMOR]),
        cycles=np.array([rng.uniform(0.3, 1.2, _WAYS), rng.uniform(8, 12, _WAYS)]),
        phase=rng.uniform(0, 2 * np.pi, (2, _WAYS)),
    )


def _sensor(rng: np.random.Generator) -> _Sensor:
    width, height = SIZE
    field = rng.standard_normal((height + _NOISE_MARGIN, width + _NOISE_MARGIN), np.float32)
    return _Sensor(
        noise=rng.uniform(1.5, 5),
        gain=rng.uniform(0.85, 1.1),
        drift=rng.uniform(0.01, 0.06),
        cycles=rng.uniform(0.5, 2),
        phase=rng.uniform(0, 2 * np.pi),
        field=field,
    )


def _gathered(luma: Luma, hand: Hand, begun_s: float) -> NDArray[np.float32]:
    """Return the mean light of one exposure: views at most about a pixel apart, averaged."""
    height, width = luma.shape
    first, last = (_view(hand.at(seconds), (width, height)) for seconds in (begun_s, begun_s + EXPOSURE_S))
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    moved = cv2.perspectiveTransform(corners, last) - cv2.perspectiveTransform(corners, first)
    views = int(np.clip(np.ceil(np.linalg.norm(moved, axis=2).max()), 1, _MOST_VIEWS))
    light = np.zeros(SIZE[::-1], np.float32)
    for part in range(views):
        view = _view(hand.at(begun_s + EXPOSURE_S * (part + 0.5) / views), (width, height))
        seen = cv2.warpPerspective(luma, view, SIZE, borderValue=(SURROUNDINGS,))
        cv2.accumulate(seen, light)
    light /= views
    return light


def _view(where: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the homography, [3, 3], from the picture's pixels to the frame's."""
    right, down, turn, near, tilt_x, tilt_y = where
    scale = np.exp(near)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    # The focal length equals the frame width, so a tilt of `t` scales an edge by about `t` / 2.
    lean = np.array([[1, 0, 0], [0, 1, 0], [tilt_x / SIZE[0], tilt_y / SIZE[0], 1]])
    move = np.array([[cos, -sin, right], [sin, cos, down], [0, 0, 1]])
    view: NDArray[np.float64] = _shift(SIZE, 0.5) @ lean @ move @ _shift(size, -0.5)
    return view


def _shift(size: tuple[int, int], factor: float) -> NDArray[np.float64]:
    return np.array([[1, 0, size[0] * factor], [0, 1, size[1] * factor], [0, 0, 1]])
