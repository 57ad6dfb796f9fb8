"""Plays signals on the panel: an outcome's, and a short stroke for a press that did not count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.errors import PanelFault
from terminal.ports import Signal
from terminal.screens.signals import STROKE, signal_of

if TYPE_CHECKING:
    from terminal.model import Outcome
    from terminal.ports import Panel


@dataclass(slots=True)
class Signalling:
    """Plays one signal at a time; nothing is raised."""

    panel: Panel
    loud_alarm: bool
    fault: PanelFault | None = field(default=None, init=False)
    """Why the last signal could not be played; None if it was."""
    _playing: Signal | None = field(default=None, init=False)

    def play(self, outcome: Outcome | None) -> None:
        """Play the signal of an outcome instead of the present one; None plays nothing."""
        self._playing = None if outcome is None else signal_of(outcome, loud=self.loud_alarm)
        self._signal(self._playing)

    def click(self) -> None:
        """Play a short stroke of vibration.

        Lamp and vibration of the present signal go on; its sound is not repeated unless it is insistent.
        """
        playing = self._playing or Signal()
        sound = playing.sound if playing.insistent else ()
        self._signal(replace(playing, sound=sound, lead=STROKE))

    def _signal(self, signal: Signal | None) -> None:
        try:
            self.panel.signal(signal)
        except PanelFault as fault:
            self.fault = fault
        else:
            self.fault = None
