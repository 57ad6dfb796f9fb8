"""Sealed records become typed rows once the right key is given; each check has its final state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from scripts.registry import sample
from scripts.registry.database import Database, register
from scripts.registry.journals.entry_tables import BODIES, ENTRY
from scripts.registry.journals.rechecks import recheck_all
from scripts.registry.journals.tables import INCIDENT, UNIT
from scripts.registry.journals.unsealing import open_all
from scripts.registry.reports.checks import Checked, Filter, checks
from terminal.journal.entry import (
    Body,
    Check,
    Confirmation,
    Entry,
    Event,
    EventKind,
    Note,
    Refinement,
    SealedClaimsViewed,
    Session,
    SessionStep,
)
from terminal.model import Outcome, VehicleFinding
from terminal.wire.sealed import SealingKeyPair, seal
from tests.scripts.registry.journal_batches import CHECK, KEY, Journal, file
from tests.scripts.registry.request_fixtures import DAY, NOW_MS
from tests.terminal.journal.test_codec import entries

OTHER_SECRET = b"another".ljust(32, b".")
OTHER_KEY = SealingKeyPair.of(OTHER_SECRET)
UNCHECKED = replace(CHECK, vehicle=VehicleFinding.UNCHECKED, outcome=Outcome.PROVISIONAL, letters=None)
DAY_MS = 86_400_000


def upload(database: Database, journal: Journal) -> None:
    """Store all of a journal."""
    file(database, journal.batch(1, len(journal.records)), journal.owner)


def read(database: Database, wanted: Filter = Filter()) -> list[Checked]:  # noqa: B008 - it is frozen
    """Return checks with everything known of them."""
    with database.reading() as connection:
        return checks(connection, wanted)


def kept(database: Database, *bodies: Body) -> list[Checked]:
    """Return the checks of a journal with these entries, opened."""
    journal = Journal()
    for body in bodies:
        journal.add(body)
    upload(database, journal)
    assert open_all(database, [KEY], NOW_MS) == (len(bodies), 0)
    return read(database)


def test_a_check_comes_back_with_all_that_it_said(database: Database):
    (one,) = kept(database, CHECK)
    assert (one.record.terminal, one.record.journal, one.record.seq) == ("T0001", (b"J" * 16).hex(), 1)
    assert (one.plate.number, one.plate.kind, one.code.cti) == ("苏A12345", "02", (b"c" * 12).hex())
    assert (one.verdict.how, one.verdict.finding, one.verdict.vehicle, one.verdict.outcome) == (
        "scan",
        "current",
        "valid",
        "pass",
    )
    assert (one.plate.latitude, one.plate.longitude) == (320_000_000, 1_188_000_000)
    assert (one.basis.trust_s, one.basis.offline_s, one.basis.hotlist_s, one.basis.trust_serial) == (
        60,
        120,
        None,
        3,
    )
    assert (one.record.officer, one.record.shift, one.record.duress, one.record.clock_trusted) == (
        "098765",
        "7",
        False,
        True,
    )
    assert (one.record.at_ms, one.record.received_ms, one.verdict.letters, one.verdict.valid_through) == (
        NOW_MS,
        NOW_MS,
        "A",
        20270831,
    )
    assert one.at.date() == date(2026, 11, 22)


def test_what_came_later_is_told_with_its_check(database: Database):
    one, other = kept(
        database,
        UNCHECKED,
        CHECK,
        Refinement(seq=1, vehicle=VehicleFinding.ALARM, outcome=Outcome.ALARM, letters="C"),
        Note(seq=1, action="detained", text="白色轿车", pictures=(b"p" * 32,)),
        Note(seq=1, action="reported"),
        Confirmation(
            seq=1, by="control", result="confirmed", disposals=("held", "handed_over"), document="D1"
        ),
        Note(seq=2, mistaken=True),
    )
    assert (one.verdict.first_outcome, one.verdict.outcome, one.verdict.vehicle, one.verdict.letters) == (
        "provisional",
        "alarm",
        "alarm",
        "C",
    )
    assert (one.plate.number, one.said.mistaken) == ("苏A12345", False)
    assert (one.said.actions, one.said.notes, one.said.confirmed) == (
        "detained reported",
        "白色轿车",
        "control: confirmed held handed_over D1",
    )
    assert one.said.pictures == (b"p" * 32).hex()
    assert (other.verdict.outcome, other.said.mistaken) == ("pass", True)


def test_what_was_revoked_is_not_told(database: Database):
    """A note on a note's own record, or on a confirmation's, that calls it a mistake revokes it."""
    one, other = kept(
        database,
        UNCHECKED,
        CHECK,
        Note(seq=1, action="放行"),
        Note(seq=3, mistaken=True),
        Note(seq=1, action="扣留车辆"),
        Confirmation(seq=1, by="control", result="confirmed"),
        Note(seq=6, mistaken=True),
        Note(seq=2, mistaken=True),
        Note(seq=8, mistaken=True),
    )
    assert (one.said.actions, one.said.confirmed) == ("扣留车辆", "")
    assert (one.said.mistaken, other.said.mistaken) == (False, False)


def test_every_type_of_entry_has_its_table(database: Database):
    bodies = (
        CHECK,
        Refinement(seq=1, outcome=Outcome.CAUTION),
        Note(seq=1, text="x\0y"),
        Session(SessionStep.SHIFT_STARTED),
        SealedClaimsViewed(1, "fraud"),
        Confirmation(seq=1, by="control", result="no"),
        Event(EventKind.CLOCK, "set"),
    )
    assert {type(body) for body in bodies} == BODIES.keys()
    assert kept(database, *bodies)[0].said.notes == "x\N{REPLACEMENT CHARACTER}y"
    with database.reading() as connection:
        for table in BODIES.values():
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(ENTRY)).scalar_one() == len(bodies)


def test_what_no_key_opens_stays_sealed_until_one_does(database: Database):
    journal = Journal().fill(2)
    journal.sealing_key = OTHER_KEY.public
    journal.fill(1)
    upload(database, journal)
    assert open_all(database, [], NOW_MS) == (0, 3)
    assert open_all(database, [KEY], NOW_MS) == (2, 1)
    assert len(read(database)) == 2
    assert open_all(database, [KEY, OTHER_KEY], NOW_MS) == (1, 0)
    assert open_all(database, [KEY, OTHER_KEY], NOW_MS) == (0, 0)
    assert [one.record.seq for one in read(database)] == [1, 2, 3]


def test_a_box_without_an_entry_of_its_place_is_named_and_not_tried_again(database: Database):
    journal = Journal().fill(1)
    journal.add(CHECK, seq=9)
    journal.add(CHECK, terminal="T0002")
    journal.add_sealed(seal(b"nonsense", KEY.public))
    journal.fill(1)
    upload(database, journal)
    assert open_all(database, [KEY], NOW_MS) == (5, 0)
    assert [one.record.seq for one in read(database)] == [1, 5]
    with database.reading() as connection:
        rows = connection.execute(select(INCIDENT.c.kind, INCIDENT.c.seq).order_by("seq")).all()
    assert [tuple(row) for row in rows] == [("unsound", seq) for seq in (2, 3, 4)]
    assert open_all(database, [KEY], NOW_MS) == (0, 0)


@given(st.lists(st.binary(max_size=120), min_size=1, max_size=4))
@settings(deadline=None, max_examples=30)
def test_whatever_a_terminal_seals_nothing_is_raised(drawn: list[bytes]):
    memory = Database("sqlite://")
    memory.prepare(NOW_MS)
    journal = Journal()
    for number, content in enumerate(drawn):
        journal.add_sealed(content if number % 2 else seal(content, KEY.public))
    upload(memory, journal)
    opened, left = open_all(memory, [KEY], NOW_MS)
    assert opened + left == len(drawn)
    memory.close()


@given(st.lists(entries, min_size=1, max_size=4))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_entry_has_a_row_that_can_be_read(drawn: list[Entry]):
    memory = Database("sqlite://")
    memory.prepare(NOW_MS)
    journal = Journal()
    for one in drawn:
        journal.add(one.body)
    upload(memory, journal)
    assert open_all(memory, [KEY], NOW_MS) == (len(drawn), 0)
    recheck_all(memory, NOW_MS)
    assert len(read(memory)) == sum(isinstance(one.body, Check) for one in drawn)
    memory.close()


@pytest.mark.parametrize(
    ("number", "kind", "finding"),
    [
        ("苏A12345", "02", "valid"),
        ("苏A20001", "02", "overdue"),
        ("苏A50000", None, "alarm"),
        ("苏A99999", "02", "not_found"),
        ("苏B70001", None, "unknown"),
    ],
)
def test_a_vehicle_that_was_not_checked_live_is_rechecked_once(
    database: Database, number: str, kind: str | None, finding: str
):
    with database.transaction() as connection:
        register(connection, sample.vehicles(1, DAY, 0))
    kept(database, replace(UNCHECKED, number=number, kind=kind))
    assert recheck_all(database, NOW_MS) == 1
    assert recheck_all(database, NOW_MS + 1) == 0
    (one,) = read(database)
    assert (one.answer.rechecked_vehicle, one.answer.rechecked_ms) == (finding, NOW_MS)
    assert (one.verdict.vehicle, one.verdict.outcome) == ("unchecked", "provisional")


def test_many_who_open_and_recheck_at_once_do_it_once(url: str):
    desks = [Database(url) for _ in range(3)]
    for desk in desks:
        desk.prepare(NOW_MS)
    journal = Journal()
    for _ in range(20):
        journal.add(UNCHECKED)
    upload(desks[0], journal)
    together = Barrier(len(desks))

    def work(desk: Database) -> int:
        together.wait()
        opened, _ = open_all(desk, [KEY], NOW_MS)
        recheck_all(desk, NOW_MS)
        return opened

    with ThreadPoolExecutor(len(desks)) as pool:
        assert sum(pool.map(work, desks)) == 20
    recheck_all(desks[0], NOW_MS)
    assert [one.answer.rechecked_ms for one in read(desks[0])] == [NOW_MS] * 20
    for desk in desks:
        desk.close()


def test_what_was_checked_live_or_names_no_vehicle_is_not_rechecked(database: Database):
    kept(
        database,
        CHECK,
        UNCHECKED,
        replace(UNCHECKED, number=None, kind=None),
        Refinement(seq=2, vehicle=VehicleFinding.VALID),
    )
    assert recheck_all(database, NOW_MS) == 0


def test_checks_are_those_of_the_day_the_unit_and_the_outcome(database: Database):
    journal = Journal()
    midnight_ms = NOW_MS - NOW_MS % DAY_MS + DAY_MS - 8 * 3_600_000  # the next day begins, in Asia/Shanghai
    for at_ms in (midnight_ms - 1, midnight_ms, midnight_ms + DAY_MS - 1, midnight_ms + DAY_MS):
        journal.add(UNCHECKED, at_ms)
    journal.add(Refinement(seq=2, outcome=Outcome.OVERDUE), midnight_ms + 2 * DAY_MS)
    upload(database, journal)
    open_all(database, [KEY], NOW_MS)
    day = read(database)[1].at.date()
    assert [one.record.seq for one in read(database, Filter(day=day))] == [2, 3]
    assert [one.record.seq for one in read(database, Filter(day=day, outcome="overdue"))] == [2]
    assert [one.record.seq for one in read(database, Filter(outcome="provisional"))] == [1, 3, 4]
    with database.transaction() as connection:
        connection.execute(UNIT.insert().values(terminal="T0001", unit="一大队"))
    assert len(read(database, Filter(unit="一大队"))) == 4
    assert read(database, Filter(unit="二大队")) == []


ALARM = replace(CHECK, vehicle=VehicleFinding.CACHED_ALARM, outcome=Outcome.ALARM, letters="C")


def test_an_alarm_has_its_source_the_last_word_on_it_and_its_result(database: Database):
    found = kept(
        database,
        ALARM,
        Confirmation(seq=1, by="民警", result="pending"),
        Confirmation(seq=1, by="指挥中心", result="confirmed"),
        Confirmation(seq=1, by="民警", result="not_stopped", reason="ran"),
        replace(ALARM, letters=None),
        Confirmation(seq=5, by="指挥中心", result="not_this_vehicle"),
        replace(ALARM, vehicle=VehicleFinding.ALARM),
        Refinement(seq=7, outcome=Outcome.PASS, vehicle=VehicleFinding.VALID),
        CHECK,
    )
    assert [(one.said.alarm_source, one.said.alarm_word, one.said.alarm_result) for one in found] == [
        ("hot_list", "confirmed", "not_stopped"),
        ("offline_list", "not_this_vehicle", None),
        ("registry", None, None),
        ("", None, None),
    ]
    raised = [one.record.seq for one in read(database, Filter(alarms=True))]
    assert raised == [1, 5, 7]
