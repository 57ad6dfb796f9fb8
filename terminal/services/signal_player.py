"""Plays signals on the panel: an outcome's, and a short stroke for a press that did not count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.errors import PanelFault
from terminal.model import Outcome
from terminal.ports import Signal
from terminal.screens.self_test import TEST_SIGNAL
from terminal.screens.signals import STROKE, SignalLevels, signal_of

if TYPE_CHECKING:
    from terminal.ports import Panel


@dataclass(slots=True)
class Signalling:
    """Plays one signal at a time; nothing is raised."""

    panel: Panel
    levels: SignalLevels = field(default_factory=SignalLevels)
    fault: PanelFault | None = field(default=None, init=False)
    """Why the last signal could not be played; None if it was."""
    _outcome: Outcome | None = field(default=None, init=False)
    """The outcome whose signal plays or has been played; None after silence."""

    def play(self, outcome: Outcome | None) -> None:
        """Play the signal of an outcome instead of the present one; None plays nothing."""
        self._outcome = outcome
        self._signal(None if outcome is None else signal_of(outcome, self.levels))

    def repeat(self) -> None:
        """Play the present signal from its beginning; nothing if there is none."""
        if self._outcome is not None:
            self.play(self._outcome)

    def set_levels(self, levels: SignalLevels) -> None:
        """Set the loudness of this and all further signals. An alarm that is not acknowledged goes on at the
        new levels; a verdict's signal is not played again.
        """
        self.levels = levels
        self._resume()

    def test(self) -> None:
        """Play the self-test's signal instead of the present one, at the present volume."""
        self._outcome = None
        volume = signal_of(Outcome.PASS, self.levels).volume
        sound = TEST_SIGNAL.sound if volume else ()
        self._signal(replace(TEST_SIGNAL, sound=sound, volume=volume))

    def click(self) -> None:
        """Play a short stroke of vibration. The lamp goes on, and an alarm's sound and vibration."""
        self._resume(lead=True)

    def _resume(self, *, lead: bool = False) -> None:
        playing = Signal() if self._outcome is None else signal_of(self._outcome, self.levels)
        if not playing.insistent:
            playing = replace(playing, sound=(), vibration=())
        self._signal(replace(playing, lead=STROKE if lead else ()))

    def _signal(self, signal: Signal | None) -> None:
        try:
            self.panel.signal(signal)
        except PanelFault as fault:
            self.fault = fault
        else:
            self.fault = None
