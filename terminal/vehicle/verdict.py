"""Verdicts from the decision table, which must have a cell for every pair of findings.

`pass` requires a subject that the officer confirmed or typed; without one it becomes `provisional` (wire
format, section 3, "Whose vehicle is looked up"). If code and registry differ, both become `caution` (section
5, "Code and registry compared").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from terminal.model import (
    CredentialFinding,
    Finding,
    Outcome,
    Subject,
    VehicleFinding,
    VehicleStatus,
    Verdict,
)
from terminal.vehicle.compare import differing
from terminal.vehicle.tables import Lines, derived, rows

if TYPE_CHECKING:
    from terminal.model import ComparedField, Plate

CONTRADICTED = Lines(
    "凭证与登记不一致：核对实车和行驶证，联系指挥中心；不得仅据此采取强制措施",
    "Code and registry differ: compare car and papers, ask control; no coercive measure on this alone",
)
"""Guidance in place of the cell's, if code and registry differ and the cell would let the vehicle go."""
VIN_FOUND = Lines(
    "核对实车号牌与登记号牌；无号牌或不符的，按规定处置",
    "Compare the car's plate with the registered one; if it has none or another, follow procedure",
)
"""Guidance where a VIN's cell would let the vehicle go, and nobody has said which plate it wears."""
VIN_OF_OTHER_PLATE = Lines(
    "再次核对，联系指挥中心；不得仅据此采取强制措施",
    "Check both again, ask control; no coercive measure on this alone",
)
"""Guidance where a VIN's cell would let the vehicle go, and it does not wear the registered plate."""
VIN_NOT_FOUND = Lines(
    "再次核对车架号，联系指挥中心；不得仅据此采取强制措施",
    "Check the VIN again, ask control; no coercive measure on this alone",
)
VIN_UNCHECKED = Lines(
    "车架号只能联网查询：电台复核",
    "A VIN can only be looked up online: ask by radio",
)
_OF_VIN = {
    (VIN_FOUND.zh, VIN_FOUND.en): "vin_found",
    (VIN_OF_OTHER_PLATE.zh, VIN_OF_OTHER_PLATE.en): "vin_of_other_plate",
    (VIN_NOT_FOUND.zh, VIN_NOT_FOUND.en): "vin_not_found",
    (VIN_UNCHECKED.zh, VIN_UNCHECKED.en): "vin_unchecked",
}
_GREEN = frozenset({Outcome.PASS, Outcome.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class DecisionCell:
    """Cell of the decision table: outcome of two findings, guidance and legal basis."""

    outcome: Outcome
    guidance_zh: str
    guidance_en: str
    basis: str


TABLE: dict[tuple[CredentialFinding, VehicleFinding], DecisionCell] = {}


@derived
def _read_table() -> None:
    table = {
        (CredentialFinding(row["credential"]), VehicleFinding(row["vehicle"])): DecisionCell(
            Outcome(row["outcome"]), row["guidance_zh"], row["guidance_en"], row["basis"]
        )
        for row in rows("decision_table")
    }
    TABLE.update({both: table[both] for both in product(CredentialFinding, VehicleFinding)})


def decide(finding: Finding, status: VehicleStatus, subject: Subject | None) -> Verdict:
    """Return the verdict for both findings about the subject's vehicle. Never raises."""
    cell = TABLE[finding.finding, status.finding]
    outcome, guidance = cell.outcome, Lines(cell.guidance_zh, cell.guidance_en)
    if outcome is Outcome.PASS and subject not in (Subject.CONFIRMED, Subject.TYPED):
        outcome = Outcome.PROVISIONAL
    differences = _differences(finding, status)
    if outcome in _GREEN and not status.display_only.issuperset(differences):
        outcome, guidance = Outcome.CAUTION, CONTRADICTED
    return Verdict(outcome, finding, status, subject, guidance.zh, guidance.en, cell.basis, differences)


def is_contradicted(verdict: Verdict) -> bool:
    """Return True if code and registry differ, and that alone keeps the vehicle from going."""
    return Lines(verdict.guidance_zh, verdict.guidance_en) == CONTRADICTED


def decide_by_vin(finding: Finding, status: VehicleStatus, worn: Plate | None) -> Verdict:
    """Return the verdict for a vehicle that was looked up by its VIN. Never raises.

    `worn` is the plate that it wears, None if nobody said. A VIN lets a vehicle go only together with that
    plate: without it, or with another than the registered one, the outcome is `caution` at best.
    """
    verdict = decide(finding, status, Subject.TYPED)
    if status.finding is VehicleFinding.NOT_FOUND:
        return _guided(verdict, VIN_NOT_FOUND)
    if status.vehicle is None:
        return _guided(verdict, VIN_UNCHECKED) if status.finding is VehicleFinding.UNCHECKED else verdict
    if verdict.outcome not in _GREEN or status.vehicle.plate == worn:
        return verdict
    guidance = VIN_FOUND if worn is None else VIN_OF_OTHER_PLATE
    return _guided(replace(verdict, outcome=Outcome.CAUTION), guidance)


def by_vin(verdict: Verdict) -> str | None:
    """Return the key of the reason why a VIN alone lets a vehicle not go; None for any other verdict."""
    return _OF_VIN.get((verdict.guidance_zh, verdict.guidance_en))


def _guided(verdict: Verdict, guidance: Lines) -> Verdict:
    return replace(verdict, guidance_zh=guidance.zh, guidance_en=guidance.en)


def _differences(finding: Finding, status: VehicleStatus) -> tuple[ComparedField, ...]:
    """Return the fields that differ between a proven code and the record, if both name the same vehicle."""
    code = finding.credential.vehicle if finding.credential else None
    elsewhere = finding.finding is CredentialFinding.OTHER_VEHICLE
    if code is None or elsewhere or status.vehicle is None or code.plate != status.vehicle.plate:
        return ()
    return differing(code, status.vehicle)
