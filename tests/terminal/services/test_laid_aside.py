"""Which files of the register are laid aside outlives the terminal's process, and storage stops nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keys import files
from keys.issue import IssueRequest, issue
from terminal.errors import RegisterFault
from terminal.journal.entry import Event, EventKind
from terminal.model import CredentialFinding, Plate, Reason, Vehicle
from terminal.screens.events import Recorded
from terminal.services import laid_aside
from tests.terminal.services.terminal_fixture import Work, work_of

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 86_400
ONE, OTHER = b"a" * 16, b"\xff" * 16


def test_what_was_laid_aside_is_read_back(tmp_path: Path):
    assert laid_aside.load(tmp_path) == frozenset()
    for kept in ({ONE, OTHER}, {OTHER}, frozenset[bytes]()):
        laid_aside.save(tmp_path, kept)
        assert laid_aside.load(tmp_path) == kept


@pytest.mark.parametrize("content", [b"", b"xy\n", b"\xff", "苏".encode()])
def test_a_file_that_is_unsound_says_nothing(tmp_path: Path, content: bytes):
    (tmp_path / laid_aside.FILE).write_bytes(content)
    assert laid_aside.load(tmp_path) == frozenset()


def test_a_folder_that_takes_no_file_stops_nothing(tmp_path: Path):
    laid_aside.save(tmp_path / "none", {ONE})
    assert laid_aside.load(tmp_path / "none") == frozenset()


def never_issued(work: Work, number: int) -> str:
    """A code of the laboratory's compromised key that its register covers and does not have."""
    seed = files.load_seed(work.laboratory / "private/zhejiang.key")
    vehicle = Vehicle(Plate(f"浙B{number:05}", "02"), "K33", "A", 209912)
    return issue(IssueRequest(vehicle, "浙B"), seed, bytes(12), int(time.time()) - 10 * DAY_S)


def reason_of(work: Work, number: int) -> Reason:
    event = work.cases.check(never_issued(work, number), work.moment)
    assert isinstance(event, Recorded)
    return event.judged.verdict.finding.reason


def test_a_file_that_accuses_too_many_is_laid_aside_recorded_and_stays_so(laboratory: Path, tmp_path: Path):
    work = work_of(laboratory, tmp_path, time.time())
    found = [reason_of(work, number) for number in (1, 2, 3, 3, 4, 5)]
    assert found == [*[Reason.NOT_ISSUED] * 4, *[Reason.KEY_COMPROMISED] * 2]
    assert work.cases.verifier.faults[0].line() == RegisterFault("issued/浙.bin").line()
    bodies = [entry.body for entry in work.entries()]
    assert bodies[4] == Event(EventKind.TRUST, "issued/浙.bin is faulty and was laid aside")
    assert sum(isinstance(body, Event) for body in bodies) == 1
    assert [getattr(body, "finding", None) for body in bodies[:4]] == [CredentialFinding.NOT_ISSUED] * 4
    work.cases.close()
    again = work_of(laboratory, tmp_path, time.time())
    assert reason_of(again, 6) is Reason.KEY_COMPROMISED
    assert len(again.cases.verifier.faults) == 1
    again.cases.close()
