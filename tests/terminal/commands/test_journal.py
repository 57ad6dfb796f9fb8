"""The journal commands report correctly, change no file, and run beside a writer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal.commands import journal as journal_command
from terminal.errors import InputFault
from terminal.journal.recovery import NAME
from tests.terminal.journal.journals import CHECK, SHIFT, STAMP, open_journal

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes]:
    """Return all files except SQLite's shared memory, where readers take locks."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


@pytest.mark.parametrize("while_open", [True, False])
def test_status_and_verify_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, while_open: bool
):
    with closing(open_journal(tmp_path)) as journal:
        for _ in range(3):
            journal.append(STAMP, CHECK)
        head = journal.head
        if not while_open:
            journal.close()
        before = content(tmp_path)
        assert journal_command.status(tmp_path) == 0
        assert journal_command.verify(tmp_path) == 0
        assert content(tmp_path) == before
        if while_open:
            assert journal.append(STAMP, CHECK) == 4
    told = capsys.readouterr().out
    assert f"journal       {head.journal_id.hex()}\n" in told
    assert f"records       3, last hash {head.hash.hex()[:16]}\n" in told
    assert "not uploaded  3\n" in told
    assert f"shift         {SHIFT}: caution 3\n" in told
    assert f"whole: 3 records of journal {head.journal_id.hex()}\n" in told


def test_verify_says_what_is_broken_and_where_and_status_what_was_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with closing(open_journal(tmp_path)) as journal:
        for _ in range(3):
            journal.append(STAMP, CHECK)
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as db:
        db.execute("DELETE FROM record WHERE seq = 2")
    assert journal_command.verify(tmp_path) == 1
    assert capsys.readouterr().out == "broken: record 2: missing\n"
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None
        assert journal_command.status(tmp_path) == 0
        assert f"set aside     {journal.set_aside.name}\n" in capsys.readouterr().out


def test_a_journal_that_is_not_there_cannot_be_read_and_is_not_made(tmp_path: Path):
    for command in (journal_command.status, journal_command.verify):
        with pytest.raises(InputFault, match="no journal"):
            command(tmp_path / "none")
        with pytest.raises(InputFault, match="no journal"):
            command(tmp_path)
    assert list(tmp_path.iterdir()) == []
