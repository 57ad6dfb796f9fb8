"""Code and registry are compared in well-formed fields, and a difference never gives a pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import (
    ComparedField,
    Credential,
    CredentialFinding,
    Finding,
    Outcome,
    Plate,
    Reason,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.vehicle.compare import differing
from terminal.vehicle.verdict import CONTRADICTED, TABLE, decide

COLOUR, TYPE, VIN = ComparedField
OURS = Plate("苏A12345", "02")


def vehicle(colour: str | None = "H", vehicle_type: str = "K33", vin_tail: str | None = "123456") -> Vehicle:
    """Return a vehicle with these three fields."""
    return Vehicle(OURS, vehicle_type, "A", 209912, colour, vin_tail)


@pytest.mark.parametrize(
    ("code", "registry", "differ"),
    [
        ("H", "H", False),
        ("H", "A", True),
        ("AH", "H", False),  # two-coloured
        ("AH", "BJ", True),
        ("AH", "HJA", False),
        ("Z", "A", False),  # other colours never differ
        ("A", "Z", False),
        ("AZ", "H", False),
        (None, "A", False),
        ("A", None, False),
        ("A", "", False),
        ("A", "白", False),  # no letters
        ("A", "a", False),
        ("A", "B ", False),
    ],
)
def test_colours_are_sets_of_letters(code: str | None, registry: str | None, *, differ: bool):
    found = differing(vehicle(colour=code), vehicle(colour=registry))
    assert found == ((COLOUR,) if differ else ())


@pytest.mark.parametrize(
    ("code", "registry", "differ"),
    [
        ("K33", "K33", False),
        ("K33", "K31", False),
        ("K33", "H31", True),
        ("K33", "M21", True),
        ("K33", "", False),
        ("K33", "轿车", False),
        ("K33", "小型轿", False),
        ("K33", "H", False),
        ("033", "H31", False),
    ],
)
def test_types_differ_in_their_first_characters(code: str, registry: str, *, differ: bool):
    found = differing(vehicle(vehicle_type=code), vehicle(vehicle_type=registry))
    assert found == ((TYPE,) if differ else ())


@pytest.mark.parametrize(
    ("code", "registry", "differ"),
    [
        ("123456", "123456", False),
        ("123456", "999999", True),
        ("123456", "3456", False),  # the common length, from the end
        ("123456", "3457", True),
        ("123456", "LSVAA2180E2123456", False),
        ("123456", "LSVAA2180E2123457", True),
        ("123456", "456", False),  # too short to say anything
        ("123456", "12345O", False),  # no VIN has an O
        ("123456", "", False),
        ("123456", None, False),
        (None, "999999", False),
    ],
)
def test_a_vin_s_tail_is_compared_in_the_common_length(
    code: str | None, registry: str | None, *, differ: bool
):
    found = differing(vehicle(vin_tail=code), vehicle(vin_tail=registry))
    assert found == ((VIN,) if differ else ())


TEXTS = st.none() | st.text(max_size=18) | st.from_regex("[A-Z0-9]{1,17}", fullmatch=True)
VEHICLES = st.builds(vehicle, TEXTS, TEXTS.map(lambda text: text or ""), TEXTS)


@given(VEHICLES, VEHICLES)
def test_any_two_vehicles_are_compared_alike_from_either_side(one: Vehicle, other: Vehicle):
    assert differing(one, other) == differing(other, one)
    assert differing(one, one) == ()


def finding_of(code: Vehicle, found: CredentialFinding = CredentialFinding.CURRENT) -> Finding:
    """Return the finding of a genuine code of a vehicle."""
    return Finding(found, Reason.OK, Credential("苏A", 4_102_416_000, 0, b"c" * 12, code))


STATUSES = st.sampled_from(VehicleFinding)
PROVEN = st.sampled_from(
    [
        CredentialFinding.CURRENT,
        CredentialFinding.PAST,
        CredentialFinding.WITHDRAWN,
        CredentialFinding.NOT_ISSUED,
    ]
)


@given(PROVEN, STATUSES, st.none() | st.sampled_from(Subject), VEHICLES, VEHICLES)
def test_a_difference_is_never_green_and_lowers_nothing_else(
    found: CredentialFinding,
    status: VehicleFinding,
    subject: Subject | None,
    code: Vehicle,
    registry: Vehicle,
):
    told = decide(finding_of(code, found), VehicleStatus(status, vehicle=registry), subject)
    assert told.differing == differing(code, registry)
    cell = TABLE[found, status].outcome
    if told.differing and cell in (Outcome.PASS, Outcome.PROVISIONAL):
        assert (told.outcome, told.guidance_zh) == (Outcome.CAUTION, CONTRADICTED.zh)
    else:
        assert told.outcome in (cell, Outcome.PROVISIONAL)
        assert told.guidance_zh == TABLE[found, status].guidance_zh


def test_registry_blue_and_code_white_is_no_pass():
    """Registry: blue, VIN 123456; code: white, 999999: shown as a pass with one small line before."""
    code = vehicle(colour="A", vin_tail="999999")
    told = decide(
        finding_of(code), VehicleStatus(VehicleFinding.VALID, "A", vehicle=vehicle()), Subject.CONFIRMED
    )
    assert (told.outcome, told.differing) == (Outcome.CAUTION, (COLOUR, VIN))


@pytest.mark.parametrize(
    ("display_only", "outcome"),
    [({COLOUR}, Outcome.PASS), ({VIN}, Outcome.CAUTION), (set(), Outcome.CAUTION)],
)
def test_a_field_that_is_for_display_alone_is_told_and_decides_nothing(
    display_only: set[ComparedField], outcome: Outcome
):
    status = VehicleStatus(
        VehicleFinding.VALID, "A", vehicle=vehicle(colour="A"), display_only=frozenset(display_only)
    )
    told = decide(finding_of(vehicle()), status, Subject.CONFIRMED)
    assert (told.outcome, told.differing) == (outcome, (COLOUR,))


def test_the_code_of_another_vehicle_is_not_compared():
    """The code names another vehicle, so its fields differ anyway."""
    registry = replace(vehicle(colour="A"), plate=Plate("苏A54321", "02"))
    status = VehicleStatus(VehicleFinding.VALID, "A", vehicle=registry)
    assert (
        decide(finding_of(vehicle(), CredentialFinding.OTHER_VEHICLE), status, Subject.TYPED).differing == ()
    )
