"""Sound, lamp and vibration of each outcome, translated from the wording of outcomes.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.ports import LampStep, OutputStep, Signal
from terminal.vehicle.tables import OUTCOMES

if TYPE_CHECKING:
    from terminal.model import Outcome

HIGH, LOW = 1, 2
"""Sound levels."""
SHORT_S, LONG_S, GAP_S = 0.12, 0.5, 0.13

_OFF = (0.0, 0.0, 0.0)
_RED, _AMBER, _GREEN, _BLUE = (1.0, 0.0, 0.0), (1.0, 0.6, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def _beeps(*seconds: float, level: int = HIGH) -> tuple[OutputStep, ...]:
    steps: list[OutputStep] = []
    for length in seconds:
        steps += [OutputStep(level, length), OutputStep(0, GAP_S)]
    return tuple(steps[:-1])


def _steady(colour: tuple[float, float, float]) -> tuple[LampStep, ...]:
    return (LampStep(colour, 1.0),)


_ALARM_SOUND = "discreet by default: vibration pulses and screen until acknowledged; loud pulses as a setting"
_ALARM_LAMP = "fast red blink when loud; dark when discreet"

_SOUNDS = {
    "one short beep": _beeps(SHORT_S),
    "one short, one long": _beeps(SHORT_S, LONG_S),
    "two beeps": _beeps(SHORT_S, SHORT_S),
    "three beeps": _beeps(SHORT_S, SHORT_S, SHORT_S),
    "four beeps": _beeps(SHORT_S, SHORT_S, SHORT_S, SHORT_S),
    "low long tone": _beeps(LONG_S, level=LOW),
}
_LAMPS = {
    "steady green": _steady(_GREEN),
    "green and blue in turn": (LampStep(_GREEN, 0.5), LampStep(_BLUE, 0.5)),
    "steady amber": _steady(_AMBER),
    "steady red": _steady(_RED),
    "steady blue": _steady(_BLUE),
}
# Vibration alone, not heard by bystanders: two pulses and a pause, until the alarm is acknowledged.
_STROKES = (OutputStep(1, 0.2), OutputStep(0, 0.15), OutputStep(1, 0.2), OutputStep(0, 0.65))
STROKE = (OutputStep(1, 0.05), OutputStep(0, 0.2))
"""One short vibration: a press did not count."""
_DISCREET = Signal(vibration=_STROKES)
_LOUD = Signal(
    sound=(OutputStep(HIGH, 0.15), OutputStep(0, 0.1)),
    lamp=(LampStep(_RED, 0.17), LampStep(_OFF, 0.17)),  # below three flashes a second (WCAG 2.3.1)
    vibration=_STROKES,
    insistent=True,
)


def signal_of(outcome: Outcome, *, loud: bool = False) -> Signal:
    """Return the signal of an outcome; `loud` makes an alarm audible and visible to bystanders.

    Raises KeyError for unknown wording in outcomes.csv; a test covers every outcome.
    """
    row = OUTCOMES[outcome]
    if (row["sound"], row["lamp"]) == (_ALARM_SOUND, _ALARM_LAMP):
        return _LOUD if loud else _DISCREET
    return Signal(sound=_SOUNDS[row["sound"]], lamp=_LAMPS[row["lamp"]])
