"""`roadside verify`: verify codes in files and texts as the terminal would, without side effects.

Unusable inputs are reported and the others still verified. Of several inspection marks in a picture each is
verified separately. No vehicle status is looked up, so an outcome is provisional at best.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal import console
from terminal.commands import output
from terminal.commands.decoding import DecodedCode, Decoder, Limits
from terminal.credential import verify
from terminal.errors import InputFault
from terminal.model import UNCHECKED, CredentialFinding, Plate, Reason, Subject, Verdict
from terminal.services import trust_directory
from terminal.vehicle.tables import CREDENTIAL_LINES, OUTCOMES
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from terminal.credential.trust import TrustSet
    from terminal.model import Finding

ALL_CURRENT, NOT_ALL_CURRENT, UNUSABLE = 0, 1, 2
"""Exit statuses; an unusable input outweighs a code that is not current."""


@dataclass(frozen=True, slots=True)
class Request:
    """Arguments of a verification."""

    trust: Path
    """Directory of a laboratory's trust set."""
    now_s: float
    """Time of verification, Unix time, s, as stated by the caller."""
    files: Sequence[Path] = ()
    texts: Sequence[str] = ()
    entered: Plate | None = None
    as_json: bool = False
    limits: Limits = field(default_factory=Limits)
    """Of the process that decodes files."""


@dataclass(frozen=True, slots=True)
class VerifiedInput:
    """A code and its verdict."""

    source: str
    """The file, or `text`."""
    sight: DecodedCode
    verdict: Verdict
    verify_us: float
    """Wall time from text to verdict, µs."""


def run(request: Request) -> int:
    """Verify every input, print the results and return the exit status. Raises TrustFault."""
    trusted = trust_directory.load_directory(request.trust)
    console.warn(f"{trust_directory.NOTICE}: {request.trust}")
    status = ALL_CURRENT
    with Decoder(request.limits) as decoder:
        for source, pictures in _inputs(request, decoder):
            try:
                found = _first_readable(
                    [_check(source, sight, trusted, request) for sight in sights] for sights in pictures
                )
            except InputFault as fault:
                console.warn(f"{source}: {fault.line()}")
                status = UNUSABLE
                continue
            _print(found, as_json=request.as_json)
            if any(one.verdict.finding.finding is not CredentialFinding.CURRENT for one in found):
                status = max(status, NOT_ALL_CURRENT)
    return status


def _inputs(request: Request, decoder: Decoder) -> Iterator[tuple[str, Iterable[list[DecodedCode]]]]:
    for text in request.texts:
        yield "text", [[DecodedCode(text)]]
    for path in request.files:
        yield str(path), decoder.sights(path)


def _print(found: Sequence[VerifiedInput], *, as_json: bool) -> None:
    for place, checked in enumerate(found, 1):
        told = f"{place}/{len(found)}" if len(found) > 1 else ""
        console.out(*([output.line(_entries(checked))] if as_json else _lines(checked, told)))


def _check(source: str, sight: DecodedCode, trusted: TrustSet, request: Request) -> VerifiedInput:
    moment = verify.Moment(request.now_s)
    begun_ns = time.perf_counter_ns()
    if sight.text is None:
        finding = verify.refuse(Reason.NO_CODE)
    else:
        finding = verify.verify(sight.text, trusted, moment, entered=request.entered)
    verdict = decide(finding, UNCHECKED, _subject(finding, request.entered))
    return VerifiedInput(source, sight, verdict, (time.perf_counter_ns() - begun_ns) / 1e3)


def _subject(finding: Finding, entered: Plate | None) -> Subject:
    if entered is None:
        return Subject.CODE
    agrees = finding.credential is not None and finding.credential.vehicle.plate == entered
    return Subject.CONFIRMED if agrees else Subject.TYPED


def _first_readable(pictures: Iterable[list[VerifiedInput]]) -> list[VerifiedInput]:
    """Return the codes of the first readable picture, else of the first with any code, else of the first."""
    best: list[VerifiedInput] | None = None
    for found in pictures:
        if any(one.verdict.finding.finding is not CredentialFinding.UNREADABLE for one in found):
            return found
        if best is None or (best[0].sight.text is None and found[0].sight.text is not None):
            best = found
    if best is None:
        raise InputFault("the file contains no picture")
    return best


def _entries(checked: VerifiedInput) -> dict[str, output.Json]:
    sight, verdict = checked.sight, checked.verdict
    places: dict[str, output.Json] = {"page": sight.page, "frame": sight.frame}
    return {
        "source": checked.source,
        **{name: place for name, place in places.items() if place is not None},
        "text": sight.text,
        **({} if sight.corners is None else {"corners": sight.corners}),
        "reason": verdict.finding.reason,
        "finding": verdict.finding.finding,
        "outcome": verdict.outcome,
        "fields": output.fields(verdict.finding.credential),
        "others": sight.others,
        "decode_ms": None if sight.decode_ms is None else round(sight.decode_ms, 3),
        "verify_us": round(checked.verify_us, 1),
    }


def _lines(checked: VerifiedInput, told: str) -> list[str]:
    sight, verdict = checked.sight, checked.verdict
    said = CREDENTIAL_LINES[verdict.finding.finding]
    outcome = OUTCOMES[verdict.outcome]
    place = "".join(
        f" {name} {number}"
        for name, number in (("page", sight.page), ("frame", sight.frame))
        if number is not None
    )
    lines = [
        f"{checked.source}{place}{told and f' code {told}'}",
        f"  {said.zh}  {said.en} ({verdict.finding.reason})",
        f"  {outcome['title_zh']}  {outcome['title_en']}: {verdict.guidance_zh}  {verdict.guidance_en}",
    ]
    if verdict.finding.credential is not None:
        lines.append(f"  {output.vehicle_line(verdict.finding.credential.vehicle)}")
    if sight.others:
        lines.append(f"  另有{sight.others}个码未核验  {sight.others} more in view, not checked")
    return lines
