"""The registry is asked if a code was issued, and its answer removes or confirms an accusation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keys import files
from keys.issue import IssueRequest, issue
from terminal.journal.entry import Check, Event, EventKind, Refinement
from terminal.model import CredentialFinding, Issuance, Outcome, Plate, Reason, Vehicle
from terminal.registry.messages import PlateQuestion
from tests.terminal.services.terminal_fixture import OTHER, OURS, Work, judged, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_S = 86_400
NEVER_LISTED = Plate("浙B67890", "02")
NOT_ISSUED, CURRENT = CredentialFinding.NOT_ISSUED, CredentialFinding.CURRENT


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.cases.close()


def not_listed(work: Work) -> str:
    """Return a code that the laboratory's register covers and does not have."""
    seed = files.load_seed(work.laboratory / "private/zhejiang.key")
    vehicle = Vehicle(NEVER_LISTED, "K33", "A", 209912)
    return issue(IssueRequest(vehicle, "浙B"), seed, bytes(12), int(time.time()) - 10 * DAY_S)


def digest_asked(work: Work) -> bytes | None:
    question = work.asked()[-1].question
    assert isinstance(question, PlateQuestion)
    return question.code_digest


def refinements(work: Work) -> list[tuple[Issuance | None, CredentialFinding | None]]:
    bodies = [entry.body for entry in work.entries()]
    return [(body.code.issuance, body.finding) for body in bodies if isinstance(body, Refinement)]


def test_a_question_about_a_code_carries_its_digest_whichever_plate_is_entered(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    digest = case.verdict.finding.digest
    assert digest is not None
    assert digest_asked(work) == digest
    work.cases.enter(OTHER, case, work.moment)
    assert digest_asked(work) == digest


def test_a_plate_without_a_code_or_behind_a_wrong_signature_has_no_digest(work: Work):
    work.cases.enter(OURS, None, work.moment)
    assert digest_asked(work) is None
    case = judged(work.cases.check(work.code()[:-3] + "000", work.moment))
    assert case.verdict.finding.reason is Reason.BAD_SIGNATURE
    work.cases.enter(OURS, case, work.moment)
    assert digest_asked(work) is None


def test_the_registry_s_word_that_it_was_issued_lifts_the_accusation(work: Work):
    case = judged(work.cases.check(not_listed(work), work.moment))
    assert case.verdict.finding.finding is NOT_ISSUED
    case = judged(work.answer(work.asked()[0], NEVER_LISTED, issuance=Issuance.ISSUED))
    assert (case.verdict.finding.finding, case.verdict.outcome) == (CURRENT, Outcome.PROVISIONAL)
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.PASS
    assert refinements(work)[0] == (Issuance.ISSUED, CURRENT)
    again = judged(work.cases.enter(NEVER_LISTED, case, work.moment))
    assert again.verdict.finding.finding is CURRENT


def test_a_fault_of_the_register_is_recorded_with_the_next_check(work: Work):
    work.cases.check(not_listed(work), work.moment)
    work.answer(work.asked()[0], NEVER_LISTED, issuance=Issuance.ISSUED)
    work.cases.check(work.code(), work.moment)
    bodies = [entry.body for entry in work.entries()]
    assert [type(body) for body in bodies] == [Check, Refinement, Event, Check]
    assert bodies[2] == Event(EventKind.TRUST, "issued/浙.bin lacks a code that the registry has")


def test_the_registry_s_word_that_it_was_never_issued_accuses(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    assert case.verdict.finding.finding is CURRENT
    case = judged(work.answer(work.asked()[0], OURS, issuance=Issuance.NEVER_ISSUED))
    assert (case.verdict.finding.finding, case.verdict.outcome) == (NOT_ISSUED, Outcome.CAUTION)
    assert refinements(work) == [(Issuance.NEVER_ISSUED, NOT_ISSUED)]
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.CAUTION
    entered = judged(work.cases.enter(OURS, case, work.moment))
    assert entered.verdict.finding.finding is NOT_ISSUED
    assert judged(work.answer(work.asked()[-1], OURS)).verdict.outcome is Outcome.CAUTION


@pytest.mark.parametrize("listed", [True, False])
def test_a_registry_that_does_not_know_changes_nothing(work: Work, *, listed: bool):
    text = work.code() if listed else not_listed(work)
    before = judged(work.cases.check(text, work.moment))
    plate = OURS if listed else NEVER_LISTED
    after = judged(work.answer(work.asked()[0], plate, issuance=Issuance.NOT_KNOWN))
    assert after.verdict.finding == before.verdict.finding
    assert refinements(work) == [(Issuance.NOT_KNOWN, None)]


def test_a_late_word_never_turns_what_is_shown_greener(work: Work):
    case = judged(work.cases.check(not_listed(work), work.moment))
    assert work.settings.registry is not None
    work.clock.advance(work.settings.registry.wait_s)
    work.services.expire()
    work.answer(work.asked()[0], NEVER_LISTED, issuance=Issuance.ISSUED)
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.CAUTION
