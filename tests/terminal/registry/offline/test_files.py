"""A file of the offline list is refused unless it is complete, signed and matches its name."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal.errors import OfflineListRefused
from terminal.model import VehicleFinding
from terminal.registry.offline import files
from terminal.registry.offline.files import FileHeader, FileName
from terminal.registry.offline.offline_list import OfflineList
from terminal.registry.offline.packing import PLATES_A_KIND, pack_plate
from terminal.vehicle.tables import KINDS
from tests.terminal.registry.offline.offline_lists import (
    BASE,
    BASE_DAY,
    at,
    build,
    changes,
    content,
    listing,
    plate,
)

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = changes(20260702)
ROWS = [listing(number) for number in range(300)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "offline"


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    workshop = tmp_path / "new"
    build(workshop, BASE, ROWS)
    build(workshop, CHANGES, ROWS)
    return workshop


def sha256(file: bytes) -> bytes:
    return hashlib.sha256(file).digest()


@pytest.mark.parametrize("name", [BASE, CHANGES])
def test_a_file_that_is_as_it_must_is_taken_byte_for_byte_from_bytes_and_from_a_file(
    folder: Path, workshop: Path, name: FileName
):
    file = content(workshop, name)
    header = files.install(folder, name, file, sha256(file))
    assert (header.province, header.day, header.count) == ("苏", name.day or BASE_DAY, 300)
    assert content(folder, name) == file
    (folder / str(name)).unlink()
    assert files.install(folder, name, workshop / str(name), sha256(file)) == header
    assert content(folder, name) == file
    assert files.names(folder) == [name]


def refused(folder: Path, name: FileName, file: bytes, digest: bytes | None = None) -> str:
    """Return the reason for which a file is refused, which leaves no trace."""
    before = {path.name: path.read_bytes() for path in folder.glob("*")} if folder.exists() else {}
    with pytest.raises(OfflineListRefused) as caught:
        files.install(folder, name, file, sha256(file) if digest is None else digest)
    after = {path.name: path.read_bytes() for path in folder.glob("*") if path.name != ".lock"}
    assert after == {file: data for file, data in before.items() if file != ".lock"}
    return caught.value.detail


@pytest.mark.parametrize("at", [0, 20, 100, 5000, -1])
def test_a_changed_byte_is_refused(folder: Path, workshop: Path, at: int):
    good = content(workshop, BASE)
    file = bytearray(good)
    file[at] ^= 1
    assert refused(folder, BASE, bytes(file), sha256(good)) == "苏.sqlite: not the file that was signed"


def test_a_file_cut_short_is_refused(folder: Path, workshop: Path):
    good = content(workshop, BASE)
    assert "signed" in refused(folder, BASE, good[:-1], sha256(good))
    assert "signed" in refused(folder, BASE, b"", sha256(good))


@pytest.mark.parametrize("file", [b"", b"no database " * 1000])
def test_what_is_no_database_is_refused_even_when_signed(folder: Path, file: bytes):
    assert refused(folder, BASE, file)


def one(change: str) -> str:
    """Return a statement that changes one vehicle."""
    return f"UPDATE vehicle SET {change} WHERE plate = (SELECT max(plate) FROM vehicle)"  # noqa: S608 - ours


def filtered(value: str) -> str:
    """Return statements that give a file another filter."""
    return f"DELETE FROM meta WHERE key = 'filter'; INSERT INTO meta VALUES ('filter', {value})"  # noqa: S608 - ours


WRONG = {
    "a day twice": ("INSERT INTO meta VALUES ('day', 20260702)", "twice"),
    "another table": ("CREATE TABLE more(a)", "tables"),
    "a view": ("CREATE VIEW more AS SELECT 1", "tables"),
    "an index": ("CREATE INDEX more ON vehicle(record)", "tables"),
    "another column": ("ALTER TABLE vehicle ADD COLUMN more", "columns"),
    "no key": (
        "DROP TABLE vehicle; CREATE TABLE vehicle(plate INTEGER, record INTEGER)",
        "columns",
    ),
    "another province": ("UPDATE meta SET value = '粤' WHERE key = 'province'", "another file"),
    "no day": ("UPDATE meta SET value = 20260732 WHERE key = 'day'", "another file"),
    "a day in text": ("UPDATE meta SET value = '20260702' WHERE key = 'day'", "header is incomplete"),
    "no count": ("DELETE FROM meta WHERE key = 'count'", "header is incomplete"),
    "a wrong count": ("UPDATE meta SET value = 301 WHERE key = 'count'", "300 vehicles instead of 301"),
    "a class that is none": (one("record = record + 5"), "1 records are invalid"),
    "a month too late": (one("record = 2400 * 8"), "1 records are invalid"),
    "a month too early": (one("record = -2"), "1 records are invalid"),
    "no record": (one("record = NULL"), "1 records are invalid"),
    "a text for a record": (one("record = 'x'"), "1 records are invalid"),
    "a plate below all": (one("plate = -1"), "not plates"),
    "a plate above all": (one(f"plate = {len(KINDS) * PLATES_A_KIND}"), "not plates"),
    "a last plate that is none": (one("plate = plate - plate % 91125 + 91125 * 40 + 1"), "not plates"),
    "kinds in bytes": ("UPDATE meta SET value = x'3031' WHERE key = 'kinds'", "its kinds"),
    "a kind twice": ("UPDATE meta SET value = '01 02 01' WHERE key = 'kinds'", "its kinds"),
    "a kind that is none": ("UPDATE meta SET value = '01 2' WHERE key = 'kinds'", "its kinds"),
    "no kinds": ("UPDATE meta SET value = '' WHERE key = 'kinds'", "its kinds"),
    "fewer kinds than are listed": ("UPDATE meta SET value = '01' WHERE key = 'kinds'", "not plates"),
    "a filter of no size": (filtered("x'000000'"), "filter is invalid"),
    "a filter in text": (filtered("'text'"), "filter is invalid"),
    "another's filter": (filtered("zeroblob(512)"), "filter does not match"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", [BASE, CHANGES])
def test_what_is_not_of_the_form_is_refused_even_when_signed(
    folder: Path, workshop: Path, name: FileName, wrong: str
):
    change, why = WRONG[wrong]
    with closing(sqlite3.connect(workshop / str(name))) as db:
        db.executescript(change)
    assert why in refused(folder, name, content(workshop, name))


def test_only_changes_take_a_vehicle_off(folder: Path, workshop: Path):
    for name in (BASE, CHANGES):
        with closing(sqlite3.connect(workshop / str(name))) as db, db:
            db.execute("UPDATE vehicle SET record = -1")
    assert "300 records are invalid" in refused(folder, BASE, content(workshop, BASE))
    file = content(workshop, CHANGES)
    assert files.install(folder, CHANGES, file, sha256(file)).count == 300


def test_a_file_under_the_name_of_another_is_refused(folder: Path, workshop: Path):
    assert "another file" in refused(folder, FileName("粤"), content(workshop, BASE))
    assert "another file" in refused(folder, changes(20260703), content(workshop, CHANGES))
    assert "another file" in refused(folder, changes(20260703), content(workshop, BASE))


def test_a_file_older_than_the_base_in_force_is_refused(folder: Path, workshop: Path, tmp_path: Path):
    file = content(workshop, BASE)
    files.install(folder, BASE, file, sha256(file))
    for name, day in ((BASE, 20260630), (changes(20260630), None), (changes(BASE_DAY), None)):
        build(tmp_path, name, ROWS, day)
        assert f"when the base in force is of {BASE_DAY}" in refused(folder, name, content(tmp_path, name))
    build(tmp_path, BASE, ROWS[:5], BASE_DAY)  # a correction of the same day
    again = content(tmp_path, BASE)
    assert files.install(folder, BASE, again, sha256(again)).count == 5


def test_a_damaged_base_makes_way_for_a_good_one(folder: Path, workshop: Path):
    file = content(workshop, BASE)
    folder.mkdir()
    (folder / str(BASE)).write_bytes(file[:4000])
    assert files.install(folder, BASE, file, sha256(file)).count == 300


def test_two_processes_do_not_replace_files_at_once(folder: Path, workshop: Path):
    file = content(workshop, BASE)
    files.install(folder, BASE, file, sha256(file))
    with files.sole_writer(folder, BASE):
        assert "another process" in refused(folder, BASE, file)
    files.install(folder, BASE, file, sha256(file))


def test_a_source_that_is_not_there_or_a_place_that_is_none_is_refused(
    folder: Path, workshop: Path, tmp_path: Path
):
    with pytest.raises(OfflineListRefused, match="No such file"):
        files.install(folder, BASE, tmp_path / "missing", bytes(32))
    file = content(workshop, BASE)
    (folder / str(BASE)).mkdir(parents=True)
    assert "directory" in refused_quietly(folder, file)
    with pytest.raises(OfflineListRefused, match="File exists"):
        files.install(workshop / str(BASE), BASE, file, sha256(file))


def refused_quietly(folder: Path, file: bytes) -> str:
    with pytest.raises(OfflineListRefused) as caught:
        files.install(folder, BASE, file, sha256(file))
    return caught.value.detail


def test_no_fault_tells_a_plate(folder: Path, workshop: Path):
    for wrong, _ in WRONG.values():
        file = workshop / "wrong.sqlite"
        file.write_bytes(content(workshop, CHANGES))
        with closing(sqlite3.connect(file)) as db:
            db.executescript(wrong)
        told = refused(folder, CHANGES, file.read_bytes())
        assert str(pack_plate(plate(299))) not in told
        assert plate(299).number not in told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("苏.sqlite", FileName("苏")),
        ("粤-20260702.sqlite", FileName("粤", 20260702)),
        ("苏-20260732.sqlite", None),
        ("苏-2026070.sqlite", None),
        ("使.sqlite", None),
        ("苏.sqlite-wal", None),
        (".苏.sqlite.incoming", None),
        ("苏-２０２６０７０２.sqlite", None),
    ],
)
def test_a_name_says_province_and_day(text: str, name: FileName | None):
    assert FileName.parse(text) == name
    if name is not None:
        assert str(name) == text


def test_a_file_is_mapped_into_memory_and_cannot_be_written(workshop: Path):
    with closing(files.connect(workshop / str(BASE))) as db:
        assert db.execute("PRAGMA mmap_size").fetchone() == (1 << 30,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM vehicle")
    assert {path.name for path in workshop.iterdir()} == {str(BASE), str(CHANGES)}


def test_a_file_without_a_filter_is_as_good(folder: Path, workshop: Path):
    with closing(sqlite3.connect(workshop / str(CHANGES))) as db, db:
        assert db.execute("DELETE FROM meta WHERE key = 'filter'").rowcount == 1
    file = content(workshop, CHANGES)
    header = files.install(folder, CHANGES, file, sha256(file))
    assert header == FileHeader("苏", 20260702, 300)
    with closing(OfflineList(folder)) as listed:
        assert listed.lookup(plate(7), at(20260702)).finding is VehicleFinding.CACHED_VALID
