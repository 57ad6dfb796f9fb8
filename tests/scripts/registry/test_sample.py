"""The sample is the same for the same seed and day, and has every outcome."""

from __future__ import annotations

import pytest

from scripts.registry import sample
from terminal.model import Plate, VehicleFinding
from terminal.vehicle import status
from terminal.vehicle.inspection import is_day
from terminal.vehicle.plate import fits
from terminal.vehicle.tables import STATUS, USES, VEHICLE_TYPES
from tests.scripts.registry.request_fixtures import DAY, NOW_MS

NOW_S = NOW_MS // 1000
VEHICLES = sample.vehicles(7, DAY, 200)


def test_the_same_seed_and_day_give_the_same_vehicles_and_others_give_others():
    assert sample.vehicles(7, DAY, 200) == VEHICLES
    assert sample.vehicles(8, DAY, 200) != VEHICLES
    assert sample.vehicles(7, 20270110, 200) != VEHICLES


def test_every_outcome_and_every_status_letter_is_there():
    found = {status.live(one.letters, one.valid_through, NOW_S) for one in VEHICLES}
    live = [finding for finding in VehicleFinding if not finding.name.startswith("CACHED")]
    assert found == {*live} - {VehicleFinding.NOT_FOUND, VehicleFinding.UNCHECKED}
    assert STATUS.keys() <= {letter for one in VEHICLES for letter in one.letters}


def test_every_vehicle_is_of_the_form_that_a_registry_has():
    assert len({one.plate for one in VEHICLES}) == len(VEHICLES)
    for one in VEHICLES:
        assert fits(one.plate)
        assert one.vehicle_type in VEHICLE_TYPES
        assert one.use in USES
        assert is_day(one.valid_through)
        assert one.details.first_registered is not None
        assert is_day(one.details.first_registered)


@pytest.mark.parametrize("day", [20260101, 20261122, 20281231, 20240229])
def test_the_demonstration_s_vehicle_is_valid_and_normal_on_any_day(day: int):
    found = [one for one in sample.vehicles(1, day, 50) if one.plate == Plate("苏A12345", "02")]
    assert [(one.letters, one.valid_through > day) for one in found] == [("A", True)]


def test_the_hot_list_has_the_alarms_and_nothing_else():
    alarms = {one.plate for one in VEHICLES if status.live(one.letters, one.valid_through, NOW_S) == "alarm"}
    assert {one.plate for one in sample.hotlist(VEHICLES)} == alarms
    assert alarms


def test_a_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a day"):
        sample.vehicles(1, 20260231, 0)
