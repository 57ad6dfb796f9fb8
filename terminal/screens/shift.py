"""The screens of the shift, what may be said to them and what they ask for; none of them makes a check."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.model import Outcome
from terminal.screens.facts import (
    ACTIONS,
    REMARKS,
    Action,
    Control,
    ControlWord,
    Mistaken,
    Picture,
    Progress,
    Remark,
    Status,
)

if TYPE_CHECKING:
    from terminal.screens.facts import Counts, Logged, Note, Sighting
    from terminal.screens.state import Result

ROWS = 5
"""Checks on a page of the shift's log."""


class Part(StrEnum):
    """What the menu leads to, and the menu itself."""

    MENU = "menu"
    LOG = "log"
    """本班记录"""
    UPLOAD = "upload"
    """上传"""
    HANDOVER = "handover"
    """交接"""
    END = "end"
    """结束班次"""


MENU = (Part.LOG, Part.UPLOAD, Part.HANDOVER, Part.END)
"""The menu's rows, from the top down."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What else there is than to check; a touch on the bar opens it."""

    status: Status
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class ShiftLog:
    """The shift's checks from memory, newest first, a page at a time."""

    status: Status
    log: tuple[Logged, ...] = ()
    page: int = 0
    """From 0."""
    told: bool = False
    """False until the log was given."""
    seen: Sighting | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, and at least one."""
        return max(1, -(-len(self.log) // ROWS))

    @property
    def shown(self) -> tuple[Logged, ...]:
        """The checks of the page."""
        return self.log[self.page * ROWS : (self.page + 1) * ROWS]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One check, to add to: what was done, that it was a mistake, the control room's word on an alarm."""

    status: Status
    logged: Logged
    back: Result | ShiftLog
    """Where it was opened, and what BACK shows again."""
    noted: bool = False
    """What was picked last is on disk."""
    seen: Sighting | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """What can be added, in order. The control room is asked about alarms alone."""
        words = tuple(ControlWord(result) for result in Control)
        offered = words if self.logged.outcome is Outcome.ALARM else ()
        picture = (Picture(),) if self.logged.picture else ()
        return (*map(Action, ACTIONS), *map(Remark, REMARKS), *picture, Mistaken(), *offered)


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """Before a shift ends, or is handed over: what was checked in it, and what is not yet uploaded."""

    status: Status
    handover: bool = False
    counts: Counts | None = None
    """None until they were given; the shift does not end unseen."""
    unuploaded: int = 0
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class Uploading:
    """How far the upload is. It goes on whether it is looked at or not."""

    status: Status
    progress: Progress = field(default_factory=Progress)
    ended: Counts | None = None
    """Of the shift that has ended; None while one goes on."""
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class ShiftOver:
    """No shift goes on, so no check is made."""

    status: Status = field(default_factory=Status)
    ended: Counts = ()
    """Of the shift that was ended, where this run knows it."""
    seen: Sighting | None = None


ShiftScreen: TypeAlias = Menu | ShiftLog | LogEntry | ShiftEnd | Uploading | ShiftOver


@dataclass(frozen=True, slots=True)
class Opened:
    """The bar, or a row of the menu, was touched."""

    part: Part


@dataclass(frozen=True, slots=True)
class Paged:
    """Another page of the log is wanted: 1 is the next, older one, -1 the one before."""

    by: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A check of the log was touched: its record's number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Marked:
    """The officer picked what to add to the check."""

    note: Note


@dataclass(frozen=True, slots=True)
class ShiftTold:
    """The shift's checks, newest first, their count by outcome, and how many records have no receipt."""

    log: tuple[Logged, ...]
    counts: Counts
    unuploaded: int


@dataclass(frozen=True, slots=True)
class Annotated:
    """What was added to the check of record `seq` is on disk."""

    seq: int


@dataclass(frozen=True, slots=True)
class ShiftEnded:
    """The end of the shift is on disk."""

    counts: Counts
    unuploaded: int


@dataclass(frozen=True, slots=True)
class ShiftStarted:
    """A new shift is on disk."""


@dataclass(frozen=True, slots=True)
class UploadTold:
    """How far the upload is."""

    progress: Progress


ShiftTouch: TypeAlias = Opened | Paged | Chosen | Marked
ShiftEvent: TypeAlias = ShiftTouch | ShiftTold | Annotated | ShiftEnded | ShiftStarted | UploadTold


@dataclass(frozen=True, slots=True)
class TellShift:
    """Answer with ShiftTold, from memory."""


@dataclass(frozen=True, slots=True)
class Annotate:
    """Record a note on the check of record `seq`; answer with Annotated or Failed."""

    seq: int
    note: Note


@dataclass(frozen=True, slots=True)
class EndShift:
    """Record the end of the shift, or that it was handed over; answer with ShiftEnded or Failed."""

    handover: bool


@dataclass(frozen=True, slots=True)
class StartShift:
    """Record a new shift; answer with ShiftStarted or Failed."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Send what has no receipt, unless that is going on; tell of it with UploadTold now and as it goes."""


ShiftEffect: TypeAlias = TellShift | Annotate | EndShift | StartShift | Upload
