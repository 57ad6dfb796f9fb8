"""Frames come at an even pace, and a rest ends at once when it is called off."""

from __future__ import annotations

import threading
import time


class Pace:
    """A metronome for film: one beat every 1/fps seconds, never two at once to catch up."""

    def __init__(self, fps: float) -> None:
        """A pace of `fps` beats a second; the first is due at once. Raises ValueError unless fps > 0."""
        self._stopped = threading.Event()
        self._due_s = time.monotonic()
        self.fps = fps

    @property
    def fps(self) -> float:
        """Beats a second; may be set while it runs, and holds from the next beat."""
        return 1 / self._beat_s

    @fps.setter
    def fps(self, fps: float) -> None:
        if not fps > 0:
            raise ValueError("a pace needs more than 0 frames a second")
        self._beat_s = 1 / fps

    def wait(self, timeout_s: float) -> bool:
        """Wait for the beat: True when it came, False when `timeout_s` ended first or on `stop`."""
        now = time.monotonic()
        until_due = self._due_s - now
        if self._stopped.wait(max(0.0, min(until_due, timeout_s))) or until_due > timeout_s:
            return False
        self._due_s = max(self._due_s, now) + self._beat_s
        return True

    def rest(self, timeout_s: float) -> None:
        """Let `timeout_s` pass without a beat; ends at once on `stop`."""
        self._stopped.wait(max(0.0, timeout_s))

    def stop(self) -> None:
        """End every wait, now and later."""
        self._stopped.set()
