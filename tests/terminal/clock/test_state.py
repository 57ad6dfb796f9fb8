"""The clock's rules: floor, origins, jumps, restarts."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from terminal.clock import file
from terminal.clock.state import (
    AHEAD_LIMIT_S,
    CONTRADICTION_S,
    LAST_S,
    ROUND_TRIP_LIMIT_S,
    STEP_S,
    ClockState,
    Floor,
    TimeOrigin,
    observe,
    with_answer,
    with_trust_set,
)
from terminal.ports import TimeService
from tests.terminal.clock.fake_time import BUILD_S, NOW_S, FakeTime

DAY_S, YEAR_S = 86_400.0, 365.25 * 86_400
NTS, BOTH = TimeService.NTS, TimeService.NTP_AND_GNSS


def machine(**changes: float | TimeService | None) -> FakeTime:
    """A machine that was switched on a minute ago."""
    return replace(FakeTime(NOW_S, NOW_S - 60), **changes)  # type: ignore[arg-type]  # replace takes any


def start(machine: FakeTime, trust_s: int = int(NOW_S - 3600)) -> ClockState:
    """The state in a first boot, under a trust set."""
    return observe(with_trust_set(ClockState(Floor(BUILD_S)), trust_s), machine.read())


def answer(
    state: ClockState, machine: FakeTime, error_s: float = 0.0, round_trip_s: float = 0.2
) -> ClockState:
    """The state after an answer that arrives now, from a registry whose clock is wrong by `error_s`."""
    signed_s = machine.true_s - round_trip_s / 2 + error_s
    return with_answer(state, signed_s, round_trip_s, machine.running_s())


def off_by(state: ClockState, machine: FakeTime) -> float:
    """The error of the terminal's time, s."""
    time_s = state.time_s(machine.running_s())
    return inf if time_s is None else time_s - machine.true_s


def trusted(state: ClockState, machine: FakeTime) -> bool:
    """True if the clock is trusted now."""
    return state.trusted(machine.running_s())


def test_the_system_s_clock_alone_is_not_trusted():
    assert not trusted(start(machine()), machine())


@pytest.mark.parametrize("service", [NTS, BOTH])
def test_a_reliable_service_sets_the_clock(service: TimeService):
    desk = machine(service=service)
    state = start(desk)
    assert trusted(state, desk)
    assert off_by(state, desk) == 0


@pytest.mark.parametrize(
    ("service", "wall_error_s", "believed"),
    [
        (NTS, -7200.0, False),
        (BOTH, -7200.0, False),
        (NTS, YEAR_S, True),
        (BOTH, YEAR_S, False),
        (BOTH, AHEAD_LIMIT_S - 3601.0, True),
        (BOTH, AHEAD_LIMIT_S - 3599.0, False),
        (NTS, 300 * YEAR_S, False),
    ],
)
def test_a_service_is_believed_above_the_floor_and_an_unsigned_one_not_far_above(
    service: TimeService, wall_error_s: float, *, believed: bool
):
    desk = machine(service=service, wall_error_s=wall_error_s)
    assert trusted(start(desk), desk) is believed


@pytest.mark.parametrize("dead_s", [0.0, 1.0])
def test_a_dead_clock_at_1970_is_set_by_the_first_answer(dead_s: float):
    desk = machine(wall_error_s=dead_s - NOW_S)
    state = start(desk)
    assert not trusted(state, desk)
    state = answer(state, desk)
    assert trusted(state, desk)
    assert abs(off_by(state, desk)) <= 0.1


@pytest.mark.parametrize("years", [10, -10])
@pytest.mark.parametrize("service", [None, NTS, BOTH])
def test_a_jump_of_the_system_s_clock_changes_neither_time_nor_trust(years: int, service: TimeService | None):
    desk = machine()
    state = answer(start(desk), desk)
    desk.true_s += 30
    desk.wall_error_s, desk.service = years * YEAR_S, service
    after = observe(state, desk.read())
    assert trusted(after, desk)
    assert abs(off_by(after, desk)) <= 0.1
    assert after.floor == state.floor


@pytest.mark.parametrize("years", [10, -10])
@pytest.mark.parametrize("service", [NTS, BOTH])
def test_a_service_that_contradicts_itself_ends_trust_until_an_answer(years: int, service: TimeService):
    desk = machine(service=service)
    state = start(desk)
    desk.true_s += 60
    desk.wall_error_s = years * YEAR_S
    state = observe(state, desk.read())
    assert not trusted(state, desk)
    desk.true_s += 60
    desk.wall_error_s = 0.0
    state = observe(state, desk.read())
    assert not trusted(state, desk)
    state = answer(state, desk)
    assert trusted(state, desk)
    assert abs(off_by(state, desk)) <= 0.1


