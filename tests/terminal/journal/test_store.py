"""Records are durable and sealed before their number is returned; only one process writes a journal."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from nacl.public import PrivateKey

from terminal.errors import JournalBusy, JournalFault, JournalFull
from terminal.journal import database, record
from terminal.journal.entry import Event, EventKind, Note, Refinement, Session, SessionStep
from terminal.journal.recovery import NAME
from terminal.journal.store import Journal
from terminal.model import Outcome
from terminal.wire.sealed import SealingKeyPair
from tests.terminal.journal.journals import (
    CHECK,
    NOTE,
    NUMBER,
    OFFICER,
    REGISTRY,
    SHIFT,
    STAMP,
    TERMINAL_KEY,
    open_journal,
    opened,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.journal.entry import Body


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(open_journal(tmp_path / "state")) as journal:
        yield journal


def test_records_are_numbered_from_1_and_say_what_was_done_to_the_registry(journal: Journal):
    done: list[Body] = [Session(SessionStep.SHIFT_STARTED), CHECK, Note(seq=2, text=NOTE)]
    assert [journal.append(STAMP, body) for body in done] == [1, 2, 3]
    entries = opened(journal.records())
    assert [entry.body for entry in entries] == done
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert {entry.journal_id for entry in entries} == {journal.head.journal_id}
    assert {entry.stamp for entry in entries} == {STAMP}
    assert len({entry.id for entry in entries}) == 3
    assert whole(journal)


def test_a_journal_goes_on_where_it_was_also_under_a_newer_sealing_key(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        journal.append(STAMP, CHECK)
        head = journal.head
    newer = PrivateKey.generate()
    with closing(open_journal(tmp_path, sealing=newer)) as journal:
        assert (journal.head, journal.set_aside) == (head, None)
        assert journal.append(STAMP, CHECK) == 2
        assert opened(journal.records(1), newer)[0].body == CHECK
        assert whole(journal)


def test_another_journal_has_another_id(tmp_path: Path):
    with closing(open_journal(tmp_path / "1")) as first, closing(open_journal(tmp_path / "2")) as second:
        assert first.head.journal_id != second.head.journal_id


def test_only_the_owner_may_read_the_files(tmp_path: Path):
    state_dir = tmp_path / "new" / "state"
    with closing(open_journal(state_dir)) as journal:
        journal.append(STAMP, CHECK)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state_dir.iterdir()}
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    assert set(modes) == {NAME, f"{NAME}-wal", f"{NAME}-shm", "journal.lock", "journal.reserve"}
    assert set(modes.values()) == {0o600}


def test_no_file_holds_a_plate_an_officer_or_a_note(tmp_path: Path):
    private = [text.encode() for text in (NUMBER, NUMBER[1:], OFFICER, NOTE, str(CHECK.code.text))]
    with closing(open_journal(tmp_path)) as journal:
        for _ in range(50):
            seq = journal.append(STAMP, CHECK)
            journal.append(STAMP, Note(seq=seq, text=NOTE))
        journal.append(STAMP, Event(EventKind.FAULT, NUMBER))
        on_disk = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        told = b"".join(
            SealingKeyPair.of(bytes(REGISTRY)).open(record.read(one).sealed) or b""
            for one in journal.records()
        )
    after_close = {f"closed {path.name}": path.read_bytes() for path in tmp_path.iterdir()}
    for name, content in (on_disk | after_close).items():
        assert [text for text in private if text in content] == [], name
    assert all(text in told for text in private)
    assert SHIFT.encode() in on_disk[f"{NAME}-wal"]  # stored in clear; shows that the search works


def test_a_journal_has_one_writer(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal, pytest.raises(JournalBusy):
        open_journal(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.terminal.journal.appender", str(tmp_path)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(JournalBusy):
            open_journal(tmp_path)
        child.kill()
    with closing(open_journal(tmp_path)) as journal:
        assert whole(journal)


def test_the_file_is_refused_where_a_setting_does_not_hold(tmp_path: Path):
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(JournalFault, match="instead of wal"):
        database.require(db, "journal_mode", "wal")
    database.create(tmp_path / "file", b"J" * 16, TERMINAL_KEY)
    with closing(database.connect(tmp_path / "file")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_counts_follow_outcomes_and_a_refinement_moves_one(journal: Journal):
    provisional = replace(CHECK, outcome=Outcome.PROVISIONAL)
    first = journal.append(STAMP, provisional)
    journal.append(STAMP, provisional)
    journal.append(replace(STAMP, shift="other"), CHECK)
    refined = Refinement(seq=first, outcome=Outcome.PASS)
    journal.append(STAMP, refined, was=Outcome.PROVISIONAL)
    assert journal.tallies(SHIFT) == {"provisional": 1, "pass": 1}
    journal.append(STAMP, refined, was=Outcome.ALARM)  # of a check counted in another shift
    journal.append(STAMP, replace(refined, outcome=None), was=Outcome.PASS)
    assert journal.tallies(SHIFT) == {"provisional": 1, "pass": 1}
    assert (journal.tallies("other"), journal.tallies("none")) == ({"caution": 1}, {})


def test_only_a_hash_of_our_own_makes_records_receipted(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        for _ in range(3):
            journal.append(STAMP, CHECK)
        hashes = [record.digest(encoded) for encoded in journal.records()]
        assert journal.unreceipted() == 3
        assert not journal.mark_receipted(2, hashes[2], STAMP.at_ms)
        assert not journal.mark_receipted(4, hashes[2], STAMP.at_ms)
        assert not journal.mark_receipted(0, hashes[0], STAMP.at_ms)
        assert journal.unreceipted() == 3
        assert journal.mark_receipted(2, hashes[1], STAMP.at_ms)
        assert journal.mark_receipted(1, hashes[0], STAMP.at_ms)
        assert journal.unreceipted() == 1
    with closing(open_journal(tmp_path)) as journal:
        assert journal.unreceipted() == 1


def test_records_come_in_order_over_many_pages_and_while_more_are_appended(journal: Journal):
    for _ in range(600):
        journal.append(STAMP, Session(SessionStep.LOCKED))
    seqs = []
    for encoded in journal.records(100):
        seqs.append(record.read(encoded).seq)
        if len(seqs) == 300:
            journal.append(STAMP, CHECK)
    assert seqs == list(range(101, 602))


def test_a_failed_write_adds_nothing_and_the_journal_works_on(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        journal.append(STAMP, CHECK)
        head = journal.head
        log = (tmp_path / f"{NAME}-wal").stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (log, hard))
        try:
            for _ in range(2):
                with pytest.raises(JournalFault):
                    journal.append(STAMP, CHECK)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert journal.head == head
        assert journal.append(STAMP, CHECK) == 2
        assert journal.tallies(SHIFT) == {"caution": 2}
        assert whole(journal)
    with closing(open_journal(tmp_path)) as journal:
        assert (journal.head.seq, journal.set_aside) == (2, None)


def test_a_disk_that_fills_up_or_turns_read_only_loses_nothing(tmp_path: Path):
    """Runs as any user who may create a mount namespace; nothing is mounted outside it."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    script = 'mount -t tmpfs -o size=2m none "$1" && exec "$2" -m tests.terminal.journal.full_disk "$1"'
    done = subprocess.run(
        [*unshare, "sh", "-c", script, "sh", str(tmp_path), sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_an_invalid_entry_raises_and_adds_nothing(journal: Journal):
    with pytest.raises(ValueError, match="batch"):
        journal.append(STAMP, Note(seq=1, text="长" * 30_000))
    assert (journal.head.seq, journal.append(STAMP, CHECK)) == (0, 1)


def test_a_state_directory_that_is_a_file_is_a_fault_with_its_name(tmp_path: Path):
    (tmp_path / "state").write_bytes(b"")
    with pytest.raises(JournalFault, match="state") as caught:
        open_journal(tmp_path / "state")
    assert not isinstance(caught.value, JournalFull)


def test_a_key_that_seals_nothing_is_refused_before_anything_is_written(tmp_path: Path):
    for key in (bytes(32), b"short"):
        with pytest.raises(JournalFault, match="key"):
            Journal.open(
                tmp_path / "state",
                terminal_public_key=TERMINAL_KEY,
                sealing_key=key,
                random=os.urandom,
                stamp=STAMP,
            )
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("case", ["another identity", "newer version"])
def test_a_foreign_journal_is_left_unchanged(tmp_path: Path, case: str):
    with closing(open_journal(tmp_path)) as journal:
        journal.append(STAMP, CHECK)
    if case == "newer version":
        with closing(sqlite3.connect(tmp_path / NAME)) as db:
            db.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    before = (tmp_path / NAME).read_bytes()
    owner = TERMINAL_KEY if case == "newer version" else bytes(32)
    with pytest.raises(JournalFault, match=case):
        open_journal(tmp_path, owner=owner)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.sqlite*")} == {NAME: before}
