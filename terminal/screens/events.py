"""Events, which change screens, and effects, which a change asks for; each effect is answered by an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.alarm_case import AlarmEffect
from terminal.screens.check import DetailsWanted
from terminal.screens.choice import ChoiceEvent, Identify
from terminal.screens.comparing import Compared, Fitted
from terminal.screens.day import DayEffect, DayEvent
from terminal.screens.entry import EntryTouch
from terminal.screens.looking import Unread
from terminal.screens.sealed import OpenSealed, ReasonPicked, SealedOpened
from terminal.screens.shift import ShiftEffect, ShiftEvent
from terminal.screens.sign_in import SignInEffect
from terminal.screens.vin_entry import LookUpVin

if TYPE_CHECKING:
    from terminal.codes import Scan
    from terminal.model import Candidate, Outcome, Plate, RecordedCheck
    from terminal.ports import Button
    from terminal.screens.values import Notice, Status


@dataclass(frozen=True, slots=True)
class Scanned:
    """A frame showed a code."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, or its place on the display, was pressed."""

    button: Button


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; `status` is the new content of the bar."""

    status: Status


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of plate entry was touched."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyboardSwitched:
    """The officer switched to the other keyboard of plate entry."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A kind was picked; None if the officer cannot tell, and the registry is to list the vehicles."""

    kind: str | None


@dataclass(frozen=True, slots=True)
class SignalAsked:
    """The verdict's block was touched: its signal is to be played again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check, or the officer's change of it, is on disk and may be shown."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Refined:
    """A check was refined by a later answer; the refinement is on disk."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Reported:
    """A recorded result about a vehicle whose check is not on the screen. No screen changes, but an alarm
    interrupts.
    """

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A check that was not made live, as the registry found it later; it is on disk, and no alarm."""

    judged: RecordedCheck
    worse: bool
    """True if it is worse than what was shown, so that a screen that shows the check changes."""


@dataclass(frozen=True, slots=True)
class Rerecorded:
    """An alarm that was shown without a record, because writing it failed, has been recorded."""

    seq: int
    """The number under which it was shown."""
    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Listed:
    """The registry's vehicles for a number, gravest first; None if it gave no answer."""

    number: str
    found: tuple[Candidate, ...] | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect failed, so nothing of it may be shown."""

    notice: Notice


ScreenEvent: TypeAlias = (
    Scanned
    | Unread
    | Pressed
    | Typed
    | KeyboardSwitched
    | Picked
    | SignalAsked
    | EntryTouch
    | Tick
    | Recorded
    | Refined
    | Reported
    | Rechecked
    | Rerecorded
    | Fitted
    | DetailsWanted
    | Listed
    | Failed
    | ReasonPicked
    | SealedOpened
    | ChoiceEvent
    | ShiftEvent
    | DayEvent
)


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Verify this code and record the check; answered with Recorded or Failed."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Confirm:
    """The officer confirmed that this is the vehicle: record it; answered with Recorded or Failed."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Recheck:
    """Check this check's vehicle again by code, lists and registry, and record it; answered with Recorded or
    Failed.
    """

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Enter:
    """The officer entered this plate, for the check `after` or for a new one: judge and record it, answer
    with Recorded or Failed, and ask the registry.
    """

    plate: Plate
    after: RecordedCheck | None
    belongs_to: int | None = None
    """Record number of the check that a new one belongs to."""


@dataclass(frozen=True, slots=True)
class Report:
    """The registry has an alarm on the only vehicle of a number, and the officer has moved on: record a check
    of it; answered with Reported or Failed.
    """

    plate: Plate


@dataclass(frozen=True, slots=True)
class AskKinds:
    """Ask the registry which kinds this number has; answered with Listed."""

    number: str


@dataclass(frozen=True, slots=True)
class PlaySignal:
    """Play the sound, light and vibration of an outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RepeatSignal:
    """Play the signal of the verdict shown again, unless it was stopped."""


@dataclass(frozen=True, slots=True)
class StopSignal:
    """Stop sound, light and vibration."""


@dataclass(frozen=True, slots=True)
class Click:
    """Vibrate briefly because a press did not count; a signal that plays goes on."""


@dataclass(frozen=True, slots=True)
class ToggleTorch:
    """Switch the torch on or off."""


CaseEffect: TypeAlias = Confirm | Recheck | Compared | Enter | LookUpVin | Report | AskKinds
"""Effects on a check."""
Effect: TypeAlias = (
    CheckCode
    | Identify
    | CaseEffect
    | OpenSealed
    | AlarmEffect
    | PlaySignal
    | RepeatSignal
    | StopSignal
    | Click
    | ToggleTorch
    | ShiftEffect
    | DayEffect
    | SignInEffect
)
