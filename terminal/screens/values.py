"""What screens are told and show as it is: the bar, codes in view, checks, the shift and its upload."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.journal.notes import OfficerNote
    from terminal.model import Outcome, Plate, RecordedCheck


class CameraStatus(StrEnum):
    """What the camera does, as the officer is told."""

    LIVE = "live"
    STALLED = "stalled"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Notice:
    """A fault that is shown and does not stop the work: its code and the officer's text."""

    code: str
    zh: str
    en: str


class Sending(StrEnum):
    """What the upload does."""

    WAITING = "waiting"
    """For its turn, or for the registry's receipt."""
    SENDING = "sending"
    DONE = "done"
    """Every record is receipted by the registry."""
    OFFLINE = "offline"
    """Interrupted; it goes on by itself when the network is back."""
    FAULT = "fault"
    """It does not go on by itself, as where the registry has another chain of this journal."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the bar at the top of every screen says."""

    now_s: float = 0.0
    """Unix time."""
    clock_trusted: bool = True
    laboratory: bool = False
    """The trust set is a laboratory's."""
    trust_age_s: float | None = None
    trust_fresh: bool = True
    records: int = 0
    """Records of the journal that no receipt covers."""
    upload: Sending | None = None
    """None where nothing is sent and nothing is said of it."""
    shift: str = ""
    """The shift's number; empty where none is known."""
    torch: bool = False
    province: str = ""
    """The province of the last plate that was entered."""
    online: bool | None = None
    """Whether the registry can be reached; None where this terminal has no link."""
    camera: CameraStatus = CameraStatus.LIVE
    notices: tuple[Notice, ...] = ()
    monotonic_s: float = 0.0
    """Monotonic time, of which ages are computed when they are drawn."""
    fades_s: float = 60.0
    """A pass or provisional verdict that is older says how old it is, and loses its colour."""
    hides_s: float = 180.0
    """One that is older still is hidden until the officer asks for it."""
    waiting: WaitingAlarms | None = None
    """Alarms that may not be shown on top of this screen; None where there are none."""
    banners: tuple[RecordedCheck, ...] = ()
    """Alarms from older checks, until they are opened; oldest first."""


@dataclass(frozen=True, slots=True)
class WaitingAlarms:
    """Alarms that wait and may not be shown yet."""

    count: int
    locked: bool = False
    """No shift goes on, so nobody may read them."""


@dataclass(frozen=True, slots=True)
class CoVisibleCodes:
    """Codes of ours that are or were in one frame: their texts, and when that was last (monotonic s)."""

    texts: frozenset[str]
    last_s: float = field(compare=False)
    offered: bool = False
    """The officer was asked to pick one of them."""
    checked: frozenset[str] = frozenset()
    """Those of them that were checked meanwhile."""
    checked_s: float = field(default=0.0, compare=False)
    """When one of these was last in view, together or alone (monotonic s)."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What is or was in view: the text of the code that was checked, and when that was last (monotonic s)."""

    text: str | None
    """None where none was checked."""
    last_s: float = field(compare=False)
    """No part of equality: it is not shown, and a screen is drawn anew only where it differs."""
    co_visible: CoVisibleCodes | None = None
    """Codes that were in view together, where there were."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A check of the shift, from memory: its record's number, and what is known and noted of it."""

    seq: int
    checked_s: float
    """Unix time of the check."""
    plate: Plate | None
    outcome: Outcome
    acts: tuple[OfficerNote, ...] = ()
    """What the officer added, oldest first."""
    picture: bool = False
    """The frame with its code is still at hand, and may be kept."""
    read: bool = True
    """Whether the code was an inspection credential's; said where no plate is known."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far the upload is: records receipted of those that it began with, and how fast it goes."""

    sent: int = 0
    total: int = 0
    records_per_s: float = 0.0
    bytes_per_s: float = 0.0
    seconds_left: float | None = None
    """None where nobody can tell."""
    state: Sending = Sending.WAITING
    fault: Notice | None = None
    """Why it does not go on, where `state` is FAULT."""
