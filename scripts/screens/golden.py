"""Write the golden screens, and reports: all screens, and the outcomes as various eyes see them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scripts.screens import comparison, glance
from terminal.drawing.fonts import BOLD, REGULAR, Fonts
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS, pixels
from tests.terminal.drawing.gallery_sizes import SIZED_VIEWS

Pixels = npt.NDArray[np.uint8]

KEPT = Path("tests/terminal/drawing/golden")
REPORT, GLANCE = Path("build/golden.png"), Path("build/outcomes.png")
CHANGES = Path("build/golden.html")
COLUMNS = 10
OUTCOMES = ("pass", "provisional", "caution", "overdue", "off_road", "alarm", "alarm_dark", "undetermined")


def main(arguments: list[str]) -> None:
    """Draw all screens; write them unless `--look` is given; write the reports."""
    fonts = Fonts.load(FONTS)
    drawn = {name: pixels(view, fonts) for name, view in (VIEWS | SIZED_VIEWS).items()}
    REPORT.parent.mkdir(exist_ok=True)
    CHANGES.write_text(comparison.page(comparison.recorded(KEPT), drawn), encoding="utf-8")
    if "--look" not in arguments:
        keep(drawn)
    cv2.imwrite(str(REPORT), report(drawn))
    cv2.imwrite(str(GLANCE), glance.report(fonts))
    print(f"{len(drawn)} screens, side by side in {REPORT}; changes in {CHANGES}")
    print(f"outcomes as various eyes see them in {GLANCE}; the most alike differ in this share of the block:")
    print("\n".join(glance.summary(fonts)))


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
    """Combine all screens, then the outcomes as each of `glance.EYES` sees them."""
    outcomes = [drawn[name] for name in OUTCOMES]
    altered = [[see(picture) for picture in outcomes] for see in glance.EYES.values()]
    rows = [_row(list(drawn.values())[start : start + COLUMNS]) for start in range(0, len(drawn), COLUMNS)]
    return np.vstack([*rows, *(_row(pictures) for pictures in altered)])


def _tile(picture: Pixels) -> Pixels:
    """Reduce a picture to fit 240x400 px, with grey where it has other proportions."""
    height, width = picture.shape[:2]
    scale = min(240 / width, 400 / height)
    size = round(width * scale), round(height * scale)
    tile = np.full((400, 240, 3), 96, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile


def _row(pictures: list[Pixels]) -> Pixels:
    framed = [np.pad(_tile(picture), ((6, 6), (6, 6), (0, 0)), constant_values=96) for picture in pictures]
    missing = COLUMNS - len(framed)
    return np.hstack([*framed, np.full((framed[0].shape[0], missing * framed[0].shape[1], 3), 96, np.uint8)])


if __name__ == "__main__":
    main(sys.argv[1:])
