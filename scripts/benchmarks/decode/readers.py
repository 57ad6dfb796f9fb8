"""Readers under comparison: each takes one frame and returns the texts found, timed by thread CPU time.

zxing-cpp, OpenCV and ZBar are called as their documentation shows, ours as the terminal calls it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import cv2
import zxingcpp
from pyzbar import pyzbar

from terminal import scan
from terminal.limits import FRAME_BUDGET_S
from terminal.scan.search import FrameSearch
from terminal.scan.steps import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from terminal.codes import Scan
    from terminal.model import Luma

LIVE_S, SHORT_S = FRAME_BUDGET_S, 0.003
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_AS_ENCODED = zxingcpp.TextMode.Plain
"""The default escapes control characters, so that equal texts would differ."""
_NOT_CODE = re.compile("[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Reader:
    """A decoder and the way it is called."""

    name: str
    read: Callable[[Luma], Iterable[str]]
    peer: bool = True
    """True for decoders of other projects."""
    repeats: int = 1
    """Runs per frame; the median time counts."""


@dataclass(frozen=True, slots=True)
class ReaderResult:
    """Result of a reader for a frame."""

    read: bool
    """True if it returned the frame's text or, if that is unknown, any text."""
    other: int
    """Number of texts that are not in the frame."""
    ms: float


def look(reader: Reader, luma: Luma, texts: Sequence[str] | None) -> ReaderResult:
    """Run a reader on a frame; `texts` are the frame's, empty if unknown, None if there is no code."""
    times = []
    found: list[str] = []
    for _ in range(reader.repeats):
        begun_s = time.thread_time()
        found = list(reader.read(luma))
        times.append(1e3 * (time.thread_time() - begun_s))
    right = [each for each in found if texts is not None and agrees(each, texts)]
    return ReaderResult(bool(right), len(found) - len(right), sorted(times)[len(times) // 2])


def look_all(
    readers: Iterable[Reader], luma: Luma, texts: Sequence[str] | None, seed: int
) -> dict[str, ReaderResult]:
    """Run all readers on a frame and return the results by name.

    `seed` determines the order, so that no reader always meets a frame first, uncached, or after a similar
    reader.
    """
    order = list(readers)
    Random(seed).shuffle(order)  # noqa: S311  # reproducible, not secret
    return {reader.name: look(reader, luma, texts) for reader in order}


def agrees(found: str, texts: Sequence[str]) -> bool:
    """Return True if `found` is one of `texts`, ignoring white space, or if no text is known.

    OpenCV and ZBar guess the encoding of other scripts: for those, only letters and digits are compared.
    """
    taken = (found, _japanese(found))
    return not texts or any(
        _plain(each, text.isascii()) == _plain(text, text.isascii()) for each in taken for text in texts
    )


def _japanese(text: str) -> str:
    """Decode Shift JIS that OpenCV returned as Latin-1."""
    try:
        return text.encode("latin-1").decode("cp932")
    except UnicodeError:
        return text


def _plain(text: str, exact: bool) -> str:  # noqa: FBT001  # selects one of two forms
    return "".join(text.split()) if exact else _NOT_CODE.sub("", text)


def _zxing(luma: Luma) -> Iterable[str]:
    codes = zxingcpp.read_barcodes(luma, text_mode=_AS_ENCODED)
    return [code.text for code in codes if code.valid and code.format == zxingcpp.BarcodeFormat.QRCode]


def _zxing_qr(luma: Luma) -> Iterable[str]:
    return [
        code.text for code in zxingcpp.read_barcodes(luma, formats=_QR, text_mode=_AS_ENCODED) if code.valid
    ]


def _opencv(luma: Luma) -> Iterable[str]:
    try:
        text, *_ = cv2.QRCodeDetector().detectAndDecode(luma)
    except (UnicodeDecodeError, cv2.error):  # an unknown character set or mode
        return []
    return [text] if text else []


def _aruco(luma: Luma) -> Iterable[str]:
    try:
        _, texts, *_ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(luma)
    except (UnicodeDecodeError, cv2.error):
        return []
    return [text for text in texts if text]


def _zbar(luma: Luma) -> Iterable[str]:
    try:
        codes = pyzbar.decode(luma, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # part of a structured append
        return []
    return [code.data.decode("utf-8", "replace") for code in codes]


def _ours(budget_s: float) -> Callable[[Luma], Iterable[str]]:
    return lambda luma: _texts(scan.read(luma, budget_s))


def _still(luma: Luma) -> Iterable[str]:
    return _texts(scan.read_still(luma))


def _base(luma: Luma) -> Iterable[str]:
    sight = FrameSearch(luma)
    sight.survey()
    for step in BASE:
        if sight.pixels(step) and sight.take(step):
            break
    return _texts(sight.scan)


def _texts(found: Scan | None) -> Iterable[str]:
    return [] if found is None else [code.text for code in found.codes]


QR_ALONE = Reader("zxing-cpp, QR", _zxing_qr, repeats=3)
OURS = Reader("ours, 15 ms", _ours(LIVE_S), peer=False, repeats=3)
SHORT = Reader("ours, 3 ms", _ours(SHORT_S), peer=False, repeats=3)
BASE_ALONE = Reader("ours, base", _base, peer=False, repeats=3)
STILL = Reader("ours, still", _still, peer=False)
PEERS = (
    Reader("zxing-cpp", _zxing),
    QR_ALONE,
    Reader("OpenCV", _opencv),
    Reader("OpenCV Aruco", _aruco),
    Reader("pyzbar", _zbar),
)
READERS = (*PEERS, BASE_ALONE, SHORT, OURS, STILL)
