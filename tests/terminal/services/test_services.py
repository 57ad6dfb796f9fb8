"""The registry's messages go where their topic says, and each is acknowledged once it is dealt with."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import files
from terminal.model import LookupState, Outcome
from terminal.ports import Incoming
from terminal.registry import codec, topics
from terminal.registry.lookup import Drop
from terminal.registry.messages import HotlistChange, HotlistEntry, LookupResult
from terminal.screens.values import CameraStatus
from terminal.services.status import faults_of, status_of
from terminal.wire import signed
from tests.terminal.services.terminal_fixture import OURS, Work, answer_to, judged, record_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.services.close()


def answer(work: Work) -> Incoming:
    """Check a code, and return the registry's answer about its vehicle."""
    work.cases.check(work.code(), work.moment)
    at_ms = int(1e3 * work.clock.now_s())
    (request,) = work.asked()
    return answer_to(request, work.laboratory, at_ms, result=LookupResult.FOUND, record=record_of(OURS))


@pytest.mark.parametrize("topic", [topics.answer("T0002"), topics.lookup("T0001"), ""])
def test_an_answer_on_any_other_topic_is_dropped_and_counted(work: Work, topic: str):
    good = answer(work)
    strayed = replace(good, topic=topic)
    assert work.services.receive(strayed) == ()
    assert dict(work.services.dropped) == {None: 1}
    assert work.link.acknowledged == [strayed]
    assert judged(work.services.receive(good)).lookup is LookupState.ANSWERED
    assert work.link.acknowledged == [strayed, good]


def test_a_hot_list_change_on_the_answer_topic_counts_for_nothing(work: Work):
    now_ms = int(1e3 * work.clock.now_s())
    told = HotlistChange(province="苏", epoch=1, seq=1, at_ms=now_ms, vehicles=(HotlistEntry(OURS, "C"),))
    signer = signed.signer(files.load_seed(work.laboratory / "private/hotlist.key"))
    change = Incoming(topics.hotlist("苏"), codec.sign(told, signer))
    assert work.services.receive(replace(change, topic=topics.answer("T0001"))) == ()
    assert work.cases.registry is not None
    assert work.cases.registry.lookup.dropped == {Drop.UNSIGNED: 1}
    assert judged(work.cases.enter(OURS, None, work.moment)).verdict.outcome is not Outcome.ALARM
    assert work.services.receive(change) == ()
    assert judged(work.cases.enter(OURS, None, work.moment)).verdict.outcome is Outcome.ALARM


def test_the_bar_tells_what_the_services_know(work: Work):
    work.link.up = False
    work.cases.check(work.code(), work.moment)
    work.services.record_crash()
    bar = status_of(work.services, camera=CameraStatus.STALLED, torch=True, signal_fault=None)
    assert (bar.records, bar.online, bar.torch, bar.camera) == (2, False, True, CameraStatus.STALLED)
    assert (bar.clock.now_s % 0.5, bar.trust.laboratory, bar.notices) == (0, True, ())
    assert faults_of(work.services) == ()
