"""The terminal on a desk: the device's own classes over a film for a camera and pins that nobody soldered."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pygame
from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.automatic import AutomaticCamera
from drivers.camera_cv import SIZE
from drivers.clock import HandClock
from drivers.display import SdlDisplay, offscreen, window
from drivers.pace import Pace
from drivers.panel import GpioPanel, Pins
from drivers.stills import empty_scene, fit, read_luma
from terminal.model import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.model import Button, Luma


class FilmCamera(AutomaticCamera):
    """A camera whose scene is put before it: photographs, one after another, the last of them staying.

    `show`, `clear` and `stall` may be called from any thread while another captures.
    """

    def __init__(self, fps: float = 30.0, size: tuple[int, int] = SIZE) -> None:
        """Look at an empty scene, `fps` frames a second of `size` (width, height)."""
        self._pace = Pace(fps)
        self._size = size
        self._running = threading.Event()
        self._running.set()
        self._number = 0
        self.clear()

    @property
    def fps(self) -> float:
        """Frames a second; may be set at any time."""
        return self._pace.fps

    @fps.setter
    def fps(self, fps: float) -> None:
        self._pace.fps = fps

    def show(self, *paths: Path) -> None:
        """Put photographs in view, upright and whole, a frame each; the last stays. Raises InputFault.

        No paths: an empty scene.
        """
        self._play(
            [fit(read_luma(path, max(self._size)), self._size) for path in paths] or [empty_scene(self._size)]
        )

    def clear(self) -> None:
        """Take everything out of view."""
        self.show()

    def _play(self, pictures: list[Luma]) -> None:
        for picture in pictures:
            picture.flags.writeable = False  # given out frame after frame
        # One assignment changes the film, and `capture` takes from it once a frame: neither needs a lock.
        self._film: Iterator[Luma] = chain(pictures, repeat(pictures[-1]))

    def stall(self, *, on: bool) -> None:
        """Give no frames, as a camera with a loose cable, or go on."""
        if on:
            self._running.clear()
        else:
            self._running.set()

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
class SimRig:
    """Camera, panel and display of a terminal on a desk, and the hands of whoever uses it.

    Buttons are not debounced: a script presses as fast as it likes.
    """

    display: SdlDisplay
    camera: FilmCamera = field(default_factory=FilmCamera)
    pins: Pins = field(default_factory=Pins)
    factory: Any = field(default_factory=lambda: MockFactory(pin_class=MockPWMPin))
    clock: HandClock = field(default_factory=lambda: HandClock(time.time()))
    panel: GpioPanel = field(init=False)

    def __post_init__(self) -> None:
        """Wire the panel to the rig's own pins."""
        self.panel = GpioPanel(
            self.pins, factory=self.factory, still_s=0.0, monotonic_s=self.clock.monotonic_s
        )

    def show(self, *paths: Path) -> None:
        """Put photographs before the camera. Raises InputFault."""
        self.camera.show(*paths)

    def clear(self) -> None:
        """Take everything out of the camera's view."""
        self.camera.clear()

    def stall(self, *, on: bool) -> None:
        """Stop the frames, or let them come."""
        self.camera.stall(on=on)

    def advance(self, seconds: float) -> None:
        """Let time go by, s, on the rig's clock."""
        self.clock.advance(seconds)

    def set_clock(self, unix_s: float, *, trusted: bool) -> None:
        """Put the rig's wall clock at `unix_s`, s."""
        self.clock.set(unix_s, trusted=trusted)

    def press(self, button: Button) -> None:
        """Press a button and let go."""
        self.push(button)
        self.release(button)

    def push(self, button: Button) -> None:
        """Press a button and keep it down: its pin goes to ground."""
        self.factory.pin(self.pins.button(button)).drive_low()

    def release(self, button: Button) -> None:
        """Let a button go: its pin is pulled up again."""
        self.factory.pin(self.pins.button(button)).drive_high()

    def touch(self, x: int, y: int) -> None:
        """Touch the display, which on a desk stands upright, at a pixel, and let go."""
        at = {"pos": (x, y), "button": 1, "touch": False}
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            pygame.event.post(pygame.event.Event(kind, at))

    def shot(self, path: Path) -> None:
        """Save what is on the display. Raises DisplayFault."""
        self.display.shot(path)

    def close(self) -> None:
        """Let go of everything; harmless twice."""
        self.camera.close()
        self.panel.close()
        self.display.close()


def sim_rig(*, show_window: bool = False, fps: float = 30.0) -> SimRig:
    """A rig with an off-screen display, or a window. Raises DisplayFault."""
    make: Callable[[], SdlDisplay] = window if show_window else offscreen
    return SimRig(make(), FilmCamera(fps))
