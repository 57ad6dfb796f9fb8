"""Draws the texts and signs of verdicts in advance, so that a first verdict appears as soon as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from terminal.drawing.draw import compose
from terminal.drawing.items import PlateArt, paint
from terminal.model import (
    Credential,
    CredentialFinding,
    Finding,
    Plate,
    Reason,
    RecordedCheck,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.check import Result
from terminal.screens.values import Status
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.drawing.theme import Style

_VEHICLE = Vehicle(Plate("京A00000", "02"), "K33", "A", 210012)


def rehearse(style: Style) -> Iterator[None]:
    """Draw a little of what verdicts consist of in each step, and show nothing; the caches keep it."""
    unseen = pygame.Surface(style.size, depth=32)
    for finding in VehicleFinding:
        for subject in (Subject.CODE, Subject.CONFIRMED):
            items = compose(Result(Status(), _check(finding, subject)), style)
            yield
            for item in items:
                if not isinstance(item, PlateArt):  # another one each time
                    paint(unseen, item, style.fonts, None)
                    yield


def _check(vehicle: VehicleFinding, subject: Subject) -> RecordedCheck:
    """Return the check of a genuine code with this finding of its vehicle."""
    credential = Credential("京A", 0, 0, b"", _VEHICLE)
    finding = Finding(CredentialFinding.CURRENT, Reason.OK, credential)
    verdict = decide(finding, VehicleStatus(vehicle), subject)
    return RecordedCheck(None, verdict, 0, 0.0, _VEHICLE.plate)
