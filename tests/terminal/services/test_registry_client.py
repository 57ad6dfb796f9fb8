"""The hot list is asked for province by province; what fails of it stops neither the asking nor the work."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import files
from keys.key_store import open_store
from terminal.clock.trusted_clock import RELEASED_S, TrustedClock
from terminal.errors import ClockWrong, HotListFault, HotListSilent, LookupKeyOld, TerminalInactive
from terminal.model import (
    EarlierAlarm,
    HotlistWord,
    LookupState,
    Outcome,
    Plate,
    RefusalReason,
    VehicleFinding,
)
from terminal.ports import Incoming
from terminal.registry import codec, topics
from terminal.registry.hotlist_watch import SILENT_S
from terminal.registry.messages import (
    HotlistChange,
    HotlistEntry,
    HotlistQuestion,
    LookupRequest,
    LookupResult,
)
from terminal.screens.events import Refined
from terminal.services.assembly import HOTLIST, open_services
from terminal.services.hotlist_sync import HOTLIST_BUSY_S, HOTLIST_REST_S
from terminal.services.registry_client import BUSY_PAUSE_S, HOTLIST_WAIT_S
from terminal.wire import signed
from tests.terminal.clock.fake_time import FakeTime
from tests.terminal.services.terminal_fixture import (
    OTHER,
    OURS,
    Work,
    answer_to,
    judged,
    opened_request,
    work_of,
)
from tests.trust_sources import access_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal that takes two provinces, and whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    made.cases.close()
    assert made.settings.registry is not None
    registry = replace(made.settings.registry, provinces=("京", "苏"))
    made.settings = replace(made.settings, registry=registry)
    made.services = open_services(made.settings, made.clock, made.link, open_store, access_of(laboratory))
    yield made
    made.cases.close()


def asked(work: Work) -> LookupRequest | None:
    """The hot list's question that goes out now, if any."""
    before = len(work.link.sent)
    work.services.expire()
    assert len(work.link.sent) <= before + 1
    return opened_request(work.link.sent[-1], work.laboratory) if work.link.sent[before:] else None


def province(request: LookupRequest | None) -> str:
    assert request is not None
    assert isinstance(request.question, HotlistQuestion)
    return request.question.province


def change(work: Work, letters: str, seq: int = 1) -> Incoming:
    """Return a signed hot-list change for a vehicle."""
    told = HotlistChange(
        province="苏",
        epoch=1,
        seq=seq,
        at_ms=int(1e3 * work.clock.now_s()),
        vehicles=(HotlistEntry(OURS, letters),),
    )
    seed = files.load_seed(work.laboratory / "private/hotlist.key")
    return Incoming(topics.hotlist("苏"), codec.sign(told, signed.signer(seed)))


def test_a_province_that_the_registry_refuses_keeps_no_other_waiting(work: Work):
    first = asked(work)
    assert province(first) == "京"
    assert first is not None
    refusal = answer_to(first, work.laboratory, int(1e3 * work.clock.now_s()), result=LookupResult.REFUSED)
    work.services.receive(refusal)
    assert asked(work) is None
    work.clock.advance(HOTLIST_REST_S)
    assert province(asked(work)) == "苏"


def refuse(work: Work, request: LookupRequest | None, refusal: RefusalReason) -> None:
    """The registry refuses a question now."""
    assert request is not None
    at_ms = int(1e3 * work.clock.now_s())
    said = {"result": LookupResult.REFUSED, "refusal": refusal}
    work.services.receive(answer_to(request, work.laboratory, at_ms, **said))


def test_a_busy_registry_is_asked_for_the_hot_list_again_after_pauses_that_grow(work: Work):
    pauses_s = [HOTLIST_BUSY_S, 2 * HOTLIST_BUSY_S, 4 * HOTLIST_BUSY_S, 8 * HOTLIST_BUSY_S]
    request = asked(work)
    for pause_s in [*pauses_s, HOTLIST_REST_S, HOTLIST_REST_S]:
        assert province(request) == "京"
        refuse(work, request, RefusalReason.BUSY)
        work.clock.advance(pause_s - 0.1)
        assert asked(work) is None
        work.clock.advance(0.1)
        request = asked(work)
    answered(work, request)
    assert province(sent(work)) == "苏"
    refuse(work, sent(work), RefusalReason.BUSY)
    work.clock.advance(HOTLIST_BUSY_S)
    assert province(asked(work)) == "苏"


def answered(work: Work, request: LookupRequest | None, *changes: HotlistChange) -> None:
    """The registry answers a question about the hot list now, with these changes."""
    assert request is not None
    at_ms = int(1e3 * work.clock.now_s())
    answer = answer_to(request, work.laboratory, at_ms, result=LookupResult.FOUND, changes=changes)
    work.services.receive(answer)


