"""Changes in the registry become the terminals' list, byte for byte and day by day."""

from __future__ import annotations

import csv
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from scripts.registry import database as registry
from scripts.registry import sample
from scripts.registry.__main__ import main
from scripts.registry.offline import builder, changes, sources
from scripts.registry.offline.builder import Listing
from scripts.registry.tables import VEHICLE
from terminal.credential.verify import Moment
from terminal.errors import InputFault
from terminal.model import VehicleFinding
from terminal.registry.offline.files import FileName
from terminal.registry.offline.offline_list import OfflineList
from terminal.registry.offline.packing import pack_plate
from terminal.vehicle.inspection import SHANGHAI
from tests.terminal.registry.offline.offline_lists import BASE, build, content, in_order, listing, plate

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.registry.database import Database
    from terminal.registry.messages import VehicleRecord

TODAY = 20260723
VEHICLES = sample.vehicles(1, TODAY, 300)


def yesterday(days: int = 1) -> int:
    """Return the day `days` ago, yyyymmdd."""
    return int(f"{datetime.fromtimestamp(time.time(), SHANGHAI) - timedelta(days=days):%Y%m%d}")


@pytest.fixture
def filled(database: Database) -> Database:
    """A registry with the sample, and a vehicle of another province."""
    with database.transaction() as connection:
        registry.register(connection, (*VEHICLES, replace(VEHICLES[0], number="粤A12345")))
    return database


def run(url: str, folder: Path, *more: str) -> int:
    """Run the command; return its exit status."""
    return main(["--database", url, "offline", "--province", "苏", "--out", str(folder), *more])


def tell(database: Database, *records: VehicleRecord) -> None:
    """Put vehicles in the registry."""
    with database.transaction() as connection:
        registry.register(connection, records)


def findings(folder: Path, *vehicles: VehicleRecord) -> list[VehicleFinding]:
    """Return the findings of a terminal with these files, as of today."""
    with closing(OfflineList(folder)) as listed:
        return [listed.lookup(vehicle.plate, Moment(time.time())).finding for vehicle in vehicles]


@pytest.mark.usefixtures("filled")
def test_a_database_and_a_table_of_the_same_vehicles_give_the_same_bytes(url: str, tmp_path: Path):
    table = tmp_path / "vehicles.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("number", "kind", "letters", "valid_through"))
        rows.writerows((v.number, v.kind, v.letters, v.valid_through) for v in reversed(VEHICLES))
    day = str(TODAY - 1)
    one, other = tmp_path / "one", tmp_path / "other"
    assert run(url, one, "--day", day) == 0
    assert run(url, other, "--day", day, "--csv", str(table)) == 0
    assert content(one, BASE) == content(other, BASE)


