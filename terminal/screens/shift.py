"""Screens, events and effects of the shift; no check is made on any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.journal.notes import (
    ACTIONS,
    REMARKS,
    Action,
    Control,
    ControlWord,
    KeepPicture,
    Mistaken,
    Remark,
)
from terminal.model import Outcome
from terminal.screens.values import Status, UploadProgress

if TYPE_CHECKING:
    from terminal.journal.notes import OfficerNote
    from terminal.model import Counts, Plate
    from terminal.screens.check import Result
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.values import LastSeen, Logged, SignedInOfficer


class Part(StrEnum):
    """The menu and its destinations."""

    MENU = "menu"
    LOG = "log"
    """本班记录"""
    UPLOAD = "upload"
    """上传"""
    HANDOVER = "handover"
    """交接"""
    END = "end"
    """结束班次"""
    SELF_TEST = "selftest"
    """设备自检"""
    SETTINGS = "settings"
    """设置"""
    DIAGNOSTICS = "diagnostics"
    """设备诊断"""
    LOCK = "lock"
    """锁定"""


MENU = (
    *(Part.LOG, Part.UPLOAD, Part.HANDOVER, Part.END),
    *(Part.SETTINGS, Part.SELF_TEST, Part.DIAGNOSTICS, Part.LOCK),
)
"""Rows of the menu from top to bottom."""


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu, opened by touching the bar."""

    status: Status
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class ShiftLog:
    """The checks of the shift, newest first, one page at a time."""

    status: Status
    log: tuple[Logged, ...] = ()
    page: int = 0
    """Pages turned, modulo those that the log has on the display."""
    told: bool = False
    """False until the log has arrived."""
    before_restart: int = 0
    """Number of checks of the shift that were made before a restart, and are not in the list."""
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One check of the log, to annotate: an action, a mistake, the control room's answer to an alarm."""

    status: Status
    logged: Logged
    back: Result | ShiftLog
    """Screen that it was opened from, and that BACK shows again."""
    noted: bool = False
    """True once the last note is on disk."""
    seen: LastSeen | None = None

    @property
    def notes(self) -> tuple[OfficerNote, ...]:
        """Notes that can be added, in order; the control room's answers for alarms only."""
        words = tuple(ControlWord(result) for result in Control)
        offered = words if self.logged.outcome is Outcome.ALARM else ()
        picture = (KeepPicture(),) if self.logged.picture else ()
        return (*map(Action, ACTIONS), *map(Remark, REMARKS), *picture, Mistaken(), *offered)


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """Summary before a shift ends or is handed over: checks, and what is left open."""

    status: Status
    handover: bool = False
    counts: Counts | None = None
    """None until they arrive; the shift cannot end before that."""
    unuploaded: int = 0
    open: tuple[OpenAlarm, ...] = ()
    """Alarms without a result, newest first. A handover passes them on; an end needs a reason."""
    asking: bool = False
    """True while a reason is asked for which the shift ends with open alarms."""
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Open items that a successor takes over: alarms without a result, and records not yet uploaded."""

    status: Status
    before: SignedInOfficer
    now: SignedInOfficer
    open: tuple[OpenAlarm, ...] = ()
    """Alarms without a result, newest first."""
    unuploaded: int = 0
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class Uploading:
    """Progress of the upload, which continues independently of this screen."""

    status: Status
    progress: UploadProgress = field(default_factory=UploadProgress)
    ended: Counts | None = None
    """Counts of the shift that has ended; None while a shift is active."""
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class ShiftOver:
    """No shift is active, so no check is made."""

    status: Status = field(default_factory=Status)
    ended: Counts = ()
    """Counts of the shift that ended, if known to this run."""
    seen: LastSeen | None = None


ShiftScreen: TypeAlias = Menu | ShiftLog | LogEntry | ShiftEnd | HandedOver | Uploading | ShiftOver


@dataclass(frozen=True, slots=True)
class MenuTouched:
    """The bar or a row of the menu was touched."""

    part: Part


@dataclass(frozen=True, slots=True)
class Paged:
    """Another page of the log was requested: 1 is the next (older), -1 the previous one."""

    by: int


@dataclass(frozen=True, slots=True)
class LogRowTouched:
    """A check of the log was touched; `seq` is its record number."""

    seq: int


@dataclass(frozen=True, slots=True)
class OpenAlarmTouched:
    """An alarm without a result was touched in a summary; `ui` opens its case itself."""

    plate: Plate


@dataclass(frozen=True, slots=True)
class EndReasonPicked:
    """The officer picked why the shift ends with open alarms: one of `journal.notes.END_REASONS`."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotePicked:
    """The officer picked a note for the check."""

    note: OfficerNote


@dataclass(frozen=True, slots=True)
class ShiftLoaded:
    """Checks of the shift, newest first, their counts by outcome, and the records without a receipt."""

    log: tuple[Logged, ...]
    counts: Counts
    unuploaded: int
    open_alarms: tuple[OpenAlarm, ...] = ()
    """Alarms without a result, oldest first, of this shift or left open by an earlier one."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """The note on the check of record `seq` is on disk."""

    seq: int


@dataclass(frozen=True, slots=True)
class ShiftEnded:
    """The end of the shift is on disk."""

    counts: Counts
    unuploaded: int


@dataclass(frozen=True, slots=True)
class UploadTold:
    """Progress of the upload."""

    progress: UploadProgress


ShiftTouch: TypeAlias = MenuTouched | Paged | LogRowTouched | NotePicked | EndReasonPicked | OpenAlarmTouched
ShiftEvent: TypeAlias = ShiftTouch | ShiftLoaded | Annotated | ShiftEnded | UploadTold


@dataclass(frozen=True, slots=True)
class LoadShift:
    """Load the shift's checks from memory; answered with ShiftLoaded."""


@dataclass(frozen=True, slots=True)
class Annotate:
    """Record a note on the check of record `seq`; answered with Annotated or Failed."""

    seq: int
    note: OfficerNote
    instead_of: tuple[OfficerNote, ...] = ()
    """Notes that stand and are revoked first."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """Record that a note on the check of record `seq` is revoked; answered with Annotated or Failed."""

    seq: int
    note: OfficerNote


@dataclass(frozen=True, slots=True)
class EndShift:
    """Record the end of the shift; answered with ShiftEnded or Failed.

    Without a reason a shift with open alarms does not end: that is answered with ShiftLoaded.
    """

    reason: str = ""
    """Why it ends with open alarms, recorded with each of them: one of `journal.notes.END_REASONS`."""


@dataclass(frozen=True, slots=True)
class LockSession:
    """Lock the session. `ui` does this itself; nothing else has to be done."""


@dataclass(frozen=True, slots=True)
class StartUpload:
    """Start uploading, unless it is in progress; answered with UploadTold now and repeatedly."""


ShiftEffect: TypeAlias = LoadShift | Annotate | Revoke | EndShift | StartUpload | LockSession
