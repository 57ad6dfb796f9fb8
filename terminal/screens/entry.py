"""Values of plate entry that other screens carry: its purpose, a number left half typed, and its events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.model import Plate

DRAFT_S = 60.0
"""Time, s, for which a number that was left half typed comes back when plate entry is opened again."""


class EntryPurpose(StrEnum):
    """The vehicle whose plate is entered, by the check that plate entry was opened from."""

    PLATE = "plate"
    """That check's own vehicle; without a check, that of a new one."""
    CORRECTION = "correction"
    """The vehicle in front, whose number was typed wrong: a new check that belongs to that one."""
    TRAILER = "trailer"
    """The trailer of that check's vehicle: a new check that belongs to that one."""
    TRACTOR = "tractor"
    """The vehicle that draws that check's trailer: a new check that belongs to that one."""

    @property
    def joins(self) -> bool:
        """True if the plate is a new check's, which belongs to the check that entry was opened from."""
        return self is not EntryPurpose.PLATE


@dataclass(frozen=True, slots=True)
class Draft:
    """A number and a VIN that were left half typed, and when (monotonic s)."""

    number: str
    left_s: float
    vin: str = ""
    purpose: EntryPurpose = EntryPurpose.PLATE
    """Purpose of the number, which comes back for nothing else."""

    def stands(self, now_s: float) -> bool:
        """Return True if it is so recent that it still concerns the vehicle in front."""
        return now_s - self.left_s <= DRAFT_S


@dataclass(frozen=True, slots=True)
class Erased:
    """The erase key was touched: the last symbol of a number or a VIN goes."""


@dataclass(frozen=True, slots=True)
class NumberWanted:
    """The officer wants to correct the number that a result is about."""


@dataclass(frozen=True, slots=True)
class PartnerWanted:
    """The officer wants to check the trailer of a result's vehicle, or the tractor of its trailer."""


@dataclass(frozen=True, slots=True)
class VinWanted:
    """The officer wants to look a vehicle up by its VIN: it has no plate, or one that may be a clone's."""


@dataclass(frozen=True, slots=True)
class NearPicked:
    """The officer picked one of the numbers that are offered where nothing was found."""

    plate: Plate


EntryTouch: TypeAlias = Erased | NumberWanted | PartnerWanted | VinWanted | NearPicked
