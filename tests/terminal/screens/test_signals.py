"""Signals follow outcomes.csv, can be told apart by any two senses, and alarms are discreet by default."""

from __future__ import annotations

from itertools import accumulate, combinations, cycle, islice, pairwise

import pytest

from terminal.model import Outcome
from terminal.ports import LampStep, OutputStep, Signal
from terminal.screens.signals import SignalLevels, Volume, signal_of
from terminal.vehicle.tables import OUTCOMES

QUIET, LOUD = SignalLevels(), SignalLevels(loud_alarm=True)
SILENT = SignalLevels(Volume.OFF)
DARK = (0.0, 0.0, 0.0)
PAIRS = list(combinations(Outcome, 2))
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4}


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.ALARM])
def test_beeps_are_those_that_outcomes_csv_names(outcome: Outcome):
    tones = [tone for tone in signal_of(outcome, QUIET).sound if tone.level]
    words = OUTCOMES[outcome]["sound"]
    if words == "one short, one long":
        assert [tone.seconds > 0.3 for tone in tones] == [False, True]
    elif words == "low long tone":
        assert [tone.seconds > 0.3 for tone in tones] == [True]
        assert tones[0].level == min(tone.level for other in Outcome for tone in audible(other))
    else:
        assert len(tones) == COUNTS[words.split()[0]]
        assert all(tone.seconds < 0.2 for tone in tones)


def audible(outcome: Outcome) -> list[OutputStep]:
    return [tone for tone in signal_of(outcome, LOUD).sound if tone.level]


@pytest.mark.parametrize("outcome", Outcome)
def test_tones_are_where_piezo_sounders_are_loud(outcome: Outcome):
    assert all(2000 <= tone.level <= 4000 for tone in audible(outcome))


@pytest.mark.parametrize("outcome", Outcome)
def test_lamp_has_the_colours_that_outcomes_csv_names(outcome: Outcome):
    words = OUTCOMES[outcome]["lamp"]
    shone = {glow.colour for glow in signal_of(outcome, LOUD).lamp} - {DARK}
    pure = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
    if "amber" in words:
        assert all(red > green > blue == 0 for red, green, blue in shone)
    else:
        assert shone == {colour for name, colour in pure.items() if name in words}


def heard(signal: Signal) -> object:
    return signal.sound


def seen(signal: Signal) -> object:
    return signal.lamp


def felt(signal: Signal) -> object:
    return signal.vibration, signal.insistent


@pytest.mark.parametrize("levels", [QUIET, LOUD], ids=["discreet", "loud"])
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_outcomes_differ_for_every_pair_of_senses(one: Outcome, other: Outcome, levels: SignalLevels):
    first, second = signal_of(one, levels), signal_of(other, levels)
    for senses in combinations((heard, seen, felt), 2):
        assert any(sense(first) != sense(second) for sense in senses), senses


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_outcomes_feel_different(one: Outcome, other: Outcome):
    first, second = signal_of(one, SILENT), signal_of(other, SILENT)
    assert felt(first) != felt(second)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_outcomes_sound_different_by_count_or_length_for_those_who_hear_no_pitch(
    one: Outcome, other: Outcome
):
    first, second = (
        [(bool(tone.level), tone.seconds) for tone in signal_of(outcome, LOUD).sound]
        for outcome in (one, other)
    )
    assert first != second


def test_silent_mode_keeps_lamp_and_vibration():
    for outcome in Outcome:
        signal, usual = signal_of(outcome, SILENT), signal_of(outcome, QUIET)
        assert not signal.sound
        assert (signal.lamp, signal.vibration) == (usual.lamp, usual.vibration)
    assert not signal_of(Outcome.ALARM, SignalLevels(Volume.OFF, loud_alarm=True)).sound


def test_low_volume_is_lower_and_not_silent():
    low = signal_of(Outcome.PASS, SignalLevels(Volume.LOW))
    assert low.sound
    assert 0 < low.volume < signal_of(Outcome.PASS, QUIET).volume


def test_without_vibration_an_alarm_is_felt_all_the_same():
    levels = SignalLevels(vibrates=False)
    assert not signal_of(Outcome.OFF_ROAD, levels).vibration
    assert signal_of(Outcome.ALARM, levels) == signal_of(Outcome.ALARM, QUIET)


def test_discreet_alarm_is_felt_and_neither_heard_nor_seen():
    signal = signal_of(Outcome.ALARM, QUIET)
    assert not signal.sound
    assert not signal.lamp
    assert sum(pulse.level > 0 for pulse in signal.vibration) >= 2
    assert signal.insistent


def test_loud_alarm_sounds_and_blinks_until_it_is_acknowledged():
    signal = signal_of(Outcome.ALARM, LOUD)
    assert signal.insistent
    assert signal.sound
    assert {glow.colour for glow in signal.lamp} == {(1, 0, 0), DARK}


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.ALARM])
def test_a_verdict_is_told_once_and_not_louder_where_alarms_are_loud(outcome: Outcome):
    assert not signal_of(outcome, LOUD).insistent
    assert signal_of(outcome, LOUD) == signal_of(outcome, QUIET)


def flashes(lamp: tuple[LampStep, ...]) -> int:
    """Return the most flashes in any second: a change of colour and a change back (WCAG 2.2, 2.3.1)."""
    steps = list(islice(cycle(lamp), 40))
    ends = list(accumulate(step.seconds for step in steps))
    changes = [
        end for end, (now, later) in zip(ends, pairwise(steps), strict=False) if now.colour != later.colour
    ]
    return max((sum(start <= at < start + 1 for at in changes) for start in changes), default=0) // 2


@pytest.mark.parametrize("levels", [QUIET, LOUD], ids=["discreet", "loud"])
@pytest.mark.parametrize("outcome", Outcome)
def test_no_lamp_flashes_more_than_three_times_a_second(outcome: Outcome, levels: SignalLevels):
    assert flashes(signal_of(outcome, levels).lamp) <= 3


def test_every_signal_is_over_within_two_seconds_so_that_the_next_can_be_told_from_it():
    for outcome in Outcome:
        signal = signal_of(outcome, LOUD)
        for steps in (signal.sound, signal.vibration):
            assert sum(step.seconds for step in steps) < 2
