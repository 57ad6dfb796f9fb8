"""Signals follow outcomes.csv, and alarms are discreet by default."""

from __future__ import annotations

import pytest

from terminal.model import Outcome
from terminal.screens.signals import HIGH, LONG_S, LOW, SHORT_S, signal_of
from terminal.vehicle.tables import OUTCOMES

S, L = SHORT_S, LONG_S


@pytest.mark.parametrize(
    ("outcome", "beeps"),
    [
        (Outcome.PASS, [(HIGH, S)]),
        (Outcome.PROVISIONAL, [(HIGH, S), (HIGH, L)]),
        (Outcome.CAUTION, [(HIGH, S)] * 2),
        (Outcome.OVERDUE, [(HIGH, S)] * 3),
        (Outcome.OFF_ROAD, [(HIGH, S)] * 4),
        (Outcome.ALARM, []),
        (Outcome.UNDETERMINED, [(LOW, L)]),
    ],
)
def test_beeps(outcome: Outcome, beeps: list[tuple[int, float]]):
    signal = signal_of(outcome)
    assert [(pulse.level, pulse.seconds) for pulse in signal.sound if pulse.level] == beeps
    assert not signal.insistent


@pytest.mark.parametrize("outcome", Outcome)
def test_lamp_has_the_colours_that_the_table_names(outcome: Outcome):
    lamp = signal_of(outcome).lamp
    words = OUTCOMES[outcome]["lamp"]
    shone = {glow.colour for glow in lamp}
    pure = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
    if outcome is Outcome.ALARM:
        assert shone == set()
    elif "amber" in words:
        assert all(red > green > blue == 0 for red, green, blue in shone)
    else:
        assert shone == {colour for name, colour in pure.items() if name in words}


@pytest.mark.parametrize("loud", [False, True])
def test_no_two_outcomes_feel_the_same(loud: bool):  # noqa: FBT001 - a parameter of the test
    signals = [signal_of(outcome, loud=loud) for outcome in Outcome]
    assert len(set(signals)) == len(signals)


def test_discreet_alarm_is_felt_and_neither_heard_nor_seen():
    signal = signal_of(Outcome.ALARM)
    assert not signal.sound
    assert not signal.lamp
    assert sum(pulse.level > 0 for pulse in signal.vibration) >= 2


def test_loud_alarm_insists_and_blinks_red_less_than_three_times_a_second():
    signal = signal_of(Outcome.ALARM, loud=True)
    assert signal.insistent
    assert signal.sound
    assert {glow.colour for glow in signal.lamp} == {(1, 0, 0), (0, 0, 0)}
    assert 1 / 3 < sum(glow.seconds for glow in signal.lamp) < 0.5


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.ALARM])
def test_loudness_is_the_alarms_alone(outcome: Outcome):
    assert signal_of(outcome, loud=True) == signal_of(outcome)
