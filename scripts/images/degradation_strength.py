"""Measure the strength of each degradation on its frames: edge width, MTF50, contrast, PSNR, smallest module.

python -m scripts.images.degradation_strength
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from scripts.images.degradations import KINDS, CodePlacement, code, frames, place
from scripts.images.degradations import CodePicture as Picture

if TYPE_CHECKING:
    from terminal.model import Luma

SIDE_PX = 320.0
"""Side of the code, px: a quarter of the frame's width."""
TEXT = "VI1:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ %*+-./:" * 6
SEEDS = range(8)
_MOVED = ("perspective", "small", "curve")
"""Their frames show the code elsewhere than the clean one, so PSNR is not meaningful."""
_BIN_PX = 0.25


@dataclass(frozen=True, slots=True)
class Strength:
    """Medians over SEEDS; NaN where a figure is not meaningful for the kind."""

    edge_px: float
    """Width of a black-and-white edge from 10 % to 90 %."""
    mtf50: float
    """Spatial frequency at which half the contrast is left, cycles per pixel."""
    contrast: float
    """RMS contrast: standard deviation over mean of the code's pixels."""
    psnr_db: float
    """PSNR of the code's pixels relative to the clean frame."""
    module_px: float
    """Shorter side of a module, px."""


def strength(kind: str = "none", severity: int = 0) -> Strength:
    """Measure `kind` at `severity` for a code SIDE_PX wide."""
    subject = code(TEXT, "M")
    rows = [_measured(subject, CodePlacement(SIDE_PX, seed), kind, severity) for seed in SEEDS]
    return Strength(*(float(np.median(column)) for column in zip(*rows, strict=True)))


def _measured(subject: Picture, view: CodePlacement, kind: str, severity: int) -> tuple[float, ...]:
    (frame,) = frames(subject, view, kind, severity)
    (clean,) = frames(subject, view)
    corners = place(subject, view, kind, severity)
    inside = np.zeros(frame.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), 1)
    seen = frame[inside > 0].astype(float)
    error = float(np.mean((seen - clean[inside > 0]) ** 2)) if kind not in _MOVED else np.nan
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    edge_px, mtf50 = _edge(view, kind, severity)
    psnr = 10 * np.log10(255**2 / error) if error else np.inf
    return edge_px, mtf50, float(seen.std() / seen.mean()), float(psnr), float(sides.min() / subject.modules)


def _edge(view: CodePlacement, kind: str, severity: int) -> tuple[float, float]:
    """Return the width, px, and MTF50, cycles per pixel, of a slanted edge (ISO 12233)."""
    if kind in ("small", "contrast", "glare", "stain", "tear", "crease", "noise"):
        return np.nan, np.nan  # no clean stretch of edge, or an unchanged one
    half = np.full((64, 64), 255, np.uint8)
    half[:, :32] = 0
    subject = Picture(half, 0, 0, 64, 64)
    (frame,) = frames(subject, view, kind, severity)
    corners = place(subject, view, kind, severity)
    top, bottom = corners[:2].mean(axis=0), corners[2:].mean(axis=0)
    along = (bottom - top) / np.linalg.norm(bottom - top)
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]]
    middle = _crossing(corners)
    across = (x + 0.5 - middle[0]) * along[1] - (y + 0.5 - middle[1]) * along[0]
    down = (x + 0.5 - middle[0]) * along[0] + (y + 0.5 - middle[1]) * along[1]
    near = (np.abs(across) < 16) & (np.abs(down) < SIDE_PX / 8)
    return _spread(across[near], frame[near])


def _crossing(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the intersection of a quadrilateral's diagonals: the centre of a square seen in perspective."""
    first, second, third, fourth = corners
    slopes = np.stack([third - first, second - fourth], axis=1)
    return np.asarray(first + (third - first) * np.linalg.solve(slopes, second - first)[0], np.float64)


def _spread(across: npt.NDArray[np.float64], levels: Luma) -> tuple[float, float]:
    at = np.floor(across / _BIN_PX).astype(int)
    at -= at.min()
    counts = np.bincount(at)
    spread = np.bincount(at, levels.astype(float))[counts > 0] / counts[counts > 0]
    rising = spread if spread[-1] > spread[0] else spread[::-1]
    low, high = rising[:12].mean(), rising[-12:].mean()
    share = np.maximum.accumulate((rising - low) / (high - low))
    width = (np.searchsorted(share, 0.9) - np.searchsorted(share, 0.1)) * _BIN_PX
    line = np.diff(rising) * np.hanning(rising.size - 1)
    response = np.abs(np.fft.rfft(line, 4096))
    first = int(np.argmax(response < response[0] / 2))
    return float(width), first / (4096 * _BIN_PX)


def main() -> None:
    """Print the table."""
    print(f"{'kind':12}{'':3}{'10-90 px':>9}{'MTF50':>7}{'RMS':>7}{'PSNR dB':>9}{'module px':>11}  value")
    print(_line("none", 0, ()))
    for name, kind in KINDS.items():
        for number, value in enumerate(kind.values, 1):
            print(_line(name, number, value), kind.unit)


def _line(kind: str, severity: int, value: tuple[float, ...]) -> str:
    forms = zip(astuple(strength(kind, severity)), ("9.2f", "7.2f", "7.2f", "9.1f", "11.2f"), strict=True)
    numbers = "".join(f"{number:{form}}".replace("nan", "  -") for number, form in forms)
    return f"{kind:12}{severity or '':<3}{numbers}  {' '.join(f'{part:g}' for part in value)}"


if __name__ == "__main__":
    main()
