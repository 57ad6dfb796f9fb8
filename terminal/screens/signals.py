"""Sound, lamp and vibration of each outcome, from the table `data/signals.toml`, at the officer's levels."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files
from typing import Any

from terminal.model import Outcome
from terminal.ports import LampStep, OutputStep, Signal


class Volume(StrEnum):
    """Volume of the sounder; OFF is the silent mode, in which lamp and vibration go on."""

    OFF = "off"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class SignalLevels:
    """Loudness of signals, as the officer or the configuration sets it."""

    volume: Volume = Volume.HIGH
    vibrates: bool = True
    """False: verdicts do not vibrate. An alarm always does."""
    loud_alarm: bool = False
    """True: an alarm also sounds and blinks, for bystanders to notice. Without it, it only vibrates."""


_SHARES = {Volume.OFF: 0.0, Volume.LOW: 0.12, Volume.HIGH: 1.0}
STROKE = (OutputStep(1, 0.05), OutputStep(0, 0.2))
"""One short vibration: a press did not count."""


def signal_of(outcome: Outcome, levels: SignalLevels) -> Signal:
    """Return the signal of an outcome. An alarm's is insistent: it plays until another takes its place."""
    signal = _SIGNALS[outcome]
    share = _SHARES[levels.volume]
    if outcome is Outcome.ALARM:
        if not levels.loud_alarm:
            return replace(signal, sound=(), lamp=())
    elif not levels.vibrates:
        signal = replace(signal, vibration=())
    return replace(signal, sound=signal.sound if share else (), volume=share)


def _read(table: dict[str, Any]) -> dict[Outcome, Signal]:
    colours = {name: (red, green, blue) for name, (red, green, blue) in table["colours"].items()}
    return {
        outcome: Signal(
            sound=tuple(OutputStep(hertz, ms / 1e3) for hertz, ms in table[outcome]["sound"]),
            lamp=tuple(LampStep(colours[name], ms / 1e3) for name, ms in table[outcome]["lamp"]),
            vibration=tuple(
                OutputStep((place + 1) % 2, ms / 1e3) for place, ms in enumerate(table[outcome]["vibration"])
            ),
            insistent=outcome is Outcome.ALARM,
        )
        for outcome in Outcome
    }


_SIGNALS = _read(
    tomllib.loads(files("terminal.screens").joinpath("data", "signals.toml").read_text(encoding="utf-8"))
)
