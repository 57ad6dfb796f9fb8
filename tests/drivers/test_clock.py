"""Clocks report the kernel's state, or the time set by hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from drivers.clock import ManualClock, SystemClock, largest_error_us

if TYPE_CHECKING:
    from terminal.ports import Clock


def test_the_kernel_states_a_bound_on_its_error_and_trust_follows_it():
    error_us = largest_error_us()

    assert error_us is not None
    assert 0 <= error_us <= 16_000_000
    assert SystemClock().trusted() == (error_us < 16_000_000)


def test_the_system_clock_is_the_system_s():
    clock: Clock = SystemClock()

    before = time.time(), time.monotonic()
    between = clock.now_s(), clock.monotonic_s()
    after = time.time(), time.monotonic()

    assert before[0] <= between[0] <= after[0]
    assert before[1] <= between[1] <= after[1]


def test_a_hand_clock_stands_until_it_is_moved():
    clock: Clock = ManualClock(1_800_000_000.0)

    assert clock.now_s() == clock.now_s() == 1_800_000_000.0
    assert clock.monotonic_s() == 0.0
    assert clock.trusted()


def test_the_wall_clock_of_a_hand_clock_runs_with_the_time_it_is_given():
    elapsed_s = 7.0
    clock = ManualClock(100.0, elapsed_s=lambda: elapsed_s)
    assert (clock.now_s(), clock.monotonic_s()) == (100.0, 0.0)
    elapsed_s = 68.0
    clock.advance(2.0)
    assert (clock.now_s(), clock.monotonic_s()) == (163.0, 2.0)
    clock.set(50.0)
    elapsed_s = 69.0
    assert (clock.now_s(), clock.monotonic_s()) == (51.0, 2.0)


def test_advancing_moves_both_clocks():
    clock = ManualClock(100.0)
    clock.advance(2.5)

    assert (clock.now_s(), clock.monotonic_s()) == (102.5, 2.5)


def test_setting_the_wall_clock_leaves_monotonic_time():
    clock = ManualClock(100.0)
    clock.advance(5)
    clock.set(50.0, trusted=False)

    assert (clock.now_s(), clock.monotonic_s(), clock.trusted()) == (50.0, 5.0, False)


def test_monotonic_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        ManualClock(0).advance(-1)
