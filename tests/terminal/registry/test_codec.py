"""Messages have the keys of wire format sections 5 and 6, and unlisted ones are refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.journal import record
from terminal.journal.entry import Ages
from terminal.journal.record import Break, BreakKind, Head, Record
from terminal.model import CredentialFinding, EarlierAlarm, Issuance, Plate, RecordDetails, RefusalReason
from terminal.registry.codec import open_signed, read, sign, write
from terminal.registry.messages import (
    Batch,
    Chunk,
    CodeQuestion,
    Command,
    Health,
    HotlistChange,
    HotlistEntry,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    Message,
    Order,
    Pieces,
    PlateQuestion,
    Purpose,
    Receipt,
    Reception,
    StoredPart,
    VehicleRecord,
    VinQuestion,
)
from terminal.wire import cbor, signed
from terminal.wire.cbor import Malformed, Value
from tests.terminal.registry.message_strategies import (
    ANSWER,
    HEAD,
    KEYS,
    NOW_MS,
    OTHER_SIGNER,
    RECORD,
    REQUEST,
    SIGNER,
    messages,
)
from tests.terminal.wire.cbor_values import VALUES, mutated

KINDS: tuple[type[Message], ...] = (
    LookupRequest,
    LookupAnswer,
    HotlistChange,
    Health,
    Order,
    Batch,
    Pieces,
    Receipt,
)
CHANGE = HotlistChange(
    province="苏", epoch=2, seq=9, at_ms=NOW_MS, vehicles=(HotlistEntry(RECORD.plate, "C"),)
)
HEALTH = Health(
    terminal="T0001",
    at_ms=NOW_MS,
    state="idle",
    version="1.0",
    ages=Ages(1, None, 3),
    unreceipted=4,
    head=HEAD,
)
ORDER = Order(terminal="T0001", kid=b"k" * 8, id=b"o" * 16, made_ms=NOW_MS, command=Command.WIPE)
FIRST = record.write(Record(8, HEAD.hash, b"sealed"))
SECOND = record.write(Record(9, record.digest(FIRST), b"sealed too"))
BATCH = Batch(
    terminal="T0001", journal_id=HEAD.journal_id, first=8, last=9, before=HEAD.hash, records=(FIRST, SECOND)
)
PIECES = Pieces(terminal="T0001", pieces=(Chunk(b"p" * 32, 4, 9, b"part"),))
RECEIPT = Receipt(
    terminal="T0001",
    journal_id=HEAD.journal_id,
    seq=HEAD.seq,
    hash=HEAD.hash,
    received_ms=NOW_MS,
    result=Reception.GAP,
)
ONE_EACH: tuple[Message, ...] = (REQUEST, ANSWER, CHANGE, HEALTH, ORDER, BATCH, PIECES, RECEIPT)

WRITTEN_HEAD: Value = [b"J" * 16, 7, b"h" * 32]
WRITTEN_REQUEST: dict[int, Value] = {
    1: b"q" * 16,
    2: NOW_MS,
    3: "T0001",
    4: "098765",
    5: {1: "苏A12345", 2: "02"},
    6: "check",
    8: WRITTEN_HEAD,
}
WRITTEN_RECORD: dict[int, Value] = {1: "苏A12345", 2: "02", 3: "K33", 4: "A", 5: 20270831, 6: "A"}
OTHER_RECORD = WRITTEN_RECORD | {2: "01"}
WRITTEN_ANSWER: dict[int, Value] = {1: b"q" * 16, 2: NOW_MS + 40, 3: 0, 4: WRITTEN_RECORD, 6: "T0001"}
WITHOUT_RECORD: dict[int, Value] = {1: b"q" * 16, 2: NOW_MS + 40, 3: 1, 6: "T0001"}
WRITTEN_BATCH: dict[int, Value] = {
    1: "T0001",
    2: b"J" * 16,
    3: 8,
    4: 9,
    5: b"h" * 32,
    6: [FIRST, SECOND],
}
WRITTEN_PIECES: dict[int, Value] = {1: "T0001", 2: [[b"p" * 32, 4, 9, b"part"]]}
WRITTEN_RECEIPT: dict[int, Value] = {1: "T0001", 2: b"J" * 16, 3: 7, 4: b"h" * 32, 5: NOW_MS, 6: 1}
WRITTEN_CHANGE: dict[int, Value] = {1: "苏", 2: 9, 3: NOW_MS, 4: [["苏A12345", "02", "C"]], 5: 2}


@given(messages)
@settings(deadline=None)
def test_every_message_is_read_back_as_it_was(message: Message):
    assert read(type(message), write(message)) == message


@given(st.sampled_from(KINDS), st.binary(max_size=200) | mutated(messages.map(write)))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_malformed(kind: type[Message], payload: bytes):
    with suppress(Malformed):
        assert write(read(kind, payload)) == payload or any_private(payload)


@given(st.sampled_from(ONE_EACH), st.integers(1, 20), VALUES)
@settings(deadline=None)
def test_any_value_in_place_of_another_is_a_message_or_malformed(message: Message, key: int, value: Value):
    found = cbor.read(write(message))
    assert isinstance(found, dict)
    with suppress(Malformed):
        payload = cbor.write(found | {key: value})
        assert write(read(type(message), payload)) == payload or any_private(payload)


def any_private(payload: bytes) -> bool:
    """Return True if a value contains an ignored private key."""

    def private(value: Value) -> bool:
        if isinstance(value, dict):
            return any(key < -65536 or private(item) for key, item in value.items())
        return isinstance(value, list) and any(map(private, value))

    return private(cbor.read(payload))


@given(messages, st.data())
@settings(deadline=None)
def test_a_signed_message_with_any_byte_changed_is_no_message(message: Message, draw: st.DataObject):
    sent = bytearray(sign(message, SIGNER))
    assert open_signed(type(message), bytes(sent), KEYS) == message
    sent[draw.draw(st.integers(0, len(sent) - 1))] ^= draw.draw(st.integers(1, 255))
    assert open_signed(type(message), bytes(sent), KEYS) is None


@pytest.mark.parametrize("message", ONE_EACH)
def test_every_changed_bit_of_a_signed_message_is_refused(message: Message):
    sent = sign(message, SIGNER)
    for place in range(8 * len(sent)):
        changed = bytearray(sent)
        changed[place // 8] ^= 1 << place % 8
        assert open_signed(type(message), bytes(changed), KEYS) is None


@pytest.mark.parametrize("message", ONE_EACH)
def test_another_s_signature_does_not_count(message: Message):
    assert open_signed(type(message), sign(message, OTHER_SIGNER), KEYS) is None
    assert open_signed(type(message), sign(message, SIGNER), {}) is None


@pytest.mark.parametrize(("said", "heard"), [*permutations(range(len(ONE_EACH)), 2)])
def test_a_message_of_one_kind_never_passes_for_another(said: int, heard: int):
    assert open_signed(KINDS[heard], sign(ONE_EACH[said], SIGNER), KEYS) is None


def test_what_is_signed_and_not_of_the_form_is_told_apart_from_what_a_stranger_sends():
    with pytest.raises(Malformed):
        open_signed(LookupAnswer, SIGNER(b"\xa0", signed.ANSWER), KEYS)


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (REQUEST, WRITTEN_REQUEST),
        (
            replace(REQUEST, question=CodeQuestion("https://x"), why=Purpose.RECHECK, location=(3, -4)),
            WRITTEN_REQUEST | {5: {3: "https://x"}, 6: "recheck", 7: [3, -4]},
        ),
        (replace(REQUEST, question=PlateQuestion("苏A12345")), WRITTEN_REQUEST | {5: {1: "苏A12345"}}),
        (
            replace(REQUEST, question=PlateQuestion("苏A12345", None, b"d" * 16)),
            WRITTEN_REQUEST | {5: {1: "苏A12345", 3: b"d" * 16}},
        ),
        (
            replace(REQUEST, question=VinQuestion("LSVAA2180E2123456")),
            WRITTEN_REQUEST | {5: {5: "LSVAA2180E2123456"}},
        ),
        (replace(REQUEST, question=HotlistQuestion("苏", 2, 9)), WRITTEN_REQUEST | {5: {4: ["苏", 2, 9]}}),
        (ANSWER, WRITTEN_ANSWER),
        (
            replace(
                ANSWER,
                record=VehicleRecord(
                    number="苏A12345",
                    kind="02",
                    vehicle_type="K33",
                    use="A",
                    valid_through=20270831,
                    letters="A",
                    colour="A",
                    vin_tail="12345X",
                    brand="b",
                    newest_cti=b"c" * 12,
                    details=RecordDetails(first_registered=20200102, scrap_date=20990101),
                ),
            ),
            WRITTEN_ANSWER
            | {4: WRITTEN_RECORD | {7: "A", 8: "12345X", 9: "b", 10: 20200102, 11: 20990101, 12: b"c" * 12}},
        ),
        (
            replace(
                ANSWER,
                record=replace(
                    RECORD,
                    details=RecordDetails(
                        inspected=20250831,
                        station="s",
                        exempt=True,
                        insured_until=20261231,
                        violations=2,
                        seats=5,
                        energy="e",
                    ),
                ),
                issuance=Issuance.NEVER_ISSUED,
                earlier_alarms=(
                    EarlierAlarm(20260801, "not_this_vehicle", "plate_cloned"),
                    EarlierAlarm(20260701, "confirmed"),
                ),
            ),
            WRITTEN_ANSWER
            | {
                4: WRITTEN_RECORD | {13: 20250831, 14: "s", 15: True, 16: 20261231, 17: 2, 18: 5, 19: "e"},
                10: 1,
                11: [[20260801, "not_this_vehicle", "plate_cloned"], [20260701, "confirmed", None]],
            },
        ),
        (
            replace(ANSWER, result=LookupResult.REFUSED, record=None, refusal=RefusalReason.CLOCK),
            WITHOUT_RECORD | {3: 3, 12: "clock"},
        ),
        (replace(ANSWER, result=LookupResult.NOT_FOUND, record=None), WITHOUT_RECORD),
        (
            replace(
                ANSWER,
                result=LookupResult.SEVERAL_KINDS,
                record=None,
                records=(RECORD, replace(RECORD, kind="01")),
            ),
            WITHOUT_RECORD | {3: 2, 5: [WRITTEN_RECORD, OTHER_RECORD]},
        ),
        (
            replace(ANSWER, record=None, changes=(CHANGE,), more=True),
            WITHOUT_RECORD | {3: 0, 7: [WRITTEN_CHANGE], 9: True},
        ),
        (
            replace(ANSWER, result=LookupResult.REFUSED, record=None, finding=CredentialFinding.PAST),
            WITHOUT_RECORD | {3: 3, 8: "past"},
        ),
        (CHANGE, WRITTEN_CHANGE),
        (
            replace(CHANGE, vehicles=(HotlistEntry(Plate("苏A1", "02"), ""),)),
            WRITTEN_CHANGE | {4: [["苏A1", "02", ""]]},
        ),
        (
            HEALTH,
            {1: "T0001", 2: NOW_MS, 3: "idle", 4: "1.0", 5: [1, None, 3], 6: 4, 9: WRITTEN_HEAD},
        ),
        (
            replace(HEALTH, battery_percent=80, self_test_ms=5),
            {1: "T0001", 2: NOW_MS, 3: "idle", 4: "1.0", 5: [1, None, 3], 6: 4, 7: 80, 8: 5, 9: WRITTEN_HEAD},
        ),
        (ORDER, {1: "T0001", 2: b"k" * 8, 3: b"o" * 16, 4: NOW_MS, 5: "wipe"}),
        (BATCH, WRITTEN_BATCH),
        (PIECES, WRITTEN_PIECES),
        (RECEIPT, WRITTEN_RECEIPT),
        (
            replace(RECEIPT, result=Reception.STORED, held=(StoredPart(b"p" * 32, 4),)),
            WRITTEN_RECEIPT | {6: 0, 7: [[b"p" * 32, 4]]},
        ),
        (replace(RECEIPT, result=Reception.NOT_NOW, wait_s=30), WRITTEN_RECEIPT | {6: 3, 8: 30}),
        (replace(RECEIPT, result=Reception.REFUSED), WRITTEN_RECEIPT | {6: 4}),
    ],
)
def test_each_message_has_its_keys(message: Message, written: dict[int, Value]):
    assert cbor.read(write(message)) == written


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (LookupRequest, WRITTEN_REQUEST | {1: b"q" * 15}),
        (LookupRequest, WRITTEN_REQUEST | {5: {}}),
        (LookupRequest, WRITTEN_REQUEST | {5: {1: "苏A12345", 3: "text"}}),
        (LookupRequest, WRITTEN_REQUEST | {5: {4: ["苏", 2]}}),
        (LookupRequest, WRITTEN_REQUEST | {5: {4: ["苏", -1, 2]}}),
        (LookupRequest, WRITTEN_REQUEST | {5: "苏A12345"}),
        (LookupRequest, WRITTEN_REQUEST | {5: {1: "苏A12345", 3: b"d" * 15}}),
        (LookupRequest, WRITTEN_REQUEST | {5: {1: "苏A12345", 5: "LSVAA2180E2123456"}}),
        (LookupRequest, WRITTEN_REQUEST | {5: {5: 17}}),
        (LookupRequest, WRITTEN_REQUEST | {6: "curiosity"}),
        (LookupRequest, WRITTEN_REQUEST | {7: [900_000_001, 0]}),
        (LookupRequest, WRITTEN_REQUEST | {8: [b"J" * 16, 7]}),
        (LookupRequest, WRITTEN_REQUEST | {9: 0}),
        (LookupAnswer, WRITTEN_ANSWER | {3: 5}),
        (LookupAnswer, WRITTEN_ANSWER | {3: False}),
        (LookupAnswer, WRITTEN_ANSWER | {3: 1}),  # a record with `not found`
        (LookupAnswer, WITHOUT_RECORD | {3: 0}),  # found, without a record
        (LookupAnswer, WRITTEN_ANSWER | {5: [WRITTEN_RECORD, OTHER_RECORD]}),
        (LookupAnswer, WRITTEN_ANSWER | {7: []}),
        (LookupAnswer, WRITTEN_ANSWER | {9: True}),
        (LookupAnswer, WITHOUT_RECORD | {3: 2, 5: [WRITTEN_RECORD]}),
        (LookupAnswer, WITHOUT_RECORD | {3: 2, 5: [WRITTEN_RECORD, WRITTEN_RECORD]}),
        (LookupAnswer, WITHOUT_RECORD | {3: 2, 5: [WRITTEN_RECORD, OTHER_RECORD, OTHER_RECORD]}),
        (LookupAnswer, WITHOUT_RECORD | {3: 2, 5: [WRITTEN_RECORD, OTHER_RECORD | {1: "苏A1"}]}),
        (LookupAnswer, WRITTEN_ANSWER | {4: WRITTEN_RECORD | {13: ""}}),
        (LookupAnswer, WRITTEN_ANSWER | {4: WRITTEN_RECORD | {15: 1}}),
        (LookupAnswer, WRITTEN_ANSWER | {4: WRITTEN_RECORD | {20: ""}}),
        (LookupAnswer, WRITTEN_ANSWER | {10: 3}),
        (LookupAnswer, WRITTEN_ANSWER | {11: [[20260801, "confirmed", None]] * 6}),
        (LookupAnswer, WITHOUT_RECORD | {11: [[20260801, "confirmed", None]]}),  # on no vehicle
        (LookupAnswer, WRITTEN_ANSWER | {12: "busy"}),  # not refused
        (LookupAnswer, WITHOUT_RECORD | {3: 3, 12: "tired"}),
        (LookupAnswer, WRITTEN_ANSWER | {4: WRITTEN_RECORD | {12: b"c"}}),
        (LookupAnswer, WRITTEN_ANSWER | {8: "genuine"}),
        (HotlistChange, WRITTEN_CHANGE | {4: [["苏A12345", "02"]]}),
        (HotlistChange, WRITTEN_CHANGE | {4: {}}),
        (Order, {1: "T0001", 2: b"k" * 8, 3: b"o" * 16, 4: NOW_MS, 5: "format"}),
        (Batch, WRITTEN_BATCH | {4: 8}),  # fewer named than held
        (Batch, WRITTEN_BATCH | {6: [FIRST]}),
        (Batch, WRITTEN_BATCH | {3: 10, 6: []}),
        (Batch, WRITTEN_BATCH | {6: [FIRST, 0]}),
        (Batch, WRITTEN_BATCH | {6: [FIRST, b"no record"]}),
        (Batch, WRITTEN_BATCH | {5: b"h"}),
        (Pieces, WRITTEN_PIECES | {2: [[b"p" * 32, 4, 7, b"part"]]}),  # beyond its end
        (Pieces, WRITTEN_PIECES | {2: [[b"p" * 32, 4, 9, b""]]}),
        (Pieces, WRITTEN_PIECES | {2: [[b"p" * 31, 4, 9, b"part"]]}),
        (Receipt, WRITTEN_RECEIPT | {6: 5}),
        (Receipt, WRITTEN_RECEIPT | {6: 4, 8: 30}),
        (Receipt, WRITTEN_RECEIPT | {6: 3, 8: -1}),
        (Receipt, WRITTEN_RECEIPT | {6: True}),
        (Receipt, WRITTEN_RECEIPT | {7: [[b"p" * 32, -1]]}),
    ],
)
def test_what_the_format_does_not_list_is_malformed(kind: type[Message], written: dict[int, Value]):
    with pytest.raises(Malformed):
        read(kind, cbor.write(written))


def test_private_keys_are_read_over():
    assert read(LookupAnswer, cbor.write(WRITTEN_ANSWER | {-65537: "x"})) == ANSWER


@pytest.mark.parametrize(
    "changed", [{"id": b"short"}, {"officer": "e\N{COMBINING ACUTE ACCENT}"}, {"sent_ms": -1}]
)
def test_what_could_not_be_read_back_is_not_written(changed: dict[str, Any]):
    with pytest.raises(ValueError):  # noqa: PT011 - Malformed, or what CBOR cannot say
        write(replace(REQUEST, **changed))


def test_a_batch_says_where_the_journal_stands_after_it_or_that_it_is_no_chain():
    assert BATCH.end() == Head(HEAD.journal_id, 9, record.digest(SECOND))
    assert replace(BATCH, records=(SECOND, FIRST)).end() == Break(BreakKind.MISSING, 8)
    assert replace(BATCH, before=bytes(32)).end() == Break(BreakKind.WRONG_PREVIOUS, 8)
    assert RECEIPT.head == HEAD
