"""The readers that are compared: each takes one frame and gives the texts it finds, by one thread's CPU time.

zxing-cpp, OpenCV and ZBar as their documentation has them; ours as the terminal calls it.
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
from terminal.scan.looking import Look
from terminal.scan.strategy import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from terminal.model import Luma, Scan

LIVE_S, SHORT_S = 0.015, 0.003
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_AS_ENCODED = zxingcpp.TextMode.Plain
"""Else it writes out control characters: texts would differ that were read alike."""
_NOT_CODE = re.compile("[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Reader:
    """A decoder, and how it is called."""

    name: str
    read: Callable[[Luma], Iterable[str]]
    peer: bool = True
    """Whether it is somebody else's."""
    repeats: int = 1
    """Looks at a frame, of which the median time counts."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a reader makes of a frame."""

    read: bool
    """Whether it gave the frame's text, or, where that is not known, any."""
    other: int
    """Texts that are not the frame's."""
    ms: float


def look(reader: Reader, luma: Luma, texts: Sequence[str] | None) -> Result:
    """Let a reader look at a frame; `texts` are the frame's, empty where not known, None for no code."""
    times = []
    found: list[str] = []
    for _ in range(reader.repeats):
        begun_s = time.thread_time()
        found = list(reader.read(luma))
        times.append(1e3 * (time.thread_time() - begun_s))
    right = [each for each in found if texts is not None and agrees(each, texts)]
    return Result(bool(right), len(found) - len(right), sorted(times)[len(times) // 2])


def look_all(
    readers: Iterable[Reader], luma: Luma, texts: Sequence[str] | None, seed: int
) -> dict[str, Result]:
    """What each makes of a frame, by name; in an order of the seed's, so that nobody always comes first to a
    frame that no cache holds, or after a reader like itself.
    """
    order = list(readers)
    Random(seed).shuffle(order)  # noqa: S311  # the same in every run; no secret
    return {reader.name: look(reader, luma, texts) for reader in order}


def agrees(found: str, texts: Sequence[str]) -> bool:
    """Whether a text is one of those known, but for blanks and ends of lines; any is where none is known.

    OpenCV and ZBar guess at the bytes of other scripts: there, what both have of letters and digits decides.
    """
    taken = (found, _japanese(found))
    return not texts or any(
        _plain(each, text.isascii()) == _plain(text, text.isascii()) for each in taken for text in texts
    )


def _japanese(text: str) -> str:
    """OpenCV gives the bytes of Shift JIS as Latin-1."""
    try:
        return text.encode("latin-1").decode("cp932")
    except UnicodeError:
        return text


def _plain(text: str, exact: bool) -> str:  # noqa: FBT001  # says which of two forms
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
    except (UnicodeDecodeError, cv2.error):  # a character set, or a mode, that it does not know
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
    except ValueError:  # a part of a structured append
        return []
    return [code.data.decode("utf-8", "replace") for code in codes]


def _ours(budget_s: float) -> Callable[[Luma], Iterable[str]]:
    return lambda luma: _texts(scan.read(luma, budget_s))


def _still(luma: Luma) -> Iterable[str]:
    return _texts(scan.read_still(luma))


def _base(luma: Luma) -> Iterable[str]:
    sight = Look(luma)
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
