"""The hot list is asked for province by province; what fails of it stops neither the asking nor the work."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import files
from terminal.asking import HOTLIST_REST_S
from terminal.credential import signed
from terminal.errors import HotListFault
from terminal.model import Incoming, Outcome
from terminal.preparing import HOTLIST, prepare
from terminal.registry import form, topics
from terminal.registry.messages import HotlistChange, HotlistQuestion, Listed, LookupRequest, Result
from tests.terminal.deskwork import OURS, Work, answer_to, work_of

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
    made.cases = prepare(made.settings, made.clock, made.link, files.load_seed).cases
    yield made
    made.cases.close()


def asked(work: Work) -> LookupRequest | None:
    """The hot list's question that goes out now, if any."""
    keys = signed.by_kid([files.load_public(work.laboratory / "private/terminal.key.pub")])
    before = len(work.link.sent)
    work.cases.expire(work.moment)
    assert len(work.link.sent) <= before + 1
    return (
        form.open_signed(LookupRequest, work.link.sent[-1].payload, keys) if work.link.sent[before:] else None
    )


def province(request: LookupRequest | None) -> str:
    assert request is not None
    assert isinstance(request.question, HotlistQuestion)
    return request.question.province


def change(work: Work, letters: str, seq: int = 1) -> Incoming:
    """What the registry tells of a vehicle, as it travels."""
    told = HotlistChange(
        province="苏",
        epoch=1,
        seq=seq,
        at_ms=int(1e3 * work.clock.now_s()),
        vehicles=(Listed(OURS, letters),),
    )
    seed = files.load_seed(work.laboratory / "private/hotlist.key")
    return Incoming(topics.hotlist("苏"), form.sign(told, signed.signer(seed)))


def test_a_province_that_the_registry_refuses_keeps_no_other_waiting(work: Work):
    first = asked(work)
    assert province(first) == "京"
    assert first is not None
    refusal = answer_to(first, work.laboratory, int(1e3 * work.clock.now_s()), result=Result.REFUSED)
    work.cases.receive(refusal, work.moment)
    assert asked(work) is None
    work.clock.advance(HOTLIST_REST_S)
    assert province(asked(work)) == "苏"


def test_a_hot_list_that_cannot_be_written_is_told_and_stops_nothing(work: Work):
    with closing(sqlite3.connect(work.settings.paths.state / HOTLIST, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON vehicle BEGIN SELECT RAISE(ABORT, 'no space'); END")
        assert work.cases.receive(change(work, "C"), work.moment) is None
        assert [fault.code for fault in work.cases.lists.faults] == [HotListFault.code]
        db.execute("DROP TRIGGER full")
    work.cases.receive(change(work, "C"), work.moment)
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
