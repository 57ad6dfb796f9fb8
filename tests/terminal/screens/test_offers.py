"""Results can be corrected and added to: number, near numbers, coupled vehicles and VIN, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.model import (
    CredentialFinding,
    EntryDetails,
    Outcome,
    Plate,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.ports import Button
from terminal.screens import offers
from terminal.screens.check import Keys, KindChoice, PlateEntry, Ready, Result
from terminal.screens.entry import (
    Draft,
    EntryPurpose,
    EntryTouch,
    Erased,
    NearPicked,
    NumberWanted,
    PartnerWanted,
    VinWanted,
)
from terminal.screens.events import Effect, Enter, Picked, PlaySignal, Pressed, Recorded, StopSignal, Typed
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import Status
from terminal.screens.vin_entry import LookUpVin, VinAdvice, VinEntry
from tests.terminal.screens.builders import CAR, by_plate, entry, judged, result, shown

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
WANTED, NEAR = Plate("苏A12D45", "02"), Plate("苏A12045", "02")
LORRY, TRAILER = Plate("苏A12345", "01"), Plate("苏A1234挂", "15")
VIN = "1M8GDM9AXKP042788"
"""With the right check character (ISO 3779 has it as an example)."""
SUSPECT = "LSVAA4182E2123456"
"""Its check character should be 6."""


def typed(plate: Plate, found: VehicleFinding | VehicleStatus, **details: object) -> Result:
    screen = by_plate(found, plate=plate, status=Status())
    one = replace(screen.judged, entry=EntryDetails(**details))  # type: ignore[arg-type]  # fields of it
    return replace(screen, judged=one)


NOTHING = typed(WANTED, VehicleFinding.NOT_FOUND, near=(NEAR,))
VALID = typed(WANTED, VehicleFinding.VALID)
LORRY_OK = typed(LORRY, VehicleFinding.VALID)
BY_VIN = typed(WANTED, VehicleFinding.VALID, vin=VIN)


def opened(
    before: Result, number: str, purpose: EntryPurpose = EntryPurpose.CORRECTION, keys: Keys = Keys.SYMBOLS
) -> PlateEntry:
    return PlateEntry(Status(), number, keys, after=before.judged, purpose=purpose)


def trailer(number: str) -> PlateEntry:
    keys = Keys.SYMBOLS if number else Keys.PROVINCES
    return opened(LORRY_OK, number, EntryPurpose.TRAILER, keys)


def of_vin(
    vin: str = "", back: PlateEntry | Result | None = None, advice: VinAdvice | None = None
) -> VinEntry:
    return VinEntry(Status(), back or entry(), vin, advice)


CODE = replace(shown(judged(subject=Subject.TYPED)), seen=None)
"""A code's check whose plate the officer typed."""
ROWS: dict[str, tuple[Screen, EntryTouch | Pressed | Typed | Picked, Screen, tuple[Effect, ...]]] = {
    # The number.
    "one press edits it": (VALID, NumberWanted(), opened(VALID, WANTED.number), (StopSignal(),)),
    "a code's check stays the same": (
        CODE,
        NumberWanted(),
        opened(CODE, CAR.plate.number, EntryPurpose.PLATE),
        (StopSignal(),),
    ),
    "a number from a code is not edited": (shown(judged()), NumberWanted(), shown(judged()), ()),
    "nor one that the registry named for a VIN": (BY_VIN, NumberWanted(), BY_VIN, ()),
    "nothing is edited elsewhere": (Ready(), NumberWanted(), Ready(), ()),
    "a corrected number is a check that belongs to the first": (
        KindChoice(Status(), "苏A12045", ("02",), after=VALID.judged, purpose=EntryPurpose.CORRECTION),
        Picked("02"),
        KindChoice(Status(), "苏A12045", ("02",), after=VALID.judged, purpose=EntryPurpose.CORRECTION),
        (Enter(NEAR, None, VALID.judged.seq),),
    ),
    "back keeps what was typed": (
        opened(VALID, "苏A1"),
        Pressed(BACK),
        replace(VALID, returned=True, draft=Draft("苏A1", 0.0, purpose=EntryPurpose.CORRECTION)),
        (),
    ),
    "and editing again shows it": (
        replace(VALID, draft=Draft("苏A1", 0.0, purpose=EntryPurpose.CORRECTION)),
        NumberWanted(),
        opened(VALID, "苏A1"),
        (StopSignal(),),
    ),
    "but not what was typed for another vehicle": (
        replace(VALID, draft=Draft("苏A1", 0.0, purpose=EntryPurpose.TRAILER)),
        NumberWanted(),
        opened(VALID, WANTED.number),
        (StopSignal(),),
    ),
    # Numbers near it.
    "a near number is checked": (NOTHING, NearPicked(NEAR), NOTHING, (Enter(NEAR, None, 123),)),
    "no other number is": (NOTHING, NearPicked(WANTED), NOTHING, ()),
    "nor where something was found": (VALID, NearPicked(NEAR), VALID, ()),
    # Coupled vehicles.
    "a lorry's trailer is entered": (LORRY_OK, PartnerWanted(), trailer(""), (StopSignal(),)),
    "a trailer's tractor too": (
        typed(TRAILER, VehicleFinding.VALID),
        PartnerWanted(),
        opened(typed(TRAILER, VehicleFinding.VALID), "", EntryPurpose.TRACTOR, Keys.PROVINCES),
        (StopSignal(),),
    ),
    "a car has no trailer here": (VALID, PartnerWanted(), VALID, ()),
    "its last character comes by itself": (trailer("苏A123"), Typed("4"), trailer("苏A1234挂"), ()),
    "and can be erased": (trailer("苏A1234挂"), Erased(), trailer("苏A1234"), ()),
    "a trailer's kind is known": (
        trailer("苏A1234挂"),
        Pressed(CONFIRM),
        trailer("苏A1234挂"),
        (Enter(TRAILER, None, 123),),
    ),
    # The VIN.
    "a vehicle without a plate": (entry("苏"), VinWanted(), of_vin(back=entry("苏")), ()),
    "one whose plate may be a clone's": (NOTHING, VinWanted(), of_vin(back=NOTHING), (StopSignal(),)),
    "not one that is in order": (VALID, VinWanted(), VALID, ()),
    "nor one that was looked up so": (
        typed(WANTED, VehicleFinding.OVERDUE, vin=VIN),
        VinWanted(),
        typed(WANTED, VehicleFinding.OVERDUE, vin=VIN),
        (),
    ),
    "nor a trailer, which has a number": (trailer("苏"), VinWanted(), trailer("苏"), ()),
    "its keys type": (of_vin("LSV"), Typed("A"), of_vin("LSVA"), ()),
    "but for I, O and Q": (of_vin("LSV"), Typed("O"), of_vin("LSV"), ()),
    "to 17 characters": (of_vin(VIN), Typed("1"), of_vin(VIN), ()),
    "and erase": (of_vin("LSV", advice=VinAdvice.SHORT), Erased(), of_vin("LS"), ()),
    "a short one is no VIN": (of_vin("LSV"), Pressed(CONFIRM), of_vin("LSV", advice=VinAdvice.SHORT), ()),
    "a whole one is looked up": (of_vin(VIN), Pressed(CONFIRM), of_vin(VIN), (LookUpVin(VIN, None),)),
    "beside the check that it was asked from": (
        of_vin(VIN, NOTHING),
        Pressed(CONFIRM),
        of_vin(VIN, NOTHING),
        (LookUpVin(VIN, NOTHING.judged),),
    ),
    "a check character that does not fit is told": (
        of_vin(SUSPECT),
        Pressed(CONFIRM),
        of_vin(SUSPECT, advice=VinAdvice.CHECK),
        (),
    ),
    "and refuses nothing": (
        of_vin(SUSPECT, advice=VinAdvice.CHECK),
        Pressed(CONFIRM),
        of_vin(SUSPECT, advice=VinAdvice.CHECK),
        (LookUpVin(SUSPECT, None),),
    ),
    "back leads to the number, which keeps the VIN": (
        of_vin("LSV", entry("苏")),
        Pressed(BACK),
        replace(entry("苏"), vin="LSV"),
        (),
    ),
    "and shows it again": (
        replace(entry("苏"), vin="LSV"),
        VinWanted(),
        of_vin("LSV", replace(entry("苏"), vin="LSV")),
        (),
    ),
    "or to the verdict": (
        of_vin("LSV", NOTHING),
        Pressed(BACK),
        replace(NOTHING, returned=True, draft=Draft("", 0.0, "LSV")),
        (),
    ),
    "the trigger leaves": (of_vin("LSV"), Pressed(TRIGGER), Ready(), ()),
}


