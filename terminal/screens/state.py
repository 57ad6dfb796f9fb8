"""The union of all screens: each is a frozen value that holds only what it shows.

Events change a screen, and effects say what must be done. The app performs an effect and answers it with an
event, so no verdict is shown before its record is on disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.alarm_case import CaseScreen, CaseTouch
from terminal.screens.alarms import Alarm, BannerOpened
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import ChoiceTouch, CodeChoice, OtherCode
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.day import DayScreen, DayTouch
from terminal.screens.entry import EntryTouch
from terminal.screens.events import Effect, KeyboardSwitched, Picked, SignalAsked, Typed
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import ReasonPicked, SealedReasons, SealedScreen, SealedView
from terminal.screens.shift import LogEntry, ShiftScreen, ShiftTouch
from terminal.screens.sign_in import PadTouched, SignInScreen
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote

if TYPE_CHECKING:
    from terminal.codes import Scan
    from terminal.model import RecordedCheck
    from terminal.screens.values import LastSeen, Notice, Status


@dataclass(frozen=True, slots=True)
class FaultScreen:
    """A fault that prevented a verdict; any press leaves it."""

    status: Status
    notice: Notice
    seen: LastSeen | None = None
    back: ShiftScreen | DayScreen | Result | None = None
    """The screen that the press leads to; None for Ready."""


def pictured(screen: Screen) -> Scan | None:
    """Return the scan whose frame a screen shows, or would show if the officer chose from its codes."""
    match screen:
        case Result(other=OtherCode(scan=scan)) | CodeChoice(scan=scan):
            return scan
        case _:
            return None


def subject_of(screen: Screen) -> RecordedCheck | None:
    """Return the check whose car a screen is about, None if there is none.

    A check that was reopened from the shift's list is not about the car in front.
    """
    match screen:
        case Result(reopened=True) | FaultScreen(back=Result(reopened=True)):
            return None
        case Result() | Comparison() | SealedReasons() | SealedView():
            return screen.judged
        case LogEntry(back=Result(judged=judged)) | FaultScreen(back=Result(judged=judged)):
            return judged
        case (
            PlateEntry(after=after)
            | VinEntry(after=after)
            | KindChoice(after=after)
            | CodeChoice(after=after)
        ):
            return after
        case VoiceNote(entry=entry) | NoteChange(back=entry):
            return subject_of(entry)
        case _:
            return None


Screen: TypeAlias = (
    Ready
    | Result
    | CodeChoice
    | PlateEntry
    | VinEntry
    | KindChoice
    | Comparison
    | SealedScreen
    | FaultScreen
    | ShiftScreen
    | DayScreen
    | NoteChange
)
"""The screens that follow one another; an alarm can interrupt any of them."""
Shown: TypeAlias = Screen | Alarm | CaseScreen | SignInScreen
"""Everything that can be on the display."""
Transition: TypeAlias = tuple[Screen, tuple[Effect, ...]]


Touch: TypeAlias = (
    Typed
    | KeyboardSwitched
    | Picked
    | SignalAsked
    | EntryTouch
    | Fitted
    | DetailsWanted
    | BannerOpened
    | CaseTouch
    | ReasonPicked
    | ChoiceTouch
    | ShiftTouch
    | DayTouch
    | PadTouched
)
