"""Puts display and camera to rest while nothing happens, and wakes them.

A press, a touch and a code in view count as use. Motion of the picture does not: a terminal that hangs from a
belt sees it all day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.model import Outcome
from terminal.screens.attention import ScreenView
from terminal.screens.state import subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.screens.ui import Ui


@dataclass(slots=True)
class Resting:
    """State of rest of display and camera; times are monotonic, s."""

    rests_s: float
    """Time without use after which they rest."""
    switch: Callable[[bool], None]
    """Puts them to rest (True), or wakes them."""
    used_s: float
    """Time of the last use."""
    on: bool = field(default=False, init=False)
    """True while they rest."""

    def poll(self, now_s: float, *, needed: bool) -> None:
        """Put them to rest if it is time; while they are `needed`, they wake and do not rest."""
        if needed:
            self.used(now_s)
        elif not self.on and now_s - self.used_s >= self.rests_s:
            self._turn(on=True)

    def used(self, now_s: float) -> bool:
        """Take note of a use; return True if it woke them, in which case it does nothing else."""
        self.used_s = now_s
        woke = self.on
        self._turn(on=False)
        return woke

    def _turn(self, *, on: bool) -> None:
        if on is not self.on:
            self.on = on
            self.switch(on)


def unseen(ui: Ui, now_s: float) -> Ui:
    """Return the state of a display that was woken at monotonic time `now_s`: no press counts for its screen
    before that is drawn.
    """
    session = replace(ui.session, used_s=now_s)
    return replace(ui, keys=ScreenView(), touches=ScreenView(), hold=None, session=session)


def needs_display(ui: Ui) -> bool:
    """Return True while an alarm is open: it waits or is shown, or its car is still on the screen."""
    judged = subject_of(ui.below)
    alarmed = judged is not None and judged.verdict.outcome is Outcome.ALARM
    return alarmed or bool(ui.alerts or ui.banners or ui.open)
