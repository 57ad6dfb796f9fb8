"""Every record of a journal is stored once and in order, and every contradiction is noted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scripts.registry.database import Database
from scripts.registry.journals import evidence, store
from scripts.registry.journals.quota import MOST_NEW, SPAN_MS, WAIT_S
from scripts.registry.journals.store import REORDER_MS, standings
from scripts.registry.journals.tables import INCIDENT, RECEIPT, RECORD, SIGHTING
from terminal.journal.record import Head
from terminal.registry.messages import Batch, Chunk, LookupResult, Reception, StoredPart
from tests.scripts.registry.journal_batches import JOURNAL, Journal, file, give, read
from tests.scripts.registry.request_fixtures import LOST, NOW_MS, REQUEST, T0002, answered

TEN = Journal().fill(10)
OTHER = Journal().fill(10)
"""Another journal of the same terminal and id, with other records: seals are never the same twice."""


def stored(database: Database) -> list[bytes]:
    """Return all records, in order."""
    with database.transaction() as connection:
        return list(connection.execute(select(RECORD.c.record).order_by(RECORD.c.seq)).scalars())


def incidents(database: Database) -> list[tuple[str, int]]:
    """Return the kind and place of every incident."""
    with database.transaction() as connection:
        rows = connection.execute(select(INCIDENT.c.kind, INCIDENT.c.seq).order_by("kind", "seq"))
        return [(row.kind, row.seq) for row in rows]


def see(database: Database, head: Head, at_ms: int = NOW_MS, *, fresh: bool = True) -> None:
    """Have a head of T0001 witnessed."""
    with database.transaction() as connection:
        store.witness(connection, "T0001", head, at_ms, fresh=fresh)


def test_a_batch_is_stored_and_its_receipt_names_its_head(database: Database):
    receipt = read(file(database, TEN.batch(1, 4)))
    assert (receipt.head, receipt.result, receipt.received_ms) == (TEN.head(4), Reception.STORED, NOW_MS)
    assert stored(database) == TEN.records[:4]
    assert read(file(database, TEN.batch(5, 10))).head == TEN.head()
    assert stored(database) == TEN.records
    assert incidents(database) == []


def test_a_batch_that_is_held_gets_the_same_receipt_again(database: Database):
    first, second = file(database, TEN.batch(1, 4)), file(database, TEN.batch(5, 8))
    assert file(database, TEN.batch(1, 4), now_ms=NOW_MS + 9) == first
    assert file(database, TEN.batch(5, 8), now_ms=NOW_MS + 9) == second
    assert file(database, TEN.batch(2, 3), now_ms=NOW_MS + 9) == first
    assert read(file(database, TEN.batch(3, 10))).head == TEN.head()
    assert stored(database) == TEN.records


def test_a_gap_says_where_to_go_on(database: Database):
    nothing = read(file(database, TEN.batch(3, 4)))
    assert (nothing.result, nothing.head) == (Reception.GAP, TEN.head(0))
    file(database, TEN.batch(1, 2))
    receipt = read(file(database, TEN.batch(4, 5)))
    assert (receipt.result, receipt.head) == (Reception.GAP, TEN.head(2))
    assert stored(database) == TEN.records[:2]
    assert incidents(database) == []


@pytest.mark.parametrize(
    ("batch", "place"),
    [
        (OTHER.batch(1, 3), 1),
        (OTHER.batch(3, 6), 2),
    ],
)
def test_a_fork_is_refused_and_named(database: Database, batch: Batch, place: int):
    file(database, TEN.batch(1, 4))
    receipt = read(file(database, batch))
    assert (receipt.result, receipt.head) == (Reception.FORK, TEN.head(4))
    assert stored(database) == TEN.records[:4]
    assert incidents(database) == [("fork", place)]


@pytest.mark.parametrize(
    "batch",
    [
        replace(TEN.batch(5, 6), before=b"x" * 32),
        replace(TEN.batch(1, 2), before=b"x" * 32),
        replace(TEN.batch(5, 6), records=(TEN.records[4], OTHER.records[5])),
        replace(TEN.batch(5, 6), records=(TEN.records[5], TEN.records[4])),
        replace(TEN.batch(5, 6), first=0, last=1),
    ],
)
def test_records_that_are_no_chain_are_refused_for_good_and_nothing_is_kept_of_them(
    database: Database, batch: Batch
):
    nothing = read(file(database, batch))
    assert (nothing.result, nothing.head) == (Reception.REFUSED, TEN.head(0))
    with database.transaction() as connection:
        assert standings(connection) == []
    file(database, TEN.batch(1, 4))
    receipt = read(file(database, batch))
    assert (receipt.result, receipt.head, receipt.wait_s) == (Reception.REFUSED, TEN.head(4), None)
    assert stored(database) == TEN.records[:4]
    assert incidents(database) == []


def test_a_terminal_begins_sixteen_journals_in_thirty_days_and_goes_on_with_those_it_has(database: Database):
    journals_ = [Journal(id=bytes([number]) * 16).fill(2) for number in range(MOST_NEW + 2)]
    *admitted, one_more, another = journals_
    for journal in admitted:
        assert read(file(database, journal.batch(1, 1))).result is Reception.STORED
    later = read(file(database, one_more.batch(1, 1)))
    assert (later.result, later.head, later.wait_s) == (Reception.NOT_NOW, one_more.head(0), WAIT_S)
    see(database, another.head(1))
    with database.transaction() as connection:
        assert {each.journal for each in standings(connection)} == {journal.id for journal in admitted}
    for journal in admitted:
        assert read(file(database, journal.batch(2, 2))).result is Reception.STORED
        see(database, journal.head())
    other = Journal(owner=T0002, id=one_more.id).fill(1)
    assert read(file(database, other.batch(1, 1), T0002)).result is Reception.STORED
    in_time = NOW_MS + SPAN_MS
    assert read(file(database, one_more.batch(1, 1), now_ms=in_time)).result is Reception.STORED
    assert incidents(database) == []


def test_lookups_and_batches_name_new_journals_from_one_quota(database: Database):
    for number in range(MOST_NEW):
        answered(
            database, replace(REQUEST, id=bytes([number]) * 16, head=Head(bytes([number]) * 16, 1, b"h" * 32))
        )
    answer = answered(database, replace(REQUEST, head=Head(b"n" * 16, 1, b"h" * 32)))
    assert answer.result is LookupResult.NOT_FOUND
    assert read(file(database, TEN.batch(1, 1))).result is Reception.NOT_NOW
    with database.transaction() as connection:
        assert len(standings(connection)) == MOST_NEW


def test_a_journal_of_another_terminal_s_key_does_not_begin(database: Database):
    batch = replace(Journal(owner=T0002).fill(1).batch(1, 1), terminal="T0001")
    assert read(file(database, batch)).result is Reception.FORK
    assert incidents(database) == [("fork", 0)]


def test_what_a_withdrawn_terminal_recorded_is_kept_and_named(database: Database):
    lost = Journal(owner=LOST).fill(2)
    assert read(file(database, lost.batch(1, 2), LOST)).result is Reception.STORED
    assert incidents(database) == [("inactive", 1)]


cuts = st.tuples(st.integers(1, 10), st.integers(1, 10)).map(lambda ends: (min(ends), max(ends)))


@given(st.lists(cuts, max_size=12))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_twice_or_out_of_order_what_is_stored_is_the_journal_s_beginning(
    drawn: list[tuple[int, int]],
):
    memory = Database("sqlite://")
    memory.prepare(NOW_MS)
    reached = 0
    for first, last in drawn:
        receipt = read(file(memory, TEN.batch(first, last)))
        assert receipt.result is (Reception.GAP if first > reached + 1 else Reception.STORED)
        reached = reached if first > reached + 1 else max(reached, last)
        assert receipt.head == TEN.head(receipt.seq)
        assert stored(memory) == TEN.records[:reached]
    with memory.transaction() as connection:
        for row in connection.execute(select(RECEIPT)):
            assert read(row.message).head == TEN.head(row.seq)
    memory.close()


def test_of_many_workers_with_the_same_batches_each_record_is_stored_once(url: str):
    workers = [Database(url) for _ in range(4)]
    for worker in workers:
        worker.prepare(NOW_MS)
    together = Barrier(len(workers))

    def upload(worker: Database) -> list[bytes]:
        together.wait()
        return [file(worker, TEN.batch(first, first + 1)) for first in (1, 3, 5, 7, 9)]

    with ThreadPoolExecutor(len(workers)) as pool:
        given_ = list(pool.map(upload, workers))
    assert stored(workers[0]) == TEN.records
    assert all(receipts == given_[0] for receipts in given_)
    assert incidents(workers[0]) == []
    for worker in workers:
        worker.close()


def test_a_transaction_that_fails_stores_neither_records_nor_a_receipt(database: Database):
    def refuse(_payload: bytes, _context: bytes) -> bytes:
        raise ValueError("no key")

    with pytest.raises(ValueError, match="no key"), database.transaction() as connection:
        store.store(connection, TEN.batch(1, 2), TEN.owner, NOW_MS, refuse)
    assert stored(database) == []
    assert read(file(database, TEN.batch(1, 2))).result is Reception.STORED


def test_a_head_that_was_seen_is_compared_with_the_records_that_come(database: Database):
    see(database, TEN.head(3))
    see(database, TEN.head(5))
    file(database, TEN.batch(1, 4))
    assert incidents(database) == []
    file(database, replace(OTHER_END.batch(5, 6)))
    assert incidents(database) == [("rewritten", 5)]
    with database.transaction() as connection:
        assert connection.execute(select(SIGHTING)).all() == []


OTHER_END = Journal(records=TEN.records[:4]).fill(2)
"""A copy of the journal after record 4, continued by two other records."""


@pytest.mark.parametrize("first", ["stored", "seen"])
def test_a_head_that_is_not_what_was_stored_or_seen_there_is_named(database: Database, first: str):
    if first == "stored":
        file(database, TEN.batch(1, 6))
    else:
        see(database, TEN.head(5))
    see(database, OTHER_END.head(5))
    assert incidents(database) == [("rewritten", 5)]


def test_a_journal_that_was_rolled_back_is_named_and_an_overtaken_message_is_not(database: Database):
    see(database, TEN.head(9))
    see(database, TEN.head(7), NOW_MS + REORDER_MS)
    see(database, TEN.head(7), NOW_MS + REORDER_MS + 1, fresh=False)
    assert incidents(database) == []
    see(database, TEN.head(7), NOW_MS + REORDER_MS + 1)
    assert incidents(database) == [("rolled_back", 7)]


def test_a_tail_that_was_seen_and_never_came_is_shown(database: Database):
    file(database, TEN.batch(1, 4))
    answered(database, replace(REQUEST, head=TEN.head(9)))
    with database.transaction() as connection:
        assert [tuple(row) for row in standings(connection)] == [
            ("T0001", JOURNAL, 4, TEN.head(4).hash, 9, 0)
        ]


PICTURE = bytes(range(256)) * 40
NAME = sha256(PICTURE).digest()


def piece(first: int, last: int, picture: bytes = PICTURE) -> Chunk:
    """Return a part of the picture."""
    return Chunk(NAME, first, len(picture), picture[first:last])


def kept(database: Database) -> bytes | None:
    """Return the picture, None unless it is complete."""
    with database.transaction() as connection:
        return evidence.picture(connection, "T0001", NAME)


def test_a_picture_is_put_together_from_pieces_that_overlap_and_come_twice(database: Database):
    assert give(database, piece(4000, 8000)) == (StoredPart(NAME, 0),)
    assert give(database, piece(0, 5000)) == (StoredPart(NAME, 5000),)
    assert give(database, piece(0, 5000)) == (StoredPart(NAME, 5000),)
    assert give(database, piece(4000, 8000), piece(8000, 9000)) == (StoredPart(NAME, 9000),)
    assert kept(database) is None
    assert give(database, piece(9000, len(PICTURE))) == (StoredPart(NAME, len(PICTURE)),)
    assert give(database, piece(0, 100)) == (StoredPart(NAME, len(PICTURE)),)
    assert kept(database) == PICTURE
    assert incidents(database) == []


def test_a_picture_that_is_not_what_its_hash_says_is_named_and_may_come_again(database: Database):
    wrong = PICTURE[:-1] + b"x"
    assert give(database, piece(0, len(wrong), wrong)) == (StoredPart(NAME, 0),)
    assert incidents(database) == [("evidence", len(wrong))]
    assert kept(database) is None
    assert give(database, piece(0, len(PICTURE))) == (StoredPart(NAME, len(PICTURE)),)
    assert kept(database) == PICTURE


def test_a_picture_of_another_size_or_too_large_is_not_taken(database: Database):
    assert give(database, piece(0, 100)) == (StoredPart(NAME, 100),)
    assert give(database, Chunk(NAME, 100, 200, b"x" * 100)) == (StoredPart(NAME, 100),)
    assert give(database, Chunk(b"n" * 32, 0, evidence.MOST_BYTES + 1, b"x")) == (StoredPart(b"n" * 32, 0),)
    assert incidents(database) == [("evidence", evidence.MOST_BYTES + 1)]
