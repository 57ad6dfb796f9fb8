"""A hot list's numbers have no gap and no repetition, and its changes add up to its snapshot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.registry import hotlist
from scripts.registry.database import Database
from terminal.errors import InputFault
from terminal.model import Plate
from terminal.registry import codec
from terminal.registry.messages import HotlistChange, HotlistEntry, HotlistQuestion
from terminal.vehicle.tables import PROVINCES
from tests.scripts.registry.request_fixtures import NOW_MS

PLATE = Plate("苏A50000", "02")
STOLEN = HotlistEntry(PLATE, "C")


def changes_of(database: Database, province: str = "苏", most: int = 10_000) -> list[HotlistChange]:
    """Return all changes of a province's list, in order."""
    with database.transaction() as connection:
        changes, more = hotlist.changes(connection, HotlistQuestion(province, 0, 1), most)
    assert not more
    return changes


def snapshot_of(database: Database) -> HotlistChange:
    """Return the list's snapshot, decoded as by a terminal."""
    with database.transaction() as connection:
        return codec.read(HotlistChange, hotlist.snapshot(connection, "苏"))


def test_the_first_change_is_number_one_and_each_has_the_next(database: Database):
    with database.transaction() as connection:
        drawn = [hotlist.put(connection, "苏", [STOLEN], NOW_MS + place) for place in range(3)]
    assert [change.seq for change in drawn] == [1, 2, 3]
    assert {change.epoch for change in drawn} == {NOW_MS // 1000}
    assert changes_of(database) == drawn


def test_workers_that_change_one_list_at_once_draw_no_number_twice_and_leave_none_out(url: str):
    workers = [Database(url) for _ in range(4)]
    for worker in workers:
        worker.prepare(NOW_MS)

    def change(place: int) -> int:
        with workers[place % len(workers)].transaction() as connection:
            return hotlist.put(connection, "苏", [STOLEN], NOW_MS).seq

    with ThreadPoolExecutor(len(workers)) as pool:
        assert sorted(pool.map(change, range(20))) == [*range(1, 21)]
    for worker in workers:
        worker.close()


def test_a_change_that_is_not_committed_draws_no_number(database: Database):
    def fail() -> None:
        with database.transaction() as connection:
            hotlist.put(connection, "苏", [STOLEN], NOW_MS)
            raise ValueError("after the change")

    with pytest.raises(ValueError, match="after"):
        fail()
    assert changes_of(database) == []


def test_a_quiet_list_says_every_ten_minutes_that_nothing_is_missing(database: Database):
    with database.transaction() as connection:
        assert hotlist.heartbeat(connection, NOW_MS) == len(PROVINCES)
        assert hotlist.heartbeat(connection, NOW_MS + hotlist.BEAT_MS - 1) == 0
        hotlist.put(connection, "苏", [STOLEN], NOW_MS + 1)
        assert hotlist.heartbeat(connection, NOW_MS + hotlist.BEAT_MS) == len(PROVINCES) - 1
    assert [(change.seq, change.vehicles) for change in changes_of(database)] == [(1, ()), (2, (STOLEN,))]
    assert [change.vehicles for change in changes_of(database, "浙")] == [(), ()]


def test_a_vehicle_stays_until_a_change_takes_it_off(database: Database):
    with database.transaction() as connection:
        hotlist.put(connection, "苏", [STOLEN, HotlistEntry(Plate("苏A50001", "01"), "J")], NOW_MS)
        hotlist.put(connection, "苏", [HotlistEntry(PLATE, "CN")], NOW_MS)
    assert snapshot_of(database).vehicles == (
        HotlistEntry(PLATE, "CN"),
        HotlistEntry(Plate("苏A50001", "01"), "J"),
    )
    with database.transaction() as connection:
        hotlist.put(connection, "苏", [HotlistEntry(PLATE, "")], NOW_MS)
    found = snapshot_of(database)
    assert (found.vehicles, found.seq) == ((HotlistEntry(Plate("苏A50001", "01"), "J"),), 3)


plates = st.builds(Plate, st.sampled_from(["苏A50000", "苏A50001"]), st.sampled_from(["01", "02"]))
lines = st.builds(HotlistEntry, plates, st.sampled_from(["C", "J", ""]))


@given(st.lists(st.lists(lines, max_size=3), min_size=1, max_size=6))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_snapshot_is_what_its_changes_add_up_to(database: Database, drawn: list[list[HotlistEntry]]):
    with database.transaction() as connection:
        hotlist.renew(connection, "苏", NOW_MS)  # the fixture is one for all examples
        for change in drawn:
            hotlist.put(connection, "苏", change, NOW_MS)
    standing: dict[Plate, str] = {}
    for told in changes_of(database):
        standing |= {line.plate: line.letters for line in told.vehicles}
    left = {plate: letters for plate, letters in standing.items() if letters}
    assert {line.plate: line.letters for line in snapshot_of(database).vehicles} == left


def test_a_new_epoch_begins_with_the_list_as_it_stands(database: Database):
    with database.transaction() as connection:
        hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        hotlist.put(connection, "苏", [], NOW_MS)
        hotlist.renew(connection, "苏", NOW_MS)
    first = changes_of(database)
    assert [(change.epoch, change.seq, change.vehicles) for change in first] == [
        (NOW_MS // 1000 + 1, 1, (STOLEN,))
    ]
    with database.transaction() as connection:
        hotlist.renew(connection, "苏", NOW_MS + 60_000)
    assert changes_of(database)[0].epoch == NOW_MS // 1000 + 60


def test_a_long_list_begins_its_epoch_in_several_changes(database: Database):
    many = [
        HotlistEntry(Plate(f"苏A{number:05}", "02"), "C") for number in range(hotlist.VEHICLES_A_CHANGE + 1)
    ]
    with database.transaction() as connection:
        hotlist.put(connection, "苏", many[:-1], NOW_MS)
        hotlist.put(connection, "苏", many[-1:], NOW_MS)
        hotlist.renew(connection, "苏", NOW_MS)
    assert [len(change.vehicles) for change in changes_of(database)] == [hotlist.VEHICLES_A_CHANGE, 1]


@pytest.mark.parametrize(
    ("epoch", "first", "expected"), [(0, 2, [1, 2, 3]), (NOW_MS // 1000, 2, [2, 3]), (7, 3, [1, 2, 3])]
)
def test_changes_are_given_from_the_first_wanted_in_the_list_s_own_epoch(
    database: Database, epoch: int, first: int, expected: list[int]
):
    with database.transaction() as connection:
        for _ in range(3):
            hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        found, more = hotlist.changes(connection, HotlistQuestion("苏", epoch, first), 100)
        past = hotlist.changes(connection, HotlistQuestion("苏", NOW_MS // 1000, 2**63 - 1), 100)
    assert ([change.seq for change in found], more) == (expected, False)
    assert past == ([], False)


@pytest.mark.parametrize(("most", "expected"), [(1, [1]), (3, [1]), (4, [1, 2]), (5, [1, 2]), (6, [1, 2, 3])])
def test_an_answer_s_changes_are_cut_short_between_two_and_say_so(
    database: Database, most: int, expected: list[int]
):
    with database.transaction() as connection:
        for _ in range(3):
            hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        found, more = hotlist.changes(connection, HotlistQuestion("苏", 0, 1), most)
    assert ([change.seq for change in found], more) == (expected, expected[-1] < 3)


def test_one_worker_tells_what_is_untold_until_its_lease_is_over(database: Database):
    with database.transaction() as connection:
        first = hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        second = hotlist.put(connection, "苏", [], NOW_MS)
        assert hotlist.claim(connection, NOW_MS) == [first, second]
        assert hotlist.claim(connection, NOW_MS + hotlist.LEASE_MS - 1) == []
        hotlist.told(connection, first)
        assert hotlist.claim(connection, NOW_MS) == [second]
        hotlist.told(connection, second)
        assert hotlist.claim(connection, NOW_MS + hotlist.LEASE_MS) == []


def test_a_worker_that_dies_leaves_its_changes_to_the_next(database: Database):
    with database.transaction() as connection:
        change = hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        assert hotlist.claim(connection, NOW_MS) == [change]
        assert hotlist.claim(connection, NOW_MS + hotlist.LEASE_MS) == [change]


def test_what_an_earlier_epoch_was_told_does_not_count_for_a_new_one(database: Database):
    with database.transaction() as connection:
        old = hotlist.put(connection, "苏", [STOLEN], NOW_MS)
        hotlist.renew(connection, "苏", NOW_MS)
        hotlist.told(connection, old)
        hotlist.told(connection, replace(old, seq=9))
        assert [change.epoch for change in hotlist.claim(connection, NOW_MS)] == [old.epoch + 1]


def test_two_workers_never_tell_one_change_at_the_same_time(url: str):
    workers = [Database(url) for _ in range(3)]
    for worker in workers:
        worker.prepare(NOW_MS)
    with workers[0].transaction() as connection:
        hotlist.heartbeat(connection, NOW_MS)

    def claim(worker: Database) -> list[HotlistChange]:
        with worker.transaction() as connection:
            return hotlist.claim(connection, NOW_MS)

    with ThreadPoolExecutor(len(workers)) as pool:
        claimed = [change for found in pool.map(claim, workers) for change in found]
    assert sorted(change.province for change in claimed) == sorted(PROVINCES)
    for worker in workers:
        worker.close()


@pytest.mark.parametrize("province", ["", "XX", "苏A"])
def test_a_list_of_no_province_is_refused(database: Database, province: str):
    with database.transaction() as connection:
        with pytest.raises(InputFault):
            hotlist.put(connection, province, [], NOW_MS)
        with pytest.raises(InputFault):
            hotlist.renew(connection, province, NOW_MS)
        with pytest.raises(InputFault):
            hotlist.snapshot(connection, province)


def test_a_change_of_too_many_vehicles_and_a_snapshot_of_nothing_are_refused(database: Database):
    with database.transaction() as connection:
        with pytest.raises(InputFault):
            hotlist.put(connection, "苏", [STOLEN] * (hotlist.VEHICLES_A_CHANGE + 1), NOW_MS)
        with pytest.raises(InputFault):
            hotlist.snapshot(connection, "苏")
