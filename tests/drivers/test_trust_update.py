"""Updates in a real child process: its result is read once, and whatever it does is a result."""

from __future__ import annotations

import os
import select
import sys

import pytest

from drivers.trust_update import UpdateProcess
from terminal.errors import TrustFault
from terminal.ports import UpdateResult


def result_of(program: str) -> UpdateResult:
    """The result of an update that a Python program stands for."""
    update = UpdateProcess([sys.executable, "-c", program])
    update.start()
    child = update._child  # noqa: SLF001 - to wait for its end without sleeping
    assert child is not None
    ended = os.pidfd_open(child.pid)
    try:
        assert select.select([ended], [], [], 60)[0]
    finally:
        os.close(ended)
    found = update.result()
    assert found is not None
    assert update.result() is None
    assert not update.running
    return found


def test_an_update_that_succeeds():
    assert result_of('print(\'{"failure": null, "unreachable": false}\')') == UpdateResult()


def test_an_update_that_fails():
    program = 'print(\'{"failure": "refused", "unreachable": false}\'); raise SystemExit(2)'
    assert result_of(program) == UpdateResult("refused")


def test_a_source_that_cannot_be_reached():
    program = 'print(\'{"failure": "no route", "unreachable": true}\'); raise SystemExit(2)'
    assert result_of(program) == UpdateResult("no route", unreachable=True)


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "print('[]'); raise SystemExit(3)"])
def test_an_update_that_says_nothing_that_can_be_read(program: str):
    assert result_of(program) == UpdateResult("the update ended with status 3")


def test_an_update_that_is_killed():
    assert result_of("import os; os.kill(os.getpid(), 9)") == UpdateResult("the update ended with status -9")


def test_a_program_that_is_missing():
    update = UpdateProcess(["/nonexistent/roadside"])
    with pytest.raises(TrustFault, match="could not be started"):
        update.start()
    assert not update.running


def test_closing_ends_an_update_and_is_harmless_twice():
    update = UpdateProcess(
        [sys.executable, "-c", "import sys; sys.stdin.close(); import signal; signal.pause()"]
    )
    update.start()
    update.start()
    update.close()
    update.close()
    assert not update.running
    assert update.result() is None
