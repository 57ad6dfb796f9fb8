"""Simulated rig: the production drivers on a file-backed camera and gpiozero's mock pins."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pygame
from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.camera_cv import FRAMES_PER_S, SIZE
from drivers.clock import ManualClock
from drivers.display import SdlDisplay, offscreen, window
from drivers.fixed_camera import FixedCamera
from drivers.frame_pacer import FramePacer
from drivers.microphone import heard
from drivers.panel import GpioPanel, Pins
from drivers.photographs import empty_scene, fit, read_luma
from terminal.device_ports import CLIP_S, SAMPLES_PER_S, BatteryReading, Heard
from terminal.errors import MicrophoneFault
from terminal.ports import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.model import Luma
    from terminal.ports import Button


class PhotographCamera(FixedCamera):
    """Camera whose scene is set by the caller: photographs, one a frame; the last one stays.

    `show`, `clear` and `stall` may be called from any thread during a capture.
    """

    def __init__(self, fps: float = FRAMES_PER_S, size: tuple[int, int] = SIZE) -> None:
        """Show an empty scene at `fps` frames a second of `size` (width, height), px."""
        self._pace = FramePacer(fps)
        self._size = size
        self._running = threading.Event()
        self._running.set()
        self._number = 0
        self.streaming = True
        """False while the camera rests."""
        self.clear()

    @property
    def fps(self) -> float:
        """Frames a second; may be changed at any time."""
        return self._pace.fps

    @fps.setter
    def fps(self, fps: float) -> None:
        self._pace.fps = fps

    def show(self, *paths: Path) -> None:
        """Show photographs upright and whole, one a frame; the last stays. Without paths, show an empty
        scene.

        Raises InputFault for a photograph that cannot be read.
        """
        self._play(
            [fit(read_luma(path, max(self._size)), self._size) for path in paths] or [empty_scene(self._size)]
        )

    def clear(self) -> None:
        """Show an empty scene."""
        self.show()

    def _play(self, pictures: list[Luma]) -> None:
        for picture in pictures:
            picture.flags.writeable = False  # the same array is given for many frames
        # A single assignment changes the film and `capture` takes one frame from it, so no lock is needed.
        self._film: Iterator[Luma] = chain(pictures, repeat(pictures[-1]))

    def stall(self, *, on: bool) -> None:
        """Stop or resume the frames, as a loose cable would."""
        if on:
            self._running.clear()
        else:
            self._running.set()

    def stream(self, *, on: bool) -> None:
        """See `terminal.ports.Camera`."""
        self.streaming = on

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`."""
        started = time.monotonic()
        if not self._running.wait(timeout_s) or not self._pace.wait(timeout_s - (time.monotonic() - started)):
            return None
        self._number += 1
        return Frame(next(self._film), time.monotonic(), self._number - 1)

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        self._pace.stop()
        self._running.set()


@dataclass(slots=True)
class SimBattery:
    """A battery gauge that reads what it is told."""

    reading: BatteryReading | None = BatteryReading(86, charging=False)  # noqa: RUF009 - frozen

    def read(self) -> BatteryReading | None:
        """See `terminal.device_ports.Battery`."""
        return self.reading


@dataclass(slots=True)
class SimMicrophone:
    """A microphone that hears the samples that it is told, all at once."""

    samples: bytes = b"\x20\xa0" * (SAMPLES_PER_S * 2)
    """G.711 mu-law; four seconds of a loud tone by default. None at all is a missing microphone."""
    recording: bool = field(default=False, init=False)

    def start(self) -> None:
        """See `terminal.device_ports.Microphone`."""
        if not self.samples:
            raise MicrophoneFault("no simulated sound")
        self.recording = True

    def heard(self) -> Heard:
        """See `terminal.device_ports.Microphone`."""
        return heard(self.samples if self.recording else b"")

    def stop(self) -> bytes:
        """See `terminal.device_ports.Microphone`."""
        if not self.recording:
            raise MicrophoneFault("nothing was recorded")
        self.recording = False
        return self.samples[: CLIP_S * SAMPLES_PER_S]

    def close(self) -> None:
        """See `terminal.device_ports.Microphone`."""
        self.recording = False


