"""Chain verification detects every record that was changed, removed, moved or inserted."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.journal import record
from terminal.journal.record import Break, BreakKind, Head, Record
from terminal.wire.cbor import Malformed
from tests.terminal.journal.journals import TERMINAL_KEY

JOURNAL_ID = b"J" * 16
START = record.genesis(TERMINAL_KEY, JOURNAL_ID)


def chain(payloads: list[bytes]) -> tuple[list[bytes], Head]:
    head, records = START, list[bytes]()
    for payload in payloads:
        encoded = record.write(Record(head.seq + 1, head.hash, payload))
        records.append(encoded)
        head = Head(JOURNAL_ID, head.seq + 1, sha256(encoded).digest())
    return records, head


chains = st.lists(st.binary(max_size=60), min_size=1, max_size=6).map(chain)


def test_the_hash_before_record_1_is_the_genesis_of_terminal_and_journal():
    digest = sha256(b"roadside/journal/1" + TERMINAL_KEY + JOURNAL_ID).digest()
    assert record.genesis(TERMINAL_KEY, JOURNAL_ID) == Head(JOURNAL_ID, 0, digest)


@given(chains)
@settings(deadline=None)
def test_a_whole_chain_leads_to_its_head(made: tuple[list[bytes], Head]):
    records, head = made
    assert record.verify_chain(START, records) == head
    assert record.verify_chain(START, records, {head.seq: head.hash}) == head


@given(chains, st.data())
@settings(deadline=None)
def test_any_change_to_any_byte_is_found_at_that_record_or_the_next(
    made: tuple[list[bytes], Head], draw: st.DataObject
):
    records, head = made
    which = draw.draw(st.integers(0, len(records) - 1))
    place = draw.draw(st.integers(0, len(records[which]) - 1))
    spoiled = bytearray(records[which])
    spoiled[place] ^= draw.draw(st.integers(1, 255))
    records[which] = bytes(spoiled)
    found = record.verify_chain(START, records, {head.seq: head.hash})
    assert isinstance(found, Break)
    assert found.seq in (which + 1, which + 2)


@given(chains, st.data())
@settings(deadline=None)
def test_a_record_left_out_is_missing_by_its_number(made: tuple[list[bytes], Head], draw: st.DataObject):
    records, head = made
    which = draw.draw(st.integers(0, len(records) - 1))
    del records[which]
    assert record.verify_chain(START, records, {head.seq: head.hash}) == Break(BreakKind.MISSING, which + 1)


@given(chains, st.data())
@settings(deadline=None)
def test_an_order_that_differs_or_a_record_put_in_is_found(
    made: tuple[list[bytes], Head], draw: st.DataObject
):
    records, head = made
    moved = draw.draw(st.permutations(records))
    doubled = [*records]
    doubled.insert(draw.draw(st.integers(0, len(records))), draw.draw(st.sampled_from(records)))
    for other in (moved, doubled):
        if other != records:
            assert isinstance(record.verify_chain(START, other, {head.seq: head.hash}), Break)


def test_each_break_is_named():
    (first, second), head = chain([b"1", b"2"])
    foreign = record.write(Record(2, bytes(32), b"2"))
    other = record.write(Record(2, sha256(first).digest(), b"3"))
    known = {2: head.hash}
    assert record.verify_chain(START, [first, b"\x00"]) == Break(BreakKind.MALFORMED, 2)
    assert record.verify_chain(START, [second]) == Break(BreakKind.MISSING, 1)
    assert record.verify_chain(START, [first, foreign]) == Break(BreakKind.WRONG_PREVIOUS, 2)
    assert record.verify_chain(START, [first, other], known) == Break(BreakKind.CHANGED, 2)
    assert record.verify_chain(START, [first], known) == Break(BreakKind.MISSING, 2)
    assert str(Break(BreakKind.WRONG_PREVIOUS, 2)) == "record 2: wrong previous hash"


@given(st.binary(max_size=120))
@settings(deadline=None)
def test_any_bytes_are_a_record_or_malformed(data: bytes):
    with suppress(Malformed):
        assert record.write(record.read(data)) == data


def test_a_record_that_no_batch_could_hold_is_refused():
    with pytest.raises(ValueError, match="batch"):
        record.write(Record(1, START.hash, bytes(record.MOST_BYTES)))


def test_a_uuid7_is_that_of_rfc_9562_appendix_a_6():
    made = record.uuid7(0x017F22E279B0, bytes.fromhex("0cc318c4dc0c0c07398f"))
    assert UUID(bytes=made) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
