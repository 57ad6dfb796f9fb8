"""Builders for the screens of checks, as the state machine makes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from terminal.codes import Code, Scan, is_ours
from terminal.credential.grade import Grade
from terminal.errors import CameraStalled, ClockWrong, Fault, PanelFault
from terminal.model import (
    Credential,
    CredentialFinding,
    Finding,
    LookupState,
    Plate,
    Reason,
    RecordDetails,
    RecordedCheck,
    Sealed,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.alarms import About, Alarm
from terminal.screens.check import Advice, Keys, PlateEntry, Result
from terminal.screens.choice import OtherCode
from terminal.screens.values import ClockStatus, LastSeen, Notice, Status, TrustStatus
from terminal.vehicle.verdict import decide

NOON_S = 1_786_000_000.0
"""2026-08-06 15:06:40 in Shanghai."""
FRESH = Status(ClockStatus(NOON_S), TrustStatus(age_s=7_200.0), records=12)
LABORATORY = replace(FRESH, trust=replace(FRESH.trust, laboratory=True))
ONLINE = replace(LABORATORY, online=True)
CAR = Vehicle(Plate("苏A7X31Q", "02"), "K33", "A", 202708, "A", "4K7P2C")
PROVES_CLAIMS = {
    CredentialFinding.CURRENT: Reason.OK,
    CredentialFinding.PAST: Reason.EXPIRED,
    CredentialFinding.WITHDRAWN: Reason.WITHDRAWN,
    CredentialFinding.NOT_ISSUED: Reason.NOT_ISSUED,
    CredentialFinding.OTHER_VEHICLE: Reason.OTHER_VEHICLE,
}
REFUSALS = {
    CredentialFinding.FAILED: Reason.BAD_SIGNATURE,
    CredentialFinding.UNVERIFIABLE: Reason.UNKNOWN_KEY,
    CredentialFinding.UNREADABLE: Reason.FOREIGN,
    CredentialFinding.NOT_SHOWN: Reason.NOT_SHOWN,
}


def notice(fault: type[Fault]) -> Notice:
    """Return a fault as a notice."""
    return Notice(fault.code, fault.zh, fault.en)


def result(  # noqa: PLR0913 - every argument is one thing that a verdict may have
    found: CredentialFinding,
    vehicle: VehicleFinding | VehicleStatus = VehicleFinding.UNCHECKED,
    *,
    reason: Reason | None = None,
    car: Vehicle = CAR,
    subject: Subject = Subject.CODE,
    status: Status = FRESH,
) -> Result:
    """Return the screen of a verdict, as `decide` and `step` make it."""
    why = reason or {**PROVES_CLAIMS, **REFUSALS}[found]
    proven = found in PROVES_CLAIMS
    credential = Credential("苏A", 0, 0, b"", car) if proven else None
    known = vehicle if isinstance(vehicle, VehicleStatus) else VehicleStatus(vehicle)
    verdict = decide(Finding(found, why, credential), known, subject)
    plate = car.plate if proven and found is not CredentialFinding.OTHER_VEHICLE else None
    judged = RecordedCheck("VI1:", verdict, 123, status.clock.now_s, plate)
    return Result(status, judged, LastSeen("VI1:", 0.0))


def with_sealed_claims(one: RecordedCheck, epoch: int = 1) -> RecordedCheck:
    """Return a check whose credential, if it proves claims, has sealed ones of an epoch."""
    finding = one.verdict.finding
    if finding.credential is None:
        return one
    credential = replace(finding.credential, sealed=Sealed(epoch, b"sealed"))
    return replace(one, verdict=replace(one.verdict, finding=replace(finding, credential=credential)))


def with_judged(screen: Result, **changes: object) -> Result:
    """Return a verdict's screen with fields of the check changed."""
    return replace(screen, judged=replace(screen.judged, **changes))  # type: ignore[arg-type]  # by its caller


def by_plate(
    vehicle: VehicleFinding | VehicleStatus,
    lookup: LookupState = LookupState.NOT_ASKED,
    *,
    plate: Plate = CAR.plate,
    status: Status = ONLINE,
) -> Result:
    """Return the screen of a plate that was entered without a code."""
    screen = result(CredentialFinding.NOT_SHOWN, vehicle, subject=Subject.TYPED, status=status)
    return replace(with_judged(screen, text=None, plate=plate, lookup=lookup), seen=None)


