"""A receipt waits for the disk; an answer waits neither for the disk nor for an upload being stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.registry.database import Database, register
from tests.scripts.registry.request_fixtures import NOW_MS, RECORD, REQUEST

if TYPE_CHECKING:
    from pathlib import Path

FULL = 2
"""SQLite's `synchronous` that waits for the disk."""


def test_every_transaction_waits_for_the_disk(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/registry.sqlite")
    database.prepare(NOW_MS)
    for _ in range(2):
        with database.transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL
        with database.answering() as view:
            view.first_seen("T0001", REQUEST.id, NOW_MS)
    database.close()


def test_an_answer_does_not_wait_for_an_upload_that_holds_the_database(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/registry.sqlite"
    uploads, lookups = Database(url), Database(url)
    uploads.prepare(NOW_MS)
    with uploads.transaction() as connection:
        register(connection, [RECORD])
    with uploads.transaction() as connection:
        register(connection, [RECORD])  # holds SQLite's only write lock
        with lookups.answering() as view:
            assert view.first_seen("T0001", REQUEST.id, NOW_MS)
            assert not view.first_seen("T0001", REQUEST.id, NOW_MS)
            assert view.records(RECORD.number) == [RECORD]
    uploads.close()
    lookups.close()
