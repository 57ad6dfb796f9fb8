"""Open alarms survive a restart, and what becomes of them is recorded in the words of alarm_results.csv."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalFault
from terminal.journal.entry import Confirmation, Event, EventKind, Note
from terminal.journal.notes import AlarmResult, Control, ControlWord, ResultKey
from terminal.journal.recovery import NAME
from terminal.model import EarlierAlarm, Fit
from terminal.registry.messages import LookupResult
from terminal.screens.alarm_case import (
    Acknowledge,
    AlarmsTold,
    CloseAlarm,
    RecordControl,
    RecordFits,
    RecordVin,
)
from terminal.screens.events import Failed
from terminal.screens.open_alarm import Description, OpenAlarm
from terminal.screens.shift import Annotate, LoadShift, ShiftLoaded
from terminal.services.open_alarms import FILE, OpenAlarms, read, write
from terminal.wire.cbor import Malformed
from terminal.wire.sealed import seal
from tests.terminal.drawing.gallery_alarm import LISTED, OPEN
from tests.terminal.screens.officer import STOLEN, A, check
from tests.terminal.services.terminal_fixture import OURS, Work, judged, record_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.model import RecordedCheck


@pytest.fixture(name="work")
def fixture_work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.services.close()


def stolen(work: Work) -> RecordedCheck:
    """Return a check of OURS that the registry answered with an alarm."""
    work.cases.check(work.code(), work.moment)
    record = record_of(OURS, "C", colour="A", vin_tail="4K7P2C")
    events = work.answer(
        work.asked()[-1],
        record=record,
        result=LookupResult.FOUND,
        earlier_alarms=(EarlierAlarm(20261102, "not_this_vehicle", "plate_cloned"),),
    )
    return judged(tuple(events))


def alarm_of(work: Work) -> OpenAlarm:
    (alarm,) = work.services.open_alarms
    return alarm


def confirmations(work: Work) -> list[Confirmation]:
    return [entry.body for entry in work.entries() if isinstance(entry.body, Confirmation)]


def restarted(work: Work) -> OpenAlarms:
    """Return the open alarms as the next run finds them."""
    held = work.services.shift_actions.open_alarms
    again = OpenAlarms(held.shift, held.folder, held.keys)
    again.resume()
    return again


def test_an_alarm_is_open_from_its_answer_on_and_over_a_restart(work: Work):
    told = stolen(work)
    alarm = alarm_of(work)
    assert (alarm.plate, alarm.checks, alarm.letters, alarm.live) == (OURS, (told.seq,), "C", True)
    assert alarm.described == Description("K33", "A", "4K7P2C")
    assert alarm.earlier == (EarlierAlarm(20261102, "not_this_vehicle", "plate_cloned"),)
    work.services.perform(Acknowledge(told))
    kept = replace(alarm_of(work), checked_s=int(alarm.checked_s))
    assert kept.acknowledged
    assert restarted(work).alarms == (kept,)


def test_what_is_kept_over_a_restart_is_sealed_to_this_terminal(work: Work):
    stolen(work)
    content = (work.settings.paths.state / FILE).read_bytes()
    assert OURS.number.encode() not in content
    assert b"4K7P2C" not in content


def test_an_acknowledgement_is_recorded_once_as_pending(work: Work):
    told = stolen(work)
    for _ in range(2):
        work.services.perform(Acknowledge(told))
    assert confirmations(work) == [Confirmation(told.seq, "民警", "pending")]


def test_the_control_room_s_word_and_the_vin_are_entries_of_their_own(work: Work):
    told = stolen(work)
    work.services.perform(RecordControl(alarm_of(work), Control.DENIED))
    event = work.services.perform(RecordVin(alarm_of(work), Fit.DIFFERS))
    assert confirmations(work) == [Confirmation(told.seq, "指挥中心", "not_this_vehicle")]
    assert work.entries()[-1].body == Note(seq=told.seq, text="停车后比对：车架号后六位不符")
    assert event == AlarmsTold((replace(alarm_of(work), control=Control.DENIED, vin=Fit.DIFFERS),))


def test_the_comparison_before_the_stop_is_a_note_like_the_verdict_s(work: Work):
    told = stolen(work)
    fits = Fit.AGREES, Fit.DIFFERS, Fit.UNSURE
    assert work.services.perform(RecordFits(alarm_of(work), fits)) == AlarmsTold((alarm_of(work),))
    assert alarm_of(work).fits == fits
    said = "比对：号牌种类相符，车辆类型不符，车身颜色无法判断"
    assert work.entries()[-1].body == Note(seq=told.seq, text=said)


def test_a_result_closes_the_alarm_with_an_entry_for_each_of_its_checks(work: Work):
    first, second = stolen(work), stolen(work)
    result = AlarmResult(ResultKey.CONFIRMED, None, ("held", "handed_over"), "320500", "刑侦部门 032117")
    assert work.services.perform(CloseAlarm(alarm_of(work), result)) == AlarmsTold(())
    said = Confirmation(first.seq, "民警", "confirmed", ("held", "handed_over"), "320500", "刑侦部门 032117")
    assert confirmations(work) == [said, replace(said, seq=second.seq)]
    assert restarted(work).alarms == ()
    loaded = work.services.perform(LoadShift())
    assert isinstance(loaded, ShiftLoaded)
    assert [one.acts for one in loaded.log] == [(result,), (result,)]


def test_a_shift_is_told_of_its_open_alarms(work: Work):
    stolen(work)
    loaded = work.services.perform(LoadShift())
    assert isinstance(loaded, ShiftLoaded)
    assert loaded.open_alarms == work.services.open_alarms != ()


def test_the_control_room_s_word_in_the_log_is_on_the_card_too(work: Work):
    told = stolen(work)
    work.services.perform(Annotate(told.seq, ControlWord(Control.CONFIRMED)))
    assert alarm_of(work).control is Control.CONFIRMED


@contextmanager
def full(work: Work) -> Iterator[None]:
    """Make the journal refuse records."""
    with closing(sqlite3.connect(work.settings.paths.state / NAME, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'no space'); END")
        yield
        db.execute("DROP TRIGGER full")


def test_an_alarm_that_cannot_be_recorded_is_open_and_its_result_waits_for_its_record(work: Work):
    work.cases.check(work.code(), work.moment)
    with full(work):
        told = judged(tuple(work.answer(work.asked()[-1], record=record_of(OURS, "C"))))
        work.services.perform(Acknowledge(told))
        assert alarm_of(work).acknowledged
        result = AlarmResult(ResultKey.NOT_STOPPED, "ran")
        assert isinstance(work.services.perform(CloseAlarm(alarm_of(work), result)), Failed)
        assert alarm_of(work).plate == OURS
    work.clock.advance(60)
    work.services.expire()
    work.services.perform(CloseAlarm(alarm_of(work), result))
    assert confirmations(work)[-1] == Confirmation(alarm_seq(told), "民警", "not_stopped", reason="ran")


def alarm_seq(told: RecordedCheck) -> int:
    """Return the number of a check that was recorded from the start."""
    assert told.seq > 0
    return told.seq


def test_an_acknowledgement_before_its_check_is_recorded_follows_it(work: Work):
    held = work.services.shift_actions.open_alarms
    late = check(-1, A, STOLEN)
    held.perform(Acknowledge(late), work.moment)
    assert confirmations(work) == []
    assert restarted(work).alarms[0].checks == ()
    with pytest.raises(JournalFault):
        held.perform(CloseAlarm(held.alarms[0], AlarmResult(ResultKey.NOT_STOPPED, "ran")), work.moment)
    held.renumber(-1, replace(late, seq=5), work.moment)
    assert confirmations(work) == [Confirmation(5, "民警", "pending")]


def test_an_alarm_of_a_journal_that_was_set_aside_is_closed_by_an_event(work: Work):
    stolen(work)
    held = work.services.shift_actions.open_alarms
    (held.folder / FILE).write_bytes(seal(write(b"j" * 16, held.alarms), held.keys.sealing_public_key))
    again = restarted(work)
    assert again.alarms[0].checks == ()
    with pytest.raises(JournalFault):
        again.perform(RecordVin(again.alarms[0], Fit.AGREES), work.moment)
    again.perform(CloseAlarm(again.alarms[0], AlarmResult(ResultKey.NOT_STOPPED, "ran")), work.moment)
    said = "an alarm of a journal that was set aside: 民警 not_stopped ran"
    assert work.entries()[-1].body == Event(EventKind.JOURNAL, said)
    assert again.alarms == ()


@pytest.mark.parametrize("content", [b"", b"damaged", None], ids=["empty", "damaged", "unreadable"])
def test_open_alarms_that_cannot_be_read_are_a_fault_that_is_shown(work: Work, content: bytes | None):
    path = work.settings.paths.state / FILE
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    again = restarted(work)
    assert (again.alarms, again.fault is not None) == ((), True)


def test_a_file_that_cannot_be_written_is_a_fault_and_the_alarm_stays(work: Work):
    (work.settings.paths.state / f".{FILE}").mkdir()
    stolen(work)
    assert alarm_of(work).plate == OURS
    assert work.services.shift_actions.open_alarms.fault is not None


def test_every_field_survives_the_file():
    known = replace(OPEN, vin=Fit.UNSURE, control=Control.DENIED, acknowledged=True)
    for alarms in ((), (known,), (LISTED, known)):
        assert read(write(b"j" * 16, alarms)) == (b"j" * 16, alarms)
    for content in (
        b"",
        b"\xa0",
        b"\xa2\x01\x41j\x02\x80",
        write(b"j" * 16, (known,)).replace(b"unsure", b"unsurf"),
    ):
        with pytest.raises(Malformed):
            read(content)
