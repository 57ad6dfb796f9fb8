"""The figures of a day: codes in two places at once, late uploads, and no check counted twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.registry.reports.checks import Checked
from scripts.registry.reports.figures import distance_km, figures
from terminal.model import Outcome, VehicleFinding
from tests.scripts.registry.request_fixtures import NOW_MS

NANJING, SUZHOU = (320_603_000, 1_187_969_000), (312_990_000, 1_205_853_000)
_OPTIONAL = ("unit", "code_text", "request_id", "letters", "valid_through")
_NUMBERS = ("seq", "trust_s", "offline_s", "hotlist_s", "trust_serial")
_TEXTS = ("journal", "id", "officer", "shift", "how", "finding", "reason", "subject")
COLUMNS: dict[str, Any] = {
    **dict.fromkeys(_OPTIONAL),
    **dict.fromkeys(_NUMBERS, 1),
    **dict.fromkeys(_TEXTS, ""),
    "terminal": "T0001",
    "at_ms": NOW_MS,
    "received_ms": NOW_MS,
    "clock_trusted": True,
    "duress": False,
    "vehicle": "valid",
    "outcome": "pass",
    "first_outcome": "pass",
    "number": "苏A12345",
    "kind": "02",
    "cti": "63" * 12,
    "latitude": NANJING[0],
    "longitude": NANJING[1],
}
ONE = Checked.of(COLUMNS)
MINUTE_MS = 60_000


def changed(one: Checked, **columns: object) -> Checked:
    """Return a check with other values in these columns."""
    return Checked.of(one.columns() | columns)


def at(place: tuple[int, int], minutes: int) -> Checked:
    """Return the check, minutes later at another place."""
    return changed(ONE, latitude=place[0], longitude=place[1], at_ms=NOW_MS + minutes * MINUTE_MS)


def test_the_distance_of_two_cities_is_the_one_on_the_map():
    assert distance_km(NANJING, SUZHOU) == pytest.approx(190, abs=3)
    assert distance_km((0, 0), (0, 1_800_000_000)) == pytest.approx(20_015, abs=1)


@pytest.mark.parametrize(("minutes", "expected"), [(0, 1), (30, 1), (74, 1), (80, 0), (600, 0)])
def test_a_code_that_travels_faster_than_a_vehicle_is_told(minutes: int, expected: int):
    found = figures([ONE, at(SUZHOU, minutes)]).copies.apart
    assert len(found) == expected


def test_a_receiver_s_error_and_two_codes_are_not_a_journey():
    near = (NANJING[0] + 100_000, NANJING[1])
    assert figures([ONE, at(near, 0)]).copies.apart == []
    assert figures([ONE, changed(at(SUZHOU, 0), cti="64" * 12)]).copies.apart == []
    assert figures([ONE, changed(at(SUZHOU, 0), latitude=None)]).copies.apart == []


def test_one_code_with_two_plates_is_told_and_one_plate_twice_is_not():
    assert figures([ONE, ONE]).copies.plates == {}
    both = [ONE, changed(ONE, number="苏A54321")]
    assert figures(both).copies.plates == {ONE.code.cti: both}
    assert figures([ONE, changed(ONE, kind="01")]).copies.plates.keys() == {ONE.code.cti}


def test_duress_is_told():
    pressed = changed(ONE, duress=True)
    assert figures([ONE, pressed]).duress == [pressed]


def test_the_lag_is_of_trusted_clocks_alone():
    late = [changed(ONE, received_ms=NOW_MS + place * 1000) for place in range(101)]
    lag = figures([*late, changed(ONE, clock_trusted=False, received_ms=NOW_MS * 2)]).lag
    assert lag is not None
    assert (lag.median_s, lag.most_of_all_s, lag.longest_s) == (50, 95, 100)
    single = figures(late[7:8]).lag
    assert single is not None
    assert single.median_s == single.longest_s == 7
    assert figures([]).lag is None


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.sampled_from(VehicleFinding), st.booleans())))
@settings(deadline=None)
def test_every_check_is_counted_once(drawn: list[tuple[Outcome, VehicleFinding, bool]]):
    found = figures(
        [changed(ONE, outcome=one, vehicle=vehicle, mistaken=wrong) for one, vehicle, wrong in drawn]
    )
    assert found.count + found.mistaken == len(drawn)
    assert sum(found.outcomes.values()) == sum(found.hours.values()) == found.count
    assert found.duress == []
    assert len(found.alarms) == found.outcomes[Outcome.ALARM]
    assert found.offline <= found.count
