"""The newest checks of this run, as they are known and as they are recorded.

A verdict is shown once its record is on disk. An alarm is the exception: if its record cannot be written, it
is known and shown all the same (`RecordedCheck.recorded` is False), and written when that works again (wire
format, section 5, "An alarm is never a notice").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.errors import JournalFault
from terminal.screens.alarms import is_alarm
from terminal.screens.events import Rerecorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.credential.verify import Moment
    from terminal.model import CheckOrigin, Plate, RecordedCheck
    from terminal.services.lists import Lists
    from terminal.services.recorder import Recorder

KEPT = 1024
"""Checks that an answer may still be about, or that the officer may reopen: more than those of a shift."""


@dataclass(slots=True)
class Ledger:
    """The newest KEPT checks by record number. Methods that record may raise JournalFault."""

    recorder: Recorder
    lists: Lists
    """The lists of which each record says the age and version."""
    _known: dict[int, RecordedCheck] = field(default_factory=dict, init=False)
    _written: dict[int, RecordedCheck] = field(default_factory=dict, init=False)
    """Each check as its records have it."""
    _unwritten: dict[int, tuple[CheckOrigin | None, Moment]] = field(default_factory=dict, init=False)
    """Alarms without a record, by the number that they are shown with: the check's origin if nothing of it
    is recorded, and its moment.
    """

    def find(self, seq: int) -> RecordedCheck | None:
        """Return what is known of a check; None if it is too old or there is none."""
        return self._known.get(seq)

    def known(self) -> Iterator[RecordedCheck]:
        """Return what is known of each check, oldest first."""
        return iter(self._known.values())

    def latest(self, judged: RecordedCheck) -> RecordedCheck:
        """Return what is known now of a check that is shown as `judged`."""
        return self._known.get(judged.seq, judged)

    def of_vehicle(self, plate: Plate) -> Iterator[RecordedCheck]:
        """Return the checks of a vehicle, newest first."""
        return (one for one in reversed(list(self._known.values())) if one.plate == plate)

    def begin(
        self, how: CheckOrigin, judged: RecordedCheck, moment: Moment, request_id: bytes | None
    ) -> RecordedCheck:
        """Record a new check, and return it with its record's number.

        `request_id` (16 bytes) is that of its lookup, if one is sent. An alarm that cannot be recorded gets a
        negative number.
        """
        try:
            seq = self._append(how, judged, moment, request_id)
        except JournalFault:
            if not is_alarm(judged.verdict):
                raise
            seq = min((0, *self._unwritten)) - 1
            self._unwritten[seq] = how, moment
            return self.know(replace(judged, seq=seq, recorded=False))
        return self._wrote(replace(judged, seq=seq))

    def refine(self, judged: RecordedCheck, moment: Moment, request_id: bytes | None = None) -> RecordedCheck:
        """Record what changed of a check; an alarm that cannot be recorded is known all the same."""
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
        """Record an answer that came too late to be shown; what is known of the check stays."""
        self._refine(judged, moment, None)

    def know(self, judged: RecordedCheck) -> RecordedCheck:
        """Keep what is known of a check and needs no record."""
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
        """True if alarms are shown whose record is not written yet."""
        return bool(self._unwritten)

    def write(self) -> list[Rerecorded]:
        """Record as many as possible of the alarms without a record; return each with its new number.

        Raises nothing.
        """
        done = []
        for seq, (how, moment) in list(self._unwritten.items()):
            judged = self._known[seq]
            try:
                if how is None:
                    self._refine(judged, moment, None)
                else:
                    judged = replace(judged, seq=self._append(how, judged, moment, None))
                    del self._known[seq]
            except JournalFault:
                break
            self._unwritten.pop(seq)
            done.append(Rerecorded(seq, self._wrote(judged)))
        return done

    def _append(
        self, how: CheckOrigin, judged: RecordedCheck, moment: Moment, request_id: bytes | None
    ) -> int:
        lists = self.lists.used(judged.plate, moment)
        return self.recorder.record_check(how, judged, lists, moment, request_id)

    def _how(self, seq: int) -> CheckOrigin | None:
        """Return the origin of a check of which nothing is recorded."""
        return self._unwritten[seq][0] if seq in self._unwritten else None

    def _refine(self, judged: RecordedCheck, moment: Moment, request_id: bytes | None) -> None:
        before = self._written.get(judged.seq, self._known.get(judged.seq, judged))
        lists = self.lists.used(judged.plate, moment)
        self.recorder.record_refinement(before, judged, lists, moment, request_id)

    def _wrote(self, judged: RecordedCheck) -> RecordedCheck:
        judged = replace(judged, recorded=True)
        self._unwritten.pop(judged.seq, None)
        self._written[judged.seq] = judged
        return self.know(judged)
