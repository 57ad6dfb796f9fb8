"""Write the golden screens, and a report of them in colour, in grey and as colour-blind viewers see them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scripts.screens import comparison
from terminal.drawing.fonts import BOLD, REGULAR, Fonts
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS, pixels

Pixels = npt.NDArray[np.uint8]

KEPT = Path("tests/terminal/drawing/golden")
REPORT = Path("build/golden.png")
CHANGES = Path("build/golden.html")
COLUMNS = 10
OUTCOMES = ("pass", "provisional", "caution", "overdue", "off_road", "alarm", "alarm_dark", "undetermined")

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
"""Linear RGB seen with two kinds of colour blindness (Machado, Oliveira and Fernandes 2009, severity 1)."""


def main(arguments: list[str]) -> None:
    """Draw all screens; write them unless `--look` is given; write the report."""
    fonts = Fonts.load(FONTS)
    drawn = {name: pixels(view, fonts) for name, view in VIEWS.items()}
    REPORT.parent.mkdir(exist_ok=True)
    CHANGES.write_text(comparison.page(comparison.recorded(KEPT), drawn), encoding="utf-8")
    if "--look" not in arguments:
        keep(drawn)
    cv2.imwrite(str(REPORT), report(drawn))
    print(f"{len(drawn)} screens, side by side in {REPORT}; changes in {CHANGES}")


def keep(drawn: dict[str, Pixels]) -> None:
    """Write the golden files, and the checksums of the fonts used."""
    KEPT.mkdir(exist_ok=True)
    for path in KEPT.glob("*.png"):
        if path.stem not in drawn:
            path.unlink()
    for name, picture in drawn.items():
        cv2.imwrite(str(KEPT / f"{name}.png"), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    sums = [f"{checksum(FONTS / name)}  {name}\n" for name in (REGULAR, BOLD)]
    (KEPT / "fonts.sha256").write_text("".join(sums))


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def report(drawn: dict[str, Pixels]) -> Pixels:
    """Combine all screens, then the outcomes in grey and for two kinds of colour blindness."""
    outcomes = [drawn[name] for name in OUTCOMES]
    altered = [
        [grey(picture) for picture in outcomes],
        [seen_through(DEUTERANOPIA, picture) for picture in outcomes],
        [seen_through(PROTANOPIA, picture) for picture in outcomes],
    ]
    rows = [_row(list(drawn.values())[start : start + COLUMNS]) for start in range(0, len(drawn), COLUMNS)]
    return np.vstack([*rows, *(_row(pictures) for pictures in altered)])


def grey(picture: Pixels) -> Pixels:
    """Remove the colours of a picture."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


def seen_through(matrix: npt.NDArray[np.float64], picture: Pixels) -> Pixels:
    """Transform a picture, uint8 [height, width, 3], BGR, as colour-blind viewers see it."""
    part = picture[..., ::-1] / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ matrix.T, 0, 1)
    coded = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * coded[..., ::-1]), np.uint8)


def _row(pictures: list[Pixels]) -> Pixels:
    half = [cv2.resize(picture, (240, 400), interpolation=cv2.INTER_AREA) for picture in pictures]
    framed = [np.pad(picture, ((6, 6), (6, 6), (0, 0)), constant_values=96) for picture in half]
    missing = COLUMNS - len(framed)
    return np.hstack([*framed, np.full((framed[0].shape[0], missing * framed[0].shape[1], 3), 96, np.uint8)])


if __name__ == "__main__":
    main(sys.argv[1:])
