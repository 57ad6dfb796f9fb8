"""A worker limits the load of one terminal: excess requests are refused as busy or dropped, and counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.registry.admission import Refusal
from scripts.registry.answers import Publication
from scripts.registry.bounds import (
    CHECKS_BURST,
    LOOKUPS_BURST,
    PICTURES_BYTES,
    PICTURES_SPAN_MS,
    REPORT_MS,
    Bounds,
    Bucket,
    Refused,
)
from scripts.registry.service import Service
from terminal.model import RefusalReason
from terminal.registry import codec, topics
from terminal.registry.messages import (
    HotlistQuestion,
    LookupAnswer,
    LookupResult,
    PlateQuestion,
    Purpose,
    Question,
)
from terminal.wire.signed import by_kid
from tests.scripts.registry.request_fixtures import (
    LOOKUP_TOPIC,
    NOW_MS,
    REQUEST,
    boxed,
    key_of,
    public,
    unboxed,
)

PLATE, HOTLIST = PlateQuestion("苏A12345", "02"), HotlistQuestion("苏", 0, 1)
BUSY = RefusalReason.BUSY


class Asker:
    """A terminal that sends requests to one worker, each with an id of its own."""

    def __init__(self, service: Service, terminal: str = "T0001") -> None:
        self.service, self.terminal, self.count = service, terminal, 0

    def ask(
        self, why: Purpose = Purpose.CHECK, question: Question = PLATE, after_ms: int = 0
    ) -> LookupAnswer | Refusal:
        """Send a request; return the answer as the terminal opens it, or the reason for none."""
        self.count += 1
        request = replace(
            REQUEST,
            id=self.count.to_bytes(16, "big"),
            terminal=self.terminal,
            question=question,
            why=why,
            sent_ms=NOW_MS + after_ms,
        )
        posted: list[Publication] = []
        topic = topics.lookup(self.terminal)
        out = self.service.deliver(topic, boxed(request), NOW_MS + after_ms, request.id, posted.append)
        if isinstance(out, Refusal):
            assert posted == []
            return out
        assert posted == [out]
        payload = unboxed(posted[0].payload, self.terminal)
        answer = codec.open_signed(LookupAnswer, payload, by_kid([public(key_of("W0001"))]))
        assert answer is not None
        assert answer.id == request.id
        return answer

    def refusals(
        self, times: int, why: Purpose = Purpose.CHECK, question: Question = PLATE, after_ms: int = 0
    ) -> list[RefusalReason | None]:
        """Send several requests; return the reason of each refusal, None for an answer."""
        answers = [self.ask(why, question, after_ms) for _ in range(times)]
        return [answer.refusal for answer in answers if isinstance(answer, LookupAnswer)]


@pytest.mark.parametrize("why", [Purpose.CHECK, Purpose.QUERY])
def test_checks_and_queries_have_a_burst_of_20_and_then_2_a_second(
    desk: Callable[[str], Service], why: Purpose
):
    asker = Asker(desk("W0001"))
    assert asker.refusals(22, why) == [None] * 20 + [BUSY] * 2
    assert asker.refusals(3, why, after_ms=1_000) == [None, None, BUSY]
    assert Asker(asker.service, "T0002").refusals(20, why) == [None] * 20


@pytest.mark.parametrize(
    ("why", "question"), [(Purpose.RECHECK, PLATE), (Purpose.CHECK, HOTLIST), (Purpose.RECHECK, HOTLIST)]
)
def test_rechecks_and_hot_list_questions_have_40_and_then_1_a_second_and_hold_up_no_check(
    desk: Callable[[str], Service], why: Purpose, question: Question
):
    asker = Asker(desk("W0001"))
    assert asker.refusals(41, why, question) == [None] * 40 + [BUSY]
    assert asker.refusals(2, why, question, 1_000) == [None, BUSY]
    assert asker.refusals(20) == [None] * 20


def test_a_busy_answer_has_no_finding_and_the_same_request_is_answered_later(desk: Callable[[str], Service]):
    asker = Asker(desk("W0001"))
    asker.refusals(int(CHECKS_BURST))
    busy = asker.ask()
    assert isinstance(busy, LookupAnswer)
    assert (busy.result, busy.record, busy.refusal) == (LookupResult.REFUSED, None, BUSY)
    asker.count -= 1
    again = asker.ask(after_ms=2_000)
    assert isinstance(again, LookupAnswer)
    assert again.result is LookupResult.NOT_FOUND


def test_a_flood_is_dropped_unread_and_counted_and_holds_up_nobody_else(
    desk: Callable[[str], Service], caplog: pytest.LogCaptureFixture
):
    service = desk("W0001")
    asker = Asker(service)
    answers = [asker.ask() for _ in range(int(LOOKUPS_BURST) + 50)]
    assert answers[int(LOOKUPS_BURST) :] == [Refusal.FLOOD] * 50
    assert service.bounds.refused == {
        Refused("T0001", "lookup", BUSY): int(LOOKUPS_BURST - CHECKS_BURST),
        Refused("T0001", "lookup", Refusal.FLOOD): 50,
    }
    assert Asker(service, "T0002").refusals(20) == [None] * 20
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said == [f"T0001 on lookup: refused 1 times: {reason}" for reason in (BUSY, Refusal.FLOOD)]
    assert "12345" not in caplog.text


def test_a_request_whose_correlation_data_is_not_its_id_gets_nothing_and_is_counted(
    desk: Callable[[str], Service],
):
    service = desk("W0001")
    for correlation in (b"", b"another", REQUEST.id + b"x"):
        posted: list[Publication] = []
        out = service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, correlation, posted.append)
        assert (out, posted) == (Refusal.CORRELATION, [])
    assert service.bounds.refused[Refused("T0001", "lookup", Refusal.CORRELATION)] == 3


def test_refusals_are_reported_once_a_minute_with_their_number():
    bounds, what = Bounds(), Refused("T0001", "lookup", "busy")
    assert [bounds.refuse(what, NOW_MS + passed) for passed in (0, 1, REPORT_MS - 1)] == [1, None, None]
    assert bounds.refuse(what, NOW_MS + REPORT_MS) == 3
    assert bounds.refuse(Refused("T0002", "lookup", "busy"), NOW_MS) == 1
    assert bounds.refuse(what, NOW_MS) == 1, "the clock was set back"
    assert bounds.refused[what] == 5


@given(st.lists(st.integers(-100_000, 100_000), max_size=200))
def test_a_bucket_never_gives_more_than_its_burst_and_its_rate_whatever_the_clock_does(steps: list[int]):
    bucket, now_ms, taken, passed_ms = Bucket(2.0, 20.0), NOW_MS, 0, 0
    for step in steps:
        now_ms += step
        passed_ms += max(0, step)
        taken += bucket.take(now_ms)
    assert taken <= 20 + 2 * passed_ms / 1000


def test_a_clock_that_is_set_back_gives_no_pictures_away():
    bounds = Bounds()
    assert bounds.pictures_wait_s("T0001", PICTURES_BYTES, NOW_MS) is None
    long_ago = NOW_MS - 10 * PICTURES_SPAN_MS
    assert bounds.pictures_wait_s("T0001", 1, long_ago) is not None
    assert bounds.pictures_wait_s("T0001", 1, long_ago + PICTURES_SPAN_MS) is None
