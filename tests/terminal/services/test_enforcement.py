"""Sealed claims on the laboratory's terminal: opened with a reason and a record, in a shift."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import files, lab
from keys.issue import Enforcement, IssueRequest, issue
from terminal import cli
from terminal.credential.enforcement import target_of
from terminal.credential.verify import Moment
from terminal.errors import EnforcementFault
from terminal.journal import recovery
from terminal.journal.entry import SealedClaimsViewed
from terminal.model import Outcome, SealedClaims, Vehicle
from terminal.screens.events import Failed, Recorded
from terminal.screens.sealed import OpenSealed, SealedOpened
from terminal.screens.shift import EndShift, ShiftEnded
from terminal.screens.values import EnforcementStatus
from terminal.services.status import faults_of
from tests.terminal.services.terminal_fixture import OURS, Work, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.model import RecordedCheck

OFFICER = "000001"
REASON = "处理交通事故"
CLAIMS = SealedClaims("LSVAA4182E2123456", "G12345", "王*")
HELD = EnforcementStatus("苏", frozenset({lab.ENFORCEMENT_EPOCH}))


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """The laboratory's terminal in a shift, which has the key of its epoch."""
    made = work_of(laboratory, tmp_path, time.time())
    made.services.shift_actions.start(OFFICER, made.moment, duress=False)
    yield made
    made.services.close()


def checked(work: Work, epoch: int = lab.ENFORCEMENT_EPOCH) -> RecordedCheck:
    """A check of a code with sealed claims."""
    keys = work.laboratory / "private"
    key = files.load(keys / "enforcement.key", files.Algorithm.CHACHA20_POLY1305)
    vehicle = Vehicle(OURS, "K33", "A", 209912, vin_tail=CLAIMS.vin[-6:])
    request = IssueRequest(vehicle, "苏A", enforcement=Enforcement(CLAIMS, epoch, key))
    text = issue(request, files.load_seed(keys / "jiangsu.key"), b"c" * 12, int(work.clock.now_s()) - 60)
    event = work.services.check(text, None)
    assert isinstance(event, Recorded)
    return event.judged


def opened(work: Work) -> list[SealedClaimsViewed]:
    """The records of openings."""
    return [entry.body for entry in work.entries() if isinstance(entry.body, SealedClaimsViewed)]


def test_claims_are_opened_and_the_reason_is_recorded(work: Work):
    work.services.shift_actions.start(OFFICER, work.moment, duress=False)
    judged = checked(work)
    event = work.services.perform(OpenSealed(judged, REASON))
    assert event == SealedOpened(judged.seq, CLAIMS)
    assert opened(work) == [SealedClaimsViewed(judged.seq, REASON)]
    assert work.entries()[-1].stamp.officer == OFFICER


def test_a_failed_opening_records_nothing_and_changes_no_verdict(work: Work):
    judged = checked(work, epoch=2)
    assert judged.verdict.outcome is Outcome.PROVISIONAL
    assert work.services.perform(OpenSealed(judged, REASON)) == SealedOpened(judged.seq, None)
    assert opened(work) == []


def test_the_end_of_a_shift_wipes_the_keys_and_the_next_shift_opens_them_again(work: Work):
    judged = checked(work)
    held = work.services.shift_actions.enforcement
    keys = held._keys  # noqa: SLF001 - its memory is what is tested
    assert keys is not None
    memory = [one.key for one in keys._keys.values()]  # noqa: SLF001 - its memory is what is tested
    assert held.status(work.moment) == HELD
    assert isinstance(work.services.perform(EndShift()), ShiftEnded)
    assert memory == [bytearray(32)]
    assert held.status(work.moment) == EnforcementStatus()
    assert work.services.perform(OpenSealed(judged, REASON)) == SealedOpened(judged.seq, None)
    work.services.shift_actions.start(OFFICER, work.moment, duress=False)
    assert held.status(work.moment) == HELD


def test_an_untrusted_clock_opens_nothing(work: Work):
    judged = checked(work)
    untrusted = Moment(work.clock.now_s(), clock_trusted=False)
    held = work.services.shift_actions.enforcement
    assert held.status(untrusted) == EnforcementStatus()
    assert held.open(OpenSealed(judged, REASON), untrusted).claims is None


def test_without_a_record_nothing_is_shown(work: Work):
    judged = checked(work)
    path = work.settings.paths.state / recovery.NAME
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'no space'); END")
    assert isinstance(work.services.perform(OpenSealed(judged, REASON)), Failed)


def test_a_trust_set_without_keys_takes_them_away(work: Work):
    judged = checked(work)
    held = work.services.shift_actions.enforcement
    held.trust({}, on_duty=True)
    assert (held.fault, held.status(work.moment)) == (None, EnforcementStatus())
    assert work.services.perform(OpenSealed(judged, REASON)) == SealedOpened(judged.seq, None)


def test_keys_that_come_while_no_shift_is_active_stay_sealed(work: Work):
    work.services.shift_actions.end(work.moment, handover=False)
    held = work.services.shift_actions.enforcement
    box = (work.laboratory / "trust" / target_of("T0001")).read_bytes()
    held.trust({target_of("T0001"): box}, on_duty=False)
    assert held.status(work.moment) == EnforcementStatus()
    held.restore()
    assert held.status(work.moment) == HELD


@pytest.mark.parametrize("province", ["苏", "粤"])
def test_keys_that_cannot_be_used_are_a_fault_and_checks_go_on(work: Work, province: str):
    held = replace(work.services.shift_actions.enforcement, province=province)
    box = (work.laboratory / "trust" / target_of("T0001")).read_bytes()
    held.trust({target_of("T0001"): box if province == "粤" else box[1:]}, on_duty=True)
    work.services.shift_actions.enforcement = held
    assert [fault.code for fault in faults_of(work.services)] == [EnforcementFault.code]
    assert checked(work).verdict.outcome is Outcome.PROVISIONAL


def test_the_desk_tool_with_the_public_set_never_shows_sealed_claims(
    work: Work, capsys: pytest.CaptureFixture[str]
):
    text = checked(work).text
    assert text is not None
    trust = str(work.laboratory / "trust")
    for extra in ([], ["--json"]):
        assert cli.main(["verify", "--lab-trust", trust, "--text", text, *extra]) == 0
        said = capsys.readouterr().out
        assert OURS.number in said
        assert not any(secret in said for secret in (CLAIMS.vin, "G12345", "王"))
