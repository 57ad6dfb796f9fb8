"""A hot-list alarm outranks a live answer, and the graver of two lists counts."""

from __future__ import annotations

from itertools import product

import pytest

from terminal.model import UNCHECKED, VehicleFinding, VehicleStatus
from terminal.registry.precedence import pick_status
from terminal.vehicle.status import cached, live
from terminal.vehicle.tables import STATUS

HOT = [None, *(VehicleStatus(cached(letter), letter, age_s=1) for letter in (*STATUS, "F", ""))]
LIVE = [
    *(VehicleStatus(live(letter, 20990101, 0), letter, 20990101, 0) for letter in (*STATUS, "F", "")),
    VehicleStatus(VehicleFinding.OVERDUE, "A", 20200101, 0),
    VehicleStatus(VehicleFinding.NOT_FOUND, age_s=0),
]
LISTED = [
    UNCHECKED,
    *(
        VehicleStatus(finding, age_s=86_400)
        for finding in VehicleFinding
        if finding.startswith("cached") or finding is VehicleFinding.UNKNOWN
    ),
]


def test_a_live_answer_counts_unless_the_hot_list_has_an_alarm():
    for said, hot, listed in product(LIVE, HOT, LISTED):
        alarm = hot is not None and hot.finding is VehicleFinding.CACHED_ALARM
        stands = alarm and said.finding is not VehicleFinding.ALARM
        assert pick_status(said, listed, hot) is (hot if stands else said)


@pytest.mark.parametrize("listed", LISTED)
def test_without_an_answer_a_vehicle_on_no_hot_list_is_as_the_offline_list_says(listed: VehicleStatus):
    assert pick_status(None, listed, None) is listed


@pytest.mark.parametrize(
    ("letters", "listed", "finding"),
    [
        ("C", VehicleFinding.CACHED_VALID, VehicleFinding.CACHED_ALARM),
        ("C", VehicleFinding.UNCHECKED, VehicleFinding.CACHED_ALARM),
        ("E", VehicleFinding.CACHED_ALARM, VehicleFinding.CACHED_ALARM),
        ("E", VehicleFinding.CACHED_OVERDUE, VehicleFinding.CACHED_OFF_ROAD),
        ("Q", VehicleFinding.UNKNOWN, VehicleFinding.CACHED_OVERDUE),
        ("F", VehicleFinding.CACHED_VALID, VehicleFinding.UNKNOWN),
        ("F", VehicleFinding.CACHED_CAUTION, VehicleFinding.UNKNOWN),
        ("G", VehicleFinding.UNCHECKED, VehicleFinding.CACHED_CAUTION),
        ("A", VehicleFinding.CACHED_OVERDUE, VehicleFinding.CACHED_OVERDUE),
        ("A", VehicleFinding.UNCHECKED, VehicleFinding.UNCHECKED),
        ("A", VehicleFinding.CACHED_VALID, VehicleFinding.CACHED_VALID),
    ],
)
def test_of_two_lists_the_graver_counts(letters: str, listed: VehicleFinding, finding: VehicleFinding):
    hot = VehicleStatus(cached(letters), letters, age_s=1)
    assert pick_status(None, VehicleStatus(listed), hot).finding is finding


def test_everything_that_the_lists_can_say_has_its_rank():
    for listed, hot in product(LISTED, HOT):
        assert pick_status(None, listed, hot) in (listed, hot)
