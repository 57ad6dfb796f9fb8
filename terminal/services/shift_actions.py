"""What is done beside checks: the shift, and the upload of what was recorded, by hand or by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

import cv2

from terminal.errors import JournalFault
from terminal.journal.entry import Note
from terminal.journal.notes import KeepPicture
from terminal.screens.shift import (
    Annotate,
    Annotated,
    EndShift,
    LoadShift,
    ShiftEffect,
    ShiftEvent,
    StartShift,
    StartUpload,
    UploadTold,
)

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.journal.notes import OfficerNote
    from terminal.model import Luma
    from terminal.services.shift import Shift
    from terminal.services.uploads import UploadService

QUIET_S = 900.0
"""Longer than the registry's answers may refine a check (ten minutes; wire format, section 5)."""


@dataclass(slots=True)
class ShiftActions:
    """The shift and the upload of one run. Every verb may raise JournalFault."""

    shift: Shift
    uploads: UploadService
    _seen: tuple[int, Luma] | None = field(default=None, init=False)
    """The newest check's record number and frame."""
    _recorded: tuple[int, float] = field(default=(-1, 0.0), init=False)
    """The newest record's number, and since when it is the newest (monotonic, s)."""

    def perform(self, effect: ShiftEffect, moment: Moment) -> ShiftEvent:
        """Do what a screen asks for, and say what came of it."""
        match effect:
            case LoadShift():
                return self.shift.summary(self._seen[0] if self._seen else None)
            case Annotate(seq, note):
                return self._annotate(seq, note, moment)
            case EndShift(handover):
                ended = self.shift.end(moment, handover=handover)
                self.uploads.begin()
                return ended
            case StartShift():
                return self.shift.start(moment)
            case StartUpload():
                self.uploads.begin()
                return UploadTold(self.uploads.progress())
            case _:
                assert_never(effect)

    def _annotate(self, seq: int, note: OfficerNote, moment: Moment) -> Annotated:
        if not isinstance(note, KeepPicture):
            return self.shift.annotate(seq, note, moment)
        if self._seen is None or self._seen[0] != seq:
            raise JournalFault("the frame of an older check is gone")
        self.keep_picture(moment)
        return self.shift.add(seq, note)

    def remember_frame(self, seq: int, luma: Luma | None) -> None:
        """The frame of the newest check, which may become evidence; None where it was made without one."""
        self._seen = None if luma is None else (seq, luma)

    def keep_picture(self, moment: Moment) -> None:
        """Keep the newest check's frame, sealed, and its hash with the check."""
        if self._seen is not None:
            seq, luma = self._seen
            name = self.uploads.uploading.evidence.keep(cv2.imencode(".jpg", luma)[1].tobytes())
            self.shift.recorder.record(Note(seq=seq, pictures=(name,)), moment)

    def wants_restart(self) -> bool:
        """Tell whether the program is to start again, which sets a journal with a refused record aside.

        That is after the shift and QUIET_S after the last record, when nothing refers to the old journal's
        records any more.
        """
        journal, now_s = self.uploads.uploading.journal, self.uploads.clock.monotonic_s()
        if self.shift.on or self._recorded[0] != journal.head.seq:
            self._recorded = (journal.head.seq, now_s)
        return now_s - self._recorded[1] >= QUIET_S and journal.is_to_be_renewed()
