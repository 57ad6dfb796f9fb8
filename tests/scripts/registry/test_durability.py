"""A receipt waits for the disk; an answer does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.registry.database import Database
from tests.scripts.registry.request_fixtures import NOW_MS

if TYPE_CHECKING:
    from pathlib import Path

NORMAL, FULL = 1, 2
"""What SQLite calls its `synchronous`."""


def test_every_transaction_but_an_answer_s_waits_for_the_disk_whatever_came_before(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/registry.sqlite")
    database.prepare(NOW_MS)
    lasting = []
    for kind in (database.transaction, database.answering, database.transaction):
        with kind() as connection:
            lasting.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    database.close()
    assert lasting == [FULL, NORMAL, FULL]
