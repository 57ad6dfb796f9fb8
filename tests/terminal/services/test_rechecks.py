"""The terminal asks again about checks that were not made live, and says what it found."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from terminal.journal.entry import Refinement
from terminal.model import LookupState, Outcome, VehicleFinding
from terminal.registry.messages import PlateQuestion, Purpose
from terminal.screens.events import Rechecked, Refined, ScreenEvent
from terminal.screens.values import RECHECKED, CameraStatus
from terminal.services.rechecks import PAUSE_S, RECHECK_AFTER_S, REST_S
from terminal.services.status import status_of
from tests.terminal.services.terminal_fixture import OTHER, OURS, Work, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal without a network, whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    made.link.up = False
    made.services.shift_actions.shift.start("000001", made.moment, duress=False)
    yield made
    made.cases.close()


def later(work: Work, seconds: float) -> Sequence[ScreenEvent]:
    work.clock.advance(seconds)
    return work.services.expire()


def notices(work: Work) -> list[str]:
    status = status_of(work.services, camera=CameraStatus.LIVE, torch=False, signal_fault=None)
    return [one.zh for one in status.notices if one.code == RECHECKED]


def test_what_was_checked_offline_is_asked_about_when_the_network_is_back_one_at_a_time(work: Work):
    work.cases.enter(OURS, None, work.moment)
    work.cases.enter(OTHER, None, work.moment)
    later(work, RECHECK_AFTER_S)
    assert work.asked() == []
    work.link.up = True
    later(work, PAUSE_S)
    (first,) = work.asked()
    assert first.why is Purpose.RECHECK
    later(work, PAUSE_S)
    assert len(work.asked()) == 1
    work.answer(first, OURS)
    later(work, PAUSE_S)
    numbers = [one.question.number for one in work.asked() if isinstance(one.question, PlateQuestion)]
    assert numbers == [OURS.number, OTHER.number]
    work.answer(work.asked()[1], OTHER)
    later(work, REST_S)
    assert len(work.asked()) == 2


def test_no_recheck_is_sent_while_an_officer_s_lookup_is_out_or_its_answer_may_still_come(work: Work):
    work.cases.enter(OURS, None, work.moment)
    work.clock.advance(RECHECK_AFTER_S)
    work.link.up = True
    work.cases.enter(OTHER, None, work.moment)
    later(work, 1.0)
    assert [one.why for one in work.asked()] == [Purpose.CHECK]
    later(work, 4.0)  # the wait is over
    assert [one.why for one in work.asked()] == [Purpose.CHECK, Purpose.RECHECK]


def test_a_question_without_an_answer_is_followed_by_a_rest(work: Work):
    work.cases.enter(OURS, None, work.moment)
    work.link.up = True
    later(work, RECHECK_AFTER_S)
    later(work, REST_S / 2)
    assert len(work.asked()) == 1
    later(work, REST_S / 2)
    assert len(work.asked()) == 2


@pytest.mark.parametrize(("letters", "outcome"), [("A", Outcome.PASS), ("G", Outcome.CAUTION)])
def test_its_result_is_recorded_and_in_the_list_and_said_where_it_is_worse(
    work: Work, letters: str, outcome: Outcome
):
    shown = work.cases.enter(OURS, None, work.moment).judged
    work.link.up = True
    later(work, RECHECK_AFTER_S)
    (told,) = work.answer(work.asked()[0], OURS, letters)
    worse = outcome is not Outcome.PASS
    assert isinstance(told, Rechecked)
    assert (told.judged.seq, told.judged.verdict.outcome, told.worse) == (shown.seq, outcome, worse)
    *_, last = (entry.body for entry in work.entries())
    assert isinstance(last, Refinement)
    assert (last.seq, last.outcome) == (shown.seq, outcome)
    said = notices(work)
    assert [OURS.number in one for one in said] == [True] * worse
    (logged,) = work.services.shift_actions.shift.summary(None, work.cases.ledger.find).log
    assert (logged.outcome, logged.rechecked) == (outcome, True)
    assert notices(work) == []  # the list was opened


def test_an_alarm_that_a_recheck_finds_is_an_alarm(work: Work):
    work.cases.enter(OURS, None, work.moment)
    work.link.up = True
    later(work, RECHECK_AFTER_S)
    (told,) = work.answer(work.asked()[0], OURS, "C")
    assert isinstance(told, Refined)
    assert told.judged.verdict.status.finding is VehicleFinding.ALARM


def test_a_check_that_was_answered_live_is_not_asked_about_again(work: Work):
    work.link.up = True
    work.cases.enter(OURS, None, work.moment)
    work.answer(work.asked()[0], OURS)
    later(work, REST_S)
    assert [one.why for one in work.asked()] == [Purpose.CHECK]
    assert [one.lookup for one in work.cases.ledger.known()] == [LookupState.ANSWERED]
