"""Verdicts from the decision table, which must have a cell for every pair of findings.

`pass` requires a subject that the officer confirmed or typed; without one it becomes `provisional` (wire
format, section 3, "Whose vehicle is looked up"). If code and registry differ, both become `caution` (section
5, "Code and registry compared").
"""

from __future__ import annotations

from dataclasses import dataclass
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
    from terminal.model import ComparedField

CONTRADICTED = Lines(
    "凭证与登记不一致：核对实车和行驶证，联系指挥中心；不得仅据此采取强制措施",
    "Code and registry differ: compare car and papers, ask control; no coercive measure on this alone",
)
"""Guidance in place of the cell's, if code and registry differ and the cell would let the vehicle go."""
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


def _differences(finding: Finding, status: VehicleStatus) -> tuple[ComparedField, ...]:
    """Return the fields that differ between a proven code and the record, if both name the same vehicle."""
    code = finding.credential.vehicle if finding.credential else None
    elsewhere = finding.finding is CredentialFinding.OTHER_VEHICLE
    if code is None or elsewhere or status.vehicle is None or code.plate != status.vehicle.plate:
        return ()
    return differing(code, status.vehicle)
