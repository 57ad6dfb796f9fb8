"""Entries are encoded with the keys of wire format section 6, and nothing else is accepted."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.journal.codec import read_entry, write_entry
from terminal.journal.entry import (
    Ages,
    Basis,
    Check,
    CodeDigest,
    CodeShown,
    Confirmation,
    Entry,
    Event,
    EventKind,
    LookupMade,
    Note,
    Refinement,
    Rules,
    SealedClaimsViewed,
    Session,
    SessionStep,
    Stamp,
)
from terminal.journal.record import uuid7
from terminal.model import (
    CheckOrigin,
    ComparedField,
    CredentialFinding,
    Issuance,
    Outcome,
    PlateInput,
    Reason,
    Subject,
    VehicleFinding,
)
from terminal.wire import cbor
from terminal.wire.cbor import Malformed, Value
from tests.terminal.journal.journals import CHECK, STAMP
from tests.terminal.wire.cbor_values import VALUES

JOURNAL_ID = b"J" * 16
NAME = uuid7(STAMP.at_ms, bytes(10))

uints = st.integers(0, 2**63 - 1)
seqs = st.integers(1, 2**63 - 1)
texts = st.text(max_size=40).map(lambda text: unicodedata.normalize("NFC", text))
places = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
ages = st.builds(Ages, *[st.none() | uints] * 3)
rules = st.builds(Rules, st.integers(1, 2**63 - 1)) | st.builds(
    Rules, st.just(0), st.binary(min_size=8, max_size=8)
)
judged: dict[str, st.SearchStrategy[object]] = {
    "finding": st.sampled_from(CredentialFinding),
    "reason": st.sampled_from(Reason),
    "vehicle": st.sampled_from(VehicleFinding),
    "outcome": st.sampled_from(Outcome),
    "subject": st.sampled_from(Subject),
    "ages": ages,
    "trust_serial": uints,
}
details: dict[str, st.SearchStrategy[object]] = {
    "number": st.none() | texts,
    "kind": st.none() | texts,
    "location": st.none() | places,
    "letters": st.none() | texts,
    "valid_through": st.none() | uints,
    "code": st.builds(
        CodeShown,
        st.none() | texts | st.builds(CodeDigest, st.binary(min_size=32, max_size=32), uints),
        st.none() | st.binary(min_size=12, max_size=12),
        st.none() | st.sampled_from(Issuance),
    ),
    "lookup": st.builds(
        LookupMade, st.none() | st.binary(min_size=16, max_size=16), st.none() | st.tuples(uints, uints)
    ),
    "basis": st.builds(
        Basis,
        st.none() | rules,
        clock_s=st.none() | uints,
        offline_day=st.none() | uints,
        hotlist_version=st.none() | st.tuples(uints, uints),
        settings_serial=st.none() | uints,
    ),
    "plate_entry": st.none() | st.sampled_from(PlateInput),
    "differing": st.none() | st.lists(st.sampled_from(ComparedField), unique=True).map(tuple),
    "belongs_to": st.none() | seqs,
}
checks = st.builds(Check, how=st.sampled_from(CheckOrigin), **judged, **details)
refinements = st.builds(
    Refinement, seq=seqs, **{name: st.none() | values for name, values in judged.items()}, **details
)
notes = st.builds(
    Note,
    seq=seqs,
    action=st.none() | texts,
    text=st.none() | texts,
    pictures=st.none() | st.lists(st.binary(min_size=32, max_size=32), max_size=3).map(tuple),
    mistaken=st.none() | st.booleans(),
)
bodies = st.one_of(
    checks,
    refinements,
    notes,
    st.builds(Session, st.sampled_from(SessionStep)),
    st.builds(SealedClaimsViewed, seqs, texts),
    st.builds(
        Confirmation,
        seq=seqs,
        by=texts,
        result=texts,
        disposals=st.none() | st.lists(texts, max_size=3).map(tuple),
        document=st.none() | texts,
        handed_to=st.none() | texts,
        reason=st.none() | texts,
    ),
    st.builds(Event, st.sampled_from(EventKind), texts),
)
stamps = st.builds(
    Stamp,
    terminal=texts,
    at_ms=uints,
    clock_trusted=st.booleans(),
    officer=texts,
    shift=texts,
    duress=st.booleans(),
)
names = st.builds(uuid7, uints, st.binary(min_size=10, max_size=10))
entries = st.builds(Entry, st.binary(min_size=16, max_size=16), seqs, names, stamps, bodies)


@given(entries)
@settings(deadline=None)
def test_every_entry_is_read_back_as_it_was(entry: Entry):
    assert read_entry(write_entry(entry)) == entry


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_an_entry_or_malformed(data: bytes):
    with suppress(Malformed):
        assert write_entry(read_entry(data)) == data


@given(st.integers(0, 7), st.dictionaries(st.integers(0, 27), VALUES, max_size=6))
@settings(deadline=None)
def test_any_body_is_an_entry_or_malformed(number: int, body: dict[int, Value]):
    with suppress(Malformed):
        encoded = with_body(number, body)
        assert write_entry(read_entry(encoded)) == encoded


@given(entries, st.data())
@settings(deadline=None)
def test_a_changed_entry_is_another_entry_or_malformed(entry: Entry, draw: st.DataObject):
    encoded = bytearray(write_entry(entry))
    place = draw.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= draw.draw(st.integers(1, 255))
    with suppress(Malformed):
        assert read_entry(bytes(encoded)) != entry


FULL_CHECK = Check(
    how=CheckOrigin.OTHER_ISSUER,
    finding=CredentialFinding.PAST,
    reason=Reason.EXPIRED,
    vehicle=VehicleFinding.CACHED_OVERDUE,
    outcome=Outcome.UNDETERMINED,
    subject=Subject.CONFIRMED,
    ages=Ages(1, None, 3),
    trust_serial=44,
    number="苏A12345",
    kind="02",
    location=(320_000_000, -1_180_000_000),
    letters="GQ",
    valid_through=20240531,
    plate_entry=PlateInput.READ,
    differing=(ComparedField.COLOUR, ComparedField.VIN),
    code=CodeShown("VI1:X", b"c" * 12, Issuance.NOT_KNOWN),
    lookup=LookupMade(b"r" * 16, (0, 1_700_000_000_123)),
    basis=Basis(Rules(0, b"t" * 8), 1_700_000_000, 20240530, (2, 77), 5),
    belongs_to=8,
)
FIRST_EDITION = Check(
    how=CheckOrigin.SCAN,
    finding=CredentialFinding.CURRENT,
    reason=Reason.OK,
    vehicle=VehicleFinding.VALID,
    outcome=Outcome.PASS,
    subject=Subject.CONFIRMED,
    ages=Ages(),
    trust_serial=0,
)
JUDGED: dict[int, Value] = {
    2: "past",
    3: "expired",
    4: "cached_overdue",
    5: "undetermined",
    6: "confirmed",
    7: "苏A12345",
    8: "02",
    9: b"c" * 12,
    10: [320_000_000, -1_180_000_000],
    11: [1, None, 3],
    12: 44,
    13: "VI1:X",
    14: b"r" * 16,
    15: "GQ",
    16: 20240531,
    17: [0, b"t" * 8],
    18: 1_700_000_000,
    19: [0, 1_700_000_000_123],
    20: "read",
    21: ["colour", "vin"],
    22: 2,
    23: 20240530,
    24: [2, 77],
    25: 5,
    26: 8,
}


@pytest.mark.parametrize(
    ("body", "number", "written"),
    [
        (FULL_CHECK, 0, {1: "other_issuer"} | JUDGED),
        (
            Refinement(seq=9, outcome=Outcome.PASS, letters="A", ages=Ages(0, 0, 0)),
            1,
            {1: 9, 5: "pass", 15: "A", 11: [0, 0, 0]},
        ),
        (
            Note(seq=9, action="放行", text="t", pictures=(b"p" * 32,), mistaken=False),
            2,
            {1: 9, 2: "放行", 3: "t", 4: [b"p" * 32], 5: False},
        ),
        (Session(SessionStep.HANDED_OVER), 3, {1: "handed_over"}),
        (SealedClaimsViewed(9, "why"), 4, {1: 9, 2: "why"}),
        (Confirmation(seq=9, by="control", result="yes"), 5, {1: 9, 2: "control", 3: "yes"}),
        (
            Confirmation(
                seq=9,
                by="control",
                result="confirmed",
                disposals=("held", "handed_over"),
                document="D1",
                handed_to="x",
                reason="plate_cloned",
            ),
            5,
            {
                1: 9,
                2: "control",
                3: "confirmed",
                4: ["held", "handed_over"],
                5: "D1",
                6: "x",
                7: "plate_cloned",
            },
        ),
        (
            replace(
                FULL_CHECK,
                code=replace(FULL_CHECK.code, text=CodeDigest(b"h" * 32, 11)),
                basis=replace(FULL_CHECK.basis, rules=Rules(3)),
            ),
            0,
            {1: "other_issuer"} | JUDGED | {13: [b"h" * 32, 11], 17: 3},
        ),
        (
            Refinement(seq=9, differing=(), code=CodeShown("VI1:X", issuance=Issuance.ISSUED)),
            1,
            {1: 9, 13: "VI1:X", 21: [], 22: 0},
        ),
        (Event(EventKind.TRUST, "t"), 6, {1: "trust", 2: "t"}),
    ],
)
def test_each_body_has_its_type_and_its_keys(body: Check, number: int, written: dict[int, Value]):
    found = cbor.read(write_entry(Entry(JOURNAL_ID, 3, NAME, replace(STAMP, duress=True), body)))
    assert found == {
        1: STAMP.terminal,
        2: JOURNAL_ID,
        3: 3,
        4: NAME,
        5: STAMP.at_ms,
        6: True,
        7: STAMP.officer,
        8: STAMP.shift,
        9: True,
        10: number,
        11: written,
    }


@pytest.mark.parametrize("text", ["e\N{COMBINING ACUTE ACCENT}", "\ud800", "\0\r\n"])
def test_a_check_is_recorded_whatever_a_code_says(text: str):
    entry = Entry(JOURNAL_ID, 1, NAME, STAMP, replace(CHECK, code=CodeShown(text)))
    assert isinstance(read_entry(write_entry(entry)).body, Check)


def test_a_record_of_the_first_edition_is_still_read():
    body: dict[int, Value] = {2: "current", 3: "ok", 4: "valid", 5: "pass", 6: "confirmed", 12: 0}
    body |= {1: "scan", 11: [None, None, None]}
    assert read_entry(with_body(0, body)).body == FIRST_EDITION


def with_body(number: Value, body: Value) -> bytes:
    found = cbor.read(write_entry(Entry(JOURNAL_ID, 1, NAME, STAMP, CHECK)))
    assert isinstance(found, dict)
    return cbor.write(found | {10: number, 11: body})


@pytest.mark.parametrize(
    ("number", "body"),
    [
        (7, {}),
        (0, {1: "scan"}),
        (0, {1: "scan"} | JUDGED | {27: 0}),
        (0, {1: "scan"} | JUDGED | {17: 0}),  # the package's tables, and not which
        (0, {1: "scan"} | JUDGED | {17: [1, b"t" * 8]}),
        (0, {1: "scan"} | JUDGED | {13: [b"h" * 31, 1]}),
        (0, {1: "scan"} | JUDGED | {19: [0]}),
        (0, {1: "scan"} | JUDGED | {20: "guessed"}),
        (0, {1: "scan"} | JUDGED | {21: ["colour", "colour"]}),
        (0, {1: "scan"} | JUDGED | {21: ["brand"]}),
        (0, {1: "scan"} | JUDGED | {22: 3}),
        (0, {1: "scan"} | JUDGED | {26: 0}),
        (0, {1: "scan"} | JUDGED | {2: "Past"}),
        (0, {1: "scan"} | JUDGED | {9: b"c" * 11}),
        (0, {1: "scan"} | JUDGED | {10: [900_000_001, 0]}),
        (0, {1: "scan"} | JUDGED | {10: [True, 0]}),
        (0, {1: "scan"} | JUDGED | {11: [1, 2]}),
        (1, {1: 0}),
        (2, {1: 1, 5: 1}),
        (5, {1: 1, 2: "control", 3: "confirmed", 4: "held"}),
        (2, {1: 1, 4: [b"p" * 31]}),
        (3, {1: "left"}),
        (4, {1: 1}),
        (6, {1: "journal", 2: b"t"}),
    ],
)
def test_unlisted_keys_are_malformed(number: Value, body: Value):
    with pytest.raises(Malformed):
        read_entry(with_body(number, body))


@pytest.mark.parametrize(("place", "value"), [(6, 0x40), (8, 0xC0)])
def test_an_entry_whose_name_is_no_uuid7_is_malformed(place: int, value: int):
    name = bytearray(NAME)
    name[place] = value
    with pytest.raises(Malformed):
        write_entry(Entry(JOURNAL_ID, 1, bytes(name), STAMP, CHECK))
