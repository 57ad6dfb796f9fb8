"""The clock over restarts of the program and of the machine, with its file on a real disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from terminal.clock import file
from terminal.clock.state import ClockState, Floor
from terminal.clock.trusted_clock import OBSERVE_S, RELEASED_S, SAVE_S, TrustedClock
from terminal.credential.verify import Moment
from terminal.ports import TimeService
from terminal.vehicle import inspection
from tests.terminal.clock.fake_time import BUILD_S, NOW_S, FakeTime, dead_clock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk() -> FakeTime:
    """A machine that was switched on a minute ago, with a dead clock."""
    return dead_clock()


def clock_of(desk: FakeTime, folder: Path) -> TrustedClock:
    """The clock of a program that starts now."""
    return TrustedClock(desk, folder, BUILD_S)


def test_before_it_is_set_the_clock_shows_the_floor_and_is_not_trusted(desk: FakeTime, tmp_path: Path):
    clock = clock_of(desk, tmp_path)
    assert clock.now_s() == BUILD_S
    clock.note_trust_set(int(NOW_S) - 500)
    assert clock.now_s() == NOW_S - 500
    assert not clock.trusted()


def test_a_restarted_program_knows_time_and_floor(desk: FakeTime, tmp_path: Path):
    clock = clock_of(desk, tmp_path)
    clock.note_trust_set(int(NOW_S) - 500)
    clock.note_answer(NOW_S, 0.0)
    desk.true_s += 100
    again = clock_of(desk, tmp_path)
    assert again.trusted()
    assert again.now_s() == NOW_S + 100
    assert again.state.floor == Floor(BUILD_S, int(NOW_S) - 500, int(NOW_S))


def test_a_rebooted_machine_knows_the_floor_alone(desk: FakeTime, tmp_path: Path):
    clock_of(desk, tmp_path).note_answer(NOW_S, 0.0)
    desk.reboot()
    again = clock_of(desk, tmp_path)
    assert not again.trusted()
    assert again.now_s() == NOW_S


def test_the_system_s_clocks_are_read_at_intervals(desk: FakeTime, tmp_path: Path):
    clock = clock_of(desk, tmp_path)
    assert not clock.trusted()
    desk.service, desk.wall_error_s = TimeService.NTS, 0.0
    assert not clock.trusted()
    desk.true_s += OBSERVE_S
    assert clock.trusted()


def test_answers_do_not_wear_the_disk_out(desk: FakeTime, tmp_path: Path):
    clock = clock_of(desk, tmp_path)
    clock.note_answer(NOW_S, 0.0)
    written = (tmp_path / file.NAME).read_bytes()
    desk.true_s += SAVE_S - 1
    clock.note_answer(desk.true_s, 0.0)
    assert (tmp_path / file.NAME).read_bytes() == written
    desk.true_s += 1
    clock.note_answer(desk.true_s, 0.0)
    assert file.load(tmp_path / file.NAME, BUILD_S).floor.answer_s == int(desk.true_s)


def test_a_damaged_file_leaves_the_floor_of_the_release(desk: FakeTime, tmp_path: Path):
    clock_of(desk, tmp_path).note_answer(NOW_S, 0.0)
    content = bytearray((tmp_path / file.NAME).read_bytes())
    content[-9] ^= 1
    (tmp_path / file.NAME).write_bytes(content)
    assert clock_of(desk, tmp_path).now_s() == BUILD_S


def test_a_folder_that_cannot_be_written_or_read_stops_nothing(
    desk: FakeTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    clock = clock_of(desk, tmp_path / "missing")
    clock.note_answer(NOW_S, 0.0)
    desk.true_s += 2 * SAVE_S
    clock.note_answer(desk.true_s, 0.0)
    assert clock.trusted()
    assert capsys.readouterr().err.count("K02 ") == 1
    (tmp_path / file.NAME).mkdir()
    assert clock_of(desk, tmp_path).now_s() == BUILD_S


_WRITER = """
import sys
from pathlib import Path
from terminal.clock import file
from terminal.clock.state import ClockState, Floor
at_s = int(sys.argv[2])
while True:
    at_s += 1
    file.save(Path(sys.argv[1]), ClockState(Floor(0, at_s)))
    print(at_s, flush=True)
"""


def test_a_process_killed_while_writing_loses_no_floor(tmp_path: Path):
    path = tmp_path / file.NAME
    reached = 1
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), str(reached)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                reached = int(line)
                if reached % 20 == 0:
                    writer.send_signal(signal.SIGKILL)
                    break
            rest = [int(line) for line in writer.stdout.read().split()]
        reached = max([reached, *rest])
        assert reached <= file.load(path, 0).floor.trust_s <= reached + 1
        reached = file.load(path, 0).floor.trust_s


def test_a_torn_write_beside_the_file_is_not_read(tmp_path: Path):
    path = tmp_path / file.NAME
    file.save(path, ClockState(Floor(0, 5)))
    for length in range(40):
        path.with_name(f".{file.NAME}").write_bytes(file.encode(ClockState(Floor(0, 9)))[:length])
        assert file.load(path, 0).floor.trust_s == 5
    for length in range(len(path.read_bytes())):
        assert file.decode(path.read_bytes()[:length], 0) is None


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]
)
def test_the_system_s_zone_does_not_matter(zone: str, tmp_path: Path):
    """The same file, month and day in zones whose summer time begins or ends between the two times."""
    script = f"""
from pathlib import Path
from terminal.clock import file
from terminal.clock.state import ClockState, Floor, with_answer, with_trust_set
from terminal.clock.trusted_clock import RELEASED_S
from terminal.vehicle import inspection
state = with_trust_set(ClockState(Floor(RELEASED_S)), 1_794_000_000)
for at_s in (1_805_000_000, 1_806_000_000, 1_827_000_000):
    state = with_answer(with_trust_set(state, at_s), at_s, 0.0, 100.0)
file.save(Path({str(tmp_path / file.NAME)!r}), state)
print(RELEASED_S, file.load(Path({str(tmp_path / file.NAME)!r}), RELEASED_S).time_s(100.0),
      inspection.end_of_month_s(202703))
"""
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [str(RELEASED_S), "1827000000.0", "1806508800"]


def test_the_last_second_of_a_month_is_told_from_the_first_of_the_next(desk: FakeTime, tmp_path: Path):
    end_s = inspection.end_of_month_s(202611)
    desk.true_s = end_s - 1.0
    desk.booted_s = end_s - 100.0
    clock = clock_of(desk, tmp_path)
    clock.note_answer(end_s - 1.0, 0.0)
    before = Moment(clock.now_s(), clock.trusted())
    desk.true_s = end_s - 0.001
    last = Moment(clock.now_s(), clock.trusted())
    desk.true_s = float(end_s)
    after = Moment(clock.now_s(), clock.trusted())
    assert before.clock_trusted
    assert last.clock_trusted
    assert after.clock_trusted
    assert before.now_s < last.now_s < end_s
    assert after.now_s >= end_s
