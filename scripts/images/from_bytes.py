"""Turn fuzzer input into pictures: each byte has a meaning, so that small mutations change a picture
slightly.

Raw noise, real codes with inverted modules, halves of two codes, symbols with hostile data, function patterns
around random modules, and grids that resemble finder patterns; warped, blurred and in any memory layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from scripts.images.qr_encoder import BLOCKS, MASKS, frame, symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from terminal.model import Luma

    Modules = npt.NDArray[np.uint8]

LARGEST = 1000
"""Longest side of a picture, px."""
MODES = (
    (0b0001, 10, 4),
    (0b0010, 9, 6),
    (0b0100, 8, 8),
    (0b1000, 8, 13),
    (0b0011, 0, 2),  # structured append
    (0b0101, 0, 0),  # FNC1, twice
    (0b1001, 0, 8),
    (0b0111, 0, 8),  # ECI
    (0b1101, 8, 13),  # Hanzi
    (0b1111, 0, 4),  # no mode of the standard
)
"""Segment modes: indicator, bits of the count, and approximate bits per counted character."""
QUIET = 4
"""Quiet zone around a code, modules."""


class ByteSource:
    """Bytes that decide; once they are used up, every decision is 0."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1; at most 65535. Takes one byte, or two if `limit` > 256."""
        taken = self.take(1 if limit <= 256 else 2)
        return int.from_bytes(taken, "big") % limit

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer at the end."""
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def rest(self) -> bytes:
        """Return the remaining bytes."""
        return self.take(len(self._data))


def modules_of(text: str, level: str = "M") -> Modules:
    """Return the modules of a real code, uint8 [side, side], 1 dark."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level)
    drawn = np.array(barcode.to_image(scale=1, add_quiet_zones=False), np.uint8)
    return np.asarray(drawn < 128, np.uint8)


def picture(data: bytes, texts: Sequence[str]) -> Luma:
    """Return the picture that `data` encodes, uint8 [height, width]; its real codes hold some of `texts`."""
    source = ByteSource(data)
    makers = (_noise, _damaged, _damaged, _halves, _hostile, _hostile, _fake, _grid)
    luma = makers[source.below(len(makers))](source, texts)
    return LAYOUTS[source.below(len(LAYOUTS))](luma)


def _noise(source: ByteSource, _texts: Sequence[str]) -> Luma:
    height, width = source.below(320), source.below(320)
    content = np.frombuffer(source.take(1024) or b"\0", np.uint8)
    return np.resize(content, (height, width))


