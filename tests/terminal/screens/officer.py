"""A simulated officer at a terminal: events occur, screens are drawn, time passes, keys are pressed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from terminal.errors import JournalFull
from terminal.model import CredentialFinding, Plate, RecordedCheck, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.alarm_case import Acknowledge
from terminal.screens.alarms import Alarm
from terminal.screens.attention import BOUNCE_S, HOLD_S, SETTLE_S, Drawn, KeyDown, KeyUp
from terminal.screens.check import KindChoice, KindSource, PlateEntry, Ready, Result
from terminal.screens.events import Effect, Tick
from terminal.screens.state import FaultScreen, Screen, Shown
from terminal.screens.ui import Ui, UiEvent, advance
from terminal.screens.values import LastSeen, SignedInOfficer, Status
from tests.terminal.screens.builders import by_plate, judged, notice, result

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
A, B, C = (Plate(f"苏{letter}12345", "02") for letter in "ABC")
FULL = notice(JournalFull)
OFFICER = SignedInOfficer("012345", "王小明")


def check(
    seq: int,
    plate: Plate,
    found: VehicleFinding = VehicleFinding.UNCHECKED,
    subject: Subject = Subject.CODE,
    as_of_s: float = 0.0,
) -> RecordedCheck:
    """Return a recorded check."""
    return replace(judged("A", vehicle=found, subject=subject), seq=seq, plate=plate, as_of_s=as_of_s)


def lettered(one: RecordedCheck, letters: str) -> RecordedCheck:
    """Return the check with these letters from the registry."""
    status = replace(one.verdict.status, letters=letters)
    return replace(one, verdict=replace(one.verdict, status=status))


@dataclass
class Desk:
    """A terminal and an officer; draws after each event and advances the time."""

    ui: Ui = field(default_factory=Ui)
    now_s: float = 100.0
    effects: list[Effect] = field(default_factory=list)

    def happen(self, event: UiEvent) -> tuple[Effect, ...]:
        """Apply an event without drawing; return its effects."""
        self.ui, effects = advance(self.ui, event, self.now_s)
        self.effects += effects
        return effects

    def draw(self) -> None:
        """Draw the current screen."""
        self.happen(Drawn())

    def tell(self, event: UiEvent) -> tuple[Effect, ...]:
        """Apply an event and draw the result, which the officer sees; return its effects."""
        effects = self.happen(event)
        self.draw()
        self.now_s += SETTLE_S
        return effects

    def press(self, button: Button) -> tuple[Effect, ...]:
        """Press a button once the screen has been seen; return the effects."""
        effects = self.tell(KeyDown(button, self.now_s))
        return (*effects, *self.tell(KeyUp(button, self.now_s - 2 * BOUNCE_S)))

    def hold(self, seconds: float = HOLD_S) -> tuple[Effect, ...]:
        """Hold CONFIRM; return the effects until its release, but for the record of an acknowledgement."""
        before = len(self.effects)
        self.happen(KeyDown(CONFIRM, self.now_s))
        self.draw()
        self.now_s += seconds
        self.happen(Tick(Status()))
        self.happen(KeyUp(CONFIRM, self.now_s))
        self.draw()
        self.now_s += SETTLE_S
        return tuple(effect for effect in self.effects[before:] if not isinstance(effect, Acknowledge))

    @property
    def screen(self) -> Shown:
        """The current screen or alarm."""
        return self.ui.screen


def at(screen: Screen) -> Desk:
    """Return a desk with a screen that has been seen."""
    desk = Desk(Ui(screen))
    desk.draw()
    desk.now_s += SETTLE_S
    return desk


T = TypeVar("T")


def on(desk: Desk, kind: type[T]) -> T:
    """Return the current screen, which must be of this kind."""
    shown = desk.screen
    assert isinstance(shown, kind)
    return shown


def alarm(desk: Desk) -> Alarm:
    """Return the alarm shown."""
    return on(desk, Alarm)


STOLEN = VehicleFinding.ALARM
FRONT = Result(Status(), check(1, A), LastSeen("A", 0.0))
CONFIRMED = Result(Status(), check(1, A, subject=Subject.CONFIRMED))
OTHER = by_plate(VehicleFinding.VALID, plate=B, status=Status())
SCREENS: list[Screen] = [
    Ready(),
    FRONT,
    OTHER,
    result(CredentialFinding.FAILED),
    PlateEntry(Status(), "苏A"),
    KindChoice(Status(), "苏A12345", ("02",), KindSource.ASKING),
    FaultScreen(Status(), FULL),
]
