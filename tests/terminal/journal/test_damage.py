"""A damaged journal is set aside unchanged, and its successor names it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalDamaged
from terminal.journal import database, record
from terminal.journal.entry import Event, EventKind
from terminal.journal.lock import Lock, remembered
from terminal.journal.recovery import CHECKED_AT_OPENING, NAME
from tests.terminal.journal.journals import CHECK, STAMP, TERMINAL_KEY, open_journal, opened, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.journal.record import Head

RECORDS = 40
LOG = f"{NAME}-wal"
KEPT = (NAME, LOG)
"""Files kept as evidence; the shared memory is rebuilt from the log."""


def left_by_a_cut(state_dir: Path) -> Head:
    """Create a journal as a power cut leaves it: the newest records are only in the log."""
    source = state_dir.with_name(f"{state_dir.name}-source")
    with closing(open_journal(source)) as journal:
        for number in range(RECORDS):
            journal.append(STAMP, CHECK)
            if number == RECORDS // 2:
                with closing(sqlite3.connect(source / NAME)) as db:
                    db.execute("PRAGMA wal_checkpoint(FULL)")
        shutil.copytree(source, state_dir)
        return journal.head


def closed(state_dir: Path) -> Head:
    """Create a journal as a shutdown leaves it: one file without a log."""
    with closing(open_journal(state_dir)) as journal:
        for _ in range(RECORDS):
            journal.append(STAMP, CHECK)
        return journal.head


def change(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place, os.SEEK_SET if place >= 0 else os.SEEK_END)
        file.write(content)


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute(statement).rowcount != 0


def flip_a_byte_of_record(seq: int) -> Callable[[Path], None]:
    """Change one byte of a record, which SQLite does not detect."""

    def damage(state_dir: Path) -> None:
        with closing(sqlite3.connect(state_dir / NAME, isolation_level=None)) as db:
            (encoded,) = db.execute("SELECT bytes FROM record WHERE seq = ?", (seq,)).fetchone()
            spoiled = encoded[:-1] + bytes([encoded[-1] ^ 1])
            db.execute("UPDATE record SET bytes = ? WHERE seq = ?", (spoiled, seq))

    return damage


def put_back(state_dir: Path) -> None:
    """Restore the intact file as it was after record 10."""
    with closing(sqlite3.connect(state_dir / NAME, isolation_level=None)) as db:
        (following,) = db.execute("SELECT bytes FROM record WHERE seq = 11").fetchone()
        previous = record.read(following).previous
        db.execute("DELETE FROM record WHERE seq > 10")
        db.execute("UPDATE journal SET seq = 10, hash = ?", (previous,))


AFTER_A_CUT: dict[str, Callable[[Path], None]] = {
    "log cut short": lambda state: os.truncate(state / LOG, 5000),
    "log empty": lambda state: os.truncate(state / LOG, 0),
    "log gone": lambda state: (state / LOG).unlink(),
    "log changed": lambda state: change(state / LOG, 32 + 24 + 100, b"\xff\x00\xff"),
    "file cut to 10 bytes": lambda state: os.truncate(state / NAME, 10),
    "file cut to a page": lambda state: os.truncate(state / NAME, 4096),
    "file zeroed": lambda state: change(state / NAME, 0, bytes((state / NAME).stat().st_size)),
    "file gone": lambda state: (state / NAME).unlink(),
    "file empty": lambda state: os.truncate(state / NAME, 0),
}
AFTER_A_SHUTDOWN: dict[str, Callable[[Path], None]] = {
    "header zeroed": lambda state: change(state / NAME, 0, bytes(100)),
    "first page zeroed": lambda state: change(state / NAME, 0, bytes(4096)),
    "middle page zeroed": lambda state: change(state / NAME, 4096, bytes(4096)),
    "last page zeroed": lambda state: change(state / NAME, -4096, bytes(4096)),
    "cut to half": lambda state: os.truncate(state / NAME, (state / NAME).stat().st_size // 2),
    "cut to 10 bytes": lambda state: os.truncate(state / NAME, 10),
    "no database": lambda state: change(state / NAME, 0, b"journal" * 1000),
    "first record changed": flip_a_byte_of_record(1),
    "last record changed": flip_a_byte_of_record(RECORDS),
    "record deleted": lambda state: execute(state / NAME, "DELETE FROM record WHERE seq = 7"),
    "last record deleted": lambda state: execute(state / NAME, "DELETE FROM record WHERE seq = 40"),
    "record added": lambda state: execute(
        state / NAME, "INSERT INTO record SELECT 41, bytes FROM record WHERE seq = 40"
    ),
    "head changed": lambda state: execute(state / NAME, "UPDATE journal SET hash = zeroblob(32)"),
    "head of another type": lambda state: execute(state / NAME, "UPDATE journal SET id = x'00'"),
    "head gone": lambda state: execute(state / NAME, "DELETE FROM journal"),
    "table gone": lambda state: execute(state / NAME, "DROP TABLE record"),
    "all put back to an older head": put_back,
}


CASES = [pytest.param(left_by_a_cut, damage, id=name) for name, damage in AFTER_A_CUT.items()] + [
    pytest.param(closed, damage, id=name) for name, damage in AFTER_A_SHUTDOWN.items()
]


@pytest.mark.parametrize(("make", "damage"), CASES)
def test_damage_is_found_and_kept_whole_and_the_next_journal_names_it(
    tmp_path: Path, make: Callable[[Path], Head], damage: Callable[[Path], None]
):
    state = tmp_path / "state"
    last = make(state)
    damage(state)
    before = {name: (state / name).read_bytes() for name in KEPT if (state / name).exists()}
    with closing(open_journal(state)) as journal:
        aside = journal.set_aside
        assert aside is not None
        assert aside.last == last
        assert isinstance(aside.fault(), JournalDamaged)
        (first,) = opened(journal.records())
        assert journal.append(STAMP, CHECK) == 2
        assert whole(journal)
        assert journal.head.journal_id != last.journal_id
    assert aside.name is not None
    assert aside.name.startswith(f"journal.damaged-20231114T221320Z-{last.journal_id.hex()}")
    kept = {name: (state / (aside.name + name.removeprefix(NAME))) for name in before}
    assert {name: path.read_bytes() for name, path in kept.items()} == before
    assert isinstance(first.body, Event)
    assert first.body.kind is EventKind.JOURNAL
    known = f"{last.journal_id.hex()} seq {RECORDS} hash {last.hash.hex()}"
    assert first.body.text == f"follows journal {known}; {aside.why}; kept as {aside.name}"
    with closing(open_journal(state)) as journal:
        assert (journal.head.seq, journal.set_aside) == (2, None)


@pytest.mark.parametrize("make", [left_by_a_cut, closed])
def test_an_intact_journal_is_not_set_aside(tmp_path: Path, make: Callable[[Path], Head]):
    last = make(tmp_path / "state")
    with closing(open_journal(tmp_path / "state")) as journal:
        assert (journal.set_aside, journal.head) == (None, last)


def test_without_the_remembered_head_the_file_itself_says_what_was_last(tmp_path: Path):
    last = closed(tmp_path)
    (tmp_path / "journal.lock").unlink()
    flip_a_byte_of_record(3)(tmp_path)
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None
        assert (journal.set_aside.last, journal.set_aside.why) == (last, "record 4: wrong previous hash")


def test_where_nothing_is_readable_the_next_journal_follows_an_unknown_one(tmp_path: Path):
    closed(tmp_path)
    (tmp_path / "journal.lock").write_bytes(b"?" * 60)
    change(tmp_path / NAME, 0, bytes(4096))
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None
        assert journal.set_aside.name == "journal.damaged-20231114T221320Z-unknown.sqlite"
        (first,) = opened(journal.records())
    assert isinstance(first.body, Event)
    assert first.body.text.startswith("follows journal unknown; ")


def test_a_journal_that_is_gone_altogether_is_named_by_the_next(tmp_path: Path):
    last = closed(tmp_path)
    (tmp_path / NAME).unlink()
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None
        assert (journal.set_aside.last, journal.set_aside.name) == (last, None)
        (first,) = opened(journal.records())
    assert isinstance(first.body, Event)
    assert last.hash.hex() in first.body.text


def test_set_aside_journals_are_never_overwritten(tmp_path: Path):
    kept = dict[str, bytes]()
    (tmp_path / "journal.lock").write_bytes(b"")
    for number in range(3):
        content = bytes([number]) * 5000
        (tmp_path / NAME).write_bytes(content)
        with closing(open_journal(tmp_path)) as journal:
            assert journal.set_aside is not None
            assert journal.set_aside.name is not None
            kept[journal.set_aside.name] = content
        (tmp_path / "journal.lock").write_bytes(b"")
    assert len(kept) == 3
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept


@pytest.mark.parametrize("renamed", range(3))
def test_a_cut_while_a_journal_is_set_aside_loses_nothing(tmp_path: Path, renamed: int):
    """After some of the three renames: file, log and the new journal's file."""
    state = tmp_path / "state"
    left_by_a_cut(state)
    os.truncate(state / LOG, 5000)
    before = {name: (state / name).read_bytes() for name in KEPT}
    with closing(open_journal(state)) as journal:
        aside, following = journal.set_aside, journal.head
    assert aside is not None
    assert aside.name is not None
    (state / NAME).rename(state / aside.name.replace("damaged", "next"))
    for name in KEPT[renamed:]:
        (state / (aside.name + name.removeprefix(NAME))).rename(state / name)
    with closing(open_journal(state)) as journal:
        assert journal.head == following
        assert whole(journal)
    kept = {name: (state / (aside.name + name.removeprefix(NAME))).read_bytes() for name in before}
    assert kept == before


