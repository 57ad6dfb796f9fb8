"""Sessions: every step is a record, every PIN is counted before its check, and duress marks what follows."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import lab
from terminal.journal.entry import Event, Session, SessionStep
from terminal.officers.attempts import MOST_WRONG, Attempts
from terminal.officers.pin_check import PinCheck
from terminal.screens.sign_in import (
    CheckPin,
    LockNow,
    RecordLock,
    Released,
    SignedIn,
    SignInEvent,
    SignInRefusal,
    SignInRefused,
    Takeover,
)
from terminal.screens.values import SignedInOfficer
from tests.terminal.services.terminal_fixture import Work, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.services.officer_session import OfficerSession

ONE, OTHER, SUPERVISOR = lab.OFFICERS
STEP = SessionStep


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal on which nobody is signed in."""
    made = work_of(laboratory, tmp_path / "state", time.time())
    yield made
    made.services.close()


def again(work: Work) -> Work:
    """The same terminal after a restart."""
    work.services.close()
    return work_of(work.laboratory, work.settings.paths.state, work.clock.now_s())


def session(work: Work) -> OfficerSession:
    """The session of a terminal."""
    return work.services.session


def enter(work: Work, number: str, pin: str, release: str = "") -> SignInEvent:
    """Enter a number and a PIN, and wait for what comes of it."""
    event = session(work).perform(CheckPin(number, pin, release))
    deadline = time.monotonic() + 30
    while event is None:
        assert time.monotonic() < deadline
        os.sched_yield()
        event = next((one for one in session(work).poll() if not isinstance(one, LockNow)), None)
    return event


def wrong(work: Work, number: str) -> SignInRefused:
    """Enter a wrong PIN once its wait is over."""
    work.clock.advance(2.0**MOST_WRONG)
    event = enter(work, number, "000000")
    assert isinstance(event, SignInRefused)
    return event


def steps(work: Work) -> list[tuple[str, SessionStep]]:
    """The records of sessions: officer and step."""
    entries = work.entries()
    return [(one.stamp.officer, one.body.step) for one in entries if isinstance(one.body, Session)]


def test_sign_in_lock_unlock_and_sign_out_are_records(work: Work):
    assert session(work).officer is None
    expected = SignedIn(SignedInOfficer(ONE.number, ONE.name), new_shift=True)
    assert enter(work, ONE.number, ONE.pin) == expected
    session(work).perform(RecordLock())
    assert enter(work, ONE.number, ONE.pin) == replace(expected, new_shift=False)
    work.services.shift_actions.end(work.moment, handover=False)
    assert session(work).officer is None
    assert steps(work) == [
        (ONE.number, step)
        for step in (
            *(STEP.SIGNED_IN, STEP.SHIFT_STARTED, STEP.LOCKED, STEP.SIGNED_IN),
            *(STEP.SHIFT_ENDED, STEP.SIGNED_OUT),
        )
    ]


def test_another_officer_takes_a_locked_session_over_by_a_handover(work: Work):
    enter(work, ONE.number, ONE.pin)
    first = work.services.checks.recorder.author.shift
    work.clock.advance(60)
    event = enter(work, OTHER.number, OTHER.pin)
    takeover = Takeover(SignedInOfficer(ONE.number, ONE.name), (), 2)
    assert event == SignedIn(SignedInOfficer(OTHER.number, OTHER.name), new_shift=True, takeover=takeover)
    assert steps(work)[2:] == [
        (ONE.number, STEP.HANDED_OVER),
        (ONE.number, STEP.SIGNED_OUT),
        (OTHER.number, STEP.SIGNED_IN),
        (OTHER.number, STEP.SHIFT_STARTED),
    ]
    assert work.services.checks.recorder.author.shift != first


def test_requests_and_records_carry_the_officer_who_signed_in(work: Work):
    enter(work, OTHER.number, OTHER.pin)
    work.services.check(work.code(), None)
    assert work.entries()[-1].stamp.officer == OTHER.number
    assert work.asked()[-1].officer == OTHER.number


def test_duress_pin_signs_in_as_usual_and_marks_every_record_until_the_right_pin(work: Work):
    usual = SignedIn(SignedInOfficer(ONE.number, ONE.name), new_shift=True)
    assert enter(work, ONE.number, ONE.duress_pin) == usual
    work.services.check(work.code(), None)
    work.services.shift_actions.end(work.moment, handover=False)
    assert [one.stamp.duress for one in work.entries()] == [True] * 5
    work.clock.advance(60)
    assert enter(work, ONE.number, ONE.pin) == usual
    assert not work.entries()[-1].stamp.duress


def test_wrong_pin_is_a_record_and_makes_the_number_wait(work: Work):
    now_s = work.clock.monotonic_s()
    assert enter(work, ONE.number, "000000") == SignInRefused(SignInRefusal.WRONG, now_s + 2)
    assert enter(work, ONE.number, ONE.pin) == SignInRefused(SignInRefusal.WAIT, now_s + 2)
    assert isinstance(enter(work, OTHER.number, OTHER.pin), SignedIn)
    assert steps(work)[0] == (ONE.number, STEP.REFUSED)
    assert len(steps(work)) == 3


