"""Every record reaches the registry once, in order, and counts as uploaded only by its receipt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from terminal.errors import JournalFork, UploadFault
from terminal.journal import record
from terminal.journal.evidence import Evidence
from terminal.journal.recovery import NAME
from terminal.journal.set_aside import SetAsideJournal, set_aside
from terminal.journal.store import Journal
from terminal.ports import Incoming
from terminal.registry import codec
from terminal.registry.dropped import Dropped
from terminal.registry.messages import Receipt, Reception
from terminal.registry.upload import FIRST_WAIT_S, Uploader
from terminal.registry.upload_batches import (
    MOST_BYTES,
    PIECE_BYTES,
    Accepted,
    ReceiptRefusal,
    due,
)
from terminal.wire import cbor, cose, signed
from terminal.wire.sealed import SealingKeyPair
from tests.terminal.journal.journals import REGISTRY, open_journal
from tests.terminal.journal.test_damage import execute, flip_a_byte_of_record
from tests.terminal.registry.message_strategies import ANSWER, OTHER_SIGNER, SIGNER, TOPIC
from tests.terminal.registry.upload_fixtures import Registry, fill, receipt_of, run, uploader

SEALING = bytes(REGISTRY.public_key)
THREE_BATCHES = [30_000, 30_000, 10, 50_000, 40_000]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(open_journal(tmp_path)) as journal:
        fill(journal, THREE_BATCHES)
        yield journal


@contextmanager
def former(folder: Path, journal: Journal) -> Iterator[list[SetAsideJournal]]:
    """Return the journals that were set aside in a folder; `journal` is the one in use."""
    with ExitStack() as opened:
        yield [opened.enter_context(closing(one)) for one in set_aside(folder, journal)]


def test_batches_are_in_chain_order_as_large_as_they_may_be_and_each_waits_for_its_receipt(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    sent = run(upload, registry)
    assert len(sent) == 3
    assert all(MOST_BYTES // 2 < len(one.payload) <= MOST_BYTES for one in sent[:2])
    assert len({one.correlation for one in sent}) == 3
    assert {len(one.correlation or b"") for one in sent} == {16}
    assert {(one.topic, one.urgent) for one in sent} == {("roadside/1/batch/T0001", False)}
    assert (journal.unreceipted(), upload.active, upload.poll(999)) == (0, False, None)


def test_a_batch_is_full_to_the_last_byte_that_is_safe(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        fill(journal, [0] * 400)
        message = uploader([journal]).poll(0)
        assert message is not None
        one = len(next(journal.records()))
        assert MOST_BYTES - 300 - 400 - one < len(message.payload) <= MOST_BYTES


def test_without_a_receipt_the_same_message_goes_again_ever_less_often(journal: Journal):
    upload = uploader([journal])
    first = upload.poll(0)
    assert upload.poll(FIRST_WAIT_S - 1) is None
    assert upload.poll(FIRST_WAIT_S) == first
    assert upload.progress is not None
    assert upload.progress.stalled
    assert upload.poll(3 * FIRST_WAIT_S - 1) is None
    assert upload.poll(3 * FIRST_WAIT_S) == first
    assert journal.unreceipted() == 5


def test_what_does_not_count_is_dropped_and_counted(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    message = upload.poll(0)
    assert message is not None
    good = registry.answer(message.payload)

    def heard(receipt: Receipt, signer: signed.Signer = SIGNER, correlation: bytes | None = None) -> object:
        came = Incoming(TOPIC, codec.sign(receipt, signer), correlation or message.correlation)
        return upload.receive(came, 1)

    assert heard(good, OTHER_SIGNER) == Dropped(ReceiptRefusal.UNSIGNED)
    assert heard(replace(good, terminal="T0002")) == Dropped(ReceiptRefusal.OTHER_TERMINAL)
    assert heard(replace(good, journal_id=bytes(16))) == Dropped(ReceiptRefusal.OTHER_JOURNAL)
    assert heard(replace(good, hash=bytes(32))) == Dropped(ReceiptRefusal.HASH)
    assert heard(replace(good, result=Reception.GAP, seq=0)) == Dropped(ReceiptRefusal.HASH)
    assert heard(good, correlation=b"c" * 16) == Dropped(ReceiptRefusal.LATE)
    malformed = SIGNER(cbor.write({}), signed.RECEIPT)
    assert upload.receive(Incoming(TOPIC, malformed, message.correlation), 1) == Dropped(
        ReceiptRefusal.MALFORMED
    )
    assert journal.unreceipted() == 5
    assert heard(good) == Accepted(good, 3)
    assert heard(good) == Dropped(ReceiptRefusal.DUPLICATE)
    assert journal.unreceipted() == 2
    assert dict(upload.dropped) == dict.fromkeys(set(ReceiptRefusal) - {ReceiptRefusal.WRONG}, 1) | {
        ReceiptRefusal.HASH: 2
    }


def test_an_answer_on_the_same_topic_is_left_to_the_lookup(journal: Journal):
    upload = uploader([journal])
    upload.poll(0)
    assert upload.receive(Incoming(TOPIC, codec.sign(ANSWER, SIGNER), ANSWER.id), 0) is None
    assert not upload.dropped


def test_after_a_gap_it_goes_on_where_the_registry_stands(journal: Journal):
    registry = Registry()
    run(uploader([journal]), registry)
    stored = registry.journals[journal.head.journal_id]
    del stored[1:]
    fill(journal, [5])
    upload = uploader([journal])
    run(upload, registry)
    assert stored == list(journal.records())
    assert (journal.unreceipted(), upload.faults) == (0, {})


def test_a_gap_that_cannot_be_filled_is_a_fault_and_removes_nothing(journal: Journal):
    registry = Registry()
    run(uploader([journal]), registry)
    journal.remove(2**50)
    fill(journal, [5])
    registry.journals.clear()
    upload = uploader([journal])
    run(upload, registry)
    assert isinstance(upload.faults[UploadFault.code], UploadFault)
    assert (journal.unreceipted(), len(list(journal.records()))) == (1, 1)


def test_a_fork_is_a_fault_that_is_not_repaired(journal: Journal):
    registry = Registry()
    registry.journals[journal.head.journal_id] = [record.write(record.Record(1, bytes(32), b"other"))]
    upload = uploader([journal])
    assert len(run(upload, registry)) == 1
    assert isinstance(upload.faults[JournalFork.code], JournalFork)
    assert (journal.unreceipted(), upload.active) == (5, False)


def test_a_journal_that_was_rolled_back_is_found_by_the_registry_s_receipt(tmp_path: Path):
    registry = Registry()
    with closing(open_journal(tmp_path / "new")) as journal:
        fill(journal, [5, 5])
        journal.close()
        shutil.copytree(tmp_path / "new", tmp_path / "old")
    with closing(open_journal(tmp_path / "new")) as journal:
        fill(journal, [5, 5])
        run(uploader([journal]), registry)
        ahead = registry.head(journal.head.journal_id)
    with closing(open_journal(tmp_path / "old")) as journal:
        upload = uploader([journal])
        message = upload.poll(0)
        assert message is not None
        receipt = codec.sign(receipt_of(ahead, Reception.STORED), SIGNER)
        assert isinstance(upload.receive(Incoming(TOPIC, receipt, message.correlation), 0), Accepted)
        assert isinstance(upload.faults[JournalFork.code], JournalFork)
        assert journal.unreceipted() == 2


def test_what_can_be_read_of_journals_that_were_set_aside_comes_first_under_their_own_ids(tmp_path: Path):
    registry, ids, readable = Registry(), [], []
    for damaged in (4, 3):
        with closing(open_journal(tmp_path)) as journal:
            fill(journal, [5] * 6)
            ids.append(journal.head.journal_id)
            readable.append(list(journal.records())[: damaged - 1])
        flip_a_byte_of_record(damaged)(tmp_path)
    with closing(open_journal(tmp_path, at_ms=1_800_000_000_000)) as journal:
        before = {path: path.read_bytes() for path in tmp_path.glob("journal.damaged-*")}
        assert len(before) == 2
        with former(tmp_path, journal) as sources:
            sent = run(uploader([*sources, journal]), registry)
        assert len(sent) == 3
        for journal_id, records in zip(ids, readable, strict=True):
            # The record whose bytes were changed is itself readable; the next one shows that it was.
            assert registry.journals[journal_id][: len(records)] == records
            assert len(registry.journals[journal_id]) <= len(records) + 1
        assert registry.journals[journal.head.journal_id] == list(journal.records())
        with former(tmp_path, journal) as sources:
            assert [source.pending() for source in sources] == [(0, 0), (0, 0)]
        assert (
            before.items() <= {path: path.read_bytes() for path in tmp_path.glob("journal.damaged-*")}.items()
        )


@pytest.mark.parametrize("statement", ["DROP TABLE journal", "UPDATE journal SET id = x'00'"])
def test_a_journal_whose_head_is_lost_is_known_by_its_file_s_name(tmp_path: Path, statement: str):
    with closing(open_journal(tmp_path)) as journal:
        fill(journal, [5] * 3)
        old, records = journal.head.journal_id, list(journal.records())
    execute(tmp_path / NAME, statement)
    registry = Registry()
    with closing(open_journal(tmp_path)) as journal, former(tmp_path, journal) as sources:
        run(uploader([*sources, journal]), registry)
    assert registry.journals[old] == records


def test_a_fork_of_an_old_journal_does_not_keep_the_present_one_back(tmp_path: Path):
    with closing(open_journal(tmp_path)) as journal:
        fill(journal, [5] * 3)
        old = journal.head.journal_id
    flip_a_byte_of_record(3)(tmp_path)
    registry = Registry()
    registry.journals[old] = [record.write(record.Record(1, bytes(32), b"other"))]
    with closing(open_journal(tmp_path)) as journal, former(tmp_path, journal) as sources:
        upload = uploader([*sources, journal])
        run(upload, registry)
        assert set(upload.faults) == {JournalFork.code}
        assert journal.unreceipted() == 0


def test_pictures_come_after_the_records_in_pieces_and_go_on_in_the_middle(tmp_path: Path, journal: Journal):
    evidence, registry = Evidence(tmp_path, SEALING), Registry()
    picture = os.urandom(3 * PIECE_BYTES)
    name = evidence.keep(picture)
    upload = uploader([journal], evidence)
    topics = list[str]()
    while len(registry.parts[name]) < PIECE_BYTES:
        message = upload.poll(0)
        assert message is not None
        topics.append(message.topic)
        upload.receive(registry.receipt(message), 0)
    assert topics == ["roadside/1/batch/T0001"] * 3 + ["roadside/1/pieces/T0001"]
    again = uploader([journal], Evidence(tmp_path, SEALING))
    sent = run(again, registry)
    assert len(sent) == 4  # the first piece once more, whose receipt says where to go on
    sealed = registry.parts[name]
    assert sha256(sealed).digest() == name
    assert SealingKeyPair.of(bytes(REGISTRY)).open(sealed) == picture
    assert evidence.pending() == []


def test_a_picture_that_the_registry_loses_again_and_again_is_left_with_a_fault(
    tmp_path: Path, journal: Journal
):
    evidence, registry = Evidence(tmp_path, SEALING), Registry()
    evidence.keep(os.urandom(3 * PIECE_BYTES))
    upload = uploader([journal], evidence)
    for now_s in range(0, 100_000, 1000):
        message = upload.poll(now_s)
        if message is None:
            break
        upload.receive(registry.receipt(message), now_s)
        if sum(map(len, registry.parts.values())) > PIECE_BYTES:
            registry.parts.clear()
    assert not upload.active
    assert set(upload.faults) == {UploadFault.code}
    assert len(evidence.pending()) == 1


def test_a_picture_that_the_registry_never_takes_does_not_keep_the_next_one_back(tmp_path: Path):
    evidence, registry = Evidence(tmp_path, SEALING), Registry()
    refused, other = evidence.keep(b"first"), evidence.keep(b"second")
    upload = uploader([], evidence)
    while (message := upload.poll(0)) is not None:
        receipt = registry.answer(message.payload)
        held = [replace(one, size=0) if one.sha256 == refused else one for one in receipt.held or ()]
        said = codec.sign(replace(receipt, held=tuple(held)), SIGNER)
        assert isinstance(upload.receive(Incoming(TOPIC, said, message.correlation), 0), Accepted)
    assert [name for name, _ in evidence.pending()] == [refused]
    assert other in registry.pictures()
    assert set(upload.faults) == {UploadFault.code}


def test_progress_tells_records_bytes_speed_and_time_left(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    total = journal.pending()[1]
    message = upload.poll(0)
    assert message is not None
    upload.receive(registry.receipt(message), 2)
    progress = upload.progress
    assert progress is not None
    assert (progress.records, progress.records_total, progress.total_bytes) == (3, 5, total)
    assert progress.sent_bytes == total - journal.pending()[1]
    assert progress.bytes_per_s == progress.sent_bytes / 2
    assert progress.left_s == pytest.approx((total - progress.sent_bytes) / progress.bytes_per_s)


def test_it_can_be_interrupted_and_goes_on_from_the_last_receipt(journal: Journal):
    registry, upload = Registry(), uploader([journal])
    message = upload.poll(0)
    assert message is not None
    upload.receive(registry.receipt(message), 0)
    upload.poll(0)
    upload.stop()
    assert (upload.poll(99), upload.progress, journal.receipted) == (None, None, 3)
    upload.start(100, os.urandom)
    assert len(run(upload, registry, 100)) == 2


def test_what_is_carried_by_hand_is_taken_once_and_its_receipts_count(tmp_path: Path, journal: Journal):
    evidence, registry = Evidence(tmp_path, SEALING), Registry()
    evidence.keep(os.urandom(2 * PIECE_BYTES))
    upload = Uploader("T0001", OTHER_SIGNER, [], [journal], evidence)
    assert dict(upload.dropped) == {}
    carried = list(cose.split(b"".join(upload.messages())))
    receipts = [codec.sign(registry.answer(message), SIGNER) for message in [*carried, *carried]]
    assert all(upload.take(one) == Dropped(ReceiptRefusal.UNSIGNED) for one in receipts)
    trusting = uploader([journal], evidence)
    assert all(isinstance(trusting.take(one), Accepted) for one in receipts)
    assert (journal.unreceipted(), evidence.pending(), list(trusting.messages())) == (0, [], [])
    assert registry.journals[journal.head.journal_id] == list(journal.records())


def test_an_upload_is_due_where_the_last_was_long_enough_ago():
    assert due(0, None, online=True, interval_s=600)
    assert not due(0, None, online=False, interval_s=600)
    assert not due(699, 100, online=True, interval_s=600)
    assert due(700, 100, online=True, interval_s=600)


def test_what_cannot_be_a_terminal_is_refused():
    with pytest.raises(ValueError, match="topic"):
        Uploader("a/b", OTHER_SIGNER, [], [])
