"""What is done beside checks: the shift, and the upload of what was recorded, by hand or by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

import cv2

from terminal.errors import JournalFault
from terminal.journal.entry import Note
from terminal.model import Picture
from terminal.registry.upload import due
from terminal.screens.shift import (
    Annotate,
    Annotated,
    EndShift,
    ShiftEffect,
    ShiftEvent,
    StartShift,
    TellShift,
    Upload,
    UploadTold,
)
from terminal.screens.values import Notice, Progress, Sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import model
    from terminal.credential.verify import Moment
    from terminal.errors import Fault
    from terminal.model import Luma
    from terminal.ports import Clock, Incoming, Link
    from terminal.services.shift import Shift
    from terminal.services.uploads import Uploading

QUIET_S = 900.0
"""Longer than the registry's answers may refine a check (ten minutes; wire format, section 5)."""


@dataclass(slots=True)
class Duty:
    """The shift and the upload of one run. Every verb may raise JournalFault."""

    shift: Shift
    uploading: Uploading
    clock: Clock
    link: Link | None
    random: Callable[[int], bytes]
    interval_s: float
    """Between two uploads that start by themselves."""
    retention_s: float
    """How long a receipted record stays."""
    _seen: tuple[int, Luma] | None = field(default=None, init=False)
    """The newest check's record number and frame."""
    _last_s: float | None = field(default=None, init=False)
    _recorded: tuple[int, float] = field(default=(-1, 0.0), init=False)
    """The newest record's number, and since when it is the newest (monotonic, s)."""
    _total: int = field(default=0, init=False)
    """Records without receipt when the upload was started."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why journals or pictures cannot go on."""
        return tuple({fault.code: fault for fault in self.uploading.uploader.faults.values()}.values())

    @property
    def sending(self) -> Sending | None:
        """What the bar says of the upload; None where nothing is under way."""
        active = self.uploading.uploader.active or self.faults
        return self.progress().state if active else None

    def perform(self, effect: ShiftEffect, moment: Moment) -> ShiftEvent:
        """Do what a screen asks for, and say what came of it."""
        match effect:
            case TellShift():
                return self.shift.tell(self._seen[0] if self._seen else None)
            case Annotate(seq, note):
                return self._annotate(seq, note, moment)
            case EndShift(handover):
                ended = self.shift.end(moment, handover=handover)
                self.begin()
                return ended
            case StartShift():
                return self.shift.start(moment)
            case Upload():
                self.begin()
                return UploadTold(self.progress())
            case _:
                assert_never(effect)

    def _annotate(self, seq: int, note: model.Note, moment: Moment) -> Annotated:
        if not isinstance(note, Picture):
            return self.shift.annotate(seq, note, moment)
        if self._seen is None or self._seen[0] != seq:
            raise JournalFault("the frame of an older check is gone")
        self.keep_picture(moment)
        return self.shift.add(seq, note)

    def see(self, seq: int, luma: Luma | None) -> None:
        """The frame of the newest check, which may become evidence; None where it was made without one."""
        self._seen = None if luma is None else (seq, luma)

    def keep_picture(self, moment: Moment) -> None:
        """Keep the newest check's frame, sealed, and its hash with the check."""
        if self._seen is not None:
            seq, luma = self._seen
            name = self.uploading.evidence.keep(cv2.imencode(".jpg", luma)[1].tobytes())
            self.shift.keeper.keep(Note(seq=seq, pictures=(name,)), moment)

    def begin(self) -> None:
        """Start the upload, unless it is under way."""
        uploader = self.uploading.uploader
        if not uploader.active:
            self._last_s = self.clock.monotonic_s()
            self._total = uploader.pending()
            uploader.start(self._last_s, self.random)

    def turn(self) -> None:
        """Send what is to be sent now; begin where it is time, and let go what is old enough."""
        uploader, now_s = self.uploading.uploader, self.clock.monotonic_s()
        online = self.link is not None and self.link.state.up
        left = uploader.pending() > 0 or uploader.pictures_left
        if left and due(now_s, self._last_s, online=online, interval_s=self.interval_s):
            self.begin()
            self._last_s = now_s
            self.uploading.remove_old(
                self.clock.now_s(), clock_trusted=self.clock.trusted(), retention_s=self.retention_s
            )
        message = uploader.poll(now_s) if online and uploader.active else None
        if message is not None and self.link is not None:
            self.link.send(message)

    def wants_restart(self) -> bool:
        """Tell whether the program is to start again, which sets a journal with a refused record aside.

        That is after the shift and QUIET_S after the last record, when nothing refers to the old journal's
        records any more.
        """
        journal, now_s = self.uploading.journal, self.clock.monotonic_s()
        if self.shift.on or self._recorded[0] != journal.head.seq:
            self._recorded = (journal.head.seq, now_s)
        return now_s - self._recorded[1] >= QUIET_S and journal.is_to_be_renewed()

    def receive(self, incoming: Incoming) -> bool:
        """Whether a message was the upload's."""
        return self.uploading.uploader.receive(incoming, self.clock.monotonic_s()) is not None

    def progress(self) -> Progress:
        """How far the upload is."""
        uploader = self.uploading.uploader
        pending, told = uploader.pending(), uploader.progress
        faults = self.faults
        fault = faults[0] if faults else None
        total = max(self._total, pending)
        return Progress(
            sent=total - pending,
            total=total,
            bytes_per_s=told.bytes_per_s if told else 0.0,
            records_per_s=told.records / told.elapsed_s if told and told.elapsed_s > 0 else 0.0,
            seconds_left=told.left_s if told else None,
            state=self._state(pending, stalled=told is not None and told.stalled),
            fault=Notice(fault.code, fault.zh, fault.en) if fault else None,
        )

    def close(self) -> None:
        """Let go of former journals' files."""
        self.uploading.close()

    def _state(self, pending: int, *, stalled: bool) -> Sending:
        if self.faults:
            return Sending.FAULT
        if not pending:
            return Sending.DONE
        if self.link is None or not self.link.state.up:
            return Sending.OFFLINE
        waits = stalled or not self.uploading.uploader.active
        return Sending.WAITING if waits else Sending.SENDING
