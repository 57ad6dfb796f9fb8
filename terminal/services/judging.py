"""Computes a check anew from the registry's answer. Pure: nothing is recorded or sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal.model import (
    NAMING_A_VEHICLE,
    UNCHECKED,
    CredentialFinding,
    Finding,
    LookupState,
    Reason,
    Several,
    Subject,
    VehicleFinding,
)
from terminal.vehicle.verdict import decide, decide_by_vin

if TYPE_CHECKING:
    from terminal.model import Candidate, Plate, RecordedCheck, VehicleStatus
    from terminal.registry.lookup import Answered, Late
    from terminal.registry.messages import LookupAnswer

STANDING = frozenset({VehicleFinding.ALARM, VehicleFinding.OFF_ROAD})
"""Live findings that hold for a vehicle until the registry answers again."""


@dataclass(frozen=True, slots=True)
class IssuerStatement:
    """The registry's finding of another issuer's code, and the vehicle that a proven code names."""

    finding: CredentialFinding
    plate: Plate | None

    def on(self, finding: Finding, entered: Plate | None) -> Finding:
        """Return `finding` by this statement and the plate that was entered, if any (checks 11 to 13)."""
        proven = self.finding in (CredentialFinding.CURRENT, CredentialFinding.PAST)
        if entered is None or not proven or self.plate == entered:
            return replace(finding, finding=self.finding)
        if self.plate is None:
            return finding  # genuine, and nobody says whose
        return Finding(CredentialFinding.OTHER_VEHICLE, Reason.OTHER_VEHICLE)


def statement_of(finding: Finding, answer: LookupAnswer) -> IssuerStatement:
    """Return what an answer says of another issuer's code, found as `finding` so far."""
    said = answer.finding or finding.finding
    named = answer.record is not None and said in NAMING_A_VEHICLE
    return IssuerStatement(said, answer.record.plate if answer.record and named else None)


def looked_up(judged: RecordedCheck, status: VehicleStatus, answer: tuple[int, int] | None) -> RecordedCheck:
    """Return a check with the status that the registry gives its vehicle; `answer` is its `answer_of`."""
    verdict = judged.verdict
    return replace(
        judged,
        verdict=decide(verdict.finding, status, verdict.subject),
        lookup=LookupState.ANSWERED,
        answer=replace(judged.answer, named=answer, newer_issued=_is_newer(verdict.finding, status)),
    )


def code_read(
    judged: RecordedCheck,
    statement: IssuerStatement,
    status: VehicleStatus | None,
    answer: tuple[int, int] | None,
) -> RecordedCheck:
    """Return a check with the registry's statement on its code, which names the vehicle if none was entered.

    `status` is that of the vehicle named; one that was entered has a lookup of its own.
    """
    entered = judged.plate
    plate = entered or statement.plate
    finding = statement.on(judged.verdict.finding, entered)
    if entered is not None and statement.plate != entered:
        return replace(judged, verdict=decide(finding, judged.verdict.status, judged.verdict.subject))
    subject = judged.verdict.subject or (Subject.CODE if plate else None)
    verdict = decide(finding, status or UNCHECKED, subject)
    named = replace(judged.answer, named=answer)
    return replace(judged, verdict=verdict, plate=plate, lookup=LookupState.ANSWERED, answer=named)


def vin_answered(
    judged: RecordedCheck, status: VehicleStatus, answer: tuple[int, int] | None
) -> RecordedCheck:
    """Return a check by a VIN with the registry's answer, which names the vehicle if it has one."""
    return replace(
        judged,
        verdict=decide_by_vin(judged.verdict.finding, status, judged.entry.worn),
        plate=status.vehicle.plate if status.vehicle else None,
        lookup=LookupState.ANSWERED,
        answer=replace(judged.answer, named=answer),
    )


def undecided(
    judged: RecordedCheck, number: str, found: tuple[Candidate, ...], answer: tuple[int, int] | None
) -> RecordedCheck:
    """Return the check of a proven code that may be any of several vehicles: the officer picks one."""
    named = replace(judged.answer, named=answer)
    return replace(judged, lookup=LookupState.ANSWERED, several=Several(number, found), answer=named)


def answer_of(received: Answered | Late) -> tuple[int, int]:
    """Return an answer as records name it: its result, and its signed time (Unix ms)."""
    return int(received.answer.result), received.answer.answered_ms


def standing(judged: RecordedCheck, plate: Plate) -> VehicleStatus | None:
    """Return the alarm or off-road status of a check if `plate` is its vehicle, entered again."""
    status = judged.verdict.status
    return status if judged.plate == plate and status.finding in STANDING else None


def _is_newer(finding: Finding, status: VehicleStatus) -> bool:
    credential, newest = finding.credential, status.newest_cti
    return credential is not None and newest is not None and newest != credential.cti
