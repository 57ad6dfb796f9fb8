"""Events change screens; effects are what a changed screen wants done, and each is answered with an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.choice import ChoiceEvent, Identify
from terminal.screens.comparing import Compared, Fitted
from terminal.screens.shift import ShiftEffect, ShiftEvent

if TYPE_CHECKING:
    from terminal.model import Candidate, Outcome, Plate, RecordedCheck, Scan
    from terminal.ports import Button
    from terminal.screens.values import Notice, Status


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
class KeyboardSwitched:
    """The other keys of plate entry are wanted."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A kind was picked; None: the officer cannot tell, and the registry is to list them."""

    kind: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check, or what the officer changed of it, is on disk and may be shown."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Refined:
    """Something more is known of a check, and it is on disk."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Reported:
    """Something is known of a vehicle that is not, or no longer, the one of its check on the screen; it is on
    disk. No screen changes, but an alarm interrupts.
    """

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Rerecorded:
    """The record of an alarm is on disk now, which could not be written when it was shown."""

    seq: int
    """The number by which it was shown."""
    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Listed:
    """The vehicles that the registry has for a number, gravest first; None where it gave no answer."""

    number: str
    found: tuple[Candidate, ...] | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect could not be performed, so nothing of it may be shown."""

    notice: Notice


ScreenEvent: TypeAlias = (
    Scanned
    | Pressed
    | Typed
    | KeyboardSwitched
    | Picked
    | Tick
    | Recorded
    | Refined
    | Reported
    | Rerecorded
    | Fitted
    | Listed
    | Failed
    | ChoiceEvent
    | ShiftEvent
)


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Verify this code, record the check, and answer with Recorded or Failed."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Confirm:
    """The officer says that this is the vehicle: record it, and answer with Recorded or Failed."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Recheck:
    """Check the vehicle of this check again, by the code, the lists and the registry: record it, and answer
    with Recorded or Failed.
    """

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class Enter:
    """The officer entered this plate, for the check `after` or for a new one: judge, record, answer with
    Recorded or Failed, and ask the registry.
    """

    plate: Plate
    after: RecordedCheck | None


@dataclass(frozen=True, slots=True)
class Report:
    """The registry has an alarm on the one vehicle of a number that was asked about, and nobody waits for it:
    record a check of it, and answer with Reported or Failed.
    """

    plate: Plate


@dataclass(frozen=True, slots=True)
class AskKinds:
    """Ask the registry which kinds this number has; answer with Listed."""

    number: str


@dataclass(frozen=True, slots=True)
class PlaySignal:
    """Sound, light and vibration of an outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class StopSignal:
    """Sound, light and vibration off."""


@dataclass(frozen=True, slots=True)
class Click:
    """A short stroke: a press did not count. What plays goes on."""


@dataclass(frozen=True, slots=True)
class ToggleTorch:
    """Torch on or off."""


CaseEffect: TypeAlias = Confirm | Recheck | Compared | Enter | Report | AskKinds
"""What is done about a check."""
Effect: TypeAlias = (
    CheckCode | Identify | CaseEffect | PlaySignal | StopSignal | Click | ToggleTorch | ShiftEffect
)