def whole(work: Work) -> None:
    """Answer for both provinces: their lists are empty, and whole."""
    for name in ("京", "苏"):
        request = asked(work) if name == "京" else sent(work)
        assert province(request) == name
        first = HotlistChange(province=name, epoch=1, seq=1, at_ms=int(1e3 * work.clock.now_s()), vehicles=())
        answered(work, request, first)
    assert asked(work) is None


def sent(work: Work) -> LookupRequest:
    """The last question that was sent."""
    return opened_request(work.link.sent[-1], work.laboratory)


def word(work: Work, plate: Plate = OURS) -> HotlistWord | None:
    """The hot list's word in a verdict."""
    return work.cases.lists.status(plate, work.moment).hotlist


def test_the_age_of_the_hot_list_stands_on_a_verdict_whether_or_not_it_has_the_vehicle(work: Work):
    assert word(work) == HotlistWord(listed=False, age_s=None)  # it never was whole
    whole(work)
    work.clock.advance(120)
    asked(work)
    assert word(work) == HotlistWord(listed=False, age_s=120)
    work.services.receive(change(work, "C", seq=2))
    work.clock.advance(60)
    asked(work)
    assert word(work) == HotlistWord(listed=True, age_s=60)
    assert word(work, OTHER) == HotlistWord(listed=False, age_s=180)  # the other province's is the oldest


def test_an_alarm_of_the_hot_list_keeps_what_the_registry_knows_of_the_vehicle(work: Work):
    work.services.receive(change(work, "C"))
    work.cases.enter(OURS, None, work.moment)
    earlier = (EarlierAlarm(20260801, "not_this_vehicle", "plate_cloned"),)
    told = judged(work.answer(work.asked()[-1], OURS, earlier_alarms=earlier))
    status = told.verdict.status
    assert (told.verdict.outcome, status.finding) == (Outcome.ALARM, VehicleFinding.CACHED_ALARM)
    assert status.vehicle is not None
    assert status.vehicle.plate == OURS
    assert status.earlier_alarms == earlier


def test_twenty_minutes_of_silence_are_asked_about_while_the_link_is_up(work: Work):
    whole(work)
    work.clock.advance(SILENT_S)
    assert asked(work) is None
    assert word(work) == HotlistWord(listed=False, age_s=SILENT_S)
    work.clock.advance(1)
    work.link.up = False
    assert asked(work) is None
    assert word(work) == HotlistWord(listed=False, age_s=SILENT_S + 1, silent=True)
    work.link.up = True
    request = asked(work)
    assert request is not None
    assert request.question == HotlistQuestion("京", 1, 2)
    answered(work, request)
    answered(work, sent(work))
    assert word(work) == HotlistWord(listed=False, age_s=0)
    assert asked(work) is None


def faults(work: Work) -> list[str]:
    """The codes of what is wrong with the registry's answers."""
    assert work.cases.registry is not None
    return [fault.code for fault in work.cases.registry.faults]


def test_a_hot_list_that_stays_silent_is_a_fault_until_it_is_heard(work: Work):
    whole(work)
    work.clock.advance(SILENT_S + 1)
    assert asked(work) is not None
    assert faults(work) == []  # it was asked just now
    work.clock.advance(HOTLIST_WAIT_S)
    assert asked(work) is None
    assert faults(work) == [HotListSilent.code]
    work.clock.advance(HOTLIST_REST_S)
    assert province(asked(work)) == "苏"  # another province's turn
    answered(work, sent(work))
    answered(work, sent(work))
    assert asked(work) is None
    assert faults(work) == []


def test_a_wall_clock_that_is_stepped_back_makes_no_hot_list_younger(work: Work):
    whole(work)
    work.clock.advance(SILENT_S + 1)
    work.clock.set(work.clock.now_s() - 7200)
    assert asked(work) is not None
    said = word(work)
    assert said is not None
    assert (said.age_s, said.silent) == (SILENT_S + 1, True)


def test_the_hot_list_is_asked_for_after_the_vehicle(work: Work):
    whole(work)
    work.clock.advance(SILENT_S + 1)
    work.cases.enter(OURS, None, work.moment)
    assert asked(work) is None
    assert work.settings.registry is not None
    work.clock.advance(work.settings.registry.wait_s)
    assert province(asked(work)) == "京"


@pytest.mark.parametrize(("off_s", "said"), [(61, "快 61 秒"), (-75, "慢 75 秒")])
def test_a_clock_that_the_registry_refuses_is_named_until_it_answers(work: Work, off_s: int, said: str):
    work.cases.enter(OURS, None, work.moment)
    (request,) = work.asked()
    registry_ms = int(1e3 * (work.clock.now_s() - off_s))
    refusal = answer_to(
        request, work.laboratory, registry_ms, result=LookupResult.REFUSED, refusal=RefusalReason.CLOCK
    )
    told = work.services.receive(refusal)
    assert judged(told).answer.refusal is RefusalReason.CLOCK
    assert faults(work) == [ClockWrong.code]
    assert work.cases.registry is not None
    assert said in work.cases.registry.faults[0].zh
    work.cases.enter(OURS, None, work.moment)
    work.answer(work.asked()[-1], OURS)
    assert faults(work) == []


