"""Compare camera control with none and with plain auto exposure, on simulated series.

    python -m scripts.benchmarks.camera [--series 20] [--frames 40]

The sensor is that of the tests (tests/terminal/camera/sensor.py): it turns radiance into levels that clip,
with noise and motion blur, and applies controls three frames late. Only ratios are meaningful: no lens and no
hand is modelled.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from terminal.ports import CameraControls, ExposureInfo
from tests.terminal.camera.sensor import Sensor, first_read, paper, spot

if TYPE_CHECKING:
    from terminal.ports import Frame

MIDDLE = 110
"""Mean level that plain auto exposure aims at."""


LONGEST_US = 33_333


class NoControl(Sensor):
    """Camera without control: exposure and gain stay at values for a room."""

    def set(self, controls: CameraControls) -> None:
        """Ignore the controls."""


class AutoExposure(Sensor):
    """Plain auto exposure as in common cameras: mean of the whole frame, exposure before gain, no torch."""

    def capture(self, _timeout_s: float = 0.0) -> Frame:
        """See `terminal.ports.Camera`."""
        frame = super().capture()
        taken = frame.taken or ExposureInfo(LONGEST_US, 1.0)
        light = taken.exposure_us * taken.gain * MIDDLE / max(1.0, float(frame.luma.mean()))
        exposure_us = min(LONGEST_US, max(30, round(light)))
        super().set(CameraControls(exposure_us, min(16.0, max(1.0, light / exposure_us))))
        return frame

    def set(self, controls: CameraControls) -> None:
        """Ignore the controls."""


@dataclass(frozen=True, slots=True)
class SeriesKind:
    """A kind of series and the ranges of its random parameters."""

    name: str
    ambient: tuple[float, float]
    """Radiance of white, lowest and highest."""
    speed_px_s: tuple[float, float] = (0.0, 60.0)
    glare: tuple[float, float] | None = None
    """Brightness of a reflection relative to white, lowest and highest."""


KINDS = (
    SeriesKind("sun to shade", (1.0, 20.0)),
    SeriesKind("a room", (0.03, 0.3)),
    SeriesKind("a street at night", (1e-3, 1e-2)),
    SeriesKind("dark", (1e-6, 5e-5)),
    SeriesKind("a moving hand, by day", (0.3, 3.0), (400, 1500)),
    SeriesKind("a moving hand, in a room", (0.03, 0.3), (400, 1500)),
    SeriesKind("a moving hand, street at night", (1e-3, 1e-2), (400, 1500)),
    SeriesKind("glare", (0.03, 0.3), (0.0, 60.0), (2.0, 6.0)),
)


def series(kind: SeriesKind, seed: int, camera: type[Sensor]) -> Sensor:
    """Create a series of a kind; the same seed gives the same series for every camera."""
    lot = random.Random(f"{kind.name} {seed}")  # noqa: S311 - reproducible, not secret
    ambient = kind.ambient[0] * (kind.ambient[1] / kind.ambient[0]) ** lot.random()
    made = camera(
        paper(ground=lot.uniform(0.1, 0.6), pixels=lot.choice((3, 4))),
        ambient,
        speed_px_s=lot.uniform(*kind.speed_px_s),
        gamma=lot.choice((1.0, 2.2)),
        torch_light=0.05 if camera is Sensor else 0.0,
    )
    if kind.glare is not None:
        strength = ambient * lot.uniform(*kind.glare)
        made.shine = spot(strength, radius=lot.randint(15, 60), beside=lot.randint(-40, 40))
    return made


def told(kind: SeriesKind, camera: type[Sensor], count: int, frames: int) -> str:
    """Return the number of series that were read, and the median frame of the first reading."""
    reads = [first_read(series(kind, seed, camera), frames) for seed in range(count)]
    numbers = [read for read in reads if read is not None]
    return f"{len(numbers)} of {count}" + (f", frame {median(numbers):.0f}" if numbers else "")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts.benchmarks.camera")
    parser.add_argument("--series", type=int, default=20)
    parser.add_argument("--frames", type=int, default=40)
    chosen = parser.parse_args()
    print("| series | no control | plain automatic | camera control |\n|---|---|---|---|")
    for kind in KINDS:
        cells = [
            told(kind, camera, chosen.series, chosen.frames) for camera in (NoControl, AutoExposure, Sensor)
        ]
        print(f"| {kind.name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
