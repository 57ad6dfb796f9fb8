"""A screen is a frozen value that holds only what it shows; events change it, effects are what must be done.

The app performs an effect and answers it with an event, so no verdict is shown before its record is on disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from terminal.model import NAMING_A_VEHICLE, Button, Outcome, Plate, Scan, Subject
from terminal.screens.choosing import (
    ChoiceEvent,
    CodeChoice,
    CodeChosen,
    Identified,
    Identify,
    Neighbour,
    OthersWanted,
    offered,
)
from terminal.screens.facts import (
    ACTIONS,
    CONTROL_ROOM,
    REMARKS,
    Action,
    Camera,
    Candidate,
    Company,
    Control,
    ControlWord,
    Counts,
    Judged,
    Logged,
    Lookup,
    Mistaken,
    Note,
    Notice,
    Picture,
    Progress,
    Remark,
    Sending,
    Sighting,
    Status,
)
from terminal.screens.shift import (
    Annotate,
    Annotated,
    Chosen,
    EndShift,
    LogEntry,
    Marked,
    Menu,
    Opened,
    Paged,
    Part,
    ShiftEffect,
    ShiftEnd,
    ShiftEnded,
    ShiftEvent,
    ShiftLog,
    ShiftOver,
    ShiftScreen,
    ShiftStarted,
    ShiftTold,
    StartShift,
    TellShift,
    Upload,
    Uploading,
    UploadTold,
)

# Other modules find the screens' whole vocabulary here.
__all__ = [
    "ACTIONS",
    "CONTROL_ROOM",
    "REMARKS",
    "Action",
    "Annotate",
    "Annotated",
    "Camera",
    "Candidate",
    "Chosen",
    "CodeChoice",
    "CodeChosen",
    "Company",
    "Control",
    "ControlWord",
    "Counts",
    "EndShift",
    "Identified",
    "Identify",
    "Judged",
    "LogEntry",
    "Logged",
    "Lookup",
    "Marked",
    "Menu",
    "Mistaken",
    "Neighbour",
    "Note",
    "Notice",
    "Opened",
    "OthersWanted",
    "Paged",
    "Part",
    "Picture",
    "Progress",
    "Remark",
    "Sending",
    "ShiftEffect",
    "ShiftEnd",
    "ShiftEnded",
    "ShiftEvent",
    "ShiftLog",
    "ShiftOver",
    "ShiftScreen",
    "ShiftStarted",
    "ShiftTold",
    "Sighting",
    "StartShift",
    "Status",
    "TellShift",
    "Upload",
    "UploadTold",
    "Uploading",
    "offered",
]

LINGER_S = 2.0
"""A code is still the same sighting until it was out of view this long."""
OTHER_CODE_S = 1.0
"""How long a second code is still said to be in view, though a frame does not show it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The live picture and a reticle: show a code."""

    status: Status = field(default_factory=Status)
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict, with its ground."""

    status: Status
    judged: Judged
    seen: Sighting | None = None
    other: Neighbour | None = None
    """Another code in view, which was not checked."""
    acknowledged: bool = True
    """False while an alarm waits for the officer."""
    held: Judged | None = None
    """What is known since, shown once the alarm is acknowledged."""

    @property
    def asks(self) -> bool:
        """Whether the one question is open: whether this is the vehicle."""
        verdict = self.judged.verdict
        return (
            self.acknowledged
            and verdict.subject is Subject.CODE
            and verdict.finding.finding in NAMING_A_VEHICLE
        )

    @property
    def offers(self) -> bool:
        """Whether another inspection mark's code is in view, which the officer may pick."""
        return self.acknowledged and self.other is not None and self.other.ours

    @property
    def wants_plate(self) -> bool:
        """Whether nothing says which vehicle this is, so that its plate must be entered."""
        return self.acknowledged and self.judged.plate is None

    @property
    def done(self) -> bool:
        """Whether the officer is asked nothing more, and may add to the check."""
        return self.acknowledged and not self.asks and not self.wants_plate


class Keys(StrEnum):
    """Which keys plate entry shows."""

    PROVINCES = "provinces"
    SYMBOLS = "symbols"


