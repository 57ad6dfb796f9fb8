"""Requests seen by any worker are known to every worker, and errors of the database contain no plate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from scripts.registry import database as module
from scripts.registry.admission import Refusal
from scripts.registry.database import Database, NamedHead, RequestView, register
from scripts.registry.faults import DatabaseFault
from scripts.registry.tables import WITNESS
from terminal.errors import InputFault
from terminal.journal.record import Head
from terminal.model import RecordDetails
from terminal.registry import topics
from terminal.registry.messages import LookupResult, VehicleRecord
from tests.scripts.registry.request_fixtures import NOW_MS, RECORD, REQUEST, answered, ask, sent

FULL = VehicleRecord(
    number="苏AD12345",
    kind="52",
    vehicle_type="K33",
    use="A",
    valid_through=20281130,
    letters="GI",
    colour="H",
    vin_tail="12345X",
    brand="样车牌",
    newest_cti=b"c" * 12,
    details=RecordDetails(
        first_registered=20221115,
        scrap_date=20371115,
        inspected=20250831,
        station="第一检测站",
        exempt=True,
        insured_until=20261231,
        violations=2,
        seats=5,
        energy="电",
    ),
)


def test_a_record_comes_back_as_it_was_put(database: Database):
    with database.transaction() as connection:
        assert module.is_empty(connection)
        register(connection, [RECORD, FULL])
        register(connection, [replace(RECORD, letters="G")])
        view = RequestView(connection)
        assert view.records(FULL.number) == [FULL]
        assert view.records(RECORD.number) == [replace(RECORD, letters="G")]
        assert view.records("苏A54321") == []
        assert not module.is_empty(connection)


def test_a_number_s_kinds_come_in_their_order(database: Database):
    records = [replace(RECORD, kind=kind) for kind in ("07", "01", "02")]
    with database.transaction() as connection:
        register(connection, records)
        assert [record.kind for record in RequestView(connection).records(RECORD.number)] == [
            "01",
            "02",
            "07",
        ]


def test_a_request_seen_by_one_worker_is_refused_by_another(url: str):
    first, second = Database(url), Database(url)
    first.prepare(NOW_MS)
    second.prepare(NOW_MS + 1)
    assert answered(first, REQUEST).result is LookupResult.NOT_FOUND
    assert ask(second, sent(REQUEST)) is Refusal.SEEN
    assert ask(first, sent(REQUEST)) is Refusal.SEEN
    first.close()
    second.close()


def test_of_many_workers_with_one_request_at_the_same_time_one_answers(url: str):
    workers = [Database(url) for _ in range(4)]
    for worker in workers:
        worker.prepare(NOW_MS)
    together = Barrier(len(workers))

    def deliver(worker: Database) -> bytes | Refusal:
        together.wait()
        return ask(worker, sent(REQUEST))

    with ThreadPoolExecutor(len(workers)) as pool:
        outcomes = list(pool.map(deliver, workers))
    assert sum(isinstance(outcome, bytes) for outcome in outcomes) == 1
    assert outcomes.count(Refusal.SEEN) == len(workers) - 1
    for worker in workers:
        worker.close()


def test_two_terminals_may_draw_the_same_request_id(database: Database):
    assert isinstance(ask(database, sent(REQUEST)), bytes)
    other = replace(REQUEST, terminal="T0002")
    assert isinstance(ask(database, sent(other), topics.lookup("T0002")), bytes)


def test_what_is_forgotten_is_refused_for_its_age(database: Database):
    answered(database, REQUEST)
    later = NOW_MS + module.REMEMBERED_MS + 1
    database.forget(NOW_MS + module.REMEMBERED_MS)
    assert ask(database, sent(REQUEST)) is Refusal.SEEN
    database.forget(later)
    assert isinstance(ask(database, sent(REQUEST)), bytes)
    assert answered(database, REQUEST, later).result is LookupResult.REFUSED


def test_the_furthest_head_of_each_journal_is_kept(database: Database):
    heads = [Head(b"J" * 16, seq, bytes([seq]) * 32) for seq in (7, 9, 8)]
    heads.append(Head(b"K" * 16, 1, b"k" * 32))
    database.keep(NamedHead("T0001", head, NOW_MS) for head in heads)
    with database.transaction() as connection:
        kept = connection.execute(select(WITNESS.c.seq, WITNESS.c.hash).order_by("journal")).all()
    assert [tuple(row) for row in kept] == [(9, b"\x09" * 32), (1, b"k" * 32)]


def test_a_transaction_that_fails_leaves_nothing(database: Database):
    def fail() -> None:
        with database.transaction() as connection:
            register(connection, [RECORD])
            raise ValueError("after the change")

    with pytest.raises(ValueError, match="after"):
        fail()
    with database.transaction() as connection:
        assert module.is_empty(connection)


def test_preparing_again_keeps_what_is_there(database: Database):
    with database.transaction() as connection:
        register(connection, [RECORD])
    database.prepare(NOW_MS + 5)
    with database.transaction() as connection:
        assert RequestView(connection).records(RECORD.number) == [RECORD]


def test_a_database_of_an_earlier_release_gets_the_columns_that_are_new(database: Database, url: str):
    with database.transaction() as connection:
        register(connection, [RECORD])
        for name in ("inspected", "exempt", "energy"):
            connection.execute(text(f"ALTER TABLE vehicle DROP COLUMN {name}"))
    newer = Database(url)
    newer.prepare(NOW_MS)
    with newer.transaction() as connection:
        register(connection, [FULL])
        view = RequestView(connection)
        assert [view.records(each.number) for each in (RECORD, FULL)] == [[RECORD], [FULL]]
    newer.close()


def test_a_vehicle_is_found_by_its_vin(database: Database):
    with database.transaction() as connection:
        register(connection, [RECORD, FULL])
        module.register_vins(connection, {"LSVAA2180E2123456": RECORD.plate})
        module.register_vins(connection, {"LSVAA2180E2123456": FULL.plate})
        assert RequestView(connection).of_vin("LSVAA2180E2123456") == FULL
        assert RequestView(connection).of_vin("LSVAA2180E2123457") is None


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite", "postgresql:///x?host=/nowhere"])
def test_a_database_that_cannot_be_asked_is_a_fault_that_names_no_value(url: str):
    unreachable = Database(url)
    with pytest.raises(DatabaseFault) as fault, unreachable.transaction() as connection:
        register(connection, [RECORD])
    assert RECORD.number not in str(fault.value)
    assert fault.value.__suppress_context__


@given(st.binary(max_size=40))
@settings(deadline=None, max_examples=20)
def test_any_head_s_hash_is_kept_as_bytes(digest: bytes):
    memory = Database("sqlite://")
    memory.prepare(NOW_MS)
    memory.keep([NamedHead("T0001", Head(b"J" * 16, 1, digest), NOW_MS)])
    with memory.transaction() as connection:
        assert connection.execute(select(WITNESS.c.hash)).scalar_one() == digest
    memory.close()


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", "", "postgresql://h:port/x"])
def test_a_url_of_another_database_or_none_is_refused(url: str):
    with pytest.raises(InputFault):
        Database(url)