def test_a_service_may_correct_what_an_oscillator_drifts():
    desk = machine(service=NTS)
    state = start(desk)
    desk.true_s += 10 * DAY_S
    desk.wall_error_s = 50.0  # as seen from the oscillator
    state = observe(state, desk.read())
    assert trusted(state, desk)
    assert off_by(state, desk) == 50.0


def test_the_wrong_year_of_unsigned_sources_leaves_no_trace():
    desk = machine(service=BOTH, wall_error_s=YEAR_S)
    state = start(desk, trust_s=0)
    assert state.floor.at_s == BUILD_S
    desk.wall_error_s = 0.0
    assert trusted(observe(state, desk.read()), desk)


def test_the_wrong_year_of_a_registry_locks_nothing():
    desk = machine()
    state = answer(start(desk), desk, error_s=YEAR_S)
    assert state.floor.at_s == state.floor.offline_s + AHEAD_LIMIT_S
    for _ in range(2):
        desk.true_s += 60
        state = answer(state, desk)
    assert trusted(state, desk)
    assert abs(off_by(state, desk)) <= 0.1
    assert state.floor.at_s <= desk.true_s


def test_two_registries_that_contradict_each_other_are_not_trusted():
    desk = machine()
    state = answer(start(desk), desk)
    floor = state.floor
    state = answer(state, desk, error_s=YEAR_S)
    assert not trusted(state, desk)
    assert state.floor == floor
    state = answer(state, desk)
    assert not trusted(state, desk)
    assert trusted(answer(state, desk), desk)


@pytest.mark.parametrize("round_trip_s", [-1.0, ROUND_TRIP_LIMIT_S + 1])
def test_an_answer_of_uncertain_time_sets_nothing(round_trip_s: float):
    desk = machine()
    state = start(desk)
    assert answer(state, desk, round_trip_s=round_trip_s) == state


def test_an_answer_far_below_the_trust_set_sets_nothing():
    desk = machine()
    state = start(desk)
    assert answer(state, desk, error_s=-3600 - CONTRADICTION_S - 1) == state
    assert not trusted(with_answer(state, LAST_S + 1.0, 0.2, desk.running_s()), desk)


def test_a_small_error_is_not_corrected_and_a_greater_one_is():
    desk = machine()
    state = answer(start(desk), desk, error_s=STEP_S)
    desk.true_s += 60
    assert off_by(answer(state, desk), desk) == pytest.approx(STEP_S)
    assert off_by(answer(state, desk, error_s=-STEP_S), desk) == pytest.approx(-STEP_S)


def test_a_trust_set_of_later_than_now_ends_trust():
    desk = machine()
    state = answer(start(desk), desk)
    later = with_trust_set(state, int(NOW_S) + 10)
    assert not trusted(later, desk)
    desk.true_s += 11
    assert trusted(later, desk)


def test_a_damaged_trust_set_leaves_the_floor():
    desk = machine()
    state = start(desk)
    assert with_trust_set(state, 0) == state


def test_a_restarted_program_keeps_the_time_of_this_boot():
    desk = machine()
    state = answer(start(desk), desk)
    desk.true_s += 3600
    desk.wall_error_s = -10 * YEAR_S
    again = file.decode(file.encode(state), BUILD_S)
    assert again == state
    again = observe(again, desk.read())
    assert trusted(again, desk)
    assert abs(off_by(again, desk)) <= 0.1


def test_another_boot_without_a_battery_starts_untrusted_above_its_floor():
    desk = machine()
    state = answer(start(desk), desk)
    desk.reboot()
    again = observe(state, desk.read())
    assert again.setting is None
    assert again.floor == state.floor
    assert again.floor.at_s >= int(NOW_S) - 1


def booted_with_battery(error_s: float, *, off_s: float = 8 * 3600.0, last_error_s: float = 0.0) -> bool:
    """Tell if a battery-backed clock is trusted after a reboot."""
    desk = machine(battery_error_s=last_error_s)
    state = answer(start(desk), desk)
    desk.true_s += 60
    state = observe(state, desk.read())
    desk.battery_error_s = error_s
    desk.reboot(off_s)
    state = observe(state, desk.read())
    assert state.setting is None or state.setting.origin is TimeOrigin.BATTERY
    return trusted(state, desk)


