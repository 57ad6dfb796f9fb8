"""Lookups in the offline list, and their limits (wire format, section 7)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.registry.offline.builder import Listing
from terminal.credential.verify import Moment
from terminal.errors import OfflineListFault
from terminal.model import UNCHECKED, Plate, VehicleFinding, VehicleStatus
from terminal.registry.offline import files
from terminal.registry.offline.files import FileName, date_of
from terminal.registry.offline.offline_list import REFRESH_S, OfflineList
from tests.terminal.registry.offline.offline_lists import (
    BASE,
    BASE_DAY,
    DAY_S,
    at,
    build,
    changes,
    content,
    in_order,
    install,
    listing,
    plate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

F = VehicleFinding
HALF_A_DAY_S = DAY_S // 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "offline"


@pytest.fixture
def listed(folder: Path) -> Iterator[OfflineList]:
    with closing(OfflineList(folder)) as opened:
        yield opened


def test_each_class_has_its_cached_finding_with_date_and_age_and_without_letters(
    folder: Path, listed: OfflineList
):
    said = {
        "A": F.CACHED_VALID,
        "G": F.CACHED_CAUTION,
        "E": F.CACHED_OFF_ROAD,
        "C": F.CACHED_ALARM,
        "Z": F.UNKNOWN,
        "": F.UNKNOWN,
        "AG": F.UNKNOWN,
        "ME": F.CACHED_OFF_ROAD,
        "GC": F.CACHED_ALARM,
        "Q": F.UNKNOWN,  # overdue, and its date to come
    }
    build(folder, BASE, (listing(number, letters) for number, letters in enumerate(said)))
    for number, finding in enumerate(said.values()):
        status = listed.lookup(plate(number), at(BASE_DAY))
        assert status == VehicleStatus(finding, None, 20270731, HALF_A_DAY_S)


def test_overdue_follows_from_the_month_of_validity(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1, "A", 20260702), listing(2, "Q", 20260731), listing(3, "D", 20260731)])
    july, august = at(20260731), at(20260801)
    assert [listed.lookup(plate(n), july).finding for n in (1, 2, 3)] == [
        F.CACHED_VALID,
        F.UNKNOWN,
        F.CACHED_OFF_ROAD,
    ]
    assert [listed.lookup(plate(n), august).finding for n in (1, 2, 3)] == [
        F.CACHED_OVERDUE,
        F.CACHED_OVERDUE,
        F.CACHED_OFF_ROAD,
    ]
    assert listed.lookup(plate(1), july).valid_through == 20260731


def test_a_vehicle_that_is_missing_is_unchecked_and_never_not_found(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1)])
    missing = VehicleStatus(F.UNCHECKED, age_s=HALF_A_DAY_S)
    assert listed.lookup(plate(2), at(BASE_DAY)) == missing
    assert listed.lookup(plate(1, "01"), at(BASE_DAY)) == missing  # the number with another kind
    assert listed.lookup(Plate("粤A00001", "02"), at(BASE_DAY)) == UNCHECKED  # no file of this province
    assert listed.lookup(Plate("使A00001", "02"), at(BASE_DAY)) == UNCHECKED


def test_files_whose_kinds_have_another_order_are_read_by_their_own(folder: Path, listed: OfflineList):
    day = changes(20260702)
    build(folder, BASE, [listing(1), listing(2, "C"), listing(3)])
    build(folder, day, [listing(3, "D")])
    in_order(folder, day, ("98", "07", "02"))
    moment = at(20260702)
    assert [listed.lookup(plate(n), moment).finding for n in (1, 2, 3)] == [
        F.CACHED_VALID,
        F.CACHED_ALARM,
        F.CACHED_OFF_ROAD,
    ]
    assert listed.lookup(plate(3, "98"), moment).finding is F.UNCHECKED


def test_a_file_of_an_earlier_release_has_the_table_s_order(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1, "C")])
    with closing(sqlite3.connect(folder / str(BASE))) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'kinds'")
    assert listed.lookup(plate(1), at(BASE_DAY)).finding is F.CACHED_ALARM


def test_an_automated_vehicle_and_a_form_to_come_are_found(folder: Path, listed: OfflineList):
    numbers = ("苏AD0001Z", "苏AD00Z1Z")
    build(folder, BASE, [Listing(Plate(number, "52"), "A", 20270731) for number in numbers])
    for number in numbers:
        assert listed.lookup(Plate(number, "52"), at(BASE_DAY)).finding is F.CACHED_VALID


def test_the_day_of_a_list_is_its_newest_file_s(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1)])
    build(folder, changes(20260702), [listing(2)])
    assert (listed.day("苏"), listed.day("粤")) == (20260702, None)


def test_the_newest_file_that_has_the_vehicle_decides(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(number) for number in range(1, 7)])
    build(folder, changes(20260702), [listing(2, "C"), listing(3, "", None), listing(4, "C"), listing(8)])
    build(folder, changes(20260703), [listing(4, "G"), listing(3, "G"), listing(5, "", None)])
    found = [listed.lookup(plate(number), at(20260703)).finding for number in range(1, 10)]
    assert found == [
        F.CACHED_VALID,
        F.CACHED_ALARM,
        F.CACHED_CAUTION,  # removed and listed again
        F.CACHED_CAUTION,
        F.UNCHECKED,  # removed
        F.CACHED_VALID,
        F.UNCHECKED,
        F.CACHED_VALID,  # new
        F.UNCHECKED,
    ]


def test_a_base_holds_the_changes_up_to_its_day(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1)], day=20260702)
    build(folder, changes(20260701), [listing(1, "C")])
    build(folder, changes(20260702), [listing(1, "E")])
    assert listed.lookup(plate(1), at(20260702)).finding is F.CACHED_VALID


def test_what_a_missing_day_may_have_changed_is_as_old_as_the_last_day_before_it(
    folder: Path, listed: OfflineList
):
    build(folder, BASE, [listing(1)], day=20260629)
    for day in (20260630, 20260701, 20260703, 20260704):
        build(folder, changes(day), [listing(day % 100)])
    moment = at(20260704)
    ages = {number: listed.lookup(plate(number), moment).age_s for number in (4, 3, 1, 30, 77)}
    before = 3 * DAY_S + HALF_A_DAY_S
    assert ages == {4: HALF_A_DAY_S, 3: HALF_A_DAY_S, 1: before, 30: before, 77: before}
    assert listed.age_s("苏", moment) == HALF_A_DAY_S
    assert listed.age_s("粤", moment) is None


def test_a_list_that_is_too_old_gives_alarms_alone(folder: Path):
    build(folder, BASE, [listing(1), listing(2, "C"), listing(3, "E"), listing(4, "Z")])
    since_s = date_of(BASE_DAY).timestamp()
    for days in (35, 3):
        with closing(OfflineList(folder, usable_days=days)) as listed:
            last, after = Moment(since_s + days * DAY_S), Moment(since_s + days * DAY_S + 1)
            assert listed.lookup(plate(1), last).finding is F.CACHED_VALID
            age_s = days * DAY_S + 1
            assert listed.lookup(plate(2), after) == VehicleStatus(F.CACHED_ALARM, None, 20270731, age_s)
            for number in (1, 3, 4):
                assert listed.lookup(plate(number), after) == VehicleStatus(F.UNCHECKED, age_s=age_s)


@pytest.mark.parametrize(
    "moment",
    [at(BASE_DAY, clock_trusted=False), at(20260630)],
    ids=["nobody vouches for the clock", "the clock reads earlier than the list was made"],
)
def test_without_a_clock_an_alarm_stands_and_the_rest_is_unchecked(
    folder: Path, listed: OfflineList, moment: Moment
):
    build(folder, BASE, [listing(1), listing(2, "C"), listing(3, "E")])
    assert listed.lookup(plate(1), moment) == UNCHECKED
    assert listed.lookup(plate(2), moment) == VehicleStatus(F.CACHED_ALARM, None, 20270731, None)
    assert listed.lookup(plate(3), moment) == UNCHECKED
    assert listed.lookup(plate(4), moment) == UNCHECKED


def test_a_folder_that_is_not_there_lists_nothing_until_it_is(folder: Path, listed: OfflineList):
    assert listed.lookup(plate(1), at(BASE_DAY)) == UNCHECKED
    build(folder, BASE, [listing(1)])
    listed.refresh()
    assert listed.lookup(plate(1), at(BASE_DAY)).finding is F.CACHED_VALID


def test_old_files_are_in_force_until_the_list_looks_again(folder: Path, tmp_path: Path, listed: OfflineList):
    workshop = tmp_path / "workshop"
    install(folder, workshop, BASE, [listing(1)], BASE_DAY)
    install(folder, workshop, changes(20260702), [listing(2)], 20260702)
    before = [listed.lookup(plate(number), at(20260703)).finding for number in (1, 2)]
    install(folder, workshop, BASE, [listing(1, "C"), listing(2, "C")], 20260703)
    assert files.names(folder) == [BASE]
    assert [listed.lookup(plate(number), at(20260703)).finding for number in (1, 2)] == before
    listed.refresh()
    assert [listed.lookup(plate(number), at(20260703)).finding for number in (1, 2)] == 2 * [F.CACHED_ALARM]
    assert listed.faults == {"苏": ()}


def test_who_keeps_up_looks_every_few_seconds_and_misses_no_change(
    folder: Path, tmp_path: Path, listed: OfflineList
):
    def found() -> VehicleFinding:
        return listed.lookup(plate(1), at(BASE_DAY)).finding

    install(folder, tmp_path, BASE, [listing(1)], BASE_DAY)
    assert found() is F.CACHED_VALID
    listed.keep_up(0.0)
    install(folder, tmp_path, BASE, [listing(1, "E")], BASE_DAY)
    listed.keep_up(REFRESH_S / 2)
    assert found() is F.CACHED_VALID
    listed.keep_up(REFRESH_S)
    assert found() is F.CACHED_OFF_ROAD
    same_ns = folder.stat().st_mtime_ns  # the next change may have the same time stamp
    install(folder, tmp_path, BASE, [listing(1, "C")], BASE_DAY)
    os.utime(folder, ns=(same_ns, same_ns))
    listed.keep_up(2 * REFRESH_S)
    assert found() is F.CACHED_ALARM


def test_a_damaged_file_is_told_and_left_out(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1), listing(2)])
    build(folder, changes(20260702), [listing(1, "C")])
    (folder / str(changes(20260702))).write_bytes(b"not a database, and long enough to be taken for one" * 9)
    assert listed.lookup(plate(1), at(20260702)).finding is F.CACHED_VALID
    (fault,) = listed.faults["苏"]
    assert fault.detail == "苏-20260702.sqlite: SQLITE_NOTADB"
    assert listed.lookup(plate(1), at(20260702)).age_s == DAY_S + HALF_A_DAY_S


@pytest.mark.parametrize("name", [BASE, changes(20260702)])
def test_a_damaged_file_does_not_take_the_place_of_a_good_one(
    folder: Path, tmp_path: Path, listed: OfflineList, name: FileName
):
    build(folder, BASE, [listing(1), listing(2)])
    build(folder, changes(20260702), [listing(1, "C")])
    before = [listed.lookup(plate(number), at(20260702)) for number in (1, 2)]
    build(tmp_path, changes(20260703), [listing(3)])
    damaged = tmp_path / "damaged"
    damaged.write_bytes(content(folder, name)[:4096])
    damaged.rename(folder / str(name))
    listed.refresh()
    assert len(listed.faults["苏"]) == 1
    assert [listed.lookup(plate(number), at(20260702)) for number in (1, 2)] == before
    shutil.copy(tmp_path / str(changes(20260703)), folder)  # and later files are taken
    listed.refresh()
    assert listed.lookup(plate(3), at(20260703)).finding is F.CACHED_VALID
    assert listed.lookup(plate(1), at(20260703)).finding is F.CACHED_ALARM


def test_a_medium_that_changed_beneath_is_a_fault_and_no_finding(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(number) for number in range(5_000)])
    whole = bytearray(content(folder, BASE))
    size = len(whole) // 4096
    for page in range(2, size):  # all pages except the header and the tables
        whole[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    (folder / str(BASE)).write_bytes(whole)
    with pytest.raises(OfflineListFault, match="SQLITE_CORRUPT"):
        listed.lookup(plate(4_999), at(BASE_DAY))


def test_a_record_that_is_none_is_a_fault_and_no_finding(folder: Path, listed: OfflineList):
    build(folder, BASE, [listing(1)])
    with closing(sqlite3.connect(folder / str(BASE))) as db, db:
        db.execute("UPDATE vehicle SET record = 7")
    with pytest.raises(OfflineListFault, match="not a valid ListClass"):
        listed.lookup(plate(1), at(BASE_DAY))


def test_more_provinces_than_are_kept_open_are_all_answered(folder: Path, listed: OfflineList):
    provinces = "苏浙皖鲁豫沪"
    for number, province in enumerate(provinces):
        one = listing(number)._replace(plate=Plate(f"{province}A00001", "02"))
        build(folder, FileName(province), [one])
    for province in provinces + provinces:
        assert listed.lookup(Plate(f"{province}A00001", "02"), at(BASE_DAY)).finding is F.CACHED_VALID
        assert listed.lookup(Plate(f"{province}A00002", "02"), at(BASE_DAY)).finding is F.UNCHECKED


SAID = st.one_of(st.none(), st.sampled_from(("A", "G", "E", "C", "Z")))
"""Letters; None removes the vehicle."""


@given(
    base=st.dictionaries(st.integers(0, 12), st.sampled_from(("A", "G", "E", "C", "Z"))),
    days=st.lists(st.dictionaries(st.integers(0, 12), SAID), max_size=4),
)
@settings(deadline=None, max_examples=40)
def test_base_and_changes_say_what_the_registry_said_last(
    tmp_path_factory: pytest.TempPathFactory, base: dict[int, str], days: list[dict[int, str | None]]
):
    folder = tmp_path_factory.mktemp("offline")
    build(folder, BASE, [listing(number, letters) for number, letters in base.items()])
    last: dict[int, str | None] = dict(base)
    for day, said in enumerate(days, 20260702):
        rows = [
            listing(number, letters or "", 20270731 if letters else None) for number, letters in said.items()
        ]
        build(folder, changes(day), rows)
        last |= said
    found = {
        "A": F.CACHED_VALID,
        "G": F.CACHED_CAUTION,
        "E": F.CACHED_OFF_ROAD,
        "C": F.CACHED_ALARM,
        "Z": F.UNKNOWN,
        None: F.UNCHECKED,
    }
    with closing(OfflineList(folder)) as listed:
        for number in range(13):
            assert listed.lookup(plate(number), at(20260710)).finding is found[last.get(number)]
