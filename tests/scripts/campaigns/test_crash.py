"""Short crash campaign: crashes are reported, every record is kept, and failures are detected."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from copy import copy

import numpy as np
import pytest
from PIL import Image

from keys import lab
from scripts.campaigns.crash import UNIT, Supervisor, environment, kept, pause_s, wrong
from scripts.campaigns.crash_terminal import IN_CODES, SHOWN, unreadable
from terminal.commands import crash_marker
from terminal.errors import Restarted

TIMES = 2


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Supervisor, str]:
    """A terminal that crashed twice, and its standard error."""
    folder = tmp_path_factory.mktemp("crash")
    lab.make(folder / "lab", int(time.time()), os.urandom)
    one = Supervisor(folder / "lab" / lab.CONFIG, folder / "lab" / "state")
    try:
        one.run(TIMES, folder / "log")
    finally:
        one.close()
    return one, (folder / "log").read_text(encoding="utf-8")


def test_a_decoder_that_crashes_is_started_again_told_and_costs_no_record(crashed: tuple[Supervisor, str]):
    one, log = crashed
    assert wrong(one, TIMES, log) == []
    checks = 3 * (TIMES + 1)
    assert len(kept(one.state)) >= checks + TIMES  # each crash is a record too


def test_the_crash_is_in_the_thread_that_scans(crashed: tuple[Supervisor, str]):
    stacks = re.findall(r"Current thread \S+ \(most recent call first\):\n((?:  .*\n)+)", crashed[1])
    assert len(stacks) == TIMES
    for stack in stacks:
        assert "/terminal/scanner.py" in stack
        assert " in turn" not in stack


def test_each_crash_is_told_by_the_next_run_and_by_no_other(crashed: tuple[Supervisor, str]):
    told = re.findall(r"Segmentation fault|roadside: E01", crashed[1])
    assert told == ["Segmentation fault", "roadside: E01"] * TIMES


def test_the_screen_after_a_crash_is_not_an_empty_one(crashed: tuple[Supervisor, str]):
    shown = np.asarray(Image.open(crashed[0].state / SHOWN).convert("L"))
    middle = shown[shown.shape[0] // 4 : shown.shape[0] * 3 // 4]
    assert middle.min() < 40
    assert middle.max() > 200


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("log", "0 of 2 crashes left their stacks in the log"),
        ("log", "0 of 2 runs reported the crash before them"),
        ("ledger", "1 acknowledged, and not on the terminal's disk: 4a4a4a4a/7"),
        ("endings", "unexpected exit statuses: [0]"),
        ("secret", "the log contains text of a code"),
        ("mark", "a run that ended properly left its crash marker"),
    ],
)
def test_the_campaign_names_what_is_wrong(crashed: tuple[Supervisor, str], spoilt: str, said: str):
    one, log = crashed
    changed = copy(one)
    if spoilt == "ledger":
        changed.ledger = {*one.ledger, (b"J" * 16, 7, bytes(32))}
    if spoilt == "endings":
        changed.endings = [0]
    if spoilt == "mark":
        crash_marker.begin(one.state, b"boot")
    heard = {"log": "", "secret": f"{log}https://{IN_CODES}/9"}.get(spoilt, log)
    found = wrong(changed, TIMES, heard)
    crash_marker.end(one.state)
    assert said in found


def test_a_hostile_frame_is_memory_that_ends_whoever_reads_it():
    program = "from scripts.campaigns.crash_terminal import unreadable; print(unreadable().max())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=UNIT.parents[1], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGSEGV
    assert done.stdout == b""
    assert unreadable().shape == (720, 1280)


def test_the_supervisor_starts_again_as_the_unit_does():
    unit = UNIT.read_text(encoding="utf-8")
    assert pause_s(unit) <= 0.2
    assert environment(unit)["PYTHONFAULTHANDLER"] == "1"
    assert "Restart=always" in unit
    assert "LimitCORE=0" in unit  # memory contains personal data


def test_what_the_officer_is_told_says_what_to_do():
    fault = Restarted()
    assert "重启" in fault.zh
    assert "移开镜头" in fault.zh
