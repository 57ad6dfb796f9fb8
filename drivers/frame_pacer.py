"""Frame pacing for cameras that read files."""

from __future__ import annotations

import threading
import time


class FramePacer:
    """Releases one frame every 1/fps seconds and never two at once to catch up."""

    def __init__(self, fps: float) -> None:
        """Release `fps` frames a second, the first at once. Raises ValueError unless fps > 0."""
        self._stopped = threading.Event()
        self._due_s = time.monotonic()
        self.fps = fps

    @property
    def fps(self) -> float:
        """Frames a second; may be changed at any time and applies from the next frame."""
        return 1 / self._beat_s

    @fps.setter
    def fps(self, fps: float) -> None:
        if not fps > 0:
            raise ValueError("fps must be greater than 0")
        self._beat_s = 1 / fps

    def wait(self, timeout_s: float) -> bool:
        """Wait for the next frame; False if `timeout_s` (s) ends first or on `stop`."""
        now = time.monotonic()
        until_due = self._due_s - now
        if self._stopped.wait(max(0.0, min(until_due, timeout_s))) or until_due > timeout_s:
            return False
        self._due_s = max(self._due_s, now) + self._beat_s
        return True

    def rest(self, timeout_s: float) -> None:
        """Wait `timeout_s`, s, without releasing a frame; ends at once on `stop`."""
        self._stopped.wait(max(0.0, timeout_s))

    def stop(self) -> None:
        """End every wait, now and in the future."""
        self._stopped.set()
