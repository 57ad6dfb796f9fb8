"""Simulated camera: converts radiance to levels by exposure and gain, with clipping, noise and blur."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from terminal import camera
from terminal.camera import metering
from terminal.ports import CameraControls, CameraLimits, ExposureInfo, Frame
from terminal.scanner import FrameReader
from tests.pictures import code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from terminal.camera import Statistics
    from terminal.inbox import FrameScanned

    Radiance = npt.NDArray[np.float32]

FRAMES_PER_S = 30
SIZE = (640, 360)
REACH = CameraLimits((30, 66_666), (1.0, 16.0), 12.0)
MOST = 66_666 * 16.0
TEXT = "VI1:" + "A SIGNED CODE OF MODERATE LENGTH " * 2

SUN, OVERCAST, ROOM, STREET, NIGHT = 20.0, 2.0, 0.1, 2e-3, 2e-6
"""Radiance of white paper. Levels are full where radiance times light (exposure times gain, ms) is 1."""


_NOISE = [np.random.default_rng(seed).standard_normal(SIZE[::-1], np.float32) for seed in range(7)]


def paper(*, ground: float = 0.4, text: str = TEXT, pixels: int = 4) -> Radiance:
    """Return the reflectance, 0 to 1, of a scene with a code in its middle on an uneven ground."""
    across = np.linspace(0.8, 1.2, SIZE[0], dtype=np.float32)
    scene = np.tile(ground * across, (SIZE[1], 1)).astype(np.float32)
    picture = code(text, pixels=pixels).astype(np.float32) / 255 * 0.9 + 0.04
    top, left = (SIZE[1] - picture.shape[0]) // 2, (SIZE[0] - picture.shape[1]) // 2
    scene[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return scene


def spot(strength: float, *, radius: int, beside: int = 0) -> Radiance:
    """Return the reflection of a lamp on gloss: a soft spot, `beside` px from the middle."""
    across = np.arange(SIZE[0], dtype=np.float32) - SIZE[0] / 2 - beside
    down = np.arange(SIZE[1], dtype=np.float32) - SIZE[1] / 2
    return np.asarray(strength * np.exp(-(across**2 + down[:, None] ** 2) / radius**2), np.float32)


@dataclass
class Sensor:
    """A camera like `terminal.ports.Camera`, and the torch."""

    reflectance: Radiance
    ambient: float
    """Ambient light: radiance of a perfect reflector."""
    shine: Radiance | None = None
    """Radiance of luminous objects."""
    torch_light: float = 0.05
    torch_shine: Radiance | None = None
    """Radiance added by the lit torch."""
    speed_px_s: float = 0.0
    """Speed across the picture, back and forth."""
    blur_px: Callable[[float | None], float] = lambda _dioptres: 0.0
    """Defocus, px, for a requested lens position."""
    mains: float = 0.0
    """Amplitude of a lamp's flicker at 100 Hz, 0 to 1."""
    delay: int = 3
    """Frames until controls take effect: two of the sensor, and one queued before it."""
    gamma: float = 1.0
    reach: CameraLimits = REACH
    lit: bool = False
    begins: CameraControls = field(default_factory=lambda: CameraControls(8_000, 2.0))
    """Controls that the camera chooses by itself."""
    number: int = 0
    asked: list[CameraControls] = field(default_factory=list)
    """All controls requested so far."""
    streamed: list[tuple[bool, int]] = field(default_factory=list)
    """True for each time that the frames were started, False where they were stopped, and the next number."""

    def __post_init__(self) -> None:
        """Start with the camera's own controls."""
        self._coming = deque([self.begins] * self.delay)

    def stream(self, *, on: bool) -> None:
        """See `terminal.ports.Camera`."""
        self.streamed.append((on, self.number))

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`."""
        self.asked.append(controls)
        self._coming.append(controls)

    def close(self) -> None:
        """See `terminal.ports.Camera`."""

    def capture(self, _timeout_s: float = 0.0) -> Frame:
        """See `terminal.ports.Camera`. A frame without new controls repeats the last ones."""
        controls = self._coming[0]
        if len(self._coming) > 1:
            self._coming.popleft()
        exposure_us, gain = controls.exposure_us or 8_000, controls.gain or 2.0
        light = self._scene() * (exposure_us * gain / 1000)
        blur = round(self.speed_px_s * exposure_us / 1e6)
        if blur > 1:
            light = np.asarray(cv2.blur(light, (blur, 1)), np.float32)
        softness = self.blur_px(controls.dioptres)
        if softness > 0:
            light = np.asarray(cv2.GaussianBlur(light, (0, 0), softness), np.float32)
        levels = 255 * np.clip(light, 0, 1) ** (1 / self.gamma)
        levels = levels + _NOISE[self.number % len(_NOISE)] * (0.5 + 0.3 * gain)
        frame = Frame(
            np.clip(levels, 0, 255).astype(np.uint8),
            self.number / FRAMES_PER_S,
            self.number,
            None if self.reach.exposure_us is None else ExposureInfo(exposure_us, gain),
        )
        self.number += 1
        return frame

    def _scene(self) -> Radiance:
        wave = 1 + self.mains * math.sin(2 * math.pi * 100 * self.number / FRAMES_PER_S)
        brightness = self.ambient * wave + (self.torch_light if self.lit else 0.0)
        scene = self.reflectance * brightness
        for shine, on in ((self.shine, True), (self.torch_shine, self.lit)):
            if shine is not None and on:
                scene = scene + shine
        there = self.speed_px_s * self.number / FRAMES_PER_S
        span = 160
        moved = round(span - abs(there % (2 * span) - span)) - span // 2 if self.speed_px_s else 0
        return np.roll(scene, moved, axis=1)


def watched(sensor: Sensor, frames: int) -> Iterator[FrameScanned]:
    """Yield the results of a number of frames, with torch requests granted and unlimited reading time."""
    sight = FrameReader(sensor.reach, clock=lambda: 0.0)
    for _ in range(frames):
        yield sight.look(sensor.capture(), lit=sensor.lit)
        sensor.set(sight.controls)
        sensor.lit = sight.controls.torch


def first_read(sensor: Sensor, frames: int) -> int | None:
    """Return the number of the first frame that was read."""
    reads = (number for number, looked in enumerate(watched(sensor, frames)) if looked.scan is not None)
    return next(reads, None)


def metered(sensor: Sensor, frames: int) -> Iterator[tuple[Statistics, CameraControls]]:
    """Yield statistics and controls of frames from which no code is read."""
    state, glance = camera.start(sensor.reach), None
    for _ in range(frames):
        frame = sensor.capture()
        seen, glance = metering.measure(frame, metering.default_box(*SIZE), glance)
        state, controls = camera.adjust(state, seen, found=False, lit=sensor.lit)
        yield seen, controls
        sensor.set(controls)
        sensor.lit = controls.torch
