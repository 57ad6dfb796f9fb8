"""Verdicts from the decision table, which must have a cell for every pair of findings.

`pass` requires a subject that the officer confirmed or typed; without that it becomes provisional (wire
format, "Whose vehicle is looked up").
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from terminal.model import (
    CredentialFinding,
    Finding,
    Outcome,
    Subject,
    VehicleFinding,
    VehicleStatus,
    Verdict,
)
from terminal.vehicle.tables import rows


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the decision table: the outcome of two findings, its guidance and its legal basis."""

    outcome: Outcome
    guidance_zh: str
    guidance_en: str
    basis: str


def _table() -> dict[tuple[CredentialFinding, VehicleFinding], Cell]:
    table = {
        (CredentialFinding(row["credential"]), VehicleFinding(row["vehicle"])): Cell(
            Outcome(row["outcome"]), row["guidance_zh"], row["guidance_en"], row["basis"]
        )
        for row in rows("decision_table")
    }
    return {both: table[both] for both in product(CredentialFinding, VehicleFinding)}


TABLE = _table()


def decide(finding: Finding, status: VehicleStatus, subject: Subject | None) -> Verdict:
    """Return the verdict of both findings about the subject's vehicle. Never raises."""
    cell = TABLE[finding.finding, status.finding]
    outcome = cell.outcome
    if outcome is Outcome.PASS and subject not in (Subject.CONFIRMED, Subject.TYPED):
        outcome = Outcome.PROVISIONAL
    return Verdict(outcome, finding, status, subject, cell.guidance_zh, cell.guidance_en, cell.basis)
