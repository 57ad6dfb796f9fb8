"""A valid request is answered once, on its signer's topic; every other delivery is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.registry import sample
from scripts.registry.admission import LARGEST, TOPICS, Refusal, admit, owner_of
from scripts.registry.answers import FRESH_MS, letter, unavailable
from scripts.registry.database import Database, register, register_vins
from scripts.registry.hotlist import put
from scripts.registry.other_issuers import js1_code
from terminal.model import CredentialFinding, Issuance, Plate, RefusalReason
from terminal.registry import codec, topics
from terminal.registry.messages import (
    Batch,
    CodeQuestion,
    Health,
    HotlistEntry,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    Pieces,
    PlateQuestion,
    VinQuestion,
)
from terminal.wire import signed
from tests.scripts.registry.request_fixtures import (
    ANSWER_KEYS,
    ANSWER_SIGNER,
    DAY,
    LOOKUP_TOPIC,
    NOW_MS,
    OTHER_SEED,
    RECORD,
    REQUEST,
    T0001,
    TERMINALS,
    answered,
    ask,
    request,
    sent,
    signer_of,
)
from tests.terminal.registry.message_strategies import healths, requests
from tests.terminal.wire.cbor_values import mutated


@pytest.fixture
def database() -> Iterator[Database]:
    """A registry with the sample's named vehicles."""
    found = Database("sqlite://")
    found.prepare(NOW_MS)
    with found.transaction() as connection:
        vehicles = sample.vehicles(1, DAY, 0)
        register(connection, vehicles)
        register_vins(connection, sample.vins(vehicles))
    yield found
    found.close()


def test_a_vehicle_is_found_by_its_number_and_kind(database: Database):
    answer = answered(database, REQUEST)
    assert answer.result is LookupResult.FOUND
    assert answer.record is not None
    assert answer.record.plate == Plate("苏A12345", "02")
    assert (answer.id, answer.terminal, answer.answered_ms) == (REQUEST.id, "T0001", NOW_MS)


@pytest.mark.parametrize(("digest", "word"), [(None, None), (b"d" * 16, Issuance.NOT_KNOWN)])
def test_a_registry_without_records_of_issue_says_that_it_does_not_know(
    database: Database, digest: bytes | None, word: Issuance | None
):
    assert answered(database, request(PlateQuestion("苏A12345", "02", digest))).issuance is word


@pytest.mark.parametrize(
    ("vin", "result", "refusal"),
    [
        ("LSVAA2180E2123456", LookupResult.FOUND, None),
        ("LSVAA2180E2123457", LookupResult.NOT_FOUND, None),
        ("123456", LookupResult.REFUSED, RefusalReason.MALFORMED),
        ("LSVAA2180E212345O", LookupResult.REFUSED, RefusalReason.MALFORMED),
        ("lsvaa2180e2123456", LookupResult.REFUSED, RefusalReason.MALFORMED),
    ],
)
def test_a_vehicle_without_a_plate_is_found_by_its_vin(
    database: Database, vin: str, result: LookupResult, refusal: RefusalReason | None
):
    answer = answered(database, request(VinQuestion(vin)))
    assert (answer.result, answer.refusal) == (result, refusal)
    assert (answer.record and answer.record.number) == ("苏A12345" if result is LookupResult.FOUND else None)


def test_the_answer_goes_to_the_signer_s_topic_with_the_request_s_id():
    out = letter(unavailable(REQUEST.id, REQUEST.terminal, NOW_MS), ANSWER_SIGNER)
    assert out.topic == topics.answer("T0001")
    assert out.correlation == REQUEST.id
    opened = codec.open_signed(LookupAnswer, out.payload, ANSWER_KEYS)
    assert opened == LookupAnswer(
        id=REQUEST.id, answered_ms=NOW_MS, result=LookupResult.UNAVAILABLE, terminal="T0001"
    )


@pytest.mark.parametrize(
    ("question", "result", "kinds"),
    [
        (PlateQuestion("苏A12345"), LookupResult.FOUND, ["02"]),
        (PlateQuestion("苏A12345", "01"), LookupResult.NOT_FOUND, []),
        (PlateQuestion("苏A99999", "02"), LookupResult.NOT_FOUND, []),
        (PlateQuestion("苏A99999"), LookupResult.NOT_FOUND, []),
        (PlateQuestion("苏B70001"), LookupResult.SEVERAL_KINDS, ["01", "02", "07"]),
        (PlateQuestion("苏B70001", "07"), LookupResult.FOUND, ["07"]),
        (PlateQuestion("", "02"), LookupResult.REFUSED, []),
        (PlateQuestion("苏A\0 2345", "02"), LookupResult.REFUSED, []),
        (PlateQuestion("苏a12345"), LookupResult.REFUSED, []),
        (PlateQuestion("苏A123456789"), LookupResult.REFUSED, []),
        (PlateQuestion("苏A12345", "98"), LookupResult.NOT_FOUND, []),  # a kind that no table lists yet
        (PlateQuestion("渝AD0001Z", "52"), LookupResult.NOT_FOUND, []),
        (PlateQuestion("苏A12345", "2"), LookupResult.REFUSED, []),
        (PlateQuestion("苏A12345", "小型"), LookupResult.REFUSED, []),
        (PlateQuestion("苏A12345", ""), LookupResult.REFUSED, []),
    ],
)
def test_each_plate_question_has_its_result(
    database: Database, question: PlateQuestion, result: LookupResult, kinds: list[str]
):
    answer = answered(database, request(question))
    records = answer.records or ((answer.record,) if answer.record else ())
    assert answer.result is result
    assert answer.refusal is (RefusalReason.MALFORMED if result is LookupResult.REFUSED else None)
    assert [record.kind for record in records] == kinds
    assert all(record.number == question.number for record in records)


