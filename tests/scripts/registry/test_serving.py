"""Lookups and uploads are handled by separate processes, which end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import lab
from scripts.registry import laboratory_keys
from scripts.registry.broker import Broker
from tests.scripts.registry.link_clients import DEADLINE_S

ROOT = Path(__file__).parents[3]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Broker, subprocess.Popen[str]]]:
    """A laboratory's broker, and `serve` with it."""
    folder = tmp_path / "lab"
    lab.make(folder, int(time.time()), random_bytes)
    broker = Broker(tmp_path / "broker", laboratory_keys.tls(folder), laboratory_keys.access_list(folder))
    broker.start()
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(folder), "serve"]
    command += ["--broker", f"127.0.0.1:{broker.port}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"registry: W0001 at 127.0.0.1:{broker.port}\n"
        yield broker, process
        process.kill()
    broker.stop()


def uploads_process(parent: int) -> int:
    """Return the process for uploads, known by its nice value, which no other child has."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    found = [int(pid) for path in children for pid in path.read_text().split()]
    (pid,) = [
        pid for pid in found if os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, parent)
    ]
    return pid


def test_the_process_for_uploads_is_started_again_and_lookups_go_on(
    served: tuple[Broker, subprocess.Popen[str]],
):
    broker, process = served
    since = broker.lines
    os.kill(uploads_process(process.pid), signal.SIGKILL)
    broker.wait_for("as W0001-uploads", since=since, timeout_s=DEADLINE_S)
    assert process.poll() is None
    process.terminate()
    _, said = process.communicate(timeout=DEADLINE_S)
    assert "it is started again" in said
    assert said.count("W0001-uploads takes requests") == 2
    assert said.count("W0001 takes requests") == 1
    assert process.returncode == 0


def test_no_process_outlives_one_that_was_killed(served: tuple[Broker, subprocess.Popen[str]]):
    _, process = served
    process.kill()
    assert process.stderr is not None
    process.stderr.read()  # reads to the end: no process holds it open any more
    assert process.wait(DEADLINE_S) == -signal.SIGKILL