def test_a_withdrawn_terminal_is_told_so(work: Work):
    work.cases.enter(OURS, None, work.moment)
    work.answer(work.asked()[0], result=LookupResult.REFUSED, refusal=RefusalReason.INACTIVE)
    assert faults(work) == [TerminalInactive.code]


def test_a_terminal_that_seals_to_a_key_the_registry_does_not_have_updates_its_trust_set(work: Work):
    registry, asked = work.cases.registry, list[None]()
    assert registry is not None
    registry.request_update = lambda: asked.append(None)
    work.cases.enter(OURS, None, work.moment)
    (told,) = work.answer(work.asked()[0], result=LookupResult.REFUSED, refusal=RefusalReason.KEY)
    assert (judged(told).lookup, judged(told).answer.refusal) == (LookupState.NO_ANSWER, RefusalReason.KEY)
    assert faults(work) == [LookupKeyOld.code]
    assert asked == [None]
    work.cases.enter(OURS, None, work.moment)
    work.answer(work.asked()[-1], OURS)
    assert faults(work) == []


def test_a_busy_registry_is_asked_again_after_a_pause(work: Work):
    case = work.cases.enter(OURS, None, work.moment).judged
    assert work.answer(work.asked()[0], result=LookupResult.REFUSED, refusal=RefusalReason.BUSY) == ()
    assert work.services.expire() == []
    assert len(work.asked()) == 1
    work.clock.advance(BUSY_PAUSE_S)
    assert work.services.expire() == []
    first, second = work.asked()
    assert (first.id != second.id, second.question) == (True, first.question)
    (told,) = work.answer(second, OURS)
    assert isinstance(told, Refined)
    assert (told.judged.seq, told.judged.verdict.outcome) == (case.seq, Outcome.PASS)


def test_a_registry_that_stays_busy_ends_in_no_answer(work: Work):
    work.cases.enter(OURS, None, work.moment)
    for count in (1, 2, 3):
        assert len(work.asked()) == count
        assert work.answer(work.asked()[-1], result=LookupResult.REFUSED, refusal=RefusalReason.BUSY) == ()
        work.clock.advance(BUSY_PAUSE_S)
        told = work.services.expire()
    assert len(work.asked()) == 3
    (refined,) = told
    assert isinstance(refined, Refined)
    assert refined.judged.lookup is LookupState.NO_ANSWER


def test_a_hot_list_that_cannot_be_written_is_told_and_stops_nothing(work: Work):
    with closing(sqlite3.connect(work.settings.paths.state / HOTLIST, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON vehicle BEGIN SELECT RAISE(ABORT, 'no space'); END")
        assert work.services.receive(change(work, "C")) == ()
        assert [fault.code for fault in work.cases.lists.faults] == [HotListFault.code]
        db.execute("DROP TRIGGER full")
    work.services.receive(change(work, "C"))
    assert work.cases.lists.faults == ()
    case = work.cases.enter(OURS, None, work.moment)
    assert case.judged.verdict.outcome is Outcome.ALARM


def test_a_hot_list_that_cannot_be_read_is_told_and_the_check_goes_on(work: Work):
    path = work.settings.paths.state / HOTLIST
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("ALTER TABLE vehicle RENAME TO elsewhere")
        case = work.cases.enter(OURS, None, work.moment)
        assert case.judged.verdict.outcome is Outcome.UNDETERMINED
        assert [fault.code for fault in work.cases.lists.faults] == [HotListFault.code]
        db.execute("ALTER TABLE elsewhere RENAME TO vehicle")
    work.cases.enter(OURS, case.judged, work.moment)
    assert work.cases.lists.faults == ()


@pytest.mark.parametrize("refused", [False, True])
def test_a_dead_clock_is_set_by_the_registry_s_signed_answer(work: Work, tmp_path: Path, *, refused: bool):
    true_s = time.time()
    machine = FakeTime(true_s, true_s - 60, wall_error_s=-true_s)
    clock = TrustedClock(machine, tmp_path, RELEASED_S)
    work.cases.close()
    work.services = open_services(work.settings, clock, work.link, open_store, access_of(work.laboratory))
    assert not clock.trusted()
    work.cases.enter(OURS, None, work.services.moment())
    (request,) = work.asked()
    machine.true_s += 1
    said = {"result": LookupResult.REFUSED, "refusal": RefusalReason.CLOCK} if refused else {}
    said = said or {"result": LookupResult.NOT_FOUND}
    answer = answer_to(request, work.laboratory, int(1e3 * machine.true_s), **said)
    work.services.receive(answer)
    assert clock.trusted()
    assert abs(clock.now_s() - machine.true_s) <= 1
    assert faults(work) == []
    assert clock.state.floor.answer_s == int(machine.true_s)
