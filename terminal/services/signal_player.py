"""What plays on the panel now: an outcome's signal, and short strokes for presses that did not count."""

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
    """The panel's signals. `fault` says why the last one could not be played; nothing is raised."""

    panel: Panel
    loud_alarm: bool
    fault: PanelFault | None = field(default=None, init=False)
    _playing: Signal | None = field(default=None, init=False)

    def play(self, outcome: Outcome | None) -> None:
        """Play the signal of an outcome in place of what plays; None is quiet."""
        self._playing = None if outcome is None else signal_of(outcome, loud=self.loud_alarm)
        self._signal(self._playing)

    def click(self) -> None:
        """A short stroke, felt in the palm; lamp and vibration go on, and a sound that has been is not
        repeated.
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