def _damaged(source: ByteSource, texts: Sequence[str]) -> Luma:
    """A real code with a block of modules overwritten and single ones inverted."""
    modules = modules_of(texts[source.below(len(texts))], "LMQH"[source.below(4)])
    side = len(modules)
    top, left, height, width = (source.below(side) for _ in range(4))
    modules[top : top + height // 4, left : left + width // 4] = source.below(2)
    for _ in range(source.below(64)):
        modules[source.below(side), source.below(side)] ^= 1
    return _drawn(modules, source)


def _halves(source: ByteSource, texts: Sequence[str]) -> Luma:
    """Two real codes of one size, combined by a pattern."""
    one, other = (modules_of(texts[source.below(len(texts))]) for _ in range(2))
    side = min(len(one), len(other))
    rows, columns = np.indices((side, side))
    cut = source.below(2 * side)
    parts = (rows < cut, columns < cut, rows + columns < cut, (rows + cut) % 2 == 0, (columns // 8) % 2 == 0)
    part = parts[source.below(len(parts))]
    return _drawn(np.where(part, one[:side, :side], other[:side, :side]).astype(np.uint8), source)


def _hostile(source: ByteSource, _texts: Sequence[str]) -> Luma:
    """A symbol with valid error correction whose data are arbitrary segments."""
    version, mask = 1 + source.below(len(BLOCKS)), source.below(MASKS)
    return _drawn(symbol(version, mask, _segments(source, BLOCKS[version - 1][0])), source)


def _segments(source: ByteSource, size: int) -> bytes:
    """Return segments of at most `size` bytes: any mode, length and content."""
    bits = ""
    while len(bits) < 8 * size and (kind := source.below(len(MODES) + 1)):
        mode, counted, each = MODES[kind - 1]
        count = source.below(32)
        content = "".join(f"{byte:08b}" for byte in source.take(count * each // 8 + source.below(3)))
        bits += f"{mode:04b}" + (f"{count:0{counted}b}" if counted else "") + content
    whole = bits[: 8 * size].ljust(8 * size, "0")
    return int(whole, 2).to_bytes(size, "big")


def _fake(source: ByteSource, _texts: Sequence[str]) -> Luma:
    """The function patterns of any version around random modules."""
    modules, fixed = frame(1 + source.below(40))
    filling = np.random.default_rng(source.below(65536)).integers(0, 2, modules.shape, np.uint8)
    return _drawn(np.where(fixed, modules, filling).astype(np.uint8), source)


def _grid(source: ByteSource, _texts: Sequence[str]) -> Luma:
    """Checks and stripes, some with the proportions of a finder pattern."""
    height, width = source.below(LARGEST), source.below(LARGEST)
    runs = [1 + source.below(8) for _ in range(2)]
    rows, columns = np.indices((height, width), np.uint16)
    finder = np.array([1, 0, 1, 1, 1, 0, 1, 0], np.uint8)
    across = (columns // runs[0] % 2, finder[columns // runs[0] % 8])[source.below(2)]
    down = (rows // runs[1] % 2, finder[rows // runs[1] % 8], rows * 0)[source.below(3)]
    return np.where((across ^ down) != 0, np.uint8(source.below(256)), np.uint8(source.below(256)))


def _drawn(modules: Modules, chance: ByteSource) -> Luma:
    """Draw modules as a camera may see them: any size, tilted, blurred, dim, inverted."""
    padded = np.pad(modules, QUIET)
    side = len(padded)
    pixels = side * (1.5 + chance.below(16) / 4)
    size = min(LARGEST, int(pixels) + chance.below(64)), min(LARGEST, int(pixels) + chance.below(64))
    corners = [(0, 0), (pixels, 0), (pixels, pixels), (0, pixels)]
    moved = [(x + chance.below(64) * pixels / 512, y + chance.below(64) * pixels / 512) for x, y in corners]
    source = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    straight = chance.below(2)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners if straight else moved, np.float32))
    dark, light = chance.below(112), 144 + chance.below(112)
    ink = np.where(padded != 0, np.uint8(dark), np.uint8(light))
    how = cv2.INTER_NEAREST if chance.below(2) else cv2.INTER_LINEAR
    seen = cv2.warpPerspective(ink, matrix, size, flags=how, borderValue=light)
    seen = cv2.blur(seen, (1 + chance.below(2), 1 + chance.below(2)))
    noise = np.random.default_rng(chance.below(65536)).normal(0, chance.below(24), seen.shape)
    seen = np.clip(seen + noise, 0, 255).astype(np.uint8)
    return np.asarray(np.bitwise_not(seen) if chance.below(4) == 3 else seen, np.uint8)


def _rows_apart(luma: Luma) -> Luma:
    wide = np.zeros((luma.shape[0], luma.shape[1] + 37), np.uint8)
    wide[:, : luma.shape[1]] = luma
    return wide[:, : luma.shape[1]]


def _sealed(luma: Luma) -> Luma:
    sealed = luma.copy()
    sealed.flags.writeable = False
    return sealed


LAYOUTS: tuple[Callable[[Luma], Luma], ...] = (
    np.ascontiguousarray,
    _rows_apart,
    lambda luma: np.repeat(luma, 2, axis=1)[:, ::2],
    lambda luma: luma[::-1].copy()[::-1],
    lambda luma: luma[:, ::-1].copy()[:, ::-1],
    np.asfortranarray,
    _sealed,
    lambda luma: np.broadcast_to(luma[:1], luma.shape),
)
"""Memory layouts: row or pixel gaps, reversed, column-major, read-only, one row repeated."""