@pytest.mark.usefixtures("filled")
def test_what_is_built_is_put_in_force_in_a_terminals_folder(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    terminal = tmp_path / "terminal"
    assert run(url, tmp_path / "lists", "--install", str(terminal)) == 0
    assert f"installed in {terminal}" in capsys.readouterr().out
    alarms = [vehicle for vehicle in VEHICLES if "C" in vehicle.letters]
    assert findings(terminal, *alarms) == [VehicleFinding.CACHED_ALARM] * len(alarms)


def test_a_days_changes_are_what_differs_from_all_that_was_said_before(
    filled: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    numbers = ("苏Z00001", "苏Z00002", "苏Z00003")
    stolen, gone, new = (replace(VEHICLES[0], number=number, valid_through=20991231) for number in numbers)
    tell(filled, stolen, gone)
    assert run(url, tmp_path, "--day", str(yesterday(3))) == 0
    before = changes.in_force(tmp_path, "苏", yesterday(2))
    tell(filled, replace(stolen, letters="C"), new)
    with filled.transaction() as connection:
        connection.execute(delete(VEHICLE).where(VEHICLE.c.number == gone.number))
    for _ in range(2):  # a day may be built again
        capsys.readouterr()
        assert run(url, tmp_path, "--day", str(yesterday(2)), "--changes") == 0
        assert "\n3 vehicles in" in capsys.readouterr().out
    assert findings(tmp_path, stolen, gone, new) == [
        VehicleFinding.CACHED_ALARM,
        VehicleFinding.UNCHECKED,
        VehicleFinding.CACHED_VALID,
    ]
    tell(filled, stolen)  # found again: its status is as in the base, but not as on the day before
    assert run(url, tmp_path, "--changes") == 0
    assert "\n1 vehicles in" in capsys.readouterr().out
    assert findings(tmp_path, stolen) == [VehicleFinding.CACHED_VALID]
    assert len(changes.in_force(tmp_path, "苏", yesterday(0)).plates) == len(before.plates)


@pytest.mark.usefixtures("filled")
def test_a_file_that_would_be_late_among_the_others_is_refused(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    lists = tmp_path / "lists"
    assert run(url, lists, "--changes") == 1
    assert "no base" in capsys.readouterr().err
    assert run(url, lists) == 0
    for late in (["--changes"], ["--day", str(yesterday(2))], ["--day", str(yesterday(0))]):
        assert run(url, lists, *late) == 1
        said = capsys.readouterr().err
        assert "is already of" in said or "may still change" in said
    assert run(url, lists) == 0
    assert [path.name for path in lists.iterdir()] == [str(BASE)]


def test_a_registry_without_vehicles_of_the_province_takes_no_list_away(
    database: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    build(tmp_path, BASE, [listing(1)], day=yesterday(3))
    for more in ([], ["--changes"]):
        assert run(url, tmp_path, *more) == 1
        assert "no vehicle of this province" in capsys.readouterr().err
    tell(database, replace(VEHICLES[0], valid_through=20260732))
    assert run(url, tmp_path) == 1
    assert "row 1: its date is not a day" in capsys.readouterr().err


def test_a_list_is_read_while_workers_write(filled: Database):
    with filled.reading() as connection:
        vehicles = sources.from_database(connection, "苏")
        first = next(vehicles)
        tell(filled, replace(VEHICLES[0], letters="C"))
        assert 1 + sum(1 for _ in vehicles) == len(VEHICLES)
    assert isinstance(first, Listing)


LISTS = st.dictionaries(st.integers(0, 9), st.sampled_from("AGEC"))


@given(history=st.lists(LISTS, min_size=2, max_size=5))
@settings(deadline=None, max_examples=40)
def test_base_and_differences_are_the_registry_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[int, str]]
):
    folder = tmp_path_factory.mktemp("lists")
    for day, state in enumerate(history, 20260701):
        now = builder.pack(BASE, [listing(number, letters) for number, letters in state.items()])
        if day > 20260701:
            now = changes.difference(changes.in_force(folder, "苏", day), now)
        name = FileName("苏", day if day > 20260701 else None)
        builder.write(folder, name, day, now.plates, now.records)
    found = changes.in_force(folder, "苏", 20260801)
    last = builder.pack(BASE, [listing(number, letters) for number, letters in history[-1].items()])
    assert found.plates.tolist() == last.plates.tolist()
    assert found.records.tolist() == last.records.tolist()


def test_without_a_day_a_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run("sqlite://", tmp_path, "--generate", "1") == 1
    assert "--day is needed" in capsys.readouterr().err


def test_changes_are_told_from_a_base_whose_kinds_have_another_order(tmp_path: Path):
    build(tmp_path, BASE, [listing(1), listing(2, "C")], TODAY - 1)
    in_order(tmp_path, BASE, ("07", "02"))
    now = builder.pack(FileName("苏", TODAY), [listing(1, "G"), listing(2, "C")])
    told = changes.difference(changes.in_force(tmp_path, "苏", TODAY), now)
    assert told.plates.tolist() == [pack_plate(plate(1))]


def test_a_base_with_a_kind_that_this_release_does_not_know_is_refused(tmp_path: Path):
    build(tmp_path, BASE, [listing(1)], TODAY - 1)
    in_order(tmp_path, BASE, ("98", "02"))
    with pytest.raises(InputFault, match="98"):
        changes.in_force(tmp_path, "苏", TODAY)
