"""Generate frames without a QR code, reproducible by seed: backgrounds, and patterns that resemble a code.

Photographs that misled other readers, writing, grids, halftone, noise, codes of all other kinds, function
patterns around random modules, and real symbols damaged beyond error correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from drivers.photographs import read_luma
from scripts.images.from_bytes import modules_of
from scripts.images.qr_encoder import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from numpy.random import Generator

    from scripts.images.from_bytes import Modules
    from terminal.model import Luma

PHOTOGRAPHS = Path(__file__).parents[2] / "tests" / "photographs"
SIZES = ((640, 360),) * 4 + ((480, 640),) * 2 + ((320, 240), (1280, 720))
"""Width and height of frames, px; repeated entries are more frequent."""
OTHER_KINDS = (
    *(
        "Aztec",
        "Code128",
        "Code39",
        "Code93",
        "CompactPDF417",
        "DataBar",
        "DataBarStkOmni",
        "DataMatrix",
        "EAN13",
    ),
    *("ITF14", "MaxiCode", "MicroPDF417", "MicroQRCode", "PDF417", "RMQRCode", "Telepen", "UPCA"),
)
NUMBERS = 12
"""Digits in codes of other kinds; fewer if a kind takes fewer."""
POOL = 24
"""Pictures of each sort, from which frames are drawn."""
DAMAGE = (0.2, 0.4)
"""Share of a symbol's modules: 0.2 breaks five of six codewords, and no level corrects two of six."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A frame and the sort of its picture."""

    luma: Luma
    """uint8 [height, width]"""
    sort: str


def writing(chance: Generator) -> Luma:
    """Lines of letters and digits."""
    page = np.full((480, 640), 235, np.uint8)
    for top in range(20, 480, 26):
        letters = chance.integers(33, 127, chance.integers(5, 50))
        cv2.putText(
            page,
            "".join(map(chr, letters)),
            (10, top),
            int(chance.integers(0, 8)),
            chance.uniform(0.3, 1.1),
            int(chance.integers(0, 90)),
            int(chance.integers(1, 4)),
        )
    return page


