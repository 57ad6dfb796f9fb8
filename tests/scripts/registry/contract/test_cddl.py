"""The contract's CDDL accepts every message that the code makes, and refuses what the code refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path

import base45
import pytest
from cddl_verifier import Validator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys.issue import Enforcement, IssueRequest, issue
from scripts.registry import sample
from scripts.registry.database import Database
from scripts.registry.journals.evidence import store as file_pieces
from terminal.codes import PREFIX
from terminal.journal import codec as journal_form
from terminal.journal import record as journal
from terminal.journal.entry import Entry
from terminal.model import (
    CheckOrigin,
    CredentialFinding,
    EarlierAlarm,
    Issuance,
    Outcome,
    Plate,
    Reason,
    RefusalReason,
    SealedClaims,
    StatusListRef,
    Subject,
    Vehicle,
    VehicleFinding,
)
from terminal.registry import codec
from terminal.registry.messages import (
    Batch,
    Chunk,
    Command,
    Health,
    HotlistChange,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    Message,
    Order,
    Pieces,
    Receipt,
    Reception,
)
from terminal.wire import cbor, cose, signed
from terminal.wire.cbor import Malformed, Value
from tests.scripts.registry.journal_batches import KEY, Journal, file
from tests.scripts.registry.journal_batches import read as read_receipt
from tests.scripts.registry.request_fixtures import DAY, NOW_MS, RECEIPT_SIGNER
from tests.terminal.journal.test_codec import entries
from tests.terminal.registry.message_strategies import ANSWER, HEAD, RECORD, REQUEST, SEED, SIGNER, messages
from tests.terminal.wire.cbor_values import VALUES

CDDL = Path(__file__).parents[4] / "scripts" / "registry" / "contract" / "messages.cddl"
RULES: dict[type[Message], tuple[str, bytes]] = {
    LookupRequest: ("lookup-request", signed.LOOKUP),
    LookupAnswer: ("lookup-answer", signed.ANSWER),
    HotlistChange: ("hotlist-change", signed.HOTLIST),
    Health: ("health", signed.HEALTH),
    Order: ("order", signed.ORDER),
    Batch: ("batch", signed.BATCH),
    Pieces: ("pieces", signed.PIECES),
    Receipt: ("receipt", signed.RECEIPT),
}
VEHICLE = Vehicle(Plate("苏A12345", "02"), "K33", "A", 202708)


@cache
def contract() -> Validator:
    """Return the parsed contract."""
    return Validator(CDDL.read_text(encoding="utf-8"))


def faults(payload: bytes, rule: str) -> tuple[str, ...]:
    """Return the contract's objections to some bytes; empty if it accepts them."""
    return tuple(contract().validate(payload, rule, require_deterministic=True).errors)


def is_message(kind: type[Message], payload: bytes) -> bool:
    """Return True if the code accepts a payload."""
    try:
        codec.read(kind, payload)
    except Malformed:
        return False
    return True


@given(messages)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_signed_message_is_in_the_contract(message: Message):
    sent = codec.sign(message, SIGNER)
    assert faults(sent, f"signed-{RULES[type(message)][0]}") == ()
    assert faults(sent, "message") == ()


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        replace(ANSWER, record=None, result=LookupResult.NOT_FOUND),
        replace(ANSWER, record=None, result=LookupResult.REFUSED),
        replace(ANSWER, record=None, result=LookupResult.UNAVAILABLE),
        replace(
            ANSWER,
            record=None,
            result=LookupResult.SEVERAL_KINDS,
            records=(RECORD, replace(RECORD, kind="01")),
        ),
        replace(ANSWER, record=None, changes=(), more=True),
        replace(ANSWER, record=None, result=LookupResult.REFUSED, refusal=RefusalReason.BUSY),
        replace(ANSWER, issuance=Issuance.ISSUED, earlier_alarms=(EarlierAlarm(20260801, "confirmed"),)),
    ],
)
def test_each_result_has_its_content_in_the_contract_too(answer: LookupAnswer):
    written = cbor.read(codec.write(answer))
    assert isinstance(written, dict)
    assert faults(cbor.write(written), "lookup-answer") == ()
    for other in {*LookupResult} - {answer.result}:
        payload = cbor.write(written | {3: int(other)})
        assert (faults(payload, "lookup-answer") == ()) is is_message(LookupAnswer, payload)


