"""Each result of a receipt has its effect on the message that it answers, and holds back nothing else."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalFork, RecordRefused, UploadFault
from terminal.journal import record
from terminal.journal.entry import Event
from terminal.journal.evidence import Evidence
from terminal.journal.recovery import DAMAGED
from terminal.journal.set_aside import set_aside
from terminal.ports import Incoming, Outgoing
from terminal.registry import codec
from terminal.registry.dropped import Dropped
from terminal.registry.messages import Batch, Pieces, Receipt, Reception, StoredPart
from terminal.registry.upload_batches import (
    LONGEST_PAUSE_S,
    PIECE_BYTES,
    USUAL_PAUSE_S,
    Accepted,
    ReceiptRefusal,
)
from terminal.registry.upload_turns import FIRST_WAIT_S
from tests.terminal.journal.journals import CHECK, REGISTRY, STAMP, open_journal, opened
from tests.terminal.journal.test_damage import flip_a_byte_of_record
from tests.terminal.registry.message_strategies import SIGNER, TOPIC
from tests.terminal.registry.upload_fixtures import NOTHING, Registry, fill, finish, receipt_of, run, uploader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.journal.store import Journal
    from terminal.registry.upload import Uploader

SEALING = bytes(REGISTRY.public_key)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal of five records, which fit into one batch."""
    with closing(open_journal(tmp_path)) as made:
        fill(made, [10] * 5)
        yield made


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path, SEALING)


def says(upload: Uploader, message: Outgoing | None, receipt: Receipt, now_s: float = 0) -> object:
    """Return the result of a receipt."""
    assert message is not None
    return upload.receive(Incoming(TOPIC, codec.sign(receipt, SIGNER), message.correlation), now_s)


def sizes(sent: list[Outgoing], registry: Registry) -> list[int]:
    """Return the number of records in each batch."""
    batches = [codec.open_signed(Batch, one.payload, registry.keys) for one in sent]
    return [len(one.records) for one in batches if one is not None]


def test_a_registry_that_always_stores_in_part_gets_on(journal: Journal):
    registry = Registry()
    registry.most = 2
    sent = run(uploader([journal]), registry)
    assert sizes(sent, registry) == [5, 3, 1]
    assert (registry.journals[journal.head.journal_id], journal.unreceipted()) == (
        list(journal.records()),
        0,
    )


