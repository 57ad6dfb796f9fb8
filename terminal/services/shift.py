"""The officer's shift: its checks are kept in memory, its events in the journal.

A shift begins when an officer signs in and ends when they sign out. Its number is stored in a file, with the
officer's sealed to this terminal, so that a restart leaves it locked or ended.
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
    AlarmResult,
    ControlWord,
    KeepPicture,
    Mistaken,
    OfficerNote,
    Remark,
    SpokenNote,
)
from terminal.model import Counts, Outcome, RecordedCheck
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded
from terminal.screens.shift_step import articles_of, logged
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.law import citation
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.ports import KeyStore
    from terminal.screens.values import Logged
    from terminal.services.recorder import Recorder

FILE = "shift"
_OVER = b""


@dataclass(slots=True)
class Shift:
    """The active shift, if any. Every recording method raises JournalFault."""

    recorder: Recorder
    folder: Path
    keys: KeyStore
    on: bool = field(default=False, init=False)
    """True while a shift is active; otherwise no check is made."""
    officer: str = field(default="", init=False)
    """Number of the officer whose shift it is; empty before the first."""
    worse: RecordedCheck | None = field(default=None, init=False)
    """The newest check that a recheck found worse than was shown, until the list is opened."""
    _log: dict[int, Logged] = field(default_factory=dict, init=False)
    _notes: dict[tuple[int, OfficerNote], int] = field(default_factory=dict, init=False)
    """Record number of each note that stands, by the check's record number and the note."""

    def resume(self) -> None:
        """Continue the shift stored in the file, if it was not ended."""
        with suppress(FileNotFoundError):
            number, _, box = (self.folder / FILE).read_bytes().partition(b" ")
            officer = self.keys.open_sealed(box) if box else None
            self.on = officer is not None
            if officer is not None:
                self._take(number.decode(), officer.decode(), duress=False)

    def start(self, officer: str, moment: Moment, *, duress: bool) -> None:
        """Sign an officer in and start a shift, numbered by its start time.

        The shift is active even where a record of it could not be written.
        """
        number = datetime.fromtimestamp(moment.now_s, SHANGHAI).strftime("%Y%m%d-%H%M%S")
        self._take(number, officer, duress=duress)
        self._forget()
        self.on = True
        self._remember(number.encode() + b" " + seal(officer.encode(), self.keys.sealing_public_key))
        self.recorder.record(Session(SessionStep.SIGNED_IN), moment)
        self.recorder.record(Session(SessionStep.SHIFT_STARTED), moment)

    def resume_as(self, officer: str, moment: Moment, *, duress: bool) -> None:
        """Sign the shift's officer in again after a lock."""
        self._take(self.recorder.author.shift, officer, duress=duress)
        self.recorder.record(Session(SessionStep.SIGNED_IN), moment)

    def end(self, moment: Moment, *, handover: bool) -> ShiftEnded:
        """End the shift, sign its officer out and forget its checks."""
        step = SessionStep.HANDED_OVER if handover else SessionStep.SHIFT_ENDED
        self.recorder.record(Session(step), moment)
        self.recorder.record(Session(SessionStep.SIGNED_OUT), moment)
        ended = ShiftEnded(self._counts(), self.recorder.unreceipted)
        self.on = False
        self._forget()
        self._remember(_OVER)
        return ended

    def annotate(self, seq: int, note: OfficerNote, moment: Moment) -> Annotated:
        """Record a note on a check as an entry of its own."""
        law_text = self._law(seq, note.text, moment) if isinstance(note, Action) else None
        self._notes[seq, note] = self.recorder.record(_entry_of(seq, note, law_text), moment)
        return self.add(seq, note)

    def revoke(self, seq: int, note: OfficerNote, moment: Moment) -> Annotated:
        """Record that a note on a check was made by mistake: a note on the note's own record says so."""
        number = self._notes.get((seq, note))
        if number is None:
            return Annotated(seq)  # revoked before
        self.recorder.record(NoteEntry(seq=number, mistaken=True), moment)
        del self._notes[seq, note]
        if seq in self._log:
            acts = tuple(act for act in self._log[seq].acts if act != note)
            self._log[seq] = replace(self._log[seq], acts=acts)
        return Annotated(seq)

    def _law(self, seq: int, measure: str, moment: Moment) -> str | None:
        """Return the articles in force on the day of a check that a measure rests on; None without any.

        A clock that is not trusted names none.
        """
        logged = self._log.get(seq)
        if logged is None or not moment.clock_trusted:
            return None
        return "、".join(map(citation, articles_of(logged, measure))) or None

    def add(self, seq: int, note: OfficerNote) -> Annotated:
        """Add a recorded note to the check in memory."""
        if seq in self._log:
            self._log[seq] = replace(self._log[seq], acts=(*self._log[seq].acts, note))
        return Annotated(seq)

    def update(self, judged: RecordedCheck, *, rechecked: bool = False) -> None:
        """Add or update a check in memory; one without a record cannot be added to."""
        if judged.seq < 0:
            return
        before = self._log.get(judged.seq)
        acts, rechecked = (before.acts, rechecked or before.rechecked) if before else ((), rechecked)
        self._log[judged.seq] = replace(logged(judged), judged=None, acts=acts, rechecked=rechecked)

    def summary(self, pictured: int | None, find: Callable[[int], RecordedCheck | None]) -> ShiftLoaded:
        """Return the shift's checks, newest first, and counts.

        `pictured` has its frame kept; `find` returns a check by its record number while it is in memory.
        """
        self.worse = None
        newest_first = tuple(
            replace(self._log[seq], picture=seq == pictured, judged=find(seq))
            for seq in sorted(self._log, reverse=True)
        )
        return ShiftLoaded(newest_first, self._counts(), self.recorder.unreceipted)

    def _counts(self) -> Counts:
        """Return the counts from the journal, which survive a restart, unlike the list."""
        kept = self.recorder.journal.tallies(self.recorder.author.shift)
        return tuple((outcome, kept[outcome]) for outcome in Outcome if outcome in kept)

    def _forget(self) -> None:
        """Forget the checks of the shift, and their notes."""
        self._log.clear()
        self._notes.clear()
        self.worse = None

    def _take(self, number: str, officer: str, *, duress: bool) -> None:
        self.officer = officer
        self.recorder.author = replace(self.recorder.author, officer=officer, shift=number, duress=duress)

    def _remember(self, content: bytes) -> None:
        """Write the file atomically."""
        try:
            atomic_file.replace(self.folder / FILE, content)
        except OSError as error:
            raise JournalFault(f"{self.folder / FILE}: {error.strerror}") from error


def _entry_of(seq: int, note: OfficerNote, law_text: str | None) -> NoteEntry | Confirmation:
    """Return the entry that records a note on the check of record `seq`, with the articles it rests on."""
    match note:
        case Action(text):
            return NoteEntry(seq=seq, action=text, text=law_text)
        case Remark(text):
            return NoteEntry(seq=seq, text=text)
        case KeepPicture() | SpokenNote() | AlarmResult():
            raise ValueError("a picture, a clip and an alarm's result are recorded by their own services")
        case Mistaken():
            return NoteEntry(seq=seq, mistaken=True)
        case ControlWord(result):
            return Confirmation(seq, CONTROL_ROOM, result)
        case _:
            assert_never(note)