@dataclass(slots=True)
class SimRig:
    """Simulated camera, panel, display and clock, with methods that act for the user.

    Buttons are not debounced, so a script may press at any speed. The wall clock runs, so that
    a registry accepts the time of requests. Only `advance` moves monotonic time, so that timeouts are exact.
    """

    display: SdlDisplay
    camera: PhotographCamera = field(default_factory=PhotographCamera)
    pins: Pins = field(default_factory=Pins)
    factory: Any = field(default_factory=lambda: MockFactory(pin_class=MockPWMPin))
    clock: ManualClock = field(default_factory=lambda: ManualClock(time.time(), elapsed_s=time.monotonic))
    panel: GpioPanel = field(init=False)
    battery: SimBattery = field(default_factory=SimBattery)
    microphone: SimMicrophone = field(default_factory=SimMicrophone)

    def __post_init__(self) -> None:
        """Connect the panel to the mock pins."""
        self.panel = GpioPanel(
            self.pins, factory=self.factory, still_s=0.0, monotonic_s=self.clock.monotonic_s
        )

    def show(self, *paths: Path) -> None:
        """Show photographs to the camera. Raises InputFault."""
        self.camera.show(*paths)

    def clear(self) -> None:
        """Clear the camera's scene."""
        self.camera.clear()

    def stall(self, *, on: bool) -> None:
        """Stop or resume the camera's frames."""
        self.camera.stall(on=on)

    def monotonic_s(self) -> float:
        """Return the rig's monotonic time, s."""
        return self.clock.monotonic_s()

    def advance(self, seconds: float) -> None:
        """Advance the rig's clock by `seconds`."""
        self.clock.advance(seconds)

    def set_clock(self, unix_s: float, *, trusted: bool) -> None:
        """Set the rig's wall clock to `unix_s` (Unix time, s)."""
        self.clock.set(unix_s, trusted=trusted)

    def press(self, button: Button) -> None:
        """Press and release a button."""
        self.push(button)
        self.release(button)

    def push(self, button: Button) -> None:
        """Press a button and keep it down: pull its pin to ground."""
        self.factory.pin(self.pins.button(button)).drive_low()

    def release(self, button: Button) -> None:
        """Release a button: let its pin be pulled up."""
        self.factory.pin(self.pins.button(button)).drive_high()

    def touch(self, x: int, y: int) -> None:
        """Touch and release the display at a pixel; the simulated display is upright."""
        self.touch_down(x, y)
        self.touch_up(x, y)

    def touch_down(self, x: int, y: int) -> None:
        """Put a finger on the display at a pixel."""
        self._point(pygame.MOUSEBUTTONDOWN, x, y)

    def touch_up(self, x: int, y: int) -> None:
        """Take the finger off the display."""
        self._point(pygame.MOUSEBUTTONUP, x, y)

    @staticmethod
    def _point(kind: int, x: int, y: int) -> None:
        at = {"pos": (x, y), "button": 1, "touch": False}
        pygame.event.post(pygame.event.Event(kind, at))

    def shot(self, path: Path) -> None:
        """Save the display as a picture. Raises DisplayFault."""
        self.display.shot(path)

    def close(self) -> None:
        """Close camera, panel and display; harmless twice."""
        self.camera.close()
        self.panel.close()
        self.display.close()


def sim_rig(*, show_window: bool = False, fps: float = FRAMES_PER_S) -> SimRig:
    """Create a rig with an off-screen display, or a window. Raises DisplayFault."""
    make: Callable[[], SdlDisplay] = window if show_window else offscreen
    return SimRig(make(), PhotographCamera(fps))
