"""A PIN is checked in a process of its own; a process that is killed has told nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from terminal.officers import pin_process
from terminal.officers.pin_check import LONGEST_S, PinCheck, PinResult
from tests.terminal.officers.rosters import DURESS_PIN, PIN, officer, verifier


def result_of(check: PinCheck) -> PinResult:
    """Poll until the result is there."""
    deadline = time.monotonic() + 20
    while (found := check.poll(0.0)) is None:
        assert time.monotonic() < deadline
        os.sched_yield()
    return found


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        (PIN, PinResult.RIGHT),
        (DURESS_PIN, PinResult.DURESS),
        ("000000", PinResult.WRONG),
        (PIN + "0", PinResult.WRONG),
    ],
)
def test_pin_is_told_from_duress_pin_and_from_others(pin: str, expected: PinResult):
    assert result_of(PinCheck(officer(), pin, 0.0)) is expected


def test_officer_without_a_duress_pin():
    alone = officer(duress_verifier=None)
    assert result_of(PinCheck(alone, PIN, 0.0)) is PinResult.RIGHT
    assert result_of(PinCheck(alone, DURESS_PIN, 0.0)) is PinResult.WRONG


def test_killed_process_tells_nothing():
    check = PinCheck(officer(verifier=costly()), PIN, 0.0)
    os.kill(check.pid, signal.SIGKILL)
    assert result_of(check) is PinResult.FAILED


def test_process_that_takes_too_long_is_ended():
    check = PinCheck(officer(verifier=costly()), PIN, 0.0)
    assert check.poll(LONGEST_S) is PinResult.FAILED
    assert not os.path.exists(f"/proc/{check.pid}")  # noqa: PTH110 - no file of ours


def test_lack_of_memory_is_no_wrong_pin():
    limited = ["prlimit", f"--as={200 << 20}", sys.executable, "-P", "-m", pin_process.__name__]
    asked = f"{PIN}\n{costly()}\n".encode()
    ended = subprocess.run(limited, input=asked, stderr=subprocess.DEVNULL, check=False)
    assert ended.returncode not in (pin_process.RIGHT, pin_process.WRONG, pin_process.DURESS)


def test_pin_is_in_no_argument_and_no_environment():
    check = PinCheck(officer(verifier=costly()), PIN, 0.0)
    with open(f"/proc/{check.pid}/cmdline", "rb") as line, open(f"/proc/{check.pid}/environ", "rb") as shell:  # noqa: PTH123 - no files of ours
        assert PIN.encode() not in line.read() + shell.read()
    check.close()


def costly() -> str:
    """A verifier that takes 256 MiB and 16 passes to check: some seconds."""
    return verifier(PIN).replace("m=8,t=1,", "m=262144,t=16,")
