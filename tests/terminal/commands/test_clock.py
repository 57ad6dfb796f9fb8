"""`roadside clock` prints the clock's state, and sets the system's clock only if it is too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terminal import cli
from terminal.clock import file
from terminal.clock.trusted_clock import TrustedClock
from terminal.commands import clock
from terminal.errors import ClockFault
from terminal.ports import TimeService
from tests.terminal.clock.fake_time import BUILD_S, NOW_S, FakeTime, dead_clock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk() -> FakeTime:
    """A machine with a dead clock."""
    return dead_clock()


def test_a_clock_that_nothing_set_is_said_to_be_so(
    desk: FakeTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert clock.show(desk, tmp_path, BUILD_S) == clock.UNTRUSTED
    said = capsys.readouterr().out
    assert "floor        2026-11-18T19:06:40+08:00\n" in said
    assert "trusted      no: nothing reliable has set it in this boot\n" in said
    assert "system       1970-01-01T08:00:00+08:00, kept by nothing reliable\n" in said
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_an_answer_set_is_trusted(
    desk: FakeTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    running = TrustedClock(desk, tmp_path, BUILD_S)
    running.note_trust_set(int(NOW_S) - 60)
    running.note_answer(NOW_S, 0.0)
    desk.true_s += 5
    assert clock.show(desk, tmp_path, BUILD_S) == clock.TRUSTED
    said = capsys.readouterr().out
    assert "clock        2026-11-23T19:06:45+08:00, set by answer 5 s ago\n" in said
    assert "trusted      yes\n" in said


def test_a_disputed_clock_and_one_below_its_floor_are_said_to_be_so(
    desk: FakeTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    running = TrustedClock(desk, tmp_path, BUILD_S)
    running.note_answer(NOW_S, 0.0)
    running.note_trust_set(int(NOW_S) + 60)
    assert clock.show(desk, tmp_path, BUILD_S) == clock.UNTRUSTED
    assert "trusted      no: it is below its floor\n" in capsys.readouterr().out
    running.note_answer(NOW_S + 3600, 0.0)
    assert clock.show(desk, tmp_path, BUILD_S) == clock.UNTRUSTED
    assert "trusted      no: its sources contradict each other\n" in capsys.readouterr().out


def test_what_keeps_the_system_s_clock_is_named(
    desk: FakeTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    desk.wall_error_s, desk.service, desk.battery_error_s = 0.0, TimeService.NTS, 1.0
    assert clock.show(desk, tmp_path, BUILD_S) == clock.TRUSTED
    said = capsys.readouterr().out
    assert ", kept by nts\n" in said
    assert "battery      2026-11-23T19:06:41+08:00\n" in said


def test_a_dead_system_clock_is_lifted_to_the_floor_and_a_later_one_is_left(desk: FakeTime, tmp_path: Path):
    TrustedClock(desk, tmp_path, BUILD_S).note_trust_set(int(NOW_S) - 500)
    set_to: list[float] = []
    clock.lift(desk, tmp_path, BUILD_S, set_to.append)
    assert set_to == [NOW_S - 500]
    desk.wall_error_s = -500.0
    clock.lift(desk, tmp_path, BUILD_S, set_to.append)
    desk.wall_error_s = 1e12
    clock.lift(desk, tmp_path, BUILD_S, set_to.append)
    assert set_to == [NOW_S - 500]


def test_a_file_that_cannot_be_read_is_a_fault(desk: FakeTime, tmp_path: Path):
    (tmp_path / file.NAME).mkdir()
    with pytest.raises(ClockFault, match="Is a directory"):
        clock.show(desk, tmp_path, BUILD_S)


def test_the_command_reads_the_machine_s_clocks(laboratory: Path, capsys: pytest.CaptureFixture[str]):
    config = str(laboratory / "roadside.toml")
    assert cli.main(["clock", "show", "--config", config]) in (clock.TRUSTED, clock.UNTRUSTED)
    assert capsys.readouterr().out.startswith("floor ")
