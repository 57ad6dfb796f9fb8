"""Frame to scan, 1280x720, beside zxing-cpp restricted to QR; the frames are the same in every run."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from scripts.bench_rows import Budget, Row, by_turns, row
from terminal import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.model import Luma

PHOTOGRAPHS = Path("tests/photographs")
VECTORS = Path("tests/vectors/credentials.json")
WIDTH, HEIGHT = 1280, 720
INTERVAL_MS = Budget(1000 / 30, "p95")
REPEATS = 5
SIGHTS = 60
NOISY = 20
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Group:
    """Frames of one kind."""

    what: str
    frames: list[Luma]


def measure() -> list[Row]:
    """CPU time of a frame, the median of some looks at it, over the frames of each kind."""
    rows = []
    for group in (
        Group("frame with a credential", list(_credentials())),
        Group("photograph with another code", list(_photographs(coded=True))),
        Group("frame without a code", [*_photographs(coded=False), *_noise()]),
    ):
        read, times = zip(*(_look(frame) for frame in group.frames), strict=True)
        ours, theirs = zip(*times, strict=True)
        hits = [sum(found) for found in zip(*read, strict=True)]
        count = len(group.frames)
        ratios = [a / b for a, b in times]
        rows += [
            row(f"{group.what} to scan", "ms", ours, INTERVAL_MS, note=f"read {hits[0]} of {count}"),
            row("  zxing-cpp, QR alone", "ms", theirs, note=f"read {hits[1]} of {count}"),
            row("  of zxing-cpp's", "x", ratios),
        ]
    return rows


def _look(frame: Luma) -> tuple[tuple[bool, bool], tuple[float, float]]:
    """Whether each of both reads a frame, and its median time, ms."""
    tasks: tuple[Callable[[], object], ...] = (lambda: scan.read(frame), lambda: _zxing(frame))
    ours, theirs = (1e3 * float(np.median(times)) for times in by_turns(tasks, REPEATS))
    return (scan.read(frame) is not None, _zxing(frame)), (ours, theirs)


def _zxing(frame: Luma) -> bool:
    return any(barcode.valid for barcode in zxingcpp.read_barcodes(frame, formats=_QR))


def _credentials() -> Iterator[Luma]:
    """Codes as a hand holds them: 2.5 to 6 pixels a module, turned, leaning, blurred, unevenly lit, noisy."""
    cases = json.loads(VECTORS.read_bytes())["cases"]
    texts = [case["text"] for case in cases if case["reason"] == "ok"]
    rng = np.random.default_rng(1)
    for number in range(SIGHTS):
        yield _sight(texts[number % len(texts)], rng)


def _sight(text: str, rng: np.random.Generator) -> Luma:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    flat = np.array(barcode.to_image(scale=1), np.uint8)
    modules = flat.shape[0]
    side = modules * rng.uniform(2.5, 6)
    turn = np.deg2rad(rng.uniform(-30, 30))
    square = (
        np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2 * (1 + rng.uniform(-0.08, 0.08, (4, 1)))
    )
    turned = square @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    place = rng.uniform(
        (side * 0.8, side * 0.75), (WIDTH - side * 0.8, max(HEIGHT - side * 0.75, side * 0.75))
    )
    source = np.array([[0, 0], [modules, 0], [modules, modules], [0, modules]], np.float32) - np.float32(0.5)
    warp = cv2.getPerspectiveTransform(source, (turned + place).astype(np.float32))
    # Drawn at twice the size and shrunk, as a lens would gather it.
    double = np.diag([2.0, 2.0, 1.0]) @ warp
    scene = np.full((HEIGHT * 2, WIDTH * 2), rng.uniform(60, 200), np.float32)
    size = (WIDTH * 2, HEIGHT * 2)
    cv2.warpPerspective(
        flat.astype(np.float32), double, size, scene, cv2.INTER_NEAREST, cv2.BORDER_TRANSPARENT
    )
    seen = cv2.resize(scene, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    lit = seen * np.linspace(rng.uniform(0.5, 1), rng.uniform(0.5, 1), WIDTH, dtype=np.float32)
    blurred = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.3, 1.1))
    return np.asarray(np.clip(blurred + rng.normal(0, 4, lit.shape), 0, 255), np.uint8)


def _photographs(*, coded: bool) -> Iterator[Luma]:
    """The photographs, each whole in the middle of a frame."""
    with (PHOTOGRAPHS / "manifest.csv").open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    for photograph in listed:
        wanted = photograph["read_by"] != "none" if coded else "falsepositives" in photograph["file"]
        if wanted:
            luma = np.asarray(
                cv2.imread(str(PHOTOGRAPHS / photograph["file"]), cv2.IMREAD_GRAYSCALE), np.uint8
            )
            yield _framed(luma)


def _framed(luma: Luma) -> Luma:
    height, width = luma.shape
    factor = min(WIDTH / width, HEIGHT / height, 1)
    if factor < 1:
        size = (max(1, int(width * factor)), max(1, int(height * factor)))
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = luma.shape
    frame = np.full((HEIGHT, WIDTH), 112, np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    frame[top : top + height, left : left + width] = luma
    return frame


def _noise() -> Iterator[Luma]:
    """A road at night: the sensor's noise over soft shapes."""
    rng = np.random.default_rng(2)
    for _ in range(NOISY):
        shapes = cv2.resize(rng.uniform(20, 200, (9, 16)).astype(np.float32), (WIDTH, HEIGHT))
        noisy = shapes + rng.normal(0, rng.uniform(2, 8), shapes.shape)
        yield np.asarray(np.clip(noisy, 0, 255), np.uint8)
