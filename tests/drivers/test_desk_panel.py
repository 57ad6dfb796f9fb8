"""The desk's panel: outputs as the pins have them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from drivers.desk_panel import BUZZER_HZ, DeskPanel, PanelOutputs
from terminal.ports import LampStep, OutputStep, Signal


@pytest.fixture
def panel() -> Iterator[DeskPanel]:
    made = DeskPanel()
    yield made
    made.close()


def test_it_is_silent_and_dark_at_first(panel: DeskPanel):
    assert panel.outputs == PanelOutputs()


def test_its_outputs_are_what_the_pins_do(panel: DeskPanel):
    panel.signal(Signal((OutputStep(2700, 60),), (LampStep((1.0, 0.5, 0.0), 60),), (OutputStep(1, 60),)))
    panel.torch(on=True)
    outputs = panel.outputs
    assert (outputs.tone_hz, outputs.volume) == (2700, 1)
    panel.signal(Signal((OutputStep(2700, 60),), volume=0.25))
    assert panel.outputs.volume == 0.25
    assert (outputs.lamp, outputs.vibrating, outputs.torch) == ((1.0, 0.5, 0.0), True, True)
    panel.signal(None)
    assert panel.outputs == PanelOutputs(torch=True)


def test_a_buzzer_has_one_tone():
    panel = DeskPanel(tonal=False)
    panel.signal(Signal((OutputStep(2, 60),)))
    assert panel.outputs.tone_hz == BUZZER_HZ
    panel.close()


def test_a_watcher_is_told_of_each_step(panel: DeskPanel):
    seen: list[float] = []
    over = threading.Event()

    def look() -> None:
        tone_hz = panel.outputs.tone_hz
        if (seen or tone_hz) and (not seen or seen[-1] != tone_hz):
            seen.append(tone_hz)
        if len(seen) >= 4:
            over.set()

    panel.watch(look)
    panel.signal(Signal((OutputStep(2700, 0.02), OutputStep(0, 0.02), OutputStep(2700, 0.02))))
    assert over.wait(5)
    assert [tone_hz > 0 for tone_hz in seen] == [True, False, True, False]
