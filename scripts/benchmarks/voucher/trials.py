"""Trials: show a degraded credential code to two readers and count the readings."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

from keys import voucher
from keys.issue import Enforcement, IssueRequest, issue
from scripts.images.degradations import KINDS, CodePicture, CodePlacement, code, series
from scripts.images.frame_damage import WIDTH
from terminal import scan
from terminal.credential import verify
from terminal.limits import FRAME_BUDGET_S
from terminal.model import Plate, SealedClaims, StatusListRef, Vehicle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.code_parameters import Level
    from keys.voucher import VoucherSheet
    from terminal.codes import Scan
    from terminal.model import Luma

FRAMES = 5
"""Frames of a series: a sixth of a second."""
BUDGET_S = FRAME_BUDGET_S
"""CPU time per frame, s."""
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
_PLAIN = Vehicle(Plate("苏A12345", "02"), "K33", "A", 202708)
_FULL = replace(_PLAIN, colour="HAB", vin_tail="184322", first_registered=20210815)
_PLACE = StatusListRef(1, 131_071)
_VIN = SealedClaims("LSVAU2180E2184322", None, None)
_ALL = SealedClaims("LSVAU2180E2184322", "123456", "欧阳**")
REQUESTS = {
    252: IssueRequest(_PLAIN, "苏A", _PLACE),
    301: IssueRequest(_PLAIN, "苏A", None, Enforcement(_VIN, 1, bytes(32))),
    348: IssueRequest(_FULL, "苏A", _PLACE, Enforcement(_VIN, 1, bytes(32))),
    408: IssueRequest(_FULL, "苏A市公安局车管所", _PLACE, Enforcement(_ALL, 1, bytes(32))),
}
"""Credential contents by the characters of their codes, from minimal with a status entry to maximal."""
LENGTHS = (*REQUESTS, verify.MAX_TEXT)


@dataclass(frozen=True, slots=True)
class TrialTally:
    """Number of trials, and of those read in the first frame and within FRAMES frames."""

    tried: int = 0
    first: int = 0
    series: int = 0
    zxing_first: int = 0
    zxing_series: int = 0

    def __add__(self, other: TrialTally) -> TrialTally:
        return TrialTally(
            self.tried + other.tried,
            self.first + other.first,
            self.series + other.series,
            self.zxing_first + other.zxing_first,
            self.zxing_series + other.zxing_series,
        )

    @property
    def none_read(self) -> bool:
        """True if no reader read any."""
        return not (self.first or self.series or self.zxing_first or self.zxing_series)


def text_of(length: int, seed: int) -> str:
    """Return a credential code of `length` characters, one of LENGTHS; the longest has random bytes."""
    rng = np.random.default_rng(seed)
    if length in REQUESTS:
        return issue(REQUESTS[length], bytes(32), rng.bytes(12), 1_790_000_000)
    return verify.write_text(rng.bytes(verify.MAX_BYTES))


@cache
def whole(length: int, sheet: VoucherSheet) -> CodePicture:
    """Return a complete voucher with the code `text_of(length, 0)`, as a subject for a camera."""
    text = text_of(length, 0)
    request = REQUESTS[length] if length in REQUESTS else REQUESTS[max(REQUESTS)]
    face = voucher.VoucherText(request.vehicle, request.issuer, 1_790_000_000)
    luma = np.asarray(voucher.voucher(text, face, sheet).convert("L"), np.uint8)
    (symbol,) = zxingcpp.read_barcodes(luma, formats=_QR)
    at = symbol.position
    side = at.top_right.x + 1 - at.top_left.x
    modules = code(text, voucher.level_of(text, sheet)).modules
    return CodePicture(luma, at.top_left.x, at.top_left.y, side, modules)


def ladder(length: int, level: Level, share: float, kind: str, seeds: Iterable[int]) -> list[TrialTally]:
    """Try each severity of `kind` on a code `share` of the frame wide; stop once no reader reads any."""
    tallies: list[TrialTally] = []
    seeds = list(seeds)
    for severity in range(1, len(KINDS[kind].values) + 1):
        if tallies and tallies[-1].none_read:
            tallies.append(TrialTally(len(seeds)))
            continue
        trials = (
            trial(
                code(text := text_of(length, seed), level),
                text,
                CodePlacement(share * WIDTH, seed),
                kind,
                severity,
            )
            for seed in seeds
        )
        tallies.append(sum(trials, TrialTally()))
    return tallies


def trial(
    subject: CodePicture, text: str, view: CodePlacement, kind: str = "none", severity: int = 0
) -> TrialTally:
    """Show one series to both readers. Raises RuntimeError if ours reads a text that is not there."""
    frames = itertools.islice(series(subject, view, kind, severity), FRAMES)
    ours = theirs = 0
    single = 0
    memory = scan.START
    for number, frame in enumerate(frames, 1):
        if number == 1:
            single = int(_is(scan.read(frame, BUDGET_S), text))
        if not ours:
            found, memory = scan.read_next(frame, memory, BUDGET_S)
            ours = number * _is(found, text)
        theirs = theirs or number * (text in _zxing(frame))
        if ours and theirs:
            break
    return TrialTally(1, single, int(ours > 0), int(theirs == 1), int(theirs > 0))


def _is(found: Scan | None, text: str) -> bool:
    if found is not None and found.text != text:
        raise RuntimeError("the reader returned a text that is not in the frame")
    return found is not None


def _zxing(frame: Luma) -> Iterator[str]:
    return (barcode.text for barcode in zxingcpp.read_barcodes(frame, formats=_QR) if barcode.valid)
