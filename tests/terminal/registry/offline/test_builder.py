"""The builder lists vehicles as given, and the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scripts.registry.__main__ import main
from scripts.registry.offline import builder, random_vehicles
from scripts.registry.offline.builder import Listing
from terminal.errors import InputFault
from terminal.model import Plate, VehicleFinding
from terminal.registry.offline import files
from terminal.registry.offline.files import FileName
from terminal.registry.offline.offline_list import OfflineList
from terminal.registry.offline.packing import ListClass, OfflineEntry, pack_plate, unpack_plate, unpack_record
from terminal.vehicle.tables import STATUS
from tests.terminal.registry.offline.offline_lists import BASE, at, build, changes, content, listing, plate

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "number,kind,letters,valid_through\n"


class Done(NamedTuple):
    """Result of a command line."""

    returncode: int
    stdout: str
    stderr: str


def run(folder: Path, *more: str, day: str = "20260701") -> Done:
    command = ["offline", "--province", "苏", "--day", day, "--out", str(folder), *more]
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(command)
    return Done(code, out.getvalue(), err.getvalue())


def table(folder: Path, rows: str, head: str = HEAD) -> str:
    path = folder / "vehicles.csv"
    path.write_text(head + rows, encoding="utf-8")
    return str(path)


def test_a_table_becomes_a_file_that_a_terminal_takes(tmp_path: Path):
    rows = "苏A12345,02,A,20270731\n苏AD12345,52,GC,20270731\n苏A1234挂,15,E,20260630\n"
    rows += "苏A1234临,22,A,20270731\n"
    done = run(tmp_path, "--csv", table(tmp_path, rows))
    assert done.returncode == 0, done.stderr
    assert "3 vehicles" in done.stdout
    assert "1 left out, because their status is never listed" in done.stdout
    sha256 = bytes.fromhex(done.stdout.split()[0])
    assert hashlib.sha256(content(tmp_path, BASE)).digest() == sha256
    files.install(tmp_path / "terminal", BASE, tmp_path / str(BASE), sha256)
    with closing(OfflineList(tmp_path / "terminal")) as listed:
        found = [
            listed.lookup(Plate(number, kind), at(20260702)).finding
            for number, kind in (("苏A12345", "02"), ("苏AD12345", "52"), ("苏A1234挂", "15"))
        ]
    assert found == [VehicleFinding.CACHED_VALID, VehicleFinding.CACHED_ALARM, VehicleFinding.CACHED_OFF_ROAD]


def test_changes_have_their_day_in_their_name_and_take_vehicles_off(tmp_path: Path):
    build(tmp_path, BASE, [listing(1), listing(2)], day=20260630)
    done = run(tmp_path, "--changes", "--csv", table(tmp_path, "苏A00001,02,,\n苏A00002,02,C,20270731\n"))
    assert done.returncode == 0, done.stderr
    with closing(OfflineList(tmp_path)) as listed:
        found = [listed.lookup(plate(number), at(20260702)).finding for number in (1, 2)]
    assert found == [VehicleFinding.UNCHECKED, VehicleFinding.CACHED_ALARM]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("苏A00001,02,A,20270731\n粤A12345,02,A,20270731\n", "row 2: of another province"),
        ("苏A00001,02,A,\n", "row 1: no date; only a file of changes can remove a vehicle"),
        ("苏A00001,02,A,20270732\n", "row 1: its date is not a day yyyymmdd"),
        ("苏A00001,02,A,19991231\n", "row 1: 199912 is not a month of validity"),
        ("苏A00001,02,A\n", "row 1: number, kind, letters and valid_through are needed"),
        ("苏A00001,02,A,20270731\n苏A00001,02,C,20270731\n", "1 vehicles are listed twice"),
    ],
)
def test_a_row_that_cannot_be_right_is_named_and_nothing_is_built(tmp_path: Path, rows: str, why: str):
    done = run(tmp_path, "--csv", table(tmp_path, rows))
    assert done.returncode == 1
    assert why in done.stderr
    assert "苏A" not in done.stderr
    assert not list(tmp_path.glob("*.sqlite"))


def test_a_table_of_another_form_is_refused(tmp_path: Path):
    assert "are needed" in run(tmp_path, "--csv", table(tmp_path, "a,b\n", "c,d\n")).stderr
    assert "No such file" in run(tmp_path, "--csv", str(tmp_path / "missing.csv")).stderr
    assert run(tmp_path, "--csv", "").returncode == 1
    with pytest.raises(SystemExit):
        run(tmp_path, "--csv", "x", day="20260732")


def test_the_order_of_the_table_does_not_change_a_byte(tmp_path: Path):
    rows = [listing(number, "AGEC"[number % 4]) for number in range(2_000)]
    one, other = tmp_path / "one", tmp_path / "other"
    for name in (BASE, changes(20260702)):
        assert build(one, name, rows) == build(other, name, rows[::-1])
        assert content(one, name) == content(other, name)


def list_class(letters: str) -> ListClass:
    packed = builder.pack(BASE, [Listing(plate(1), letters, 20270731)])
    entry = unpack_record(int(packed.records[0]))
    assert entry is not None
    assert entry.month == 202707
    return entry.list_class


def test_every_status_letter_has_the_class_of_its_row_and_overdue_is_left_to_the_month():
    for letter, row in STATUS.items():
        named = row["verdict_class"]
        expected = ListClass.UNKNOWN if named == "overdue" else ListClass[named.upper()]
        assert list_class(letter) is expected
        assert list_class(letter + "C") is ListClass.ALARM  # the highest rank decides
    assert list_class("A  ") is ListClass.PASS
    assert list_class("QE") is ListClass.OFF_ROAD
    for letters in ("", " ", "AA", "GG", "AG", "QG", "y", "甲"):
        assert list_class(letters) is ListClass.UNKNOWN


def test_a_fresh_base_takes_less_than_16_bytes_a_vehicle(tmp_path: Path):
    plates = random_vehicles.plates(100_000, 1)
    builder.write(tmp_path, BASE, 20260701, plates, random_vehicles.records(100_000, 20260701, 1))
    assert (tmp_path / str(BASE)).stat().st_size <= 16 * 100_000


def test_random_vehicles_are_vehicles_and_the_same_seed_gives_the_same(tmp_path: Path):
    plates = random_vehicles.plates(3_000, 7)
    assert len(set(plates.tolist())) == 3_000
    for packed in plates.tolist():
        assert pack_plate(unpack_plate(packed, "苏")) == packed
    assert (plates == random_vehicles.plates(3_000, 7)).all()
    assert (plates != random_vehicles.plates(3_000, 8)).any()
    assert all(
        isinstance(unpack_record(r), OfflineEntry) for r in random_vehicles.records(100, 20260701, 7).tolist()
    )
    one, other = (run(tmp_path / name, "--generate", "3000", "--seed", "7") for name in "ab")
    assert one.stdout.split()[0] == other.stdout.split()[0]
    day, records = random_vehicles.changes(plates, 500, 20260702, 3)
    name = FileName("苏", 20260702)
    builder.write(tmp_path, name, 20260702, day, records)  # checks the file as a terminal does


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    done = run(tmp_path / "file", "--generate", "10")
    assert done.returncode == 1
    assert done.stderr.startswith("L01")


def test_the_interface_takes_any_iterator():
    packed = builder.pack(changes(20260702), iter([listing(2), listing(1, "", None)]))
    assert packed.records[0] == -1
    with pytest.raises(InputFault, match="of another province"):
        builder.pack(FileName("粤"), iter([listing(1)]))
