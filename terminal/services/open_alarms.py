"""Alarms without a result, kept over a restart, and the entries that are made of them.

The journal is sealed to the registry, so this terminal cannot read its open alarms back from it. They are
kept beside it, in a file that is sealed to the terminal's own key and holds nothing else; an alarm that is
closed is gone from it. Wire format, section 6, entry type 5: an acknowledgement is recorded as `pending`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from terminal import atomic_file
from terminal.errors import JournalFault
from terminal.journal.entry import Confirmation, Event, EventKind, Note
from terminal.journal.notes import CONTROL_ROOM, OFFICER, AlarmResult, Control, ControlWord, ResultKey
from terminal.model import EarlierAlarm, Fit, Plate
from terminal.screens.alarm_case import (
    Acknowledge,
    AlarmEffect,
    AlarmsTold,
    CloseAlarm,
    RecordControl,
    RecordFits,
    RecordVin,
)
from terminal.screens.open_alarm import OpenAlarm, opens, renumbered, with_check
from terminal.services.comparisons import FITS, said_of
from terminal.wire import cbor, schema
from terminal.wire.cbor import Malformed
from terminal.wire.fields import ID_SIZE, array, data, entries, text, uint
from terminal.wire.schema import Field, Schema, enum, flag, unsigned
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.model import RecordedCheck
    from terminal.ports import KeyStore
    from terminal.services.shift import Shift
    from terminal.wire.cbor import Value

FILE = "open-alarms"
LEFT_OPEN = "结束执勤时未办结："
"""Begins the recorded text of why an alarm had no result when a shift ended."""


@dataclass(slots=True)
class OpenAlarms:
    """The open alarms of this terminal, of this shift and earlier ones. `resume` loads them at start."""

    shift: Shift
    folder: Path
    keys: KeyStore
    alarms: tuple[OpenAlarm, ...] = field(default=(), init=False)
    """Oldest first."""
    fault: JournalFault | None = field(default=None, init=False)
    """Why they cannot be kept over a restart now, or could not be read at the start."""

    def resume(self) -> None:
        """Load the alarms that were open when the last run ended."""
        try:
            box = (self.folder / FILE).read_bytes()
            journal_id, alarms = read(self.keys.open_sealed(box) or b"")
        except FileNotFoundError:
            return
        except (OSError, Malformed) as error:
            self.fault = JournalFault(f"{self.folder / FILE}: {error}")
            return
        same = journal_id == self.shift.recorder.head.journal_id
        self.alarms = alarms if same else tuple(replace(one, checks=()) for one in alarms)

    def update(self, judged: RecordedCheck) -> None:
        """Open or renew the alarm of a check."""
        self._set(with_check(self.alarms, judged))

    def renumber(self, placeholder: int, judged: RecordedCheck, moment: Moment) -> None:
        """Take a check that was recorded late; an acknowledgement that waited for it is recorded.

        Raises JournalFault.
        """
        self._set(renumbered(self.alarms, placeholder, judged.seq))
        late = next((one for one in self.alarms if judged.seq in one.checks), None)
        if placeholder < 0 and late is not None and late.acknowledged:
            self.shift.recorder.record(Confirmation(judged.seq, OFFICER, ResultKey.PENDING), moment)

    def hear(self, seq: int, word: Control) -> None:
        """Take the control room's word on a check's alarm, which is recorded elsewhere."""
        alarm = next((one for one in self.alarms if seq in one.checks), None)
        if alarm is not None:
            self._replace(alarm, replace(alarm, control=word))

    def leave(self, reason: str, moment: Moment) -> None:
        """Record with each alarm's newest check why a shift ends without its result. Raises JournalFault."""
        for one in self.alarms:
            if one.seq is not None:
                self.shift.recorder.record(Note(seq=one.seq, text=f"{LEFT_OPEN}{reason}"), moment)

    def perform(self, effect: AlarmEffect, moment: Moment) -> AlarmsTold:
        """Carry out what the officer did about an alarm. Raises JournalFault; then nothing is changed.

        An acknowledgement that cannot be recorded counts all the same: the alarm stays open.
        """
        match effect:
            case Acknowledge(judged):
                self._acknowledge(judged, moment)
            case RecordControl(alarm, word):
                self._confirm(alarm, Confirmation(0, CONTROL_ROOM, word), moment)
                self._note(alarm, ControlWord(word))
                self._replace(alarm, replace(self._now(alarm), control=Control(word)))
            case RecordFits(alarm, fits):
                self._record_note(alarm, f"比对：{said_of(fits)}", moment)
                self._replace(alarm, replace(self._now(alarm), fits=fits))
            case RecordVin(alarm, fit):
                self._record_note(alarm, f"停车后比对：车架号后六位{FITS[fit]}", moment)
                self._replace(alarm, replace(self._now(alarm), vin=fit))
            case CloseAlarm(alarm, result):
                self._confirm(alarm, confirmation(result), moment)
                self._note(alarm, result)
                self._set(tuple(one for one in self.alarms if one.plate != alarm.plate))
            case _:
                assert_never(effect)
        return AlarmsTold(self.alarms)

    def _acknowledge(self, judged: RecordedCheck, moment: Moment) -> None:
        if not opens(judged):
            return
        self.update(judged)
        alarm = next(one for one in self.alarms if one.plate == judged.plate)
        if alarm.acknowledged:
            return
        self._replace(alarm, replace(alarm, acknowledged=True))
        if judged.seq > 0:
            try:
                self.shift.recorder.record(Confirmation(judged.seq, OFFICER, ResultKey.PENDING), moment)
            except JournalFault as fault:
                self.fault = fault

    def _confirm(self, alarm: OpenAlarm, said: Confirmation, moment: Moment) -> None:
        """Record a result for each of the alarm's checks; without one, as an event of the journal."""
        now = self._now(alarm)
        if any(seq < 0 for seq in now.checks):
            raise JournalFault("the check itself is not recorded yet")
        for seq in now.checks:
            self.shift.recorder.record(replace(said, seq=seq), moment)
        if not now.checks:
            words = " ".join(filter(None, (said.by, said.result, said.reason, *(said.disposals or ()))))
            event = Event(EventKind.JOURNAL, f"an alarm of a journal that was set aside: {words}")
            self.shift.recorder.record(event, moment)

    def _record_note(self, alarm: OpenAlarm, words: str, moment: Moment) -> None:
        seq = self._now(alarm).seq
        if seq is None:
            raise JournalFault("the check itself is not recorded yet")
        self.shift.recorder.record(Note(seq=seq, text=words), moment)

    def _note(self, alarm: OpenAlarm, note: ControlWord | AlarmResult) -> None:
        """Add the result to the checks of the shift's list."""
        for seq in self._now(alarm).checks:
            self.shift.add(seq, note)

    def _now(self, alarm: OpenAlarm) -> OpenAlarm:
        """Return what is known now of an alarm that is shown."""
        return next((one for one in self.alarms if one.plate == alarm.plate), alarm)

    def _replace(self, alarm: OpenAlarm, by: OpenAlarm) -> None:
        self._set(tuple(by if one.plate == alarm.plate else one for one in self.alarms))

    def _set(self, alarms: tuple[OpenAlarm, ...]) -> None:
        """Take the alarms as they are now, and keep them on disk; where that fails, in memory alone."""
        if alarms == self.alarms:
            return
        self.alarms = alarms
        content = write(self.shift.recorder.head.journal_id, alarms)
        try:
            atomic_file.replace(self.folder / FILE, seal(content, self.keys.sealing_public_key))
            self.fault = None
        except OSError as error:
            self.fault = JournalFault(f"{self.folder / FILE}: {error.strerror}")


