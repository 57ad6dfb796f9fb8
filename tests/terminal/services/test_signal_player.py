"""Signals are repeated on request, follow the levels, and alarms are never cut short by a setting."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from terminal.errors import PanelFault
from terminal.model import Outcome
from terminal.ports import Signal
from terminal.screens.signals import STROKE, SignalLevels, Volume, signal_of
from terminal.services.signal_player import Signalling

LOUD = SignalLevels(loud_alarm=True)
SILENT = SignalLevels(Volume.OFF)


@dataclass
class HeardPanel:
    """A panel that keeps the signals it was given."""

    played: list[Signal | None] = field(default_factory=list)
    broken: bool = False

    def listen(self, on_edge: object) -> None:
        """Ignore the buttons."""

    def signal(self, signal: Signal | None) -> None:
        """Keep a signal."""
        if self.broken:
            raise PanelFault("no pins")
        self.played.append(signal)

    def torch(self, *, on: bool) -> None:
        """Ignore the torch."""

    def close(self) -> None:
        """Nothing to do."""


@pytest.fixture
def panel() -> HeardPanel:
    return HeardPanel()


def test_a_signal_is_played_again_on_request(panel: HeardPanel):
    player = Signalling(panel)
    player.play(Outcome.OVERDUE)
    player.repeat()
    assert panel.played == [signal_of(Outcome.OVERDUE, SignalLevels())] * 2


def test_after_silence_nothing_is_repeated(panel: HeardPanel):
    player = Signalling(panel)
    player.play(Outcome.OVERDUE)
    player.play(None)
    player.repeat()
    assert panel.played[1:] == [None]


def test_new_levels_count_from_the_next_signal(panel: HeardPanel):
    player = Signalling(panel)
    player.play(Outcome.PASS)
    player.set_levels(SILENT)
    [_, resumed] = panel.played
    assert resumed is not None
    assert (resumed.sound, resumed.vibration) == ((), ())
    assert resumed.lamp == signal_of(Outcome.PASS, SILENT).lamp
    player.repeat()
    assert panel.played[-1] == signal_of(Outcome.PASS, SILENT)


def test_an_alarm_goes_on_at_new_levels(panel: HeardPanel):
    player = Signalling(panel, LOUD)
    player.play(Outcome.ALARM)
    player.set_levels(SILENT)
    assert panel.played[-1] == signal_of(Outcome.ALARM, SILENT)
    assert panel.played[-1].vibration


def test_a_click_repeats_no_verdict_and_leaves_an_alarm_insisting(panel: HeardPanel):
    player = Signalling(panel, LOUD)
    player.play(Outcome.CAUTION)
    player.click()
    clicked = panel.played[-1]
    assert clicked is not None
    assert (clicked.sound, clicked.vibration, clicked.lead) == ((), (), STROKE)
    assert clicked.lamp == signal_of(Outcome.CAUTION, LOUD).lamp
    player.play(Outcome.ALARM)
    player.click()
    insisting = panel.played[-1]
    assert insisting is not None
    assert insisting.sound
    assert (insisting.vibration, insisting.lead) == (signal_of(Outcome.ALARM, LOUD).vibration, STROKE)


def test_a_panel_that_fails_is_noted_and_the_next_signal_clears_it(panel: HeardPanel):
    player = Signalling(panel)
    panel.broken = True
    player.play(Outcome.PASS)
    assert player.fault is not None
    panel.broken = False
    player.repeat()
    assert player.fault is None