def test_a_receipt_that_names_more_than_the_batch_counts_as_far_as_it_says(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    message = upload.poll(0)
    fill(journal, [10])
    registry.journals[journal.head.journal_id] = list(journal.records())
    receipt = receipt_of(registry.head(journal.head.journal_id), Reception.STORED)
    assert says(upload, message, receipt) == Accepted(receipt, 6)
    assert journal.unreceipted() == 0


@pytest.mark.parametrize("result", [Reception.STORED, Reception.GAP])
def test_a_registry_that_never_keeps_a_record_is_asked_a_few_times_in_a_run(
    journal: Journal, evidence: Evidence, result: Reception
):
    registry, upload = Registry(), uploader([journal], evidence)
    evidence.keep(b"picture")
    nothing = receipt_of(registry.head(journal.head.journal_id), result)
    sent = list[Outgoing]()
    while (message := upload.poll(0)) is not None:
        sent.append(message)
        receipt = nothing if "batch" in message.topic else registry.answer(message.payload)
        assert isinstance(says(upload, message, receipt), Accepted)
    assert ["pieces" in one.topic for one in sent] == [False] * 4 + [True]
    assert isinstance(upload.faults[UploadFault.code], UploadFault)
    upload.start(0, os.urandom)
    run(upload, registry)
    assert (journal.unreceipted(), upload.faults) == (0, {})


def test_a_fork_counts_as_far_as_its_hash_is_ours(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    two = record.verify_chain(registry.head(journal.head.journal_id), list(journal.records())[:2])
    assert not isinstance(two, record.Break)
    says(upload, upload.poll(0), receipt_of(two, Reception.FORK))
    assert (journal.receipted, set(upload.faults), upload.poll(0)) == (2, {JournalFork.code}, None)


# Not now.


@pytest.mark.parametrize(
    ("said_s", "waited_s"), [(None, USUAL_PAUSE_S), (0, 1), (8, 8), (2**50, LONGEST_PAUSE_S)]
)
def test_not_now_puts_off_a_journal_as_long_as_it_says(journal: Journal, said_s: int | None, waited_s: int):
    registry, upload = Registry(), uploader([journal])
    receipt = receipt_of(registry.head(journal.head.journal_id), Reception.NOT_NOW)
    assert isinstance(says(upload, upload.poll(0), replace(receipt, wait_s=said_s)), Accepted)
    assert upload.put_off_s(0) == waited_s
    assert upload.poll(waited_s - 0.1) is None
    upload.start(waited_s - 0.1, os.urandom)
    assert upload.poll(waited_s - 0.1) is None
    upload.start(waited_s, os.urandom)
    assert run(upload, registry, waited_s)
    assert (journal.unreceipted(), upload.faults, upload.put_off_s(waited_s)) == (0, {}, None)


def test_not_now_for_one_journal_keeps_back_no_other_and_no_picture(tmp_path: Path, evidence: Evidence):
    with closing(open_journal(tmp_path)) as journal:
        fill(journal, [5] * 3)
        old = journal.head.journal_id
    flip_a_byte_of_record(3)(tmp_path)
    evidence.keep(b"picture")
    registry = Registry()
    with closing(open_journal(tmp_path)) as journal:
        (before,) = set_aside(tmp_path, journal)
        with closing(before):
            upload = uploader([before, journal], evidence)
            not_now = receipt_of(registry.head(old), Reception.NOT_NOW)
            says(upload, upload.poll(0), replace(not_now, wait_s=100))
            assert len(run(upload, registry)) == 2
            assert (journal.unreceipted(), evidence.pending(), upload.active) == (0, [], True)
            assert len(run(upload, registry, 100)) == 1
            assert before.pending() == (0, 0)


def test_what_is_put_off_for_long_ends_the_run(journal: Journal):
    upload = uploader([journal])
    not_now = receipt_of(Registry().head(journal.head.journal_id), Reception.NOT_NOW)
    says(upload, upload.poll(0), replace(not_now, wait_s=1000))
    assert (upload.poll(1), upload.active, upload.put_off_s(1)) == (None, False, 999)


def test_a_quota_of_pictures_keeps_back_no_record_and_is_not_tried_with_every_picture(
    journal: Journal, evidence: Evidence
):
    registry, upload = Registry(), uploader([journal], evidence)
    for _ in range(5):
        evidence.keep(os.urandom(10))
    records = upload.poll(0)
    assert records is not None
    upload.receive(registry.receipt(records), 0)
    registry.wait_s = 3600
    assert len(run(upload, registry)) == 2
    fill(journal, [10])
    registry.wait_s = None
    upload.start(1, os.urandom)
    assert [one.topic for one in run(upload, registry, 1)] == ["roadside/1/batch/T0001"]
    upload.start(3600, os.urandom)
    run(upload, registry, 3600)
    assert evidence.pending() == []


# Refused for good.


def test_a_refused_batch_goes_record_by_record_and_one_refused_alone_ends_its_journal(
    tmp_path: Path, journal: Journal
):
    registry, upload = Registry(), uploader([journal])
    old = journal.head
    registry.unsound.add((old.journal_id, 3))
    sent = run(upload, registry)
    assert sizes(sent, registry) == [5, 1, 1, 1]
    assert isinstance(upload.faults[RecordRefused.code], RecordRefused)
    assert (journal.receipted, journal.refused) == (2, 3)
    aside = journal.renew(STAMP)
    assert aside is not None
    assert isinstance(aside.fault(), RecordRefused)
    assert journal.head.journal_id != old.journal_id
    (first,) = opened(journal.records())
    assert isinstance(first.body, Event)
    known = f"{old.journal_id.hex()} seq 5 hash {old.hash.hex()}"
    assert first.body.text == f"follows journal {known}; the registry refuses record 3; kept as {aside.name}"
    (before,) = set_aside(tmp_path, journal)
    with closing(before):
        upload.replace_sources([before, journal])
        upload.start(0, os.urandom)
        run(upload, registry)
        assert before.pending()[0] == 3
    assert registry.journals[journal.head.journal_id] == list(journal.records())


def test_where_each_record_alone_is_taken_nothing_is_set_aside(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    refused = receipt_of(registry.head(journal.head.journal_id), Reception.REFUSED)
    says(upload, upload.poll(0), refused)
    assert sizes(run(upload, registry), registry) == [1] * 5
    assert (journal.unreceipted(), journal.refused, upload.faults) == (0, None, {})


def test_a_refusal_with_zeros_counts_for_the_batch_that_it_answers(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    says(upload, upload.poll(0), receipt_of(NOTHING, Reception.REFUSED))
    message = upload.poll(0)
    assert message is not None
    assert sizes([message], registry) == [1]
    other = replace(receipt_of(NOTHING, Reception.REFUSED), journal_id=b"o" * 16)
    assert says(upload, message, other) == Dropped(ReceiptRefusal.OTHER_JOURNAL)
    assert journal.refused is None


def test_a_refused_record_is_remembered_until_it_is_stored_after_all(tmp_path: Path, journal: Journal):
    registry = Registry()
    registry.unsound.add((journal.head.journal_id, 2))
    run(uploader([journal]), registry)
    assert journal.refused == 2
    registry.unsound.clear()
    run(uploader([journal]), registry)
    assert journal.renew(STAMP) is None
    assert journal.unreceipted() == 0
    journal.close()
    with closing(open_journal(tmp_path)) as again:
        assert (again.set_aside, again.head) == (None, journal.head)


def test_a_restart_sets_the_journal_aside_and_keeps_the_counts_of_the_shift(tmp_path: Path):
    registry = Registry()
    with closing(open_journal(tmp_path)) as journal:
        journal.append(STAMP, CHECK)
        old, tallies = journal.head, journal.tallies(STAMP.shift)
        registry.unsound.add((old.journal_id, 1))
        run(uploader([journal]), registry)
    with closing(open_journal(tmp_path)) as journal:
        assert journal.set_aside is not None
        assert (journal.set_aside.last, journal.set_aside.why) == (old, "the registry refuses record 1")
        assert journal.tallies(STAMP.shift) == tallies == {"caution": 1}
        # A registry that refuses the first record of the next one too would refuse that of any other.
        registry.unsound.add((journal.head.journal_id, 1))
        run(uploader([journal]), registry)
        assert (journal.refused, journal.renew(STAMP)) == (1, None)
        following = journal.head
    with closing(open_journal(tmp_path)) as journal:
        assert (journal.head, journal.set_aside) == (following, None)
    assert len(list(tmp_path.glob(f"{DAMAGED}*.sqlite"))) == 1


def test_a_picture_refused_for_good_is_told_and_not_sent_again(evidence: Evidence):
    registry, upload = Registry(), uploader([], evidence)
    refused, other = evidence.keep(b"first"), evidence.keep(b"second")
    registry.unsound.add(refused)
    assert len(run(upload, registry)) == 2
    assert registry.pictures() == {other}
    for _ in range(2):
        assert isinstance(upload.faults[UploadFault.code], UploadFault)
        upload.start(0, os.urandom)
        assert run(upload, registry) == []
    assert [name for name, _ in evidence.pending()] == [refused]


# Pictures and records side by side.


def test_records_do_not_wait_for_a_picture_without_a_receipt(journal: Journal, evidence: Evidence):
    registry, upload = Registry(), uploader([journal], evidence)
    unheard = evidence.keep(os.urandom(2 * PIECE_BYTES))
    other = evidence.keep(b"second")
    records = upload.poll(0)
    assert records is not None
    upload.receive(registry.receipt(records), 0)
    first = upload.poll(0)
    assert first is not None
    assert "pieces" in first.topic
    fill(journal, [10])
    batch = upload.poll(0.1)  # at once, though the piece has no receipt
    assert batch is not None
    assert "batch" in batch.topic
    upload.receive(registry.receipt(batch), 0.1)
    assert journal.unreceipted() == 0
    assert upload.poll(0.2) is None
    second = upload.poll(FIRST_WAIT_S)
    assert second is not None
    upload.receive(registry.receipt(second), FIRST_WAIT_S)
    assert registry.pictures() == {other}
    registry.unheard.add(unheard)
    sent = finish(upload, registry, FIRST_WAIT_S)
    assert set(sent) == {first}
    assert (len(sent), upload.faults) == (3, {})
    late = registry.receipt(first)
    assert upload.receive(late, 999) == Dropped(ReceiptRefusal.LATE)


def test_a_picture_that_is_heard_late_goes_on(evidence: Evidence):
    registry, upload = Registry(), uploader([], evidence)
    evidence.keep(os.urandom(2 * PIECE_BYTES))
    first = upload.poll(0)
    assert first is not None
    assert upload.poll(FIRST_WAIT_S) == first
    assert isinstance(upload.receive(registry.receipt(first), FIRST_WAIT_S), Accepted)
    run(upload, registry, FIRST_WAIT_S)
    assert evidence.pending() == []


def test_a_picture_that_cannot_be_read_keeps_back_no_other(tmp_path: Path, evidence: Evidence):
    registry, upload = Registry(), uploader([], evidence)
    gone, other = evidence.keep(b"first"), evidence.keep(b"second")
    file = tmp_path / "evidence" / gone.hex()
    file.unlink()
    file.mkdir()  # so that it cannot be read by anybody, root included
    run(upload, registry)
    assert registry.pictures() == {other}
    assert isinstance(upload.faults[UploadFault.code], UploadFault)


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("sent", ["batch", "pieces"])
def test_a_receipt_with_key_7_counts_for_journal_and_pictures(
    journal: Journal, evidence: Evidence, sent: str, *, by_hand: bool
):
    registry, upload = Registry(), uploader([journal], evidence)
    name = evidence.keep(b"picture")
    batch = upload.poll(0)
    assert batch is not None
    stored = registry.answer(batch.payload)
    message = batch
    if sent == "pieces":
        not_yet = receipt_of(replace(stored.head, seq=0, hash=b""), Reception.NOT_NOW)
        says(upload, batch, replace(not_yet, hash=bytes(32), wait_s=99))
        pieces = upload.poll(0)
        assert pieces is not None
        message = pieces
    size = dict(evidence.pending())[name]
    both = replace(stored, held=(StoredPart(name, size),))
    taken = upload.take(codec.sign(both, SIGNER)) if by_hand else says(upload, message, both)
    assert taken == Accepted(both, 5)
    assert (journal.unreceipted(), evidence.pending()) == (0, [])
    assert upload.poll(200) is None


def test_a_stick_s_receipts_of_other_results_change_nothing_that_they_must_not(
    journal: Journal, evidence: Evidence
):
    registry, upload = Registry(), uploader([journal], evidence)
    evidence.keep(b"picture")
    run(upload, registry)
    old = receipt_of(registry.head(b"j" * 16), Reception.STORED)
    two = record.verify_chain(
        replace(old.head, journal_id=journal.head.journal_id, hash=genesis(journal)), first_two(journal)
    )
    assert not isinstance(two, record.Break)
    for result in (Reception.STORED, Reception.NOT_NOW, Reception.REFUSED):
        assert isinstance(upload.take(codec.sign(receipt_of(two, result), SIGNER)), Accepted)
        assert (journal.unreceipted(), journal.refused) == (0, None)
    assert isinstance(upload.faults[UploadFault.code], UploadFault)
    assert upload.take(codec.sign(receipt_of(NOTHING, Reception.REFUSED), SIGNER)) == Dropped(
        ReceiptRefusal.WRONG
    )
    assert isinstance(upload.take(codec.sign(receipt_of(two, Reception.GAP), SIGNER)), Accepted)
    assert journal.unreceipted() == 3


def genesis(journal: Journal) -> bytes:
    """Return the hash before the first record."""
    return record.read(next(journal.records())).previous


def first_two(journal: Journal) -> list[bytes]:
    """Return the first two records."""
    return list(journal.records())[:2]


def test_pieces_come_one_a_message_and_within_64_kib(evidence: Evidence):
    registry, upload = Registry(), uploader([], evidence)
    evidence.keep(os.urandom(3 * PIECE_BYTES))
    for message in run(upload, registry):
        pieces = codec.open_signed(Pieces, message.payload, registry.keys)
        assert pieces is not None
        assert (len(pieces.pieces), len(message.payload) <= 65_536) == (1, True)
