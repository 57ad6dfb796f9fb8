"""An answer counts only for its own request, within its time; anything else is dropped and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential.verify import Moment
from terminal.limits import RECENT_CHECK_S
from terminal.model import (
    ComparedField,
    CredentialFinding,
    RefusalReason,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.ports import Incoming, Outgoing
from terminal.registry import codec
from terminal.registry.dropped import Dropped
from terminal.registry.lookup import (
    REMEMBERED,
    REMEMBERED_S,
    Answered,
    Busy,
    Drop,
    Late,
    LookupSession,
    LookupSpec,
    NoAnswer,
)
from terminal.registry.messages import (
    CodeQuestion,
    HotlistChange,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    PlateQuestion,
    Purpose,
    Question,
)
from terminal.wire import signed
from tests.terminal.registry.message_strategies import (
    ANSWER,
    HEAD,
    KEYS,
    NOW_MS,
    OTHER_KEY,
    OTHER_SIGNER,
    PUBLIC_KEY,
    RECORD,
    SIGNER,
    TERMINAL,
    TOPIC,
    answers,
)

NOW = Moment(NOW_MS / 1e3)
UNTRUSTED = Moment(0, clock_trusted=False)
ID = ANSWER.id
WAIT_S = 4.5
INQUIRY = LookupSpec(
    question=PlateQuestion("苏A12345", "02"), why=Purpose.CHECK, officer="098765", head=HEAD, wait_s=WAIT_S
)
CHANGE = HotlistChange(province="苏", epoch=1, seq=1, at_ms=NOW_MS, vehicles=())
BARE = replace(ANSWER, result=LookupResult.NOT_FOUND, record=None)


def asking(question: Question = INQUIRY.question, at_s: float = 100.0) -> LookupSession:
    lookup = LookupSession(TERMINAL, OTHER_SIGNER, [PUBLIC_KEY])
    sent = lookup.ask(replace(INQUIRY, question=question), request_id=ID, moment=NOW, monotonic_s=at_s)
    assert sent is not None
    return lookup


def hear(
    lookup: LookupSession, answer: LookupAnswer = ANSWER, *, at_s: float = 100.5, **other: object
) -> object:
    said: dict[str, Any] = {"topic": TOPIC, "correlation": ID, "payload": codec.sign(answer, SIGNER)}
    said |= {"moment": NOW} | other
    moment = said.pop("moment")
    return lookup.receive(Incoming(**said), moment=moment, monotonic_s=at_s)


def test_a_question_goes_out_signed_on_the_terminal_s_own_topic():
    lookup = LookupSession(TERMINAL, SIGNER, [OTHER_KEY])
    inquiry = replace(INQUIRY, location=(320_000_000, 1_180_000_000))
    sent = lookup.ask(inquiry, request_id=ID, moment=NOW, monotonic_s=100.0)
    assert sent is not None
    assert sent == Outgoing(
        f"roadside/1/lookup/{TERMINAL}",
        sent.payload,
        correlation=ID,
        expiry_s=5,
        response_topic=f"roadside/1/answer/{TERMINAL}",
        urgent=True,
    )
    assert codec.open_signed(LookupRequest, sent.payload, KEYS) == LookupRequest(
        id=ID,
        sent_ms=NOW_MS,
        terminal=TERMINAL,
        officer="098765",
        question=INQUIRY.question,
        why=Purpose.CHECK,
        head=HEAD,
        location=(320_000_000, 1_180_000_000),
    )


@pytest.mark.parametrize("text", ["e\N{COMBINING ACUTE ACCENT}", "\ud800"])
def test_a_code_s_text_that_no_message_can_carry_is_not_asked_and_not_changed(text: str):
    lookup = LookupSession(TERMINAL, SIGNER, [PUBLIC_KEY])
    inquiry = replace(INQUIRY, question=CodeQuestion(text))
    assert lookup.ask(inquiry, request_id=ID, moment=NOW, monotonic_s=0) is None
    assert lookup.next_expiry_s() is None


def test_no_id_is_used_twice():
    lookup = asking()
    with pytest.raises(ValueError, match="used before"):
        lookup.ask(INQUIRY, request_id=ID, moment=NOW, monotonic_s=101)


def test_an_answer_in_time_is_the_vehicle_s_live_status():
    lookup = asking()
    heard = hear(lookup, at_s=102.9)
    assert isinstance(heard, Answered)
    assert heard.answer == ANSWER
    described = Vehicle(RECORD.plate, "K33", "A", 202708)
    assert heard.status == VehicleStatus(VehicleFinding.VALID, "A", 20270831, age_s=2, vehicle=described)
    assert lookup.expire(200) == ()


def test_letters_are_shown_without_the_blanks_of_their_field():
    heard = hear(asking(), replace(ANSWER, record=replace(RECORD, letters="GE        ")))
    assert isinstance(heard, Answered)
    assert heard.status is not None
    assert (heard.status.finding, heard.status.letters) == (VehicleFinding.OFF_ROAD, "GE")


def test_dates_are_judged_at_the_answer_s_signed_time_where_the_clock_is_not_trusted():
    late_in_2027 = replace(ANSWER, answered_ms=1_830_000_000_000)
    for moment, finding in [(UNTRUSTED, VehicleFinding.OVERDUE), (NOW, VehicleFinding.VALID)]:
        heard = hear(asking(), late_in_2027, moment=moment)
        assert isinstance(heard, Answered)
        assert heard.status is not None
        assert heard.status.finding is finding


def test_not_found_is_an_answer():
    heard = hear(asking(), BARE)
    assert isinstance(heard, Answered)
    assert heard.status == VehicleStatus(VehicleFinding.NOT_FOUND, age_s=0)


@pytest.mark.parametrize(("finding", "known"), [("current", True), ("unverifiable", False)])
def test_not_found_of_a_code_is_of_its_vehicle_only_where_the_code_is_proven(finding: str, *, known: bool):
    heard = hear(asking(CodeQuestion("JS1:1")), replace(BARE, finding=CredentialFinding(finding)))
    assert isinstance(heard, Answered)
    assert heard.status == (VehicleStatus(VehicleFinding.NOT_FOUND, age_s=0) if known else None)


def test_several_kinds_are_listed_and_judge_nothing():
    several = replace(
        BARE, result=LookupResult.SEVERAL_KINDS, records=(RECORD, replace(RECORD, kind="01", letters="C"))
    )
    heard = hear(asking(PlateQuestion("苏A12345")), several)
    assert isinstance(heard, Answered)
    assert heard.status is None
    assert heard.answer.records is not None
    assert [record.kind for record in heard.answer.records] == ["02", "01"]


@pytest.mark.parametrize("result", [LookupResult.REFUSED, LookupResult.UNAVAILABLE])
def test_a_registry_that_refuses_or_is_not_available_has_not_answered(result: LookupResult):
    lookup = asking()
    assert isinstance(hear(lookup, replace(BARE, result=result)), NoAnswer)
    assert lookup.expire(200) == ()  # told already
    assert isinstance(hear(lookup, at_s=101), Late)


def test_fields_that_decide_nothing_by_a_setting_are_named_with_every_record():
    lookup = LookupSession(TERMINAL, OTHER_SIGNER, [PUBLIC_KEY], frozenset({ComparedField.COLOUR}))
    assert lookup.ask(INQUIRY, request_id=ID, moment=NOW, monotonic_s=100.0) is not None
    heard = hear(lookup)
    assert isinstance(heard, Answered)
    assert heard.status is not None
    assert heard.status.display_only == {ComparedField.COLOUR}


BUSY = replace(BARE, result=LookupResult.REFUSED, refusal=RefusalReason.BUSY)
SECOND = b"2" * 16


def again(lookup: LookupSession, at_s: float) -> Outgoing | None:
    """Send the request of `asking` again."""
    busy = hear(lookup, BUSY, at_s=100.5)
    assert isinstance(busy, Busy)
    return lookup.ask_again(busy.request, request_id=SECOND, head=HEAD, moment=NOW, monotonic_s=at_s)


def test_a_registry_that_is_busy_is_asked_again_within_the_wait():
    lookup = asking()
    sent = again(lookup, 101.5)
    assert sent is not None
    assert (sent.correlation, sent.expiry_s) == (SECOND, 3)
    assert lookup.is_busy
    heard = hear(lookup, replace(ANSWER, id=SECOND), at_s=102, correlation=SECOND)
    assert isinstance(heard, Answered)
    assert heard.request.id == SECOND
    assert lookup.expire(200) == ()


def test_a_question_asked_again_has_the_first_one_s_wait():
    lookup = asking()
    assert again(lookup, 101.5) is not None
    assert lookup.next_expiry_s() == 100 + WAIT_S
    assert [request.id for request in lookup.expire(100 + WAIT_S)] == [SECOND]


def test_a_registry_that_stays_busy_is_no_answer_once_the_wait_is_over():
    lookup = asking()
    assert again(lookup, 100 + WAIT_S) is None
    assert [request.id for request in lookup.expire(100 + WAIT_S)] == [ID]


def test_an_answer_to_the_first_question_counts_though_it_was_asked_again():
    lookup = asking()
    assert again(lookup, 101.5) is not None
    assert isinstance(hear(lookup, at_s=102), Late)


def test_another_issuer_s_code_is_judged_by_the_registry():
    heard = hear(asking(CodeQuestion("https://x")), replace(ANSWER, finding=CredentialFinding.PAST))
    assert isinstance(heard, Answered)
    assert heard.answer.finding is CredentialFinding.PAST
    assert heard.status is not None


@pytest.mark.parametrize("answer", [replace(ANSWER, record=None, changes=(CHANGE,), more=False), BARE])
def test_hot_list_changes_are_about_no_vehicle(answer: LookupAnswer):
    heard = hear(asking(HotlistQuestion("苏", 1, 1)), answer)
    assert isinstance(heard, Answered)
    assert heard.status is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"payload": b""}, Drop.UNSIGNED),
        ({"payload": codec.write(ANSWER)}, Drop.UNSIGNED),
        ({"payload": codec.sign(ANSWER, OTHER_SIGNER)}, Drop.UNSIGNED),
        ({"payload": SIGNER(codec.write(ANSWER), signed.RECEIPT)}, Drop.UNSIGNED),
        ({"payload": SIGNER(codec.write(ANSWER), b"")}, Drop.UNSIGNED),
        ({"payload": SIGNER(b"\xa0", signed.ANSWER)}, Drop.MALFORMED),
        ({"answer": replace(ANSWER, terminal="T0002")}, Drop.OTHER_TERMINAL),
        ({"correlation": b"x" * 16}, Drop.CORRELATION),
        ({"correlation": None}, Drop.CORRELATION),
        ({"answer": replace(ANSWER, id=b"x" * 16), "correlation": b"x" * 16}, Drop.UNKNOWN_REQUEST),
        ({"answer": replace(ANSWER, id=b"x" * 16)}, Drop.UNKNOWN_REQUEST),
        ({"at_s": 100 + RECENT_CHECK_S + 1}, Drop.LATE),
    ],
)
def test_what_is_no_answer_is_dropped_and_counted(changed: dict[str, Any], why: Drop):
    lookup = asking()
    assert hear(lookup, **changed) == Dropped(why)
    assert lookup.dropped == {why: 1}


def test_a_check_that_is_over_is_forgotten_after_a_shift():
    lookup = asking()
    lookup.expire(105)
    assert isinstance(hear(lookup, at_s=100 + RECENT_CHECK_S), Late)
    assert hear(lookup, at_s=100 + REMEMBERED_S) == Dropped(Drop.DUPLICATE)
    assert hear(lookup, at_s=101 + REMEMBERED_S) == Dropped(Drop.UNKNOWN_REQUEST)


def test_the_oldest_of_very_many_checks_is_forgotten_and_none_that_is_waited_for():
    lookup = asking()
    long = replace(INQUIRY, wait_s=1e9)
    for number in range(REMEMBERED + 1):
        lookup.ask(long, request_id=number.to_bytes(16, "big"), moment=NOW, monotonic_s=101)
    assert isinstance(hear(lookup, at_s=101), Answered)
    lookup.expire(100 + WAIT_S)
    assert hear(lookup, at_s=102 + WAIT_S) == Dropped(Drop.UNKNOWN_REQUEST)


@pytest.mark.parametrize("at_s", [101, 100 + WAIT_S, 100 + RECENT_CHECK_S + 1, 100 + 2 * REMEMBERED_S])
def test_an_answer_that_could_not_be_recorded_counts_when_it_comes_again_however_late(at_s: float):
    lookup = asking()
    heard = hear(lookup, at_s=100.5)
    assert isinstance(heard, Answered)
    lookup.reopen(heard)
    lookup.expire(at_s)
    again = hear(lookup, at_s=at_s)
    assert isinstance(again, Answered if at_s < 100 + WAIT_S else Late)
    assert isinstance(hear(lookup, at_s=at_s), Dropped)


def test_the_wait_for_an_answer_that_could_not_be_recorded_goes_on_to_its_end():
    lookup = asking()
    heard = hear(lookup, at_s=100.5)
    assert isinstance(heard, Answered)
    lookup.reopen(heard)
    assert len(lookup.expire(100 + WAIT_S)) == 1


ABOUT_KINDS = replace(BARE, result=LookupResult.SEVERAL_KINDS, records=(RECORD, replace(RECORD, kind="01")))
CHANGES = replace(ANSWER, record=None, changes=(CHANGE,))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (INQUIRY.question, replace(ANSWER, record=replace(RECORD, number="苏A12346"))),
        (INQUIRY.question, replace(ANSWER, record=replace(RECORD, number="苏A12345 "))),
        (INQUIRY.question, replace(ANSWER, record=replace(RECORD, kind="01"))),
        (INQUIRY.question, ABOUT_KINDS),
        (INQUIRY.question, CHANGES),
        (INQUIRY.question, replace(ANSWER, finding=CredentialFinding.CURRENT)),
        (PlateQuestion("苏A12346"), ANSWER),
        (PlateQuestion("苏A12346"), ABOUT_KINDS),
        (CodeQuestion("https://x"), CHANGES),
        (HotlistQuestion("苏", 1, 1), ANSWER),
        (HotlistQuestion("苏", 1, 1), ABOUT_KINDS),
        (HotlistQuestion("浙", 1, 1), CHANGES),
        (HotlistQuestion("苏", 1, 1), replace(BARE, finding=CredentialFinding.CURRENT)),
    ],
)
def test_an_answer_to_another_question_is_dropped(question: Question, answer: LookupAnswer):
    lookup = asking(question)
    assert hear(lookup, answer) == Dropped(Drop.OTHER_QUESTION)
    assert len(lookup.expire(105)) == 1


def test_an_answer_counts_once():
    lookup = asking()
    assert isinstance(hear(lookup), Answered)
    assert hear(lookup) == Dropped(Drop.DUPLICATE)


def test_a_key_that_is_no_longer_trusted_answers_nothing():
    lookup = asking()
    lookup.trust([OTHER_KEY])
    assert hear(lookup) == Dropped(Drop.UNSIGNED)


@pytest.mark.parametrize(
    ("letters", "alarm"), [("A", False), ("G", False), ("Q", False), ("Z", False), ("GE", True), ("C", True)]
)
@pytest.mark.parametrize("told", [True, False])
def test_a_late_answer_counts_for_ten_minutes_and_an_alarm_for_a_shift(
    letters: str, *, alarm: bool, told: bool
):
    lookup = asking()
    if told:
        assert len(lookup.expire(100 + WAIT_S)) == 1
    heard = hear(lookup, replace(ANSWER, record=replace(RECORD, letters=letters)), at_s=100 + WAIT_S)
    assert isinstance(heard, Late)
    later = asking()
    heard = hear(
        later, replace(ANSWER, record=replace(RECORD, letters=letters)), at_s=100 + RECENT_CHECK_S + 1
    )
    assert isinstance(heard, Late) is alarm
    assert len(lookup.expire(200)) == (0 if told else 1)  # the screen that waits is told all the same
    assert hear(lookup, at_s=201) == Dropped(Drop.DUPLICATE)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (INQUIRY.question, replace(BARE, result=LookupResult.REFUSED)),
        (HotlistQuestion("苏", 1, 1), replace(ANSWER, record=None, changes=())),
    ],
)
def test_what_says_nothing_of_a_vehicle_is_dropped_when_late(question: Question, answer: LookupAnswer):
    assert hear(asking(question), answer, at_s=105) == Dropped(Drop.LATE)


def test_each_question_s_wait_ends_once_and_is_foreseen():
    lookup = asking()
    lookup.ask(replace(INQUIRY, wait_s=1), request_id=b"2" * 16, moment=NOW, monotonic_s=101.0)
    assert lookup.next_expiry_s() == 102.0
    assert lookup.expire(101.9) == ()
    assert [request.id for request in lookup.expire(102.0)] == [b"2" * 16]
    assert lookup.next_expiry_s() == 100 + WAIT_S
    assert [request.id for request in lookup.expire(900.0)] == [ID]
    assert lookup.next_expiry_s() is None


@given(st.binary(max_size=200), st.none() | st.binary(max_size=20))
@settings(deadline=None)
def test_any_message_is_received(payload: bytes, correlation: bytes | None):
    assert isinstance(hear(asking(), payload=payload, correlation=correlation), Dropped)


@given(answers(), st.booleans(), st.floats(0, 700))
@settings(deadline=None)
def test_any_signed_answer_is_received(answer: LookupAnswer, mine: bool, after_s: float):  # noqa: FBT001 - drawn
    lookup = asking()
    answer = replace(answer, id=ID, terminal=TERMINAL) if mine else answer
    heard = hear(lookup, answer, at_s=100 + after_s)
    if isinstance(heard, Answered):
        assert mine
        assert after_s < WAIT_S


@pytest.mark.parametrize("at_ms", [0, 2**63 - 1])
def test_an_answer_of_any_time_is_judged(at_ms: int):
    assert isinstance(hear(asking(), replace(ANSWER, answered_ms=at_ms), moment=UNTRUSTED), Answered)
