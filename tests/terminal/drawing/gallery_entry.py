"""Example screens of what can be corrected or added: numbers, trailers, VINs and notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.journal.notes import Action
from terminal.model import (
    CredentialFinding,
    EntryDetails,
    LookupState,
    Outcome,
    Plate,
    Subject,
    VehicleFinding,
)
from terminal.screens.check import Advice, Keys, PlateEntry
from terminal.screens.entry import EntryPurpose
from terminal.screens.note_change import NoteChange
from terminal.screens.shift import LogEntry
from terminal.screens.shift_step import logged
from terminal.screens.vin_entry import VinAdvice, VinEntry
from terminal.vehicle.verdict import decide_by_vin
from tests.terminal.screens.builders import BUSY, ONLINE, by_plate, live, result, with_judged

if TYPE_CHECKING:
    from terminal.screens.state import Screen

TYPED = Plate("苏A12D45", "02")
LORRY = Plate("苏A12345", "01")
VIN = "1M8GDM9AXKP042788"
NEAR = tuple(Plate(number, "02") for number in ("苏A12045", "苏A12D49", "苏A1ZD45"))
NOT_FOUND = by_plate(VehicleFinding.NOT_FOUND, LookupState.ANSWERED, plate=TYPED)
NOT_FOUND = with_judged(NOT_FOUND, entry=EntryDetails(near=NEAR))


def _by_vin(worn: Plate | None) -> Screen:
    status = live(VehicleFinding.VALID, "A", 20270831)
    screen = by_plate(status, LookupState.ANSWERED)
    verdict = decide_by_vin(screen.judged.verdict.finding, status, worn)
    details = EntryDetails(vin=VIN, worn=worn, belongs_to=None if worn is None else 122)
    return with_judged(screen, verdict=verdict, entry=details)


def entry_screens() -> dict[str, Screen]:
    """Return the screens, one for each different look."""
    typed = PlateEntry(ONLINE, "粤B1", Keys.SYMBOLS)
    lorry = by_plate(live(VehicleFinding.VALID, "A", 20270831), LookupState.ANSWERED, plate=LORRY)
    checked = result(CredentialFinding.CURRENT, VehicleFinding.VALID, subject=Subject.CONFIRMED)
    gone = replace(logged(checked.judged), acts=(Action("放行"),), outcome=Outcome.CAUTION)
    noted = LogEntry(ONLINE, gone, checked)
    vin = VinEntry(ONLINE, typed, VIN[:7])
    return {
        "near_numbers": NOT_FOUND,
        "trailer_offered": lorry,
        "trailer_entry": PlateEntry(
            ONLINE, "苏A1", Keys.SYMBOLS, after=lorry.judged, purpose=EntryPurpose.TRAILER
        ),
        "entry_correct": PlateEntry(
            ONLINE, TYPED.number, Keys.SYMBOLS, after=NOT_FOUND.judged, purpose=EntryPurpose.CORRECTION
        ),
        "entry_incomplete": replace(typed, advice=Advice.INCOMPLETE),
        "incomplete_busy": replace(typed, status=BUSY, number="粤B1234", advice=Advice.INCOMPLETE),
        "vin_entry": vin,
        "vin_advice": replace(vin, vin=VIN[:-1] + "9", advice=VinAdvice.CHECK),
        "vin_busy": replace(vin, vin="", status=BUSY, advice=VinAdvice.SHORT),
        "by_vin": _by_vin(None),
        "by_vin_differs": _by_vin(TYPED),
        "note_revoke": NoteChange(ONLINE, noted, Action("放行")),
        "note_replace": NoteChange(ONLINE, noted, Action("扣留车辆"), (Action("放行"),)),
    }


IN_ENGLISH = (
    *("near_numbers", "trailer_entry", "entry_incomplete", "incomplete_busy", "vin_entry", "vin_advice"),
    *("by_vin_differs", "note_revoke", "note_replace"),
)
"""Screens that are also shown in English."""
AT_NIGHT = ("near_numbers", "vin_entry", "note_replace")
"""Screens that are also shown in the night's colours."""
