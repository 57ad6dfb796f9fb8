"""The self-test: the state of each component, shown at the start of a day and from the menu.

Nothing is "ok" that is not known: sound, lamp and vibration are unknown until the officer perceives them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.ports import LampStep, OutputStep, Signal
from terminal.screens.values import Status

if TYPE_CHECKING:
    from terminal.screens.values import LastSeen, Notice


class Component(StrEnum):
    """Components of the terminal, in the order of their rows."""

    CLOCK = "clock"
    TRUST = "trust"
    OFFLINE = "offline"
    """The offline list of the terminal's province."""
    HOTLIST = "hotlist"
    CAMERA = "camera"
    STORAGE = "storage"
    LINK = "link"
    BATTERY = "battery"
    SOUND = "sound"
    LAMP = "lamp"
    VIBRATION = "vibration"


PERCEIVED = (Component.SOUND, Component.LAMP, Component.VIBRATION)
"""Components that nothing but the officer's ears, eyes and hand can test."""
LISTED = tuple(component for component in Component if component not in PERCEIVED)
"""Components that the terminal tests by itself."""


class Condition(StrEnum):
    """State of a component."""

    OK = "ok"
    ATTENTION = "attention"
    """It works with limits that the officer must know."""
    FAULT = "fault"
    UNKNOWN = "unknown"


GRAVEST_FIRST = (Condition.FAULT, Condition.ATTENTION, Condition.UNKNOWN, Condition.OK)


@dataclass(frozen=True, slots=True)
class ComponentState:
    """State of a component, and the text that says it."""

    component: Component
    condition: Condition
    finding: str
    """Last part of the texts' keys: `COMPONENT_FINDING`, and `COMPONENT_FINDING_do` for what to do."""
    age_s: float | None = None
    """Age of a list, s."""
    amount: int = 0
    """Battery charge, per cent; free storage, MB."""
    fault: Notice | None = None
    """The fault that was found; its text then says what to do."""


TEST_SIGNAL = Signal(
    sound=(OutputStep(2700, 0.15), OutputStep(0, 0.1), OutputStep(3500, 0.3)),
    lamp=tuple(LampStep(colour, 0.6) for colour in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))),
    vibration=(OutputStep(1, 0.4), OutputStep(0, 1.6)),
)
"""Two tones and a vibration once; every colour of the lamp until the self-test is left."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The state of each component; one press leads on to the sign-in, or back to work."""

    status: Status = field(default_factory=Status)
    states: tuple[ComponentState, ...] = ()
    """In the order of Component; empty until the test has been made."""
    answers: tuple[tuple[Component, bool], ...] = ()
    """True for each of PERCEIVED whose signal the officer perceived, False if it was missing."""
    on_duty: bool = False
    """True if it was opened from the menu; otherwise nobody is signed in."""
    seen: LastSeen | None = None

    @property
    def shown(self) -> tuple[ComponentState, ...]:
        """The states with the officer's answers, gravest first and else in the order of Component."""
        answers = dict(self.answers)
        states = (_answered(state, answers.get(state.component)) for state in self.states)
        return tuple(sorted(states, key=lambda state: GRAVEST_FIRST.index(state.condition)))


def _answered(state: ComponentState, perceived: bool | None) -> ComponentState:  # noqa: FBT001 - three values
    """Return a state as the officer's answer changes it; an answer never lifts a fault."""
    if perceived is None or state.component not in PERCEIVED or state.condition is not Condition.UNKNOWN:
        return state
    if perceived:
        return replace(state, condition=Condition.OK, finding="perceived")
    return replace(state, condition=Condition.FAULT, finding="missing")


@dataclass(frozen=True, slots=True)
class SignalAnswered:
    """The officer touched a component of PERCEIVED: perceived, and at the next touch not perceived."""

    component: Component


@dataclass(frozen=True, slots=True)
class SelfTested:
    """The states of all components as of now."""

    states: tuple[ComponentState, ...]


@dataclass(frozen=True, slots=True)
class RunSelfTest:
    """Play the test signal, and test every component; answered with SelfTested."""