@pytest.mark.parametrize(("screen", "event", "after", "effects"), ROWS.values(), ids=ROWS)
def test_what_follows(
    screen: Screen,
    event: EntryTouch | Pressed | Typed | Picked,
    after: Screen,
    effects: tuple[Effect, ...],
):
    assert step(screen, event, 11.0) == (after, effects)


def test_a_check_without_a_record_is_corrected_by_one_that_belongs_to_none():
    unrecorded = replace(NOTHING, judged=replace(NOTHING.judged, seq=-1, recorded=False))
    assert step(unrecorded, NearPicked(NEAR), 1.0) == (unrecorded, (Enter(NEAR, None, None),))


def test_the_check_of_a_near_number_takes_the_place_of_the_verdict():
    other = replace(VALID.judged, seq=124)
    before = replace(NOTHING, returned=True)
    assert step(before, Recorded(other), 1.0) == (Result(Status(), other), (PlaySignal(Outcome.PASS),))


def _lorry(vehicle_type: str) -> VehicleStatus:
    vehicle = Vehicle(WANTED, vehicle_type, "F", 202708)
    return VehicleStatus(VehicleFinding.VALID, "A", 20270831, vehicle=vehicle)


@pytest.mark.parametrize(
    ("screen", "purpose"),
    [
        (LORRY_OK, EntryPurpose.TRAILER),
        (typed(replace(LORRY, kind="51"), VehicleFinding.VALID), EntryPurpose.TRAILER),
        (typed(WANTED, _lorry("Q11")), EntryPurpose.TRAILER),
        (typed(WANTED, _lorry("K33")), None),
        (typed(TRAILER, VehicleFinding.NOT_FOUND), EntryPurpose.TRACTOR),
        (result(CredentialFinding.CURRENT, car=replace(CAR, plate=LORRY)), None),
        (
            result(CredentialFinding.CURRENT, car=replace(CAR, plate=LORRY), subject=Subject.CONFIRMED),
            EntryPurpose.TRAILER,
        ),
        (result(CredentialFinding.FAILED), None),
    ],
)
def test_which_vehicle_may_be_coupled_to_it(screen: Result, purpose: EntryPurpose | None):
    assert offers.partner(screen) is purpose
