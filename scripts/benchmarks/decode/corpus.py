"""Photographs for comparing decoders, each complete within a frame, with the texts of their codes."""

from __future__ import annotations

import csv
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.model import Luma

FOLDER = Path("tests/photographs")
WIDTH, HEIGHT = 1280, 720
LEARNT, SCORED = 0, 1
"""Halves: the reader's steps are ordered on the first and evaluated on the second."""
SURROUNDINGS = 112
"""Grey level around a photograph in its frame."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame and its ground truth; `luma` is uint8 [720, 1280]."""

    name: str
    category: str
    coded: bool
    """True if the frame contains a code."""
    texts: tuple[str, ...]
    """Texts of the codes, the listed one first; empty if there is no code or its text is unknown."""
    half: int
    luma: Luma


def photographs() -> Iterator[Sample]:
    """Yield every photograph in the manifest's order. Raises OSError if a file is missing."""
    with (FOLDER / "manifest.csv").open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    for row in listed:
        yield Sample(
            row["file"],
            f"{row['source']} {row['category']}",
            row["holds"] == "code",
            _texts(row),
            half(row["file"]),
            framed(read(FOLDER / row["file"])),
        )


def _texts(row: dict[str, str]) -> tuple[str, ...]:
    beside = json.loads(row["beside"]) if row["beside"] else []
    return (row["text"], *beside) if row["text"] else ()


def read(path: Path) -> Luma:
    """Read a photograph's luminance, uint8 [height, width]. Raises OSError."""
    # Decoded from memory because OpenCV does not support all characters in file names.
    luma = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if luma is None:
        raise OSError(f"{path}: not a picture")
    return np.asarray(luma, np.uint8)


def half(name: str) -> int:
    """Return LEARNT or SCORED, computed from the file name only, so that new photographs move no others."""
    return zlib.crc32(name.encode()) & 1


def framed(luma: Luma) -> Luma:
    """Centre the picture in a frame, reduced to fit if necessary, never enlarged."""
    height, width = luma.shape
    factor = min(WIDTH / width, HEIGHT / height, 1)
    if factor < 1:
        size = (max(1, int(width * factor)), max(1, int(height * factor)))
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = luma.shape
    frame = np.full((HEIGHT, WIDTH), SURROUNDINGS, np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    frame[top : top + height, left : left + width] = luma
    return frame
