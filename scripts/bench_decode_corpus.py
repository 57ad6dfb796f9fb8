"""The photographs that decoders are compared on, each whole in a frame, with the truth about it."""

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
"""Halves: the reader's steps are ordered on the first; what is said of it is measured on the second."""
SURROUNDINGS = 112
"""Grey around a photograph in its frame."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame and what is known of it; `luma` is uint8 [720, 1280]."""

    name: str
    category: str
    coded: bool
    """Whether it holds a code at all."""
    texts: tuple[str, ...]
    """The codes' texts, the first the one that is listed; none where there is no code, or none is known."""
    half: int
    luma: Luma


def photographs() -> Iterator[Sample]:
    """Every photograph, in the manifest's order. Raises OSError where a file is missing."""
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
    """A photograph's luminance, uint8 [height, width]. Raises OSError."""
    # Decoded from memory: OpenCV's own file names may not hold every character.
    luma = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if luma is None:
        raise OSError(f"{path}: no picture")
    return np.asarray(luma, np.uint8)


def half(name: str) -> int:
    """LEARNT or SCORED: by the file's name alone, so that a new photograph moves no other."""
    return zlib.crc32(name.encode()) & 1


def framed(luma: Luma) -> Luma:
    """The picture whole in the middle of a frame, shrunk where it must be, never enlarged."""
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
