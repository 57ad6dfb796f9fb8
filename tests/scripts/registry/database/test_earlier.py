"""Earlier alarms are answered from officers' confirmations about the same vehicle only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scripts.registry.database import RequestView, register
from scripts.registry.hotlist import put
from scripts.registry.journals.unsealing import open_all
from terminal.journal.entry import Confirmation, Note, Refinement
from terminal.model import EarlierAlarm, Outcome, VehicleFinding
from terminal.registry.messages import HotlistEntry, VehicleRecord
from tests.scripts.registry.database.test_unsealing import DAY_MS, UNCHECKED, kept, upload
from tests.scripts.registry.journal_batches import CHECK, KEY, Journal
from tests.scripts.registry.request_fixtures import NOW_MS, RECORD

if TYPE_CHECKING:
    from scripts.registry.database import Database
    from terminal.journal.entry import Body


STOLEN = replace(RECORD, letters="C")


def told(database: Database, record: VehicleRecord = STOLEN) -> tuple[EarlierAlarm, ...] | None:
    """Return the earlier alarms in an answer about a vehicle."""
    with database.transaction() as connection:
        register(connection, [record])
        return RequestView(connection).earlier_alarms(record)


def test_earlier_alarms_on_a_vehicle_are_told_newest_first(database: Database):
    journal = Journal()
    for day in range(7):
        journal.add(CHECK, NOW_MS + day * DAY_MS)
        word = Confirmation(seq=2 * day + 1, by="control", result="not_this_vehicle", reason="plate_cloned")
        journal.add(word if day else replace(word, reason=None), NOW_MS + day * DAY_MS)
    upload(database, journal)
    open_all(database, [KEY], NOW_MS)
    alarms = told(database)
    assert alarms is not None
    assert [one.day for one in alarms] == [20261128, 20261127, 20261126, 20261125, 20261124]
    assert {(one.result, one.reason) for one in alarms} == {("not_this_vehicle", "plate_cloned")}


def test_no_earlier_alarm_is_told_where_there_is_none_now_or_none_was_confirmed(database: Database):
    kept(database, CHECK, UNCHECKED, Confirmation(seq=1, by="control", result="confirmed"))
    assert told(database, RECORD) is None
    assert told(database, replace(STOLEN, kind="07")) is None
    assert told(database) == (EarlierAlarm(20261122, "confirmed", None),)
    with database.transaction() as connection:
        put(connection, "苏", [HotlistEntry(RECORD.plate, "N")], NOW_MS)
    assert told(database, RECORD) is not None  # it is on the hot list


def test_an_alarm_is_about_the_plate_that_was_entered_for_it(database: Database):
    kept(
        database,
        CHECK,
        Refinement(seq=1, number="苏A54321", kind="02"),
        Confirmation(seq=1, by="control", result="confirmed"),
        Confirmation(seq=1, by="control", result="x" * 33),
    )
    assert told(database) is None
    assert told(database, replace(STOLEN, number="苏A54321")) == (EarlierAlarm(20261122, "confirmed"),)


ALARM = replace(CHECK, vehicle=VehicleFinding.ALARM, outcome=Outcome.ALARM, letters="C")
CLONED = Confirmation(seq=1, by="民警", result="not_this_vehicle", reason="plate_cloned")


def test_of_an_alarm_the_last_result_counts_and_no_acknowledgement(database: Database):
    journal = Journal()
    entries: tuple[Body, ...] = (
        ALARM,
        Confirmation(seq=1, by="民警", result="pending"),
        Confirmation(seq=1, by="指挥中心", result="not_this_vehicle"),
        CLONED,
        ALARM,
        Confirmation(seq=5, by="民警", result="pending"),
    )
    for later_ms, body in enumerate(entries):
        journal.add(body, NOW_MS + later_ms)
    upload(database, journal)
    open_all(database, [KEY], NOW_MS)
    assert told(database) == (EarlierAlarm(20261122, "not_this_vehicle", "plate_cloned"),)


def test_a_revoked_result_is_not_told(database: Database):
    kept(database, ALARM, CLONED, Note(seq=2, mistaken=True))
    assert told(database) is None


def test_of_an_alarm_whose_last_result_was_revoked_the_one_before_it_counts(database: Database):
    confirmed = Confirmation(seq=1, by="民警", result="confirmed")
    kept(database, ALARM, confirmed, CLONED, Note(seq=3, mistaken=True))
    assert told(database) == (EarlierAlarm(20261122, "confirmed"),)


def test_a_note_on_a_result_that_does_not_revoke_it_leaves_it(database: Database):
    kept(database, ALARM, CLONED, Note(seq=2, text="见照片"))
    assert told(database) == (EarlierAlarm(20261122, "not_this_vehicle", "plate_cloned"),)


def test_the_result_of_several_checks_of_one_alarm_is_told_once(database: Database):
    kept(database, ALARM, ALARM, CLONED, replace(CLONED, seq=2))
    assert told(database) == (EarlierAlarm(20261122, "not_this_vehicle", "plate_cloned"),)


def test_a_result_is_about_the_vehicle_of_the_alarm_though_another_plate_was_entered_since(
    database: Database,
):
    entered = Refinement(seq=1, number="苏A54321", kind="02", outcome=Outcome.PASS)
    kept(database, ALARM, entered, CLONED)
    assert told(database) == (EarlierAlarm(20261122, "not_this_vehicle", "plate_cloned"),)
    assert told(database, replace(STOLEN, number="苏A54321")) is None
