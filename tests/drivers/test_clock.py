"""The system's clocks, and one that is set by hand."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from drivers.clock import REPORT_AGE_S, ManualClock, SystemTime, set_system_clock
from terminal.errors import ClockFault
from terminal.ports import TimeService
from tests.drivers.test_chrony import SELECTED, SIGNED, TRACKING, report

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.ports import Clock, TimeSource


def test_the_clocks_are_the_system_s(tmp_path: Path):
    system: TimeSource = SystemTime(tmp_path / "none", tmp_path / "none")
    before = time.time(), time.monotonic()
    wall_s, monotonic_s, reading = system.wall_s(), system.monotonic_s(), system.read()
    after = time.time(), time.monotonic()
    assert before[0] <= wall_s <= reading.wall_s <= after[0]
    assert before[1] <= monotonic_s <= after[1]
    assert reading.running_s <= system.running_s()
    assert len(reading.boot_id) == 36
    assert (reading.service, reading.battery_s) == (None, None)


def test_a_battery_backed_clock_is_read_as_the_kernel_shows_it(tmp_path: Path):
    battery = tmp_path / "since_epoch"
    battery.write_text("1795747180\n")
    assert SystemTime(tmp_path / "none", battery).read().battery_s == 1_795_747_180.0
    battery.write_text("broken")
    assert SystemTime(tmp_path / "none", battery).read().battery_s is None


@pytest.mark.parametrize(("age_s", "fresh"), [(1.0, True), (-60.0, False), (REPORT_AGE_S + 10, False)])
def test_an_old_report_of_chrony_says_nothing(tmp_path: Path, age_s: float, *, fresh: bool):
    path, now_s = tmp_path / "chrony", time.time()
    fields = TRACKING.split(",")
    fields[3] = str(now_s - 5)
    path.write_text(report(",".join(fields), SELECTED, SIGNED))
    os.utime(path, (now_s - age_s, now_s - age_s))
    service = SystemTime(path, tmp_path / "none").read().service
    assert service is (TimeService.NTS if fresh else None)


def test_a_clock_that_cannot_be_set_is_a_fault():
    with pytest.raises(ClockFault, match="cannot be set"):
        set_system_clock(-1.0)


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
