"""Commands sign an officer in and out as the screen does."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from keys import lab
from terminal.commands.sign_in import ask_pin, signed_in
from terminal.errors import InputFault
from terminal.journal.entry import Session, SessionStep
from tests.terminal.services.terminal_fixture import Work, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE = lab.OFFICERS[0]


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal on which nobody is signed in."""
    made = work_of(laboratory, tmp_path / "state", time.time())
    yield made
    made.services.close()


def steps(work: Work) -> list[SessionStep]:
    """The records of sessions."""
    return [one.body.step for one in work.entries() if isinstance(one.body, Session)]


def test_officer_is_signed_in_for_the_command_alone(work: Work):
    with signed_in(work.services, ONE.number, ONE.pin):
        assert work.services.checks.recorder.author.officer == ONE.number
    assert not work.services.shift_on
    expected = ["signed_in", "shift_started", "shift_ended", "signed_out"]
    assert steps(work) == expected


def test_shift_that_was_locked_is_locked_again(work: Work):
    work.services.shift_actions.start(ONE.number, work.moment, duress=False)
    with signed_in(work.services, ONE.number, ONE.pin):
        pass
    assert work.services.shift_on
    assert steps(work)[2:] == ["signed_in", "locked"]


def test_wrong_pin_is_refused_and_recorded(work: Work):
    with (
        pytest.raises(InputFault, match="Wrong number or PIN"),
        signed_in(work.services, ONE.number, "000000"),
    ):
        pytest.fail("nobody is signed in")
    assert steps(work) == ["refused"]


@pytest.mark.parametrize(("line", "pin"), [(b"112358\n", "112358"), (b"112358", "112358"), (b"12\n", None)])
def test_pin_is_read_from_a_descriptor(line: bytes, pin: str | None):
    reading, writing = os.pipe()
    os.write(writing, line)
    os.close(writing)
    if pin is not None:
        assert ask_pin(reading) == pin
        return
    with pytest.raises(InputFault, match="6 to 12 digits"):
        ask_pin(reading)
