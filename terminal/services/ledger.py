"""The checks of this run, as they are known and as they are recorded.

A verdict is shown once its record is on disk. The one exception is an alarm: where its record cannot be
written it is known, and shown, all the same (`RecordedCheck.recorded` is False), and it is written when that
works again (wire format, section 5, "An alarm is never a notice").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential.verify import Moment
from terminal.errors import JournalFault
from terminal.screens.alarms import is_alarm
from terminal.screens.events import Refined, Reported, Rerecorded, ScreenEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.credential.verify import Moment
    from terminal.model import CheckOrigin, Plate, RecordedCheck
    from terminal.ports import Incoming
    from terminal.services.recorder import Recorder

KEPT = 256
"""Checks that an answer may still be about: more than ten minutes of one officer's."""


@dataclass(slots=True)
class Ledger:
    """The newest KEPT checks by record number. Every verb that records may raise JournalFault."""

    recorder: Recorder
    _known: dict[int, RecordedCheck] = field(default_factory=dict, init=False)
    _written: dict[int, RecordedCheck] = field(default_factory=dict, init=False)
    """Each check as its records tell it."""
    _unwritten: dict[int, tuple[CheckOrigin | None, Moment]] = field(default_factory=dict, init=False)
    """Alarms without a record, by the number by which they are shown: how the check began, where none of it
    is recorded, and when it was.
    """

    def find(self, seq: int) -> RecordedCheck | None:
        """What is known of a check."""
        return self._known.get(seq)

    def latest(self, judged: RecordedCheck) -> RecordedCheck:
        """What is known now of a check that is shown as `judged`."""
        return self._known.get(judged.seq, judged)

    def of_vehicle(self, plate: Plate) -> Iterator[RecordedCheck]:
        """The checks of a vehicle, newest first."""
        return (one for one in reversed(list(self._known.values())) if one.plate == plate)

    def begin(
        self, how: CheckOrigin, judged: RecordedCheck, moment: Moment, request_id: bytes | None
    ) -> RecordedCheck:
        """Record a new check, which then has its record's number; an alarm that cannot be recorded has a
        negative one.
        """
        try:
            seq = self.recorder.record_check(how, judged, moment, request_id)
        except JournalFault:
            if not is_alarm(judged.verdict):
                raise
            seq = min((0, *self._unwritten)) - 1
            self._unwritten[seq] = how, moment
            return self.know(replace(judged, seq=seq, recorded=False))
        return self._wrote(replace(judged, seq=seq))

    def refine(self, judged: RecordedCheck, moment: Moment, request_id: bytes | None = None) -> RecordedCheck:
        """Record what is new of a check; an alarm that cannot be recorded is known all the same."""
        if self._how(judged.seq) is not None:
            raise JournalFault("the check itself is not recorded yet")
        try:
            self._refine(judged, moment, request_id)
        except JournalFault:
            if not is_alarm(judged.verdict):
                raise
            self._unwritten.setdefault(judged.seq, (None, moment))
            return self.know(replace(judged, recorded=False))
        return self._wrote(judged)

    def add(self, judged: RecordedCheck, moment: Moment) -> None:
        """Record what came too late to be shown; what is known of the check stays."""
        self._refine(judged, moment, None)

    def know(self, judged: RecordedCheck) -> RecordedCheck:
        """Take what is known of a check and needs no record of its own."""
        self._known[judged.seq] = judged
        while len(self._known) > KEPT:
            gone = next((seq for seq in self._known if seq not in self._unwritten), None)
            if gone is None:
                break
            del self._known[gone]
            self._written.pop(gone, None)
        return judged

    @property
    def owes(self) -> bool:
        """Alarms were shown whose record could not be written."""
        return bool(self._unwritten)

    def write(self) -> list[Rerecorded]:
        """Record what could not be recorded, as far as that works now; what each of it is called then.

        Raises nothing.
        """
        done = []
        for seq, (how, moment) in list(self._unwritten.items()):
            judged = self._known[seq]
            try:
                if how is None:
                    self._refine(judged, moment, None)
                else:
                    judged = replace(judged, seq=self.recorder.record_check(how, judged, moment, None))
                    del self._known[seq]
            except JournalFault:
                break
            self._unwritten.pop(seq)
            done.append(Rerecorded(seq, self._wrote(judged)))
        return done

    def _how(self, seq: int) -> CheckOrigin | None:
        """How a check began of which nothing is recorded."""
        return self._unwritten[seq][0] if seq in self._unwritten else None

    def _refine(self, judged: RecordedCheck, moment: Moment, request_id: bytes | None) -> None:
        before = self._written.get(judged.seq, self._known.get(judged.seq, judged))
        self.recorder.record_refinement(before, judged, moment, request_id)

    def _wrote(self, judged: RecordedCheck) -> RecordedCheck:
        judged = replace(judged, recorded=True)
        self._unwritten.pop(judged.seq, None)
        self._written[judged.seq] = judged
        return self.know(judged)


@dataclass(frozen=True, slots=True)
class Unkept:
    """An answer whose record could not be written, and when it came; `shown` is an alarm's."""

    request_id: bytes
    incoming: Incoming
    moment: Moment
    shown: bool


def is_unrecorded(event: ScreenEvent) -> bool:
    """An event tells of a check whose record could not be written yet."""
    return isinstance(event, Refined | Reported) and not event.judged.recorded
