"""The scanner thread owns the camera: capture, decode, inbox; it decides nothing and keeps nothing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import cv2

from terminal import scan
from terminal.errors import CameraFault, CameraStalled
from terminal.inbox import CameraFailed, Inbox, Looked

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Frame, Luma
    from terminal.ports import Camera

CAPTURE_TIMEOUT_S = 1.0
REOPEN_AFTER_S = 1.0


class Scanner:
    """Looks at every frame that the camera gives, until stopped; opens a failed camera again."""

    def __init__(self, open_camera: Callable[[], Camera], inbox: Inbox) -> None:
        self._open_camera = open_camera
        self._inbox = inbox
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self.turned_s = time.monotonic()
        """When the loop last turned (monotonic); what the watchdog looks at."""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and let go of the camera."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; a bug in it ends it, and the process must follow."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.turned_s = time.monotonic()
            try:
                camera = self._open_camera()
                try:
                    self._look(camera)
                finally:
                    camera.close()
            except CameraFault as fault:
                self._inbox.put(CameraFailed(fault))
                self._stop.wait(REOPEN_AFTER_S)

    def _look(self, camera: Camera) -> None:
        stalled = False
        while not self._stop.is_set():
            self.turned_s = time.monotonic()
            frame = camera.capture(CAPTURE_TIMEOUT_S)
            if frame is not None:
                stalled = False
                self._inbox.offer(_looked(frame))
            elif not stalled:
                stalled = True
                self._inbox.put(CameraFailed(CameraStalled()))


def _looked(frame: Frame) -> Looked:
    begun = time.perf_counter()
    found = scan.read(frame.luma)
    decode_ms = 1e3 * (time.perf_counter() - begun)
    height, width = frame.luma.shape
    half: Luma = cv2.resize(frame.luma, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]  # uint8 in, uint8 out
    return Looked(found, half, frame.captured_s, decode_ms, None if found is None else frame.luma.copy())
