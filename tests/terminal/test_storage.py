"""Errors of SQLite and files become faults; bugs stay what they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal import storage
from terminal.errors import HotListFault

if TYPE_CHECKING:
    from pathlib import Path


def faulted(error: sqlite3.DatabaseError | OSError) -> HotListFault:
    return HotListFault(storage.error_name(error))


def test_an_error_of_sqlite_is_named_and_quotes_no_stored_data():
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE kept (plate TEXT UNIQUE)")
        with pytest.raises(HotListFault) as raised, storage.translate_errors(faulted):
            db.execute("INSERT INTO kept VALUES (1), (1)")
    assert raised.value.detail == "SQLITE_CONSTRAINT_UNIQUE"
    assert raised.value.__cause__ is None


def test_a_damaged_file_is_known_by_its_name(tmp_path: Path):
    (tmp_path / "kept").write_bytes(b"no database" * 100)
    with closing(sqlite3.connect(tmp_path / "kept")) as db, pytest.raises(sqlite3.DatabaseError) as raised:
        db.execute("SELECT * FROM sqlite_schema")
    assert storage.error_name(raised.value).startswith(storage.DAMAGED)
    assert storage.error_name(sqlite3.DatabaseError("raised by Python")) == "SQLITE_ERROR"


def test_a_files_error_tells_the_systems_message_and_keeps_its_cause(tmp_path: Path):
    with pytest.raises(HotListFault, match="No such file") as raised, storage.translate_errors(faulted):
        (tmp_path / "none").read_bytes()
    assert isinstance(raised.value.__cause__, FileNotFoundError)


def test_misuse_of_sqlite_and_other_bugs_pass():
    with closing(sqlite3.connect(":memory:")) as db:
        pass
    with pytest.raises(sqlite3.ProgrammingError), storage.translate_errors(faulted):
        db.execute("SELECT 1")
    with pytest.raises(ZeroDivisionError), storage.translate_errors(faulted):
        raise ZeroDivisionError
