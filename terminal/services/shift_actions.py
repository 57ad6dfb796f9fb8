"""Carries out what the officer does about the shift, the upload, and pictures of checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2

from terminal.device_ports import SAMPLES_PER_S
from terminal.errors import JournalFault
from terminal.journal.entry import Note
from terminal.journal.notes import END_REASONS, ControlWord, KeepPicture, SpokenNote
from terminal.journal.sound import wave
from terminal.screens.alarm_case import (
    Acknowledge,
    AlarmEffect,
    AlarmsTold,
    CloseAlarm,
    RecordControl,
    RecordFits,
    RecordVin,
)
from terminal.screens.sealed import OpenSealed
from terminal.screens.shift import (
    Annotate,
    Annotated,
    EndShift,
    LoadShift,
    LockSession,
    Revoke,
    ShiftEffect,
    ShiftEvent,
    ShiftLoaded,
    StartUpload,
    UploadTold,
)

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.journal.notes import OfficerNote
    from terminal.model import Luma
    from terminal.screens.sealed import SealedOpened
    from terminal.services.enforcement import EnforcementAccess
    from terminal.services.ledger import Ledger
    from terminal.services.open_alarms import OpenAlarms
    from terminal.services.shift import Shift
    from terminal.services.uploads import UploadService

SPOKEN = "语音备注 "
"""Begins the recorded text of a note that has a sound clip."""
QUIET_S = 900.0
"""Pause after the last record before a restart, s: longer than answers refine a check (ten minutes; wire
format, section 5).
"""


@dataclass(slots=True)
class ShiftActions:
    """The actions of one run on its shift and upload. Every method may raise JournalFault.

    The enforcement keys are in memory from the start of a shift to its end.
    """

    shift: Shift
    ledger: Ledger
    """The checks that the shift's list may reopen."""
    uploads: UploadService
    enforcement: EnforcementAccess
    open_alarms: OpenAlarms
    """The alarms without a result."""
    _seen: tuple[int, Luma] | None = field(default=None, init=False)
    """The newest check's record number and frame."""
    _recorded: tuple[int, float] = field(default=(-1, 0.0), init=False)
    """The newest record's number, and the monotonic time, s, since which it is the newest."""

    def perform(
        self, effect: ShiftEffect | OpenSealed | AlarmEffect, moment: Moment
    ) -> ShiftEvent | SealedOpened | AlarmsTold | None:
        """Carry out what a screen asks for about the shift, its alarms or the upload; return the answer."""
        match effect:
            case Acknowledge() | RecordControl() | RecordFits() | RecordVin() | CloseAlarm():
                return self.open_alarms.perform(effect, moment)
            case OpenSealed():
                return self.enforcement.open(effect, moment)
            case LoadShift():
                return self._summary()
            case Annotate() | Revoke():
                return self._change_notes(effect, moment)
            case EndShift(reason):
                return self._end(reason, moment)
            case _:
                return self._perform_upload(effect)

    def _perform_upload(self, effect: StartUpload | LockSession) -> UploadTold | None:
        if isinstance(effect, LockSession):
            return None
        self.uploads.begin()
        return UploadTold(self.uploads.progress())

    def start(self, officer: str, moment: Moment, *, duress: bool) -> None:
        """Sign an officer in and start a shift, with the enforcement keys in memory."""
        self.enforcement.restore()
        self.shift.start(officer, moment, duress=duress)

    def end(self, moment: Moment, *, handover: bool) -> ShiftEvent:
        """End the shift, sign its officer out, wipe the enforcement keys, and start an upload."""
        ended = self.shift.end(moment, handover=handover)
        self.enforcement.wipe()
        self.uploads.begin()
        return ended

    def _end(self, reason: str, moment: Moment) -> ShiftEvent:
        """End the shift; while an alarm has no result, only for a reason, which is recorded first."""
        if self.open_alarms.alarms and reason not in END_REASONS:
            return self._summary()
        self.open_alarms.leave(reason, moment)
        return self.end(moment, handover=False)

    def _summary(self) -> ShiftLoaded:
        seen = self._seen[0] if self._seen else None
        loaded = self.shift.summary(seen, self.ledger.find)
        return replace(loaded, open_alarms=self.open_alarms.alarms)

    def keep_clip(self, seq: int, samples: bytes, moment: Moment) -> Annotated:
        """Store a sound clip (mu-law samples) as sealed evidence, and record its hash with check `seq`."""
        seconds = round(len(samples) / SAMPLES_PER_S)
        name = self.uploads.uploading.evidence.keep(wave(samples))
        said = Note(seq=seq, text=f"{SPOKEN}{seconds} 秒", sounds=(name,))
        self.shift.recorder.record(said, moment)
        return self.shift.add(seq, SpokenNote(seconds))

    def _change_notes(self, effect: Annotate | Revoke, moment: Moment) -> Annotated:
        """Revoke what a note takes the place of, or what the officer revokes, then add the note."""
        if isinstance(effect, Revoke):
            return self.shift.revoke(effect.seq, effect.note, moment)
        for revoked in effect.instead_of:
            self.shift.revoke(effect.seq, revoked, moment)
        return self._annotate(effect.seq, effect.note, moment)

    def _annotate(self, seq: int, note: OfficerNote, moment: Moment) -> Annotated:
        if isinstance(note, ControlWord):
            self.open_alarms.hear(seq, note.result)
        if not isinstance(note, KeepPicture):
            return self.shift.annotate(seq, note, moment)
        if self._seen is None or self._seen[0] != seq:
            raise JournalFault("the frame of an older check is gone")
        self.keep_picture(moment)
        return self.shift.add(seq, note)

    def remember_frame(self, seq: int, luma: Luma | None) -> None:
        """Keep the newest check's whole frame in memory, as it may become evidence; None if there is none."""
        self._seen = None if luma is None else (seq, luma)

    def keep_picture(self, moment: Moment) -> None:
        """Store the newest check's frame as sealed JPEG, and record its hash with the check."""
        if self._seen is not None:
            seq, luma = self._seen
            name = self.uploads.uploading.evidence.keep(cv2.imencode(".jpg", luma)[1].tobytes())
            self.shift.recorder.record(Note(seq=seq, pictures=(name,)), moment)

    def wants_restart(self) -> bool:
        """Return True if the program is to start again, which sets a journal with a refused record aside.

        It is once the shift is over and the last record is QUIET_S old, since nothing then refers to the old
        journal's records any more.
        """
        journal, now_s = self.uploads.uploading.journal, self.uploads.clock.monotonic_s()
        if self.shift.on or self._recorded[0] != journal.head.seq:
            self._recorded = (journal.head.seq, now_s)
        return now_s - self._recorded[1] >= QUIET_S and journal.is_to_be_renewed()
