"""Protocols of the parts of the device that no check needs: battery gauge, backlight, microphone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """Reading of the battery gauge."""

    percent: int
    """Charge, 0 to 100 per cent."""
    charging: bool


class Battery(Protocol):
    """The battery gauge."""

    def read(self) -> BatteryReading | None:
        """Return the gauge's reading; None if there is no gauge, or it gives no reading."""


CLIP_S = 30
"""Greatest length of a sound clip, s."""
SAMPLES_PER_S = 8000
"""Samples a second of a sound clip: G.711 mu-law, one channel, one byte each."""


@dataclass(frozen=True, slots=True)
class Heard:
    """State of a clip that is being recorded."""

    seconds: float
    """Length of what was recorded so far."""
    level: float
    """Loudness of its last quarter of a second, 0 to 1, on a logarithmic scale."""


class Microphone(Protocol):
    """The microphone."""

    def start(self) -> None:
        """Begin a clip; an earlier one that was not fetched by `stop` is gone. Raises MicrophoneFault."""

    def heard(self) -> Heard:
        """Return what has been recorded of the clip so far."""

    def stop(self) -> bytes:
        """End the clip, and return its samples (SAMPLES_PER_S), those of the first CLIP_S at most.

        Raises MicrophoneFault if there are none.
        """

    def close(self) -> None:
        """End a recording and drop its samples; harmless twice."""


class Backlight(Protocol):
    """The display's backlight."""

    def set(self, share: float) -> bool:
        """Set the backlight to a share of its brightest, 0 to 1, never off; False if it cannot be set."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a device; None for one that it does not have."""

    battery: Battery | None = None
    microphone: Microphone | None = None
    backlight: Backlight | None = None
