"""Values that screens show as they are: the bar, codes in view, checks, the shift and its upload."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from terminal.credential.grade import Grade
from terminal.limits import DISPLAY_RESTS_S, SESSION_LOCKS_S, VERDICT_FADES_S, VERDICT_HIDES_S

if TYPE_CHECKING:
    from terminal.errors import Fault
    from terminal.journal.notes import OfficerNote
    from terminal.model import CredentialFinding, Outcome, Plate, RecordedCheck
    from terminal.screens.open_alarm import OpenAlarm


class CameraStatus(StrEnum):
    """State of the camera, as shown to the officer."""

    LIVE = "live"
    STALLED = "stalled"
    ABSENT = "absent"


RECHECKED = "A02"
"""Code of the notice of a recheck that found worse than was shown; no locked screen has it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that is shown while work goes on, mostly a fault's: its code and the officer's words."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Return a fault's code and texts."""
        return cls(fault.code, fault.zh, fault.en)


class Sending(StrEnum):
    """State of the upload."""

    WAITING = "waiting"
    """Waiting to start, or for the registry's receipt."""
    SENDING = "sending"
    DONE = "done"
    """The registry has given a receipt for every record."""
    OFFLINE = "offline"
    """Interrupted; it resumes by itself when the network is back."""
    FAULT = "fault"
    """Stopped until someone acts, for example because the registry has another chain of this journal."""


@dataclass(frozen=True, slots=True)
class SignedInOfficer:
    """Whose session it is: the number and the name of an officer of the roster."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """The terminal's time."""

    now_s: float = 0.0
    """Unix time."""
    trusted: bool = True
    """True if dates are decided by it."""
    monotonic_s: float = 0.0
    """Monotonic time, s, from which ages are computed when a screen is drawn."""


@dataclass(frozen=True, slots=True)
class EnforcementStatus:
    """Enforcement keys that this terminal may use now; without any, nothing is offered to open."""

    province: str = ""
    epochs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TrustStatus:
    """The trust set in force."""

    age_s: float | None = None
    """Its age, s; None where there is no trust set that verifies codes."""
    grade: Grade = Grade.FRESH
    laboratory: bool = False
    """True if it is a laboratory's."""
    enforcement: EnforcementStatus = EnforcementStatus()
    """Its enforcement keys."""


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """Times after which the screen changes by itself, s."""

    fades_s: float = VERDICT_FADES_S
    """Age from which a pass or provisional verdict says how old it is and loses its colour."""
    hides_s: float = VERDICT_HIDES_S
    """Age from which such a verdict is hidden until the officer asks for it."""
    locks_s: float = SESSION_LOCKS_S
    """Time without a press, a touch or a check after which the session locks."""
    rests_s: float = DISPLAY_RESTS_S
    """Time without a press, a touch or a code in view after which display and camera rest."""


@dataclass(frozen=True, slots=True)
class WaitingAlarms:
    """Alarms that wait and may not be shown yet."""

    count: int
    locked: bool = False
    """True if nobody is signed in or the session is locked, so that nobody may read them."""


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """Alarms that are not shown above the screen."""

    waiting: WaitingAlarms | None = None
    """Alarms that may not be shown there yet; None if there are none."""
    banners: tuple[RecordedCheck, ...] = ()
    """Unopened alarms from older checks, oldest first."""
    unclosed: int = 0
    """Number of alarms without a result that are neither shown nor among the above."""
    newest: OpenAlarm | None = None
    """The newest of these; None if nobody may read it."""
    opens: bool = True
    """True if a touch of the banner, or holding CONFIRM, opens the alarm in it."""


@dataclass(frozen=True, slots=True)
class Status:
    """Content of the bar at the top of every screen, and what ages are computed from."""

    clock: ClockStatus = ClockStatus()
    trust: TrustStatus = TrustStatus()
    limits: AgeLimits = AgeLimits()
    alarms: AlarmStatus = AlarmStatus()
    records: int = 0
    """Number of records without a receipt."""
    upload: Sending | None = None
    """None if no upload state is to be shown."""
    shift: str = ""
    """Number of the shift; empty if unknown."""
    torch: bool = False
    province: str = ""
    """Province of the plate entered last."""
    online: bool | None = None
    """True if the registry can be reached; None if this terminal has no link."""
    camera: CameraStatus = CameraStatus.LIVE
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class CoVisibleCodes:
    """Inspection marks that were in one frame: their texts, and when they were last in view together
    (monotonic s).
    """

    texts: frozenset[str]
    last_s: float = field(compare=False)
    offered: bool = False
    """True once the officer was asked to pick one of them."""
    checked: frozenset[str] = frozenset()
    """Those that have been checked since."""
    checked_s: float = field(default=0.0, compare=False)
    """Monotonic time, s, at which a checked one was last in view, together with others or alone."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The code checked last and when it was last in view (monotonic s)."""

    text: str | None
    """Text of that code; None if no code was checked."""
    last_s: float = field(compare=False)
    """Excluded from equality: it is not shown, and a screen is redrawn only if it differs."""
    co_visible: CoVisibleCodes | None = None
    """Marks that were in view together; None if there were none."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A check of the shift, from memory: its record number, and what is known and noted of it."""

    seq: int
    checked_s: float
    """Unix time of the check."""
    plate: Plate | None
    outcome: Outcome
    acts: tuple[OfficerNote, ...] = ()
    """Notes added by the officer that were not revoked, oldest first."""
    picture: bool = False
    """True while the frame with its code is still available and may be kept."""
    rechecked: bool = False
    """True if the registry answered a recheck; the outcome is by its answer."""
    finding: CredentialFinding | None = None
    """The code's finding; shown if no plate is known."""
    judged: RecordedCheck | None = field(default=None, compare=False, repr=False)
    """The check as it is known; None if it is not in memory any more, and cannot be reopened. Not shown in a
    list, so excluded from comparison.
    """


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """Progress of the upload: records with a receipt out of those it began with."""

    sent: int = 0
    total: int = 0
    seconds_left: float | None = None
    """None if it cannot be estimated."""
    state: Sending = Sending.WAITING
    fault: Notice | None = None
    """The reason if `state` is FAULT."""
