"""Only receipted records are removed, oldest first, and the remaining chain verifies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.commands.journal import WHOLE, verify
from terminal.journal import database, record
from terminal.journal.lock import remembered
from terminal.journal.recovery import NAME
from tests.terminal.journal.journals import CHECK, STAMP, TERMINAL_KEY, open_journal

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.journal.store import Journal

DAY_MS = 86_400_000


def receipt(journal: Journal, seq: int, received_ms: int) -> None:
    digest = journal.hash_at(seq)
    assert digest is not None
    assert journal.mark_receipted(seq, digest, received_ms)


def filled(state: Path, records: int) -> Journal:
    journal = open_journal(state)
    for _ in range(records):
        journal.append(STAMP, CHECK)
    return journal


def seqs(journal: Journal) -> list[int]:
    return [record.read(one).seq for one in journal.records()]


def damage(state: Path) -> str | None:
    return database.examine(state / NAME, remembered(state)).damage


def test_receipted_records_go_after_their_time_oldest_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with closing(filled(tmp_path, 9)) as journal:
        receipt(journal, 3, DAY_MS)
        receipt(journal, 6, 2 * DAY_MS)
        assert journal.remove(DAY_MS) == 0
        assert journal.remove(DAY_MS + 1) == 3
        assert seqs(journal) == [4, 5, 6, 7, 8, 9]
        assert journal.remove(9 * DAY_MS) == 6
        assert journal.remove(9 * DAY_MS) == 0
        assert (journal.head.seq, journal.unreceipted(), seqs(journal)) == (9, 3, [7, 8, 9])
        assert verify(tmp_path) == WHOLE
        assert "1 to 6 were removed" in capsys.readouterr().out
        assert journal.append(STAMP, CHECK) == 10
    with closing(open_journal(tmp_path)) as journal:
        assert (journal.set_aside, seqs(journal)) == (None, [7, 8, 9, 10])
        receipt(journal, 10, DAY_MS)
        assert journal.remove(9 * DAY_MS) == 10
        assert (seqs(journal), journal.append(STAMP, CHECK)) == ([], 11)
    assert damage(tmp_path) is None


@given(st.integers(0, 8), st.integers(0, 8))
@settings(deadline=None, max_examples=15)
def test_records_without_a_valid_receipt_are_kept(
    tmp_path_factory: pytest.TempPathFactory, receipted: int, kept: int
):
    state = tmp_path_factory.mktemp("state")
    with closing(filled(state, 8)) as journal:
        if receipted:
            receipt(journal, receipted, 1)
        digest = journal.hash_at(kept)
        assert digest is not None
        assert journal.withdraw_receipt(kept, digest)
        journal.remove(2)
        assert journal.receipted == min(receipted, kept)
        gone = receipted if receipted <= kept else 0  # withdrawn receipts do not count until the next one
        assert seqs(journal) == list(range(gone + 1, 9))
    assert damage(state) is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM record WHERE seq <= 5", "record 4: missing"),
        ("UPDATE removed SET seq = 5; DELETE FROM record WHERE seq <= 5", "record 6: wrong previous hash"),
        ("UPDATE removed SET seq = 8", "record 8: removed without a receipt"),
        ("UPDATE removed SET hash = zeroblob(32)", "record 4: wrong previous hash"),
        ("DELETE FROM removed", "record 1: missing"),
    ],
)
def test_excessive_removal_is_detected(tmp_path: Path, statement: str, found: str):
    with closing(filled(tmp_path, 9)) as journal:
        receipt(journal, 7, 2)
        receipt(journal, 3, 1)
    with closing(open_journal(tmp_path)) as journal:
        with closing(sqlite3.connect(tmp_path / NAME)) as db, db:
            db.execute("UPDATE receipt SET received_ms = 9 WHERE seq = 7")
            db.execute("INSERT OR REPLACE INTO receipt VALUES (3, 1)")
        assert journal.remove(2) == 3
    with closing(sqlite3.connect(tmp_path / NAME)) as db:
        db.executescript(statement)
    assert damage(tmp_path) == found


def test_removed_records_free_disk_space(tmp_path: Path):
    with closing(filled(tmp_path, 300)) as journal:
        with closing(sqlite3.connect(tmp_path / NAME)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = (tmp_path / NAME).stat().st_size
        receipt(journal, 300, 1)
        assert journal.remove(2) == 300
        assert (tmp_path / NAME).stat().st_size < before / 3


def test_a_journal_of_the_first_schema_is_taken_over(tmp_path: Path):
    with closing(filled(tmp_path, 3)) as journal:
        head = journal.head
    with closing(sqlite3.connect(tmp_path / NAME)) as db:
        for table in ("removed", "receipt", "predecessor", "refused"):
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
    assert damage(tmp_path) is None
    with closing(open_journal(tmp_path)) as journal:
        assert (journal.set_aside, journal.head) == (None, head)
        receipt(journal, 2, 1)
        assert journal.remove(2) == 2
    with closing(open_journal(tmp_path)) as journal:
        assert record.verify_chain(record.genesis(TERMINAL_KEY, head.journal_id), []) != head
        assert seqs(journal) == [3]