ONE_EACH: tuple[Message, ...] = (
    REQUEST,
    ANSWER,
    HotlistChange(
        province="苏", epoch=1, seq=1, at_ms=NOW_MS, vehicles=sample.hotlist(sample.vehicles(1, DAY, 0))
    ),
    Order(terminal="T0001", kid=b"k" * 8, id=b"o" * 16, made_ms=NOW_MS, command=Command.LOCK),
)


@pytest.mark.parametrize("message", ONE_EACH)
def test_a_key_that_is_missing_or_unlisted_is_refused_by_both_and_a_private_one_by_neither(message: Message):
    rule, _ = RULES[type(message)]
    written = cbor.read(codec.write(message))
    assert isinstance(written, dict)
    shorter = [{key: value for key, value in written.items() if key != left_out} for left_out in written]
    longer = [written | {key: 1} for key in (0, 20, 99, -1, -65536, -65537, -(2**63))]
    for changed in (*shorter, *longer):
        payload = cbor.write(changed)
        assert (faults(payload, rule) == ()) is is_message(type(message), payload), changed.keys()


@given(st.sampled_from(ONE_EACH), st.integers(1, 19), VALUES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_contract_refuses_the_code_refuses(message: Message, key: int, value: Value):
    written = cbor.read(codec.write(message))
    assert isinstance(written, dict)
    try:
        payload = cbor.write(written | {key: value})
    except Malformed:  # too deeply nested to be encoded
        return
    if is_message(type(message), payload):
        assert faults(payload, RULES[type(message)][0]) == ()


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (Batch, 6, []),
        (Pieces, 2, [[b"p" * 32, 0, 5, b""]]),
        (LookupAnswer, 11, [[20260801, "confirmed", None]] * 6),
        (Order, 5, "restart"),
    ],
)
def test_what_the_code_refuses_the_contract_refuses(kind: type[Message], key: int, value: Value):
    """Rules that CDDL can express: nothing empty, no more than allowed, no other word."""
    rule, _ = RULES[kind]
    written = cbor.read(codec.write(WHOLE[kind]))
    assert isinstance(written, dict)
    payload = cbor.write(written | {key: value})
    assert not is_message(kind, payload)
    assert faults(payload, rule)


WHOLE: dict[type[Message], Message] = {
    **{type(message): message for message in ONE_EACH},
    Batch: Journal().fill(1).batch(1, 1),
    Pieces: Pieces(terminal="T0001", pieces=(Chunk(b"p" * 32, 0, 5, b"piece"),)),
}


_COUNTING = frozenset({3, 4})
"""Keys of a batch that count its records together: its first and its last number."""


