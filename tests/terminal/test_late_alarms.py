"""A late alarm about any vehicle is reported and recorded, even if recording it fails at first."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalFault
from terminal.journal.entry import Check, Note, Refinement
from terminal.journal.recovery import NAME
from terminal.limits import RECENT_CHECK_S
from terminal.model import CheckOrigin, CredentialFinding, Fit, LookupState, Outcome, Subject, VehicleFinding
from terminal.registry.lookup import Drop
from terminal.screens.events import Refined, Reported, Rerecorded, ScreenEvent
from terminal.services.answers import RETRY_S
from terminal.services.checks import ANSWER_STANDS_S
from tests.terminal.services.terminal_fixture import OTHER, OTHER_ISSUERS_CODE, OURS, Work, judged, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.cases.close()


@contextmanager
def full(work: Work) -> Iterator[None]:
    """Make the journal refuse records."""
    with closing(sqlite3.connect(work.settings.paths.state / NAME, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'no space'); END")
        yield
        db.execute("DROP TRIGGER full")


def later(work: Work, seconds: float) -> Sequence[ScreenEvent]:
    """Return the events reported after this time."""
    work.clock.advance(seconds)
    return work.services.expire()


def bodies(work: Work) -> list[object]:
    return [entry.body for entry in work.entries()]


@pytest.mark.parametrize("after_s", [0.0, 10.0, RECENT_CHECK_S, 2 * RECENT_CHECK_S])
@pytest.mark.parametrize("letters", ["C", "E"])
def test_an_alarm_about_a_plate_that_was_typed_over_is_recorded_and_told(
    work: Work, letters: str, after_s: float
):
    scanned = judged(work.cases.check(work.code(), work.moment))
    entered = judged(work.cases.enter(OTHER, scanned, work.moment))
    later(work, after_s)
    (told,) = work.answer(work.asked()[0], OURS, letters)
    assert isinstance(told, Reported)
    alarm = told.judged
    assert (alarm.plate, alarm.verdict.subject) == (OURS, Subject.CODE)
    assert alarm.verdict.finding.finding is CredentialFinding.CURRENT
    assert alarm.verdict.outcome in (Outcome.ALARM, Outcome.OFF_ROAD)
    assert alarm.seq not in (scanned.seq, entered.seq)
    record = bodies(work)[alarm.seq - 1]
    assert isinstance(record, Check)
    assert (record.how, record.number, record.outcome) == (
        CheckOrigin.SCAN,
        OURS.number,
        alarm.verdict.outcome,
    )
    assert record.lookup.request_id == work.asked()[0].id


def test_what_is_no_alarm_about_a_plate_that_was_typed_over_is_recorded_and_changes_no_screen(work: Work):
    scanned = judged(work.cases.check(work.code(), work.moment))
    entered = judged(work.cases.enter(OTHER, scanned, work.moment))
    told = judged(work.answer(work.asked()[0], OURS))
    assert told.seq != entered.seq
    assert told.verdict.status.finding is VehicleFinding.VALID
    assert judged(work.answer(work.asked()[1], OTHER)).seq == entered.seq


def test_an_alarm_about_the_vehicle_that_another_issuer_s_code_names_is_told_though_another_was_entered(
    work: Work,
):
    case = judged(work.cases.check(OTHER_ISSUERS_CODE, work.moment))
    judged(work.cases.enter(OTHER, case, work.moment))
    refined, told = work.answer(work.asked()[0], OURS, "C", finding=CredentialFinding.CURRENT)
    assert isinstance(refined, Refined)
    assert refined.judged.plate == OTHER
    assert isinstance(told, Reported)
    assert (told.judged.plate, told.judged.verdict.outcome) == (OURS, Outcome.ALARM)
    record = bodies(work)[told.judged.seq - 1]
    assert isinstance(record, Check)
    assert (record.how, record.number) == (CheckOrigin.OTHER_ISSUER, OURS.number)


def test_an_alarm_is_on_the_check_of_the_same_vehicle_that_came_after_it(work: Work):
    first = judged(work.cases.check(work.code(), work.moment))
    work.link.up = False
    second = judged(work.cases.check(work.code(), work.moment))
    later(work, 5.0)
    told = [judged(event) for event in work.answer(work.asked()[0], OURS, "C")]
    assert [one.seq for one in told] == [first.seq, second.seq]
    assert {one.verdict.outcome for one in told} == {Outcome.ALARM}
    again = judged(work.cases.confirm(second, work.moment))
    assert again.verdict.outcome is Outcome.ALARM


def test_a_late_alarm_changes_its_check_and_a_late_pass_does_not(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    later(work, 5.0)
    told = judged(work.answer(work.asked()[0], OURS, "C"))
    assert (told.seq, told.verdict.outcome) == (case.seq, Outcome.ALARM)
    other = judged(work.cases.check(work.code(), work.moment))
    later(work, 5.0)
    assert work.answer(work.asked()[1], OURS) == ()
    assert judged(work.cases.confirm(other, work.moment)).verdict.outcome is Outcome.PROVISIONAL


def test_after_ten_minutes_an_alarm_counts_and_nothing_else(work: Work):
    for letters, told in (("A", False), ("Q", False), ("C", True)):
        work.cases.check(work.code(), work.moment)
        asked = work.asked()[-1]
        later(work, RECENT_CHECK_S + 1)
        assert bool(work.answer(asked, OURS, letters)) is told


# The age of an answer.


def test_a_clock_that_was_set_back_makes_no_old_answer_a_pass(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(work.answer(work.asked()[0], OURS))
    work.clock.advance(7200)
    work.clock.set(work.clock.now_s() - 7200)
    confirmed = judged(work.cases.confirm(case, work.moment))
    assert (confirmed.verdict.outcome, confirmed.lookup) == (Outcome.PROVISIONAL, LookupState.WAITING)


def test_a_clock_that_was_set_ahead_makes_no_new_answer_an_old_one(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(work.answer(work.asked()[0], OURS))
    work.clock.advance(ANSWER_STANDS_S)
    work.clock.set(work.clock.now_s() + 7200)
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.PASS


def test_a_check_is_as_old_as_its_question_and_a_confirmation_makes_it_no_younger(work: Work):
    work.clock.advance(50)
    case = judged(work.cases.check(work.code(), work.moment))
    work.clock.advance(2)
    case = judged(work.answer(work.asked()[0], OURS))
    work.clock.advance(30)
    case = judged(work.cases.confirm(case, work.moment))
    assert case.as_of_s == 50
    again = judged(work.cases.recheck(case, work.moment))
    assert again.as_of_s == 82
    assert (again.verdict.outcome, again.lookup) == (Outcome.PROVISIONAL, LookupState.WAITING)
    assert judged(work.answer(work.asked()[-1], OURS)).verdict.outcome is Outcome.PASS


def test_a_check_again_keeps_an_alarm_and_loses_a_pass_without_the_registry(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(work.cases.confirm(judged(work.answer(work.asked()[0], OURS)), work.moment))
    assert case.verdict.outcome is Outcome.PASS
    work.link.up = False
    assert judged(work.cases.recheck(case, work.moment)).verdict.outcome is Outcome.PROVISIONAL
    work.link.up = True
    alarm = judged(work.cases.enter(OURS, None, work.moment))
    alarm = judged(work.answer(work.asked()[-1], OURS, "C"))
    work.link.up = False
    assert judged(work.cases.recheck(alarm, work.moment)).verdict.outcome is Outcome.ALARM


# The comparison of the car with an alarm's record.


@pytest.mark.parametrize(
    ("fits", "subject"),
    [
        ((Fit.AGREES, Fit.AGREES, Fit.AGREES), Subject.CONFIRMED),
        ((Fit.AGREES, Fit.DIFFERS, Fit.AGREES), Subject.CODE),
        ((Fit.AGREES, Fit.AGREES, Fit.UNSURE), Subject.CODE),
    ],
)
def test_a_comparison_is_recorded_point_by_point_and_confirms_where_all_agree(
    work: Work, fits: tuple[Fit, ...], subject: Subject
):
    work.cases.check(work.code(), work.moment)
    case = judged(work.answer(work.asked()[0], OURS, "C"))
    case = judged(work.cases.compare(case, fits, work.moment))
    assert (case.verdict.subject, case.fits) == (subject, fits)
    (note,) = [body for body in bodies(work) if isinstance(body, Note)]
    words = {Fit.AGREES: "相符", Fit.DIFFERS: "不符", Fit.UNSURE: "无法判断"}
    points = zip(("号牌种类", "车辆类型", "车身颜色"), fits, strict=True)
    assert note.text == "比对：" + "，".join(f"{point}{words[fit]}" for point, fit in points)
    entered = judged(work.cases.enter(OTHER, case, work.moment))
    assert entered.fits == ()


# A record that cannot be written.


@pytest.mark.parametrize("after_s", [0.0, 10.0])
def test_an_alarm_that_cannot_be_recorded_is_told_and_recorded_and_acknowledged_later(
    work: Work, after_s: float
):
    case = judged(work.cases.check(work.code(), work.moment))
    later(work, after_s)
    with full(work):
        told = judged(work.answer(work.asked()[0], OURS, "C"))
        assert (told.seq, told.verdict.outcome, told.recorded) == (case.seq, Outcome.ALARM, False)
        assert work.link.acknowledged == []
        assert later(work, RETRY_S) == []
    assert later(work, RETRY_S / 2) == []  # no sooner than that
    (written,) = later(work, RETRY_S)
    assert isinstance(written, Rerecorded)
    assert (written.seq, written.judged.recorded) == (case.seq, True)
    assert later(work, RETRY_S) == []
    assert len(work.link.acknowledged) == 1
    alarms = [body for body in bodies(work) if isinstance(body, Refinement) and body.outcome is Outcome.ALARM]
    assert len(alarms) == 1


def test_an_answer_that_comes_again_before_its_alarm_is_recorded_is_neither_told_twice_nor_acknowledged(
    work: Work,
):
    work.cases.check(work.code(), work.moment)
    with full(work):
        judged(work.answer(work.asked()[0], OURS, "C"))
        assert work.answer(work.asked()[0], OURS, "C") == ()
        assert work.link.acknowledged == []
    later(work, RETRY_S)
    assert len(work.link.acknowledged) == 1
    assert work.answer(work.asked()[0], OURS, "C") == ()
    assert len(work.link.acknowledged) == 2  # a duplicate now
    assert work.cases.registry is not None
    assert work.cases.registry.lookup.dropped[Drop.DUPLICATE] == 1


@pytest.mark.parametrize("comes_again", [True, False])
def test_an_answer_that_cannot_be_recorded_changes_nothing_and_counts_once_it_can(
    work: Work, *, comes_again: bool
):
    work.cases.check(work.code(), work.moment)
    with full(work):
        assert work.answer(work.asked()[0], OURS) == ()
        assert [type(fault) for fault in work.services.answers.faults] == [JournalFault]
        assert work.link.acknowledged == []
    told = work.answer(work.asked()[0], OURS) if comes_again else tuple(later(work, RETRY_S))
    assert judged(told).verdict.status.finding is VehicleFinding.VALID
    assert work.services.answers.faults == ()
    assert len(work.link.acknowledged) == 1
    assert later(work, RETRY_S) == []


def test_an_answer_that_is_recorded_after_its_wait_turns_no_screen_greener(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    with full(work):
        assert work.answer(work.asked()[0], OURS) == ()
        (silent,) = later(work, 30)
        assert judged(silent).lookup is LookupState.NO_ANSWER
        later(work, 2 * RECENT_CHECK_S)
    assert later(work, RETRY_S) == []
    assert len(work.link.acknowledged) == 1
    assert any(isinstance(body, Refinement) and body.vehicle is VehicleFinding.VALID for body in bodies(work))
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.PROVISIONAL


def test_an_alarm_about_a_plate_that_was_typed_over_is_told_without_a_record_too(work: Work):
    scanned = judged(work.cases.check(work.code(), work.moment))
    work.cases.enter(OTHER, scanned, work.moment)
    with full(work):
        told = judged(work.answer(work.asked()[0], OURS, "C"))
        assert (told.plate, told.recorded) == (OURS, False)
        assert told.seq < 0
        assert work.answer(work.asked()[0], OURS, "C") == ()
    (written,) = later(work, RETRY_S)
    assert isinstance(written, Rerecorded)
    assert (written.seq, written.judged.plate) == (told.seq, OURS)
    checks = [body for body in bodies(work) if isinstance(body, Check)]
    assert [body.number for body in checks] == [OURS.number, OURS.number]


def test_a_check_that_the_list_alarms_for_is_told_without_a_record_and_nothing_else_is(work: Work):
    work.cases.check(work.code(), work.moment)
    alarm = judged(work.answer(work.asked()[0], OURS, "C"))
    with full(work):
        entered = judged(work.cases.enter(OURS, alarm, work.moment))
        assert (entered.verdict.outcome, entered.recorded) == (Outcome.ALARM, False)
        assert entered.lookup is LookupState.NOT_ASKED
        with pytest.raises(JournalFault):
            work.cases.enter(OTHER, None, work.moment)
        with pytest.raises(JournalFault):
            work.cases.check(work.code(OTHER), work.moment)
    confirmed = judged(work.cases.compare(entered, (Fit.AGREES,) * 3, work.moment))
    assert (confirmed.seq, confirmed.verdict.outcome) == (alarm.seq, Outcome.ALARM)


def test_what_is_done_before_an_alarm_is_recorded_records_it_too(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    with full(work):
        alarm = judged(work.answer(work.asked()[0], OURS, "C"))
    confirmed = judged(work.cases.confirm(alarm, work.moment))
    assert (confirmed.seq, confirmed.verdict.outcome, confirmed.recorded) == (case.seq, Outcome.ALARM, True)
    (record,) = [body for body in bodies(work) if isinstance(body, Refinement)]
    assert (record.outcome, record.vehicle, record.subject) == (
        Outcome.ALARM,
        VehicleFinding.ALARM,
        Subject.CONFIRMED,
    )
    assert later(work, RETRY_S) == []
    assert len(work.link.acknowledged) == 1