def grid(chance: Generator) -> Luma:
    """Tiles, bricks and stripes, some with the proportions of a finder pattern."""
    rows, columns = np.indices((480, 640))
    finder = np.array([1, 0, 1, 1, 1, 0, 1, 0, 0, 0], np.uint8)
    pitch, width = chance.integers(2, 24, 2)
    shift = rows // pitch % 2 * int(chance.integers(0, width))
    across = chance.choice([(columns + shift) // width % 2, finder[(columns + shift) // width % 10]])
    down = chance.choice([rows // pitch % 2, finder[rows // pitch % 10], rows * 0])
    return np.where(across ^ down, np.uint8(chance.integers(0, 110)), np.uint8(chance.integers(140, 256)))


def halftone(chance: Generator) -> Luma:
    """A printed grey picture: dots on a rotated screen, larger where it is darker."""
    angle, pitch = chance.uniform(0, np.pi / 2), chance.uniform(3, 14)
    rows, columns = np.indices((480, 640))
    u = (columns * np.cos(angle) + rows * np.sin(angle)) * 2 * np.pi / pitch
    v = (rows * np.cos(angle) - columns * np.sin(angle)) * 2 * np.pi / pitch
    coarse = chance.uniform(-1.6, 1.6, (5, 7))
    shade = cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC)
    return np.where(np.cos(u) + np.cos(v) > shade, 225, 30).astype(np.uint8)


def noise(chance: Generator) -> Luma:
    """Blotches of one size, from sensor noise to foliage."""
    side = int(2 ** chance.uniform(0, 6))
    small = chance.normal(128, chance.uniform(5, 120), (480 // side + 1, 640 // side + 1))
    blotches = cv2.resize(np.clip(small, 0, 255).astype(np.uint8), (640, 480), interpolation=_how(chance))
    return np.asarray(blotches, np.uint8)


def fake(chance: Generator) -> Luma:
    """Function patterns, version and format of a symbol around random data modules."""
    modules, fixed = _symbol(chance)
    return _printed(np.where(fixed, modules, chance.integers(0, 2, modules.shape)), chance)


def ruined(chance: Generator) -> Luma:
    """A real symbol with too many modules inverted for error correction."""
    modules, fixed = _symbol(chance)
    turned = (chance.random(modules.shape) < chance.uniform(*DAMAGE)) & (fixed == 0)
    return _printed(modules ^ turned, chance)


def other_code(chance: Generator) -> Luma:
    """A code of another kind."""
    digits = "".join(map(str, chance.integers(0, 10, NUMBERS)))
    kind = getattr(zxingcpp.BarcodeFormat, str(chance.choice(OTHER_KINDS)))
    try:
        barcode = zxingcpp.create_barcode(digits, kind)
    except ValueError:  # a kind that takes fewer digits, or other ones
        barcode = zxingcpp.create_barcode(digits[:7], kind)
    return np.array(barcode.to_image(scale=int(chance.integers(2, 7))), np.uint8)


def photograph(chance: Generator) -> Luma:
    """A photograph in which other readers saw a code or part of one."""
    files = sorted(PHOTOGRAPHS.glob("*falsepositives*.jpg"))
    return read_luma(files[int(chance.integers(len(files)))], 1280)


SORTS: tuple[Callable[[Generator], Luma], ...] = (
    photograph,
    writing,
    grid,
    halftone,
    noise,
    fake,
    ruined,
    other_code,
)


class Frames:
    """An endless sequence of frames; the same seed gives the same frames."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        self._pool = [[sort(self._chance) for _ in range(POOL)] for sort in SORTS]
        self._noise = self._chance.normal(0, 1, (1 << 21) + 1280 * 720).astype(np.float32)

    def next(self) -> Empty:
        """Return another frame: a picture of the pool, seen by a camera in a new way."""
        chance = self._chance
        number = int(chance.integers(len(SORTS)))
        place = int(chance.integers(POOL))
        if chance.random() < 0.1:
            self._pool[number][place] = SORTS[number](chance)
        return Empty(self._seen(self._pool[number][place]), SORTS[number].__name__)

    def _seen(self, picture: Luma) -> Luma:
        chance = self._chance
        size = SIZES[int(chance.integers(len(SIZES)))]
        ground = int(chance.integers(60, 230))
        luma = cv2.warpPerspective(
            picture, _view(picture.shape, size, chance), size, flags=_how(chance), borderValue=ground
        )
        if chance.random() < 0.3:
            luma = cv2.GaussianBlur(luma, (0, 0), chance.uniform(0.5, 3))
        if chance.random() < 0.5:
            at = int(chance.integers(1 << 21))
            grain = self._noise[at : at + luma.size].reshape(luma.shape)
            luma = cv2.addWeighted(luma, 1.0, grain, chance.uniform(1, 16), 0, dtype=cv2.CV_8U)
        if chance.random() < 0.2:
            luma = cv2.convertScaleAbs(luma, alpha=chance.uniform(0.2, 1.4), beta=chance.uniform(-20, 60))
        return np.asarray(luma, np.uint8)


def _symbol(chance: Generator) -> tuple[Modules, Modules]:
    """Return the modules of a real symbol, of a small version and any level, and its function module mask."""
    text = "VI1:" + "".join(chance.choice(list("0123456789ABCDEFGHIJ$%*+-./: "), chance.integers(0, 360)))
    modules = modules_of(text, "LMQH"[chance.integers(4)])
    return modules, frame((len(modules) - 17) // 4)[1]


def _printed(modules: npt.ArrayLike, chance: Generator) -> Luma:
    """Draw modules with a quiet zone, at a random number of pixels per module."""
    ink = np.where(np.pad(np.asarray(modules), 4) != 0, 20, 235).astype(np.uint8)
    scale = chance.uniform(2, 8)
    return np.asarray(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST), np.uint8)


def _how(chance: Generator) -> int:
    return cv2.INTER_NEAREST if chance.random() < 0.2 else cv2.INTER_LINEAR


def _view(shape: Sequence[int], size: tuple[int, int], chance: Generator) -> cv2.typing.MatLike:
    """Return the homography from a picture to a frame: random zoom, rotation, tilt and position."""
    height, width = shape
    across, down = size
    scale = min(across / width, down / height) * chance.uniform(0.4, 1.8)
    angle = chance.normal(0, 0.3) + int(chance.integers(4)) * np.pi / 2
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([across, down]) * chance.uniform(0.3, 0.7, 2)
    tilt = chance.normal(0, 0.1, 2) / max(width, height)
    centred = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    seen = np.array([[*turn[0], middle[0]], [*turn[1], middle[1]], [0, 0, 1]])
    tilted = np.array([[1, 0, 0], [0, 1, 0], [*tilt, 1]])
    return np.asarray(seen @ tilted @ centred, np.float64)
