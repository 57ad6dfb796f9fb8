"""`roadside self-test` names each part that fails, and passes a terminal that lacks only its camera."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import nacl.utils
import numpy as np
import pytest

from keys import lab
from terminal import config
from terminal.commands import self_test
from terminal.errors import CameraFault
from terminal.journal.entry import Stamp
from terminal.journal.lock import Lock
from terminal.journal.store import Journal
from terminal.rigs import draw_code, open_keys, trust_report
from terminal.services.wiping import TRUST_STORE

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.config import Config
    from terminal.ports import Camera


@pytest.fixture
def settings(laboratory: Path, tmp_path: Path) -> Config:
    """A terminal with a journal of its own."""
    made = config.read(laboratory / lab.CONFIG)
    shutil.copytree(made.paths.state / TRUST_STORE, tmp_path / TRUST_STORE, symlinks=True)
    own = replace(made, paths=replace(made.paths, state=tmp_path))
    keys = open_keys(own.paths.identity)
    journal = Journal.open(
        tmp_path,
        terminal_public_key=keys.public_key,
        sealing_key=keys.sealing_public_key,
        random=nacl.utils.random,
        stamp=Stamp(terminal="T0001", at_ms=0, clock_trusted=True),
    )
    with closing(journal):
        return own


@pytest.fixture
def device(settings: Config) -> self_test.TestedDevice:
    """Its parts, without a camera."""
    return self_test.TestedDevice(no_camera, open_keys, partial(trust_report, settings), draw_code)


def no_camera() -> Camera:
    """Fail as a driver does without a camera."""
    raise CameraFault("none is connected")


def test_a_terminal_without_a_camera_passes_and_says_so(
    settings: Config, device: self_test.TestedDevice, capsys: pytest.CaptureFixture[str]
):
    assert self_test.run(settings, device, nacl.utils.random) == self_test.PASSED
    *parts, camera = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in parts] == [
        [name, "ok:"] for name in ("fonts", "identity", "trust", "storage", "journal", "reader")
    ]
    assert camera.startswith("camera    unusable: H01")
    assert sorted(path.name for path in settings.paths.state.glob(".probe*")) == []


def test_a_reader_that_reads_nothing_fails(
    settings: Config, device: self_test.TestedDevice, capsys: pytest.CaptureFixture[str]
):
    blind = replace(device, draw_code=lambda text: np.full_like(draw_code(text), 255))
    assert self_test.run(settings, blind, nacl.utils.random) == self_test.FAILED
    assert "reader    FAILED: " in capsys.readouterr().out


def test_a_damaged_journal_fails(
    settings: Config, device: self_test.TestedDevice, capsys: pytest.CaptureFixture[str]
):
    settings.paths.state.joinpath("journal.sqlite").write_bytes(b"overwritten" * 1000)
    assert self_test.run(settings, device, nacl.utils.random) == self_test.FAILED
    assert "journal   FAILED: J" in capsys.readouterr().out


def test_a_missing_trust_set_and_identity_fail(
    settings: Config, device: self_test.TestedDevice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shutil.rmtree(settings.paths.state / TRUST_STORE)
    bare = replace(settings, paths=replace(settings.paths, identity=tmp_path / "none"))
    assert self_test.run(bare, device, nacl.utils.random) == self_test.FAILED
    told = capsys.readouterr().out
    assert "trust     FAILED: " in told
    assert "identity  FAILED: C02" in told


def test_the_journal_of_a_running_terminal_is_left_alone(
    settings: Config, device: self_test.TestedDevice, capsys: pytest.CaptureFixture[str]
):
    lock = Lock(settings.paths.state)
    assert self_test.run(settings, device, nacl.utils.random) == self_test.PASSED
    lock.release()
    assert "journal   ok: in use by the running terminal" in capsys.readouterr().out