def test_killed_check_still_counts(work: Work):
    begun: list[PinCheck] = []

    def start(*asked: object) -> PinCheck:
        begun.append(PinCheck(*asked))  # type: ignore[arg-type]  # as the service calls it
        os.kill(begun[-1].pid, signal.SIGSTOP)  # so that it is killed before it ends
        return begun[-1]

    session(work).start_check = start
    assert session(work).perform(CheckPin(ONE.number, ONE.pin)) is None
    counted = Attempts.open(work.settings.paths.state, 0.0)
    roster = session(work).rosters.roster
    assert roster is not None
    officer = roster.find(ONE.number)
    assert officer is not None
    assert counted.standing(officer).wrong == 1
    os.kill(begun[0].pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not (events := session(work).poll()):
        assert time.monotonic() < deadline
        os.sched_yield()
    assert events == [SignInRefused(SignInRefusal.FAULT, work.clock.monotonic_s() + 2)]
    assert session(work).attempts.standing(officer).wrong == 1
    assert session(work).officer is None


def test_restart_gives_nobody_another_try(work: Work):
    wrong(work, ONE.number)
    wrong(work, ONE.number)
    work = again(work)
    now_s = work.clock.monotonic_s()
    assert enter(work, ONE.number, ONE.pin) == SignInRefused(SignInRefusal.WAIT, now_s + 4)
    work.services.close()


def test_number_is_blocked_after_ten_wrong_pins_until_a_supervisor_releases_it(work: Work):
    refusals = [wrong(work, ONE.number).refusal for _ in range(MOST_WRONG)]
    assert refusals == [SignInRefusal.WRONG] * (MOST_WRONG - 1) + [SignInRefusal.BLOCKED]
    work.clock.advance(1e6)
    assert enter(work, ONE.number, ONE.pin) == SignInRefused(SignInRefusal.BLOCKED)
    work.clock.advance(100)
    assert isinstance(enter(work, OTHER.number, OTHER.pin, ONE.number), SignInRefused)
    work.clock.advance(100)
    assert enter(work, SUPERVISOR.number, SUPERVISOR.pin, ONE.number) == Released(ONE.number)
    entry = work.entries()[-1]
    assert (entry.stamp.officer, isinstance(entry.body, Event)) == (SUPERVISOR.number, True)
    assert isinstance(enter(work, ONE.number, ONE.pin), SignedIn)


@pytest.mark.parametrize("number", ["777777", "1"])
def test_number_that_is_not_in_the_roster_is_refused_like_a_wrong_pin_and_waits(work: Work, number: str):
    now_s = work.clock.monotonic_s()
    assert enter(work, number, "000000") == SignInRefused(SignInRefusal.WRONG, now_s + 2)
    assert enter(work, number, "000000") == SignInRefused(SignInRefusal.WAIT, now_s + 2)
    assert steps(work) == [(number, STEP.REFUSED)]


def test_officer_outside_the_validity_is_refused(work: Work):
    work.clock.set(work.clock.now_s() + 10 * 366 * 86_400)
    refused = enter(work, ONE.number, ONE.pin)
    assert isinstance(refused, SignInRefused)
    assert refused.refusal is SignInRefusal.NOT_VALID


def test_without_a_roster_nobody_signs_in(work: Work):
    session(work).rosters.load(None)
    refused = enter(work, ONE.number, ONE.pin)
    assert isinstance(refused, SignInRefused)
    assert refused.refusal is SignInRefusal.NO_ROSTER
    assert session(work).rosters.fault is not None


def test_roster_that_cannot_be_used_leaves_the_last_one_in_force(work: Work):
    session(work).rosters.load(b"\xa0")
    assert session(work).rosters.fault is not None
    assert isinstance(enter(work, ONE.number, ONE.pin), SignedIn)


def test_session_is_locked_when_its_officer_leaves_the_roster_and_by_an_order(work: Work):
    enter(work, ONE.number, ONE.pin)
    assert session(work).poll() == []
    orders = session(work).orders
    orders.state = replace(orders.state, locked=True)
    assert session(work).poll() == [LockNow()]
    orders.unlock()
    assert session(work).poll() == []
    session(work).rosters.load(None)
    assert session(work).poll() == [LockNow()]


def test_order_that_locks_lets_a_supervisor_in_alone_which_ends_it(work: Work):
    enter(work, ONE.number, ONE.pin)
    orders = session(work).orders
    orders.state = replace(orders.state, locked=True)
    assert session(work).poll() == [LockNow()]
    refused = enter(work, ONE.number, ONE.pin)
    assert isinstance(refused, SignInRefused)
    assert refused.refusal is SignInRefusal.ORDER
    assert isinstance(enter(work, SUPERVISOR.number, SUPERVISOR.pin), SignedIn)
    assert not orders.locked


def test_restart_leaves_the_session_of_the_officer_to_be_unlocked(work: Work):
    enter(work, ONE.number, ONE.pin)
    shift = work.services.checks.recorder.author.shift
    work = again(work)
    assert session(work).officer == SignedInOfficer(ONE.number, ONE.name)
    event = enter(work, ONE.number, ONE.pin)
    assert isinstance(event, SignedIn)
    assert not event.new_shift
    assert work.services.checks.recorder.author.shift == shift
    work.services.close()