class Advice(StrEnum):
    """Advice on a number that was to be looked up; only the last of them is a refusal."""

    UNUSUAL = "unusual"
    """It fits no known pattern: one more press looks it up all the same."""
    IMPOSSIBLE = "impossible"
    """No plate has so few or so many characters."""


@dataclass(frozen=True, slots=True)
class PlateEntry:
    """The officer types a plate's number."""

    status: Status
    number: str = ""
    keys: Keys = Keys.PROVINCES
    advice: Advice | None = None
    after: Judged | None = None
    """The check that this plate is for; None where nothing was shown."""
    seen: Sighting | None = None


class Listing(StrEnum):
    """Where the kinds that the officer picks from come from."""

    PATTERNS = "patterns"
    ASKING = "asking"
    REGISTRY = "registry"
    NONE = "none"
    """The registry has no vehicle of this number; the kinds are those of the patterns."""
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class KindChoice:
    """Several kinds may have this number: the officer picks by the plate's colour, never the program."""

    status: Status
    number: str
    kinds: tuple[str, ...]
    """Codes of plate_types.csv, and of the registry where that has others."""
    listing: Listing = Listing.PATTERNS
    after: Judged | None = None
    seen: Sighting | None = None
    found: tuple[Candidate, ...] = ()
    """The registry's vehicles, one for each of `kinds` in their order, where it was asked."""

    @property
    def may_ask(self) -> bool:
        """Whether the registry can be asked which kinds there are."""
        return bool(self.status.online) and self.listing in (Listing.PATTERNS, Listing.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that kept a verdict from being shown; a press goes back to work."""

    status: Status
    notice: Notice
    seen: Sighting | None = None
    back: ShiftScreen | None = None
    """Where the press leads; None is Ready."""


def pictured(screen: Screen) -> Scan | None:
    """The scan whose frame a screen shows, or will if the officer wants to choose from its codes."""
    match screen:
        case Result(other=Neighbour(scan=scan)) | CodeChoice(scan=scan):
            return scan
        case _:
            return None


Screen: TypeAlias = Ready | Result | CodeChoice | PlateEntry | KindChoice | Trouble | ShiftScreen


@dataclass(frozen=True, slots=True)
class Scanned:
    """A frame had a code in view."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, or its place on the screen, was pressed."""

    button: Button


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by; `status` is what the bar says now."""

    status: Status


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of plate entry."""

    text: str


@dataclass(frozen=True, slots=True)
class Turned:
    """The other keys of plate entry are wanted."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A kind was picked; None: the officer cannot tell, and the registry is to list them."""

    kind: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check, or what the officer changed of it, is on disk and may be shown."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Refined:
    """Something more is known of a check, and it is on disk."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Listed:
    """The vehicles that the registry has for a number, gravest first; None where it gave no answer."""

    number: str
    found: tuple[Candidate, ...] | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect could not be performed, so nothing of it may be shown."""

    notice: Notice


Event: TypeAlias = (
    Scanned
    | Pressed
    | Typed
    | Turned
    | Picked
    | Tick
    | Recorded
    | Refined
    | Listed
    | Failed
    | ChoiceEvent
    | ShiftEvent
)


@dataclass(frozen=True, slots=True)
class Check:
    """Verify this code, record the check, and answer with Recorded or Failed."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Confirm:
    """The officer says that this is the vehicle: record it, and answer with Recorded or Failed."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Enter:
    """The officer entered this plate, for the check `after` or for a new one: judge, record, answer with
    Recorded or Failed, and ask the registry.
    """

    plate: Plate
    after: Judged | None


@dataclass(frozen=True, slots=True)
class AskKinds:
    """Ask the registry which kinds this number has; answer with Listed."""

    number: str


@dataclass(frozen=True, slots=True)
class Play:
    """Sound, light and vibration of an outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Quiet:
    """Sound, light and vibration off."""


@dataclass(frozen=True, slots=True)
class ToggleTorch:
    """Torch on or off."""


Effect: TypeAlias = Check | Identify | Confirm | Enter | AskKinds | Play | Quiet | ToggleTorch | ShiftEffect
Step: TypeAlias = tuple[Screen, tuple[Effect, ...]]
