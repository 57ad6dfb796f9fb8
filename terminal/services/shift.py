"""The officer's shift: its checks are kept in memory, its events in the journal.

The active shift's number is stored in a file, so that a restart continues the shift or leaves it ended.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from terminal import atomic_file
from terminal.errors import JournalFault
from terminal.journal.entry import Confirmation, Session, SessionStep
from terminal.journal.entry import Note as NoteEntry
from terminal.journal.notes import (
    CONTROL_ROOM,
    Action,
    ControlWord,
    KeepPicture,
    Mistaken,
    OfficerNote,
    Remark,
)
from terminal.model import Counts, Outcome, RecordedCheck
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded, ShiftStarted
from terminal.screens.shift_step import logged
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.screens.values import Logged
    from terminal.services.recorder import Recorder

FILE = "shift"
_OVER = ""


@dataclass(slots=True)
class Shift:
    """The active shift, if any. Every recording method raises JournalFault."""

    recorder: Recorder
    folder: Path
    on: bool = field(default=True, init=False)
    """True while a shift is active; otherwise no check is made."""
    _log: dict[int, Logged] = field(default_factory=dict, init=False)

    def resume(self) -> None:
        """Continue the shift stored in the file; without a file, the one from the configuration."""
        with suppress(FileNotFoundError):
            number = (self.folder / FILE).read_text(encoding="utf-8")
            self.on = number != _OVER
            if self.on:
                self._take(number)

    def start(self, moment: Moment) -> ShiftStarted:
        """Start a shift, numbered by its start time."""
        self._take(datetime.fromtimestamp(moment.now_s, SHANGHAI).strftime("%Y%m%d-%H%M%S"))
        self.recorder.record(Session(SessionStep.SHIFT_STARTED), moment)
        self._log.clear()
        self.on = True
        self._remember(self.recorder.author.shift)
        return ShiftStarted()

    def end(self, moment: Moment, *, handover: bool) -> ShiftEnded:
        """End the shift and forget its checks."""
        step = SessionStep.HANDED_OVER if handover else SessionStep.SHIFT_ENDED
        self.recorder.record(Session(step), moment)
        ended = ShiftEnded(self._counts(), self.recorder.unreceipted)
        self.on = False
        self._log.clear()
        self._remember(_OVER)
        return ended

    def annotate(self, seq: int, note: OfficerNote, moment: Moment) -> Annotated:
        """Record a note on a check as an entry of its own."""
        match note:
            case Action(text):
                self.recorder.record(NoteEntry(seq=seq, action=text), moment)
            case Remark(text):
                self.recorder.record(NoteEntry(seq=seq, text=text), moment)
            case KeepPicture():
                raise ValueError("a picture must be recorded by the caller that has it")
            case Mistaken():
                self.recorder.record(NoteEntry(seq=seq, mistaken=True), moment)
            case ControlWord(result):
                self.recorder.record(Confirmation(seq, CONTROL_ROOM, result), moment)
            case _:
                assert_never(note)
        return self.add(seq, note)

    def add(self, seq: int, note: OfficerNote) -> Annotated:
        """Add a recorded note to the check in memory."""
        if seq in self._log:
            self._log[seq] = replace(self._log[seq], acts=(*self._log[seq].acts, note))
        return Annotated(seq)

    def update(self, judged: RecordedCheck) -> None:
        """Add or update a check in memory; one without a record cannot be added to."""
        if judged.seq < 0:
            return
        before = self._log.get(judged.seq)
        self._log[judged.seq] = replace(logged(judged), acts=before.acts if before else ())

    def summary(self, pictured: int | None) -> ShiftLoaded:
        """Return the shift's checks, newest first, and counts; `pictured` has its frame kept."""
        newest_first = tuple(
            replace(self._log[seq], picture=seq == pictured) for seq in sorted(self._log, reverse=True)
        )
        return ShiftLoaded(newest_first, self._counts(), self.recorder.unreceipted)

    def _counts(self) -> Counts:
        """Return the counts from the journal, which survive a restart, unlike the list."""
        kept = self.recorder.journal.tallies(self.recorder.author.shift)
        return tuple((outcome, kept[outcome]) for outcome in Outcome if outcome in kept)

    def _take(self, number: str) -> None:
        self.recorder.author = replace(self.recorder.author, shift=number)

    def _remember(self, number: str) -> None:
        """Write the number to the file atomically."""
        try:
            atomic_file.replace(self.folder / FILE, number.encode())
        except OSError as error:
            raise JournalFault(f"{self.folder / FILE}: {error.strerror}") from error