def confirmation(result: AlarmResult) -> Confirmation:
    """Return the entry of a result, for a check that is still to be named."""
    return Confirmation(
        0,
        OFFICER,
        result.result,
        result.disposals or None,
        result.document,
        result.handed_to,
        result.reason,
    )


def write(journal_id: bytes, alarms: tuple[OpenAlarm, ...]) -> bytes:
    """Encode the alarms of a journal."""
    return cbor.write({1: journal_id, 2: [_ALARM.write(_known(one)) for one in alarms]})


def read(content: bytes) -> tuple[bytes, tuple[OpenAlarm, ...]]:
    """Decode a journal's id and its alarms. Raises Malformed."""
    found = entries(cbor.read(content), frozenset({1, 2}))
    return data(found[1], ID_SIZE), tuple(map(_ALARM.read, array(found[2])))


def _known(alarm: OpenAlarm) -> OpenAlarm:
    """Leave out checks without a record: their placeholders mean nothing to another run."""
    return replace(
        alarm, checks=tuple(seq for seq in alarm.checks if seq > 0), checked_s=int(alarm.checked_s)
    )


def _plate(value: Value) -> Plate:
    number, kind = array(value, 2)
    return Plate(text(number), text(kind))


def _earlier(value: Value) -> tuple[EarlierAlarm, ...]:
    def one(item: Value) -> EarlierAlarm:
        day, result, reason = array(item, 3)
        return EarlierAlarm(uint(day), text(result), None if reason is None else text(reason))

    return tuple(map(one, array(value)))


def _fits(value: Value) -> tuple[Fit, ...]:
    said = [text(each) for each in array(value)]
    if not set(said) <= set(Fit):
        raise Malformed("not answers to a comparison")
    return tuple(map(Fit, said))


_ALARM = Schema(
    OpenAlarm,
    Field(1, "plate", _plate, lambda held: [held.number, held.kind]),
    Field(2, "checks", lambda value: tuple(map(uint, array(value))), list),
    unsigned(3, "checked_s"),
    schema.text(4, "letters"),
    flag(5, "live"),
    schema.text(6, "described.vehicle_type"),
    schema.text(7, "described.colour"),
    schema.text(8, "described.vin_tail"),
    schema.text(9, "described.brand"),
    Field(10, "earlier", _earlier, lambda held: [[one.day, one.result, one.reason] for one in held]),
    Field(11, "fits", _fits, lambda held: [str(fit) for fit in held]),
    enum(12, "vin", Fit),
    enum(13, "control", Control),
    flag(14, "acknowledged"),
)
