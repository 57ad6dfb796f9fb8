"""Hypothesis strategies for messages, and keys of a registry and a terminal for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from nacl import bindings

from terminal.journal import record
from terminal.journal.entry import Ages
from terminal.journal.record import Head, Record
from terminal.model import CredentialFinding, EarlierAlarm, Issuance, Plate, RecordDetails, RefusalReason
from terminal.registry.messages import (
    Batch,
    Chunk,
    CodeClaims,
    CodeQuestion,
    Command,
    Health,
    HotlistChange,
    HotlistEntry,
    HotlistQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
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
from terminal.wire import signed
from tests.terminal.wire.cbor_values import TEXTS

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
PUBLIC_KEY, OTHER_KEY = (bindings.crypto_sign_seed_keypair(seed)[0] for seed in (SEED, OTHER_SEED))
SIGNER, OTHER_SIGNER = signed.signer(SEED), signed.signer(OTHER_SEED)
KEYS = signed.by_kid([PUBLIC_KEY])

TERMINAL = "T0001"
TOPIC = f"roadside/1/answer/{TERMINAL}"
NOW_MS = 1_795_320_000_000  # 2026-11-22 in Asia/Shanghai
HEAD = Head(b"J" * 16, 7, b"h" * 32)
RECORD = VehicleRecord(
    number="苏A12345", kind="02", vehicle_type="K33", use="A", valid_through=20270831, letters="A"
)
REQUEST = LookupRequest(
    id=b"q" * 16,
    sent_ms=NOW_MS,
    terminal=TERMINAL,
    officer="098765",
    question=PlateQuestion("苏A12345", "02"),
    why=Purpose.CHECK,
    head=HEAD,
)
ANSWER = LookupAnswer(
    id=REQUEST.id, answered_ms=NOW_MS + 40, result=LookupResult.FOUND, terminal=TERMINAL, record=RECORD
)

uints = st.integers(0, 2**63 - 1)
ids = st.binary(min_size=16, max_size=16)
places = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
heads = st.builds(Head, ids, uints, st.binary(min_size=32, max_size=32))
code_claims = st.builds(CodeClaims, TEXTS.filter(lambda said: 1 <= len(said) <= 12), uints, uints)
plate_questions = st.builds(PlateQuestion, TEXTS, st.none() | TEXTS, st.none() | ids, st.none() | code_claims)
questions = st.one_of(
    plate_questions,
    st.builds(CodeQuestion, TEXTS),
    st.builds(HotlistQuestion, TEXTS, uints, uints),
    st.builds(VinQuestion, TEXTS),
)
requests = st.builds(
    LookupRequest,
    id=ids,
    sent_ms=uints,
    terminal=TEXTS,
    officer=TEXTS,
    question=questions,
    why=st.sampled_from(Purpose),
    head=heads,
    location=st.none() | places,
)
records = st.builds(
    VehicleRecord,
    number=TEXTS,
    kind=TEXTS,
    vehicle_type=TEXTS,
    use=TEXTS,
    valid_through=uints,
    letters=TEXTS,
    colour=st.none() | TEXTS,
    vin_tail=st.none() | TEXTS,
    brand=st.none() | TEXTS,
    newest_cti=st.none() | st.binary(min_size=12, max_size=12),
    details=st.builds(
        RecordDetails,
        first_registered=st.none() | uints,
        scrap_date=st.none() | uints,
        inspected=st.none() | uints,
        station=st.none() | TEXTS,
        exempt=st.none() | st.booleans(),
        insured_until=st.none() | uints,
        violations=st.none() | uints,
        seats=st.none() | uints,
        energy=st.none() | TEXTS,
    ),
)
earlier_alarms = st.lists(st.builds(EarlierAlarm, uints, TEXTS, st.none() | TEXTS), max_size=5).map(tuple)
changes = st.builds(
    HotlistChange,
    province=TEXTS,
    epoch=uints,
    seq=uints,
    at_ms=uints,
    vehicles=st.lists(st.builds(HotlistEntry, st.builds(Plate, TEXTS, TEXTS), TEXTS), max_size=3).map(tuple),
)


@st.composite
def answers(draw: st.DrawFn) -> LookupAnswer:
    """Draw an answer whose content fits its result."""
    answer: dict[str, Any] = {"id": draw(ids), "answered_ms": draw(uints), "terminal": draw(TEXTS)}
    answer["finding"] = draw(st.none() | st.sampled_from(CredentialFinding))
    answer["issuance"] = draw(st.none() | st.sampled_from(Issuance))
    result = answer["result"] = draw(st.sampled_from(LookupResult))
    if result is LookupResult.SEVERAL_KINDS:
        number = draw(TEXTS)
        kinds = draw(st.lists(TEXTS, min_size=2, max_size=3, unique=True))
        answer["records"] = tuple(replace(draw(records), number=number, kind=kind) for kind in kinds)
    elif result is LookupResult.FOUND and draw(st.booleans()):
        answer["record"] = draw(records)
        answer["earlier_alarms"] = draw(st.none() | earlier_alarms)
    elif result is LookupResult.FOUND:
        answer["changes"] = tuple(draw(st.lists(changes, max_size=2)))
        answer["more"] = draw(st.none() | st.booleans())
    elif result is LookupResult.REFUSED:
        answer["refusal"] = draw(st.none() | st.sampled_from(RefusalReason))
    return LookupAnswer(**answer)


ages = st.builds(Ages, *[st.none() | uints] * 3)
healths = st.builds(
    Health,
    terminal=TEXTS,
    at_ms=uints,
    state=TEXTS,
    version=TEXTS,
    ages=ages,
    unreceipted=uints,
    head=heads,
    battery_percent=st.none() | uints,
    self_test_ms=st.none() | uints,
)
orders = st.builds(
    Order,
    terminal=TEXTS,
    kid=st.binary(min_size=8, max_size=8),
    id=ids,
    made_ms=uints,
    command=st.sampled_from(Command),
)
hashes = st.binary(min_size=32, max_size=32)


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw a batch with as many records as it names; they need not be a chain."""
    held = draw(st.lists(st.builds(Record, uints, hashes, st.binary(max_size=20)), min_size=1, max_size=3))
    first = draw(st.integers(0, 2**62))
    return Batch(
        terminal=draw(TEXTS),
        journal_id=draw(ids),
        first=first,
        last=first + len(held) - 1,
        before=draw(hashes),
        records=tuple(map(record.write, held)),
    )


@st.composite
def pieces(draw: st.DrawFn) -> Chunk:
    """Draw a part of a picture."""
    content, offset = draw(st.binary(min_size=1, max_size=20)), draw(st.integers(0, 2**60))
    return Chunk(draw(hashes), offset, offset + len(content) + draw(st.integers(0, 2**60)), content)


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    """Draw a receipt, with a wait only for `not now`."""
    result = draw(st.sampled_from(Reception))
    return Receipt(
        terminal=draw(TEXTS),
        journal_id=draw(ids),
        seq=draw(uints),
        hash=draw(hashes),
        received_ms=draw(uints),
        result=result,
        held=draw(st.none() | st.lists(st.builds(StoredPart, hashes, uints), max_size=3).map(tuple)),
        wait_s=draw(st.none() | uints) if result is Reception.NOT_NOW else None,
    )


evidence = st.builds(Pieces, terminal=TEXTS, pieces=st.lists(pieces(), max_size=3).map(tuple))
messages = st.one_of(requests, answers(), changes, healths, orders, batches(), evidence, receipts())