def scan(text: str = "A", *others: str) -> Scan:
    """Return a frame with a code, and others in view."""
    square = (0, 0), (9, 0), (9, 9), (0, 9)
    return Scan(text, square, tuple(Code(other, square) for other in others))


def placed(
    *texts: str, at: tuple[tuple[int, int], ...] = ((150, 200), (760, 260), (420, 60), (980, 520))
) -> Scan:
    """Return a frame of 1280x720 with separate codes, slightly rotated, each 180 pixels wide."""
    first, *others = (
        Code(text, ((x, y), (x + 178, y + 24), (x + 154, y + 202), (x - 24, y + 178)))
        for text, (x, y) in zip(texts, at, strict=False)
    )
    return Scan(first.text, first.corners, tuple(others))


def neighbour(*texts: str, last_s: float = 0.0) -> OtherCode:
    """Return another code in view behind a verdict."""
    return OtherCode(any(map(is_ours, texts)), scan(*texts), last_s, last_s)


def judged(
    text: str = "A",
    found: CredentialFinding = CredentialFinding.CURRENT,
    vehicle: VehicleFinding = VehicleFinding.UNCHECKED,
    subject: Subject = Subject.CODE,
) -> RecordedCheck:
    """Return a recorded check."""
    return replace(result(found, vehicle, subject=subject).judged, text=text)


def live(finding: VehicleFinding, letters: str, valid_through: int) -> VehicleStatus:
    return VehicleStatus(
        finding, letters, valid_through, 4, CAR, "大众牌SVW7183LJD", RecordDetails(scrap_date=20360801)
    )


SLOW = Notice(ClockWrong.code, ClockWrong(-75).zh, ClockWrong(-75).en)


def alarm(screen: Result, about: About, *, age_s: float = 4.0, **changes: Any) -> Alarm:  # noqa: ANN401 - fields of its
    """Return the alarm of a check of this age."""
    status = replace(screen.status, clock=replace(screen.status.clock, monotonic_s=1000.0))
    judged = replace(screen.judged, as_of_s=1000.0 - age_s)
    return replace(Alarm(status, judged, about), **changes)


def aged(screen: Result, age_s: float) -> Result:
    """Return a verdict of this age."""
    clock = replace(screen.status.clock, monotonic_s=screen.judged.as_of_s + age_s)
    return replace(screen, status=replace(screen.status, clock=clock))


COMPARE = result(CredentialFinding.CURRENT, status=LABORATORY)
"""A genuine code's plate, to be compared with the car."""
PROVISIONAL = result(CredentialFinding.CURRENT, subject=Subject.CONFIRMED, status=LABORATORY)
EXPIRED = replace(CAR, valid_through=202603)
"""The vehicle as a code describes it whose period has passed."""
ALARM = result(CredentialFinding.CURRENT, live(VehicleFinding.ALARM, "C", 20270831), subject=Subject.CODE)
BUSY = replace(
    LABORATORY,
    clock=ClockStatus(NOON_S, trusted=False),
    trust=TrustStatus(300_000.0, Grade.USABLE, laboratory=True),
    records=12_345,
    torch=True,
    notices=(notice(PanelFault), notice(CameraStalled)),
)


def shown(what: RecordedCheck, *, last_s: float = 0.0, other: str | None = None) -> Result:
    """Return a check's screen; its code was last seen at `last_s`, perhaps with another code in view."""
    second = neighbour(other, last_s=last_s) if other else None
    seen = LastSeen(what.text, last_s) if what.text is not None else None
    return Result(Status(), what, seen, second)


def entry(
    number: str = "",
    *,
    after: RecordedCheck | None = None,
    seen: LastSeen | None = None,
    advice: Advice | None = None,
    keys: Keys | None = None,
) -> PlateEntry:
    """Return plate entry, by default with its usual keyboard."""
    usual = Keys.SYMBOLS if number else Keys.PROVINCES
    return PlateEntry(Status(), number, keys or usual, advice, after, seen)