def test_a_battery_keeps_the_time_over_a_reboot():
    assert booted_with_battery(3.0)


def test_a_battery_clock_that_was_wrong_when_last_compared_is_not_trusted():
    assert not booted_with_battery(0.0, last_error_s=90.0)


@pytest.mark.parametrize("error_s", [-NOW_S, -DAY_S, AHEAD_LIMIT_S, 10 * YEAR_S])
def test_a_battery_clock_below_the_floor_or_far_above_is_not_trusted(error_s: float):
    assert not booted_with_battery(error_s)


def test_a_boot_in_which_nothing_set_the_clock_ends_trust_in_the_battery():
    desk = machine(battery_error_s=0.0)
    state = answer(start(desk), desk)
    state = observe(state, desk.read())
    desk.reboot(2 * AHEAD_LIMIT_S)
    state = observe(state, desk.read())
    assert not trusted(state, desk)
    desk.reboot()
    assert not trusted(observe(with_trust_set(state, int(desk.true_s)), desk.read()), desk)


class Clocks(RuleBasedStateMachine):
    """Honest signed sources, and unsigned ones that say anything, over reboots and restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = machine(battery_error_s=0.0)
        self.state = start(self.desk)

    def _unsigned(self) -> None:
        floor = self.state.floor
        self.state = observe(self.state, self.desk.read())
        assert self.state.floor == floor

    @rule(seconds=st.floats(0, 40 * DAY_S))
    def time_passes(self, seconds: float) -> None:
        self.desk.true_s += seconds
        self._unsigned()

    @rule(
        error_s=st.sampled_from([-NOW_S, -10 * YEAR_S, 0.0, 20 * DAY_S, YEAR_S, 10 * YEAR_S]),
        service=st.sampled_from([None, BOTH]),
    )
    def the_system_s_clock_is_set_by_unsigned_sources(
        self, error_s: float, service: TimeService | None
    ) -> None:
        self.desk.wall_error_s, self.desk.service = error_s, service
        self._unsigned()

    @rule(error_s=st.one_of(st.none(), st.sampled_from([-NOW_S, 0.0, 20 * DAY_S, YEAR_S])))
    def the_battery_clock_is_changed(self, error_s: float | None) -> None:
        self.desk.battery_error_s = error_s
        self._unsigned()

    @rule(off_s=st.floats(1, 400 * DAY_S))
    def it_is_switched_off_and_on(self, off_s: float) -> None:
        self.desk.service = None
        self.desk.reboot(off_s)
        self._unsigned()

    @rule()
    def the_program_restarts(self) -> None:
        again = file.decode(file.encode(self.state), BUILD_S)
        assert again == self.state

    @rule(age_s=st.floats(0, 7 * DAY_S))
    def a_trust_set_comes(self, age_s: float) -> None:
        made_s = int(self.desk.true_s - age_s)
        if made_s >= self.state.floor.trust_s:
            before = self.state.floor.at_s
            self.state = with_trust_set(self.state, made_s)
            assert self.state.floor.at_s >= before

    @rule(round_trip_s=st.floats(0, 20), skew_s=st.floats(-1, 1))
    def two_answers_come(self, round_trip_s: float, skew_s: float) -> None:
        for _ in range(2):
            self.state = answer(self.state, self.desk, skew_s, round_trip_s)
            self.desk.true_s += 1.5
        assert trusted(self.state, self.desk)
        assert abs(off_by(self.state, self.desk)) <= round_trip_s + STEP_S + 2

    @invariant()
    def the_floor_is_never_ahead(self) -> None:
        assert self.state.floor.at_s <= self.desk.true_s + 1

    @invariant()
    def a_signed_time_is_right_and_an_unsigned_one_is_near_the_floor(self) -> None:
        if not trusted(self.state, self.desk) or self.state.setting is None:
            return
        assert self.state.setting.offset_s + self.desk.running_s() >= self.state.floor.at_s
        if self.state.setting.origin is TimeOrigin.ANSWER:
            assert abs(off_by(self.state, self.desk)) <= 22 + STEP_S
        else:
            assert abs(off_by(self.state, self.desk)) <= 400 * DAY_S + AHEAD_LIMIT_S


TestClocks = Clocks.TestCase
