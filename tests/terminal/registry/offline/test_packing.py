"""A vehicle and its entry are packed into two integers without collisions (wire format, section 7)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from terminal.model import Plate, VehicleFinding
from terminal.registry.offline.packing import (
    DIGITS,
    TAKEN_OFF,
    ListClass,
    OfflineEntry,
    finding_of,
    pack_plate,
    pack_record,
    places_of,
    province_of,
    unpack_plate,
    unpack_record,
)
from terminal.vehicle.inspection import end_of_month_s
from terminal.vehicle.tables import KINDS

PATTERNS = {kind.code: kind.pattern.pattern for kind in KINDS.values() if kind.pattern}
PLATES = st.sampled_from(sorted(PATTERNS)).flatmap(
    lambda kind: st.builds(Plate, st.from_regex(PATTERNS[kind], fullmatch=True), st.just(kind))
)
LISTABLE = PLATES.filter(lambda plate: pack_plate(plate) is not None)
ENTRIES = st.builds(
    OfflineEntry,
    st.builds(lambda year, month: year * 100 + month, st.integers(2000, 2199), st.integers(1, 12)),
    st.sampled_from(ListClass),
)
UNLISTABLE_CHARACTERS = re.compile("[临超应急]")


@given(PLATES)
@settings(deadline=None)
def test_every_vehicle_of_a_kind_with_a_pattern_comes_back_from_its_number(plate: Plate):
    packed = pack_plate(plate)
    if packed is None:  # for the two reasons there are
        assert province_of(plate) is None or UNLISTABLE_CHARACTERS.search(plate.number)
    else:
        assert unpack_plate(packed, plate.number[0]) == plate
        assert 0 <= packed < 2**49  # seven bytes at most, as SQLite writes it


@given(LISTABLE, LISTABLE)
@settings(deadline=None)
def test_no_two_vehicles_of_a_province_share_a_number(one: Plate, other: Plate):
    other = replace(other, number=one.number[0] + other.number[1:])
    assume(pack_plate(other) is not None)  # 港 and 澳 are of one province alone
    assert (pack_plate(one) == pack_plate(other)) == (one == other)


@given(st.integers(-(2**50), 2**50), st.sampled_from("苏粤"))
@settings(deadline=None)
def test_a_number_that_no_plate_packs_to_is_refused(packed: int, province: str):
    try:
        plate = unpack_plate(packed, province)
    except ValueError:
        return
    assert pack_plate(plate) == packed


@given(LISTABLE)
@settings(deadline=None)
def test_a_number_begins_with_the_kind_and_the_first_character(plate: Plate):
    packed = pack_plate(plate)
    assert packed is not None
    assert packed // 45**7 == KINDS[plate.kind].index
    assert packed % 45**7 // 45**6 == DIGITS.index(plate.number[1]) + 1


def test_a_number_is_worked_by_hand():
    digits = [11, 2, 3, 4, 5, 6, 0]  # A 1 2 3 4 5, and none
    by_hand = sum(digit * 45 ** (6 - place) for place, digit in enumerate(digits))
    assert pack_plate(Plate("苏A12345", "02")) == 1 * 45**7 + by_hand
    assert pack_plate(Plate("苏A12345", "01")) == by_hand
    assert pack_plate(Plate("苏AD12345", "52")) == 33 * 45**7 + 11 * 45**6 + 14 * 45**5 + sum(
        digit * 45 ** (4 - place) for place, digit in enumerate([2, 3, 4, 5, 6])
    )
    assert pack_plate(Plate("苏A1234挂", "15")) == 14 * 45**7 + by_hand - 6 * 45 + 37 * 45


@pytest.mark.parametrize("number", ["苏AD0001Z", "苏AA0001Z", "苏AD00Z1Z", "苏A123456", "苏AOI"])
def test_a_number_of_any_form_is_listed(number: str):
    for kind in ("02", "52"):
        packed = pack_plate(Plate(number, kind))
        assert (packed is not None) == (len(number) > 4)
        if packed is not None:
            assert unpack_plate(packed, "苏") == Plate(number, kind)


def test_a_file_names_the_order_of_its_kinds():
    kinds = ("98", "52", "02")
    packed = pack_plate(Plate("苏AD0001Z", "52"), places_of(kinds))
    assert packed is not None
    assert packed // 45**7 == 1
    assert unpack_plate(packed, "苏", kinds) == Plate("苏AD0001Z", "52")
    assert pack_plate(Plate("苏AD0001Z", "98"), places_of(kinds)) is not None  # of a kind that no table lists
    assert pack_plate(Plate("苏AD0001Z", "98")) is None
    with pytest.raises(ValueError, match="no plate"):
        unpack_plate(packed, "苏", ("98",))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("123456使", "03"),  # begins with no province
        ("WJ苏1234T", "31"),
        ("KA12345", "32"),
        ("民航A1234", "X3"),
        ("应急苏123X", "X2"),
        ("苏X1234应急", "X1"),  # 应 and 急 are no digits
        ("苏A1234临", "22"),
        ("苏A1234超", "22"),
        ("苏A1234", "20"),  # kinds without a pattern
        ("苏A1234", "99"),
        ("苏A1234", "41"),
        ("苏A1234", "77"),  # no such kind
        ("苏A1234567", "02"),  # longer than its places
        ("苏A12", "02"),
        ("苏a12345", "02"),
        ("", "02"),
        ("苏", "02"),
    ],
)
def test_what_is_never_listed_has_no_number(number: str, kind: str):
    assert pack_plate(Plate(number, kind)) is None


@given(ENTRIES)
def test_a_record_comes_back_and_takes_two_bytes(entry: OfflineEntry):
    record = pack_record(entry)
    assert unpack_record(record) == entry
    assert 0 <= record < 2**15


def test_records_are_worked_by_hand():
    assert pack_record(OfflineEntry(200001, ListClass.PASS)) == 0
    assert pack_record(OfflineEntry(202607, ListClass.ALARM)) == (26 * 12 + 6) * 8 + 3
    assert unpack_record(TAKEN_OFF) is None


@pytest.mark.parametrize("month", [199912, 220001, 202600, 202613, 0, -1])
def test_a_month_that_no_credential_may_name_is_no_record(month: int):
    with pytest.raises(ValueError, match="month"):
        pack_record(OfflineEntry(month, ListClass.PASS))


@pytest.mark.parametrize("record", [-2, -8, 5, 6, 7, 8 * 319 + 5, 2400 * 8, 2**62])
def test_a_number_that_is_no_record_is_refused(record: int):
    with pytest.raises(ValueError, match="not a"):
        unpack_record(record)


IN_DATE = {
    ListClass.PASS: VehicleFinding.CACHED_VALID,
    ListClass.CAUTION: VehicleFinding.CACHED_CAUTION,
    ListClass.OFF_ROAD: VehicleFinding.CACHED_OFF_ROAD,
    ListClass.ALARM: VehicleFinding.CACHED_ALARM,
    ListClass.UNKNOWN: VehicleFinding.UNKNOWN,
}
OVERDUE = VehicleFinding.CACHED_OVERDUE
PAST = IN_DATE | dict.fromkeys((ListClass.PASS, ListClass.CAUTION, ListClass.UNKNOWN), OVERDUE)


@pytest.mark.parametrize("list_class", ListClass)
def test_a_month_is_valid_to_its_last_second_and_the_highest_rank_decides(list_class: ListClass):
    entry, end_s = OfflineEntry(202607, list_class), end_of_month_s(202607)
    assert finding_of(entry, end_s - 1, dates_count=True) is IN_DATE[list_class]
    assert finding_of(entry, end_s, dates_count=True) is PAST[list_class]


@given(ENTRIES, st.floats(0, 2**40))
def test_without_a_date_that_counts_an_alarm_stands_and_nothing_else(entry: OfflineEntry, now_s: float):
    finding = finding_of(entry, now_s, dates_count=False)
    alarm = entry.list_class is ListClass.ALARM
    assert finding is (VehicleFinding.CACHED_ALARM if alarm else VehicleFinding.UNCHECKED)