def test_a_cut_while_the_first_journal_is_built_leaves_no_trace(tmp_path: Path):
    database.create(tmp_path / "journal.building.sqlite", b"J" * 16, TERMINAL_KEY)
    with closing(open_journal(tmp_path)) as journal:
        assert (journal.set_aside, journal.head.seq) == (None, 0)
        assert journal.head.journal_id != b"J" * 16
    assert [path.name for path in tmp_path.glob("*.sqlite")] == [NAME]


def test_damage_that_comes_while_it_is_open_is_told_and_set_aside_next_time(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        journal.append(STAMP, CHECK)
        execute(tmp_path / NAME, "UPDATE journal SET hash = zeroblob(32)")
        with pytest.raises(JournalDamaged):
            journal.append(STAMP, CHECK)
        assert journal.head.seq == 1
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None


def test_of_a_long_journal_the_newest_records_are_checked_at_opening_and_all_on_demand(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        for _ in range(5):
            journal.append(STAMP, CHECK)
    flip_a_byte_of_record(2)(tmp_path)
    path, last = tmp_path / NAME, remembered(tmp_path)
    assert CHECKED_AT_OPENING >= 10_000
    assert database.examine(path, last).damage == "record 3: wrong previous hash"
    assert database.examine(path, last, newest=3).damage == "record 3: wrong previous hash"
    assert database.examine(path, last, newest=2).damage is None


def test_the_remembered_head_is_valid_or_none(tmp_path: Path):
    head = closed(tmp_path)
    lock = Lock(tmp_path)
    assert lock.head() == remembered(tmp_path) == head
    lock.release()
    lock.release()
    content = (tmp_path / "journal.lock").read_bytes()
    for spoiled in (content[:-1], bytes(len(content) - 1) + b"\1", b""):
        (tmp_path / "journal.lock").write_bytes(spoiled)
        assert remembered(tmp_path) is None
    assert remembered(tmp_path / "none") is None
