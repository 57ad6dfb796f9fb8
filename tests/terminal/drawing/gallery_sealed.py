"""Example screens of sealed claims."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.model import CredentialFinding, SealedClaims, Subject, VehicleFinding
from terminal.screens.sealed import SealedReasons, SealedView
from terminal.screens.shift import LogEntry
from terminal.screens.shift_step import logged
from terminal.screens.values import EnforcementStatus
from tests.terminal.screens.builders import BUSY, FRESH, result, with_sealed_claims

if TYPE_CHECKING:
    from terminal.screens.state import Screen

ENFORCING = replace(FRESH, trust=replace(FRESH.trust, enforcement=EnforcementStatus("苏", frozenset({1}))))
CONFIRMED = result(CredentialFinding.CURRENT, VehicleFinding.VALID, subject=Subject.CONFIRMED)
SEALED = with_sealed_claims(CONFIRMED.judged)
OPENED = SealedClaims("LSVAA4182E2123456", "G12345", "王*")
NOTE = LogEntry(ENFORCING, logged(SEALED), replace(CONFIRMED, judged=SEALED))
"""The notes on a check whose sealed claims may be opened."""


def sealed_screens() -> dict[str, Screen]:
    """Return the screens from the notes on a check to its opened claims."""
    return {
        "note_sealed": NOTE,
        "sealed_reasons": SealedReasons(ENFORCING, SEALED, NOTE),
        "sealed_claims": SealedView(ENFORCING, SEALED, OPENED, NOTE, 0.0),
        "sealed_partly": SealedView(BUSY, SEALED, SealedClaims(OPENED.vin), NOTE, 0.0),
        "sealed_failed": SealedView(ENFORCING, SEALED, None, NOTE, 0.0),
    }