def code(plate: Plate, month: int = 202708) -> str:
    """Return a code of the other issuer."""
    return js1_code(plate, month, NOW_MS // 1000, OTHER_SEED)


@pytest.mark.parametrize(
    ("text", "result", "finding"),
    [
        (code(Plate("苏A12345", "02")), LookupResult.FOUND, CredentialFinding.CURRENT),
        (code(Plate("苏A12345", "02"), 202610), LookupResult.FOUND, CredentialFinding.PAST),
        (code(Plate("苏A12345", "01")), LookupResult.NOT_FOUND, CredentialFinding.CURRENT),
        (
            code(Plate("苏A12345", "02")).replace("45;", "46;"),
            LookupResult.NOT_FOUND,
            CredentialFinding.FAILED,
        ),
        ("XY1:something", LookupResult.NOT_FOUND, CredentialFinding.UNVERIFIABLE),
        ("JS1:nonsense", LookupResult.NOT_FOUND, CredentialFinding.UNREADABLE),
    ],
)
def test_another_issuer_s_code_is_verified_and_its_vehicle_looked_up_where_it_proves_one(
    database: Database, text: str, result: LookupResult, finding: CredentialFinding
):
    answer = answered(database, request(CodeQuestion(text)))
    assert (answer.result, answer.finding) == (result, finding)
    assert answer.record is None or answer.record.plate == Plate("苏A12345", "02")


def test_hot_list_changes_are_given_from_the_one_asked_for(database: Database):
    with database.transaction() as connection:
        changes = [put(connection, "苏", [HotlistEntry(RECORD.plate, letter)], NOW_MS) for letter in "CJN"]
    epoch = changes[0].epoch
    answer = answered(database, request(HotlistQuestion("苏", epoch, 2)))
    assert (answer.result, answer.changes, answer.more) == (LookupResult.FOUND, tuple(changes[1:]), False)
    anew = answered(database, request(HotlistQuestion("苏", 0, 1), 1))
    assert anew.changes == tuple(changes)


@pytest.mark.parametrize("province", ["", "XX", "苏A", "\0"])
def test_a_hot_list_of_no_province_is_refused(database: Database, province: str):
    answer = answered(database, request(HotlistQuestion(province, 1, 1)))
    assert (answer.result, answer.changes) == (LookupResult.REFUSED, None)
    assert answer.refusal is RefusalReason.MALFORMED


@pytest.mark.parametrize(
    ("age_ms", "result"),
    [
        (0, LookupResult.FOUND),
        (FRESH_MS, LookupResult.FOUND),
        (FRESH_MS + 1, LookupResult.REFUSED),
        (-FRESH_MS, LookupResult.FOUND),
        (-FRESH_MS - 1, LookupResult.REFUSED),
    ],
)
def test_a_request_over_a_minute_old_or_ahead_is_refused(
    database: Database, age_ms: int, result: LookupResult
):
    answer = answered(database, replace(REQUEST, sent_ms=NOW_MS - age_ms))
    assert (answer.result, answer.record is None) == (result, result is LookupResult.REFUSED)
    assert answer.refusal is (RefusalReason.CLOCK if result is LookupResult.REFUSED else None)


def test_a_request_that_was_seen_has_no_second_answer(database: Database):
    assert isinstance(ask(database, sent(REQUEST)), bytes)
    assert ask(database, sent(REQUEST)) is Refusal.SEEN
    assert ask(database, sent(replace(REQUEST, question=PlateQuestion("苏A20001")))) is Refusal.SEEN


def test_a_lost_terminal_is_told_nothing(database: Database):
    answer = answered(database, replace(REQUEST, terminal="T0003"))
    assert (answer.result, answer.record, answer.refusal) == (
        LookupResult.REFUSED,
        None,
        RefusalReason.INACTIVE,
    )


@pytest.mark.parametrize(
    ("topic", "payload", "refusal"),
    [
        (topics.lookup("T0002"), sent(REQUEST), Refusal.OTHER_TERMINAL),
        (topics.answer("T0001"), sent(REQUEST), Refusal.OTHER_TERMINAL),
        (f"{LOOKUP_TOPIC}/", sent(REQUEST), Refusal.OTHER_TERMINAL),
        ("", sent(REQUEST), Refusal.OTHER_TERMINAL),
        # Signed by another terminal than it names, on the topic of either.
        (LOOKUP_TOPIC, codec.sign(REQUEST, signer_of("T0002")), Refusal.OTHER_TERMINAL),
        (topics.lookup("T0002"), codec.sign(REQUEST, signer_of("T0002")), Refusal.OTHER_TERMINAL),
        (
            LOOKUP_TOPIC,
            codec.sign(replace(REQUEST, terminal="a/b"), signer_of("T0001")),
            Refusal.OTHER_TERMINAL,
        ),
        (LOOKUP_TOPIC, codec.sign(REQUEST, signer_of("stranger")), Refusal.UNSIGNED),
        (LOOKUP_TOPIC, signer_of("T0001")(codec.write(REQUEST), signed.ANSWER), Refusal.UNSIGNED),
        (LOOKUP_TOPIC, signer_of("T0001")(codec.write(REQUEST), b""), Refusal.UNSIGNED),
        (LOOKUP_TOPIC, codec.write(REQUEST), Refusal.UNSIGNED),
        (LOOKUP_TOPIC, b"", Refusal.UNSIGNED),
        (LOOKUP_TOPIC, signer_of("T0001")(b"\xa0", signed.LOOKUP), Refusal.MALFORMED),
        (LOOKUP_TOPIC, signer_of("T0001")(b"", signed.LOOKUP), Refusal.MALFORMED),
        (LOOKUP_TOPIC, sent(REQUEST) + bytes(8192), Refusal.TOO_LARGE),
    ],
)
def test_whoever_is_not_known_to_ask_is_not_answered(topic: str, payload: bytes, refusal: Refusal):
    assert admit(LookupRequest, topic, payload, TERMINALS) is refusal


@pytest.mark.parametrize("kind", [LookupRequest, Batch, Pieces, Health])
def test_the_size_the_topic_and_the_key_id_are_looked_at_before_anything_is_parsed(kind: type[LookupRequest]):
    """The bytes after the key id are not CBOR at all, and are not read."""
    topic, head = TOPICS[kind]("T0001"), sent(REQUEST)[:17]
    largest = head + b"\xff" * (LARGEST[kind] - len(head))
    assert owner_of(kind, topic, largest, TERMINALS) == T0001
    assert owner_of(kind, topic, largest + b"\xff", TERMINALS) is Refusal.TOO_LARGE
    assert owner_of(kind, TOPICS[kind]("T0002"), largest, TERMINALS) is Refusal.OTHER_TERMINAL
    assert owner_of(kind, topic, bytes(8) + largest[8:], TERMINALS) is Refusal.UNSIGNED
    assert owner_of(kind, topic, largest[:8] + bytes(8) + largest[16:], TERMINALS) is Refusal.UNSIGNED
    assert owner_of(kind, topic, b"", TERMINALS) is Refusal.UNSIGNED


def test_every_changed_bit_of_a_request_is_refused():
    payload = sent(REQUEST)
    for place in range(8 * len(payload)):
        changed = bytearray(payload)
        changed[place // 8] ^= 1 << place % 8
        assert admit(LookupRequest, LOOKUP_TOPIC, bytes(changed), TERMINALS) is Refusal.UNSIGNED


@given(
    st.text(max_size=40) | st.just(LOOKUP_TOPIC), st.binary(max_size=300) | mutated(st.just(sent(REQUEST)))
)
@settings(deadline=None)
def test_any_bytes_on_any_topic_are_a_request_or_a_refusal(topic: str, payload: bytes):
    admitted = admit(LookupRequest, topic, payload, TERMINALS)
    assert isinstance(admitted, Refusal) or admitted == (REQUEST, T0001)


@given(st.binary(max_size=200) | mutated(requests.map(codec.write) | healths.map(codec.write)))
@settings(deadline=None)
def test_any_payload_that_a_terminal_signs_is_a_request_or_a_refusal(payload: bytes):
    admitted = admit(LookupRequest, LOOKUP_TOPIC, signer_of("T0001")(payload, signed.LOOKUP), TERMINALS)
    assert isinstance(admitted, tuple | Refusal)


@given(requests)
@settings(deadline=None, max_examples=60)
def test_any_question_is_answered_in_the_form_that_its_terminal_reads(drawn: LookupRequest):
    database = Database("sqlite://")
    database.prepare(NOW_MS)
    answer = answered(database, replace(drawn, terminal="T0001", sent_ms=NOW_MS))
    database.close()
    assert answer.id == drawn.id
    assert answer.result in (LookupResult.NOT_FOUND, LookupResult.REFUSED, LookupResult.FOUND)
    assert answer.record is None