@given(messages, st.integers(1, 20), VALUES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_changed_value_is_refused_by_both_or_taken_by_both(message: Message, key: int, value: Value):
    written = cbor.read(codec.write(message))
    assert isinstance(written, dict)
    try:
        payload = cbor.write(written | {key: value})
    except Malformed:  # too deeply nested to be encoded
        return
    taken = is_message(type(message), payload)
    if isinstance(message, Batch) and key in _COUNTING and type(value) is int and value >= 0:
        assert taken is (value == written[key])  # CDDL cannot say that a batch has as many records as that
        return
    assert (faults(payload, RULES[type(message)][0]) == ()) is taken


@pytest.mark.parametrize("message", ONE_EACH)
def test_another_envelope_is_refused(message: Message):
    rule = f"signed-{RULES[type(message)][0]}"
    protected, unprotected, payload, signature = _envelope(codec.sign(message, SIGNER))
    changes: tuple[list[Value], ...] = (
        [protected, unprotected, payload, b"s" * 63],
        [protected, {1: 1}, payload, signature],
        [cbor.write({1: -8, 4: b"k" * 8}), unprotected, payload, signature],
        [cbor.write({1: -19, 4: b"k" * 7}), unprotected, payload, signature],
        [cbor.write({1: -19}), unprotected, payload, signature],
        [protected, unprotected, payload],
    )
    for changed in changes:
        assert faults(cbor.write(changed, tag=18), rule)
    assert faults(cbor.write([protected, unprotected, payload, signature]), rule)


def _envelope(message: bytes) -> list[Value]:
    found = cbor.read(message, tag=18)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "request_",
    [
        IssueRequest(VEHICLE, "苏A"),
        IssueRequest(
            replace(VEHICLE, colour="H", vin_tail="123456", first_registered=20210815),
            "江苏省南京市公安局交管处",
            StatusListRef(1, 7),
            Enforcement(SealedClaims("LSVAA2180E2123456", "123456", "张*"), 1, bytes(32)),
        ),
    ],
)
def test_a_credential_is_in_the_contract(request_: IssueRequest):
    text = issue(request_, SEED, b"c" * 12, NOW_MS // 1000)
    message = base45.b45decode(text.removeprefix(PREFIX))
    assert faults(message, "signed-credential") == ()
    payload = cose.parse(message).payload
    claims = cbor.read(payload)
    assert isinstance(claims, dict)
    for key in (1, 4, 6, 7, -70001):
        assert faults(cbor.write({name: value for name, value in claims.items() if name != key}), "claims")


@given(entries)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_entry_of_a_journal_is_in_the_contract(entry: Entry):
    assert faults(journal_form.write_entry(entry), "entry") == ()


VOCABULARIES: dict[str, type[StrEnum]] = {
    "credential-finding": CredentialFinding,
    "reason": Reason,
    "vehicle-finding": VehicleFinding,
    "outcome": Outcome,
    "subject": Subject,
    "how": CheckOrigin,
}


@pytest.mark.parametrize("rule", VOCABULARIES)
def test_the_contract_s_words_are_the_code_s(rule: str):
    said = re.search(rf"^{rule} =((?:[ /\n]*\"\w+\")+)", CDDL.read_text(encoding="utf-8"), re.MULTILINE)
    assert said is not None
    assert re.findall(r"\w+", said[1]) == [word.value for word in VOCABULARIES[rule]]


def test_a_real_journal_s_batch_its_pieces_and_their_receipts_are_in_the_contract():
    database = Database("sqlite://")
    database.prepare(NOW_MS)
    kept = Journal().fill(3)
    pieces = Pieces(terminal="T0001", pieces=(Chunk(b"p" * 32, 0, 9, b"piece"),))
    fork, unsound = Journal().fill(2).batch(1, 2), replace(kept.batch(1, 2), before=b"x" * 32)
    for sent, rule in ((kept.sent(1, 3), "signed-batch"), (codec.sign(pieces, SIGNER), "signed-pieces")):
        assert faults(sent, rule) == ()
        assert faults(sent, "signed-receipt")
    with database.transaction() as connection:
        receipts = [file_pieces(connection, pieces, NOW_MS, RECEIPT_SIGNER).message]
    receipts += [file(database, one) for one in (kept.batch(2, 3), kept.batch(1, 3), fork, unsound)]
    assert {read_receipt(one).result for one in receipts} == {*Reception} - {Reception.NOT_NOW}
    for one in receipts:
        assert faults(one, "signed-receipt") == ()
    for encoded in kept.records:
        assert faults(encoded, "record") == ()
        assert faults(entry_in(encoded), "entry") == ()
    database.close()


def entry_in(encoded: bytes) -> bytes:
    """Return the entry in a record."""
    return KEY.open(journal.read(encoded).sealed) or b""


HEADLESS: dict[int, Value] = {1: "T0001", 2: HEAD.journal_id}
RECORDS: list[Value] = [journal.write(journal.Record(1, b"h" * 32, b"sealed"))]


@pytest.mark.parametrize(
    ("rule", "context", "payload"),
    [
        ("batch", signed.BATCH, HEADLESS | {3: 1, 4: 1, 5: b"h" * 32, 6: RECORDS}),
        ("pieces", signed.PIECES, {1: "T0001", 2: [[b"p" * 32, 0, 5, b"piece"]]}),
        ("receipt", signed.RECEIPT, HEADLESS | {3: 1, 4: b"h" * 32, 5: NOW_MS, 6: 0, 7: [[b"p" * 32, 5]]}),
    ],
)
def test_the_journal_s_messages_are_in_the_contract(rule: str, context: bytes, payload: dict[int, Value]):
    assert faults(SIGNER(cbor.write(payload), context), f"signed-{rule}") == ()
    for key in payload:
        left = {name: value for name, value in payload.items() if name != key}
        assert (faults(cbor.write(left), rule) == ()) is (key == 7)


@pytest.mark.parametrize("result", [*range(6)])
@pytest.mark.parametrize("wait", [{}, {8: 30}, {8: -1}])
def test_each_result_of_a_receipt_is_in_the_contract_and_a_wait_with_one_alone(
    result: int, wait: dict[int, Value]
):
    payload = cbor.write(HEADLESS | {3: 1, 4: b"h" * 32, 5: NOW_MS, 6: result} | wait)
    assert (faults(payload, "receipt") == ()) is is_message(Receipt, payload)
