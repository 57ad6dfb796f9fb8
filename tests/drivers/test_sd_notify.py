"""Service manager notifications, and running without a service manager."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.sd_notify import SystemdNotify


def manager(address: str) -> socket.socket:
    """The service manager's socket."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(address)
    ear.settimeout(5)
    return ear


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_each_word_is_one_datagram(tmp_path: Path, kind: str):
    name = f"roadside-test-{os.getpid()}"
    bound, told = (str(tmp_path / "s"),) * 2 if kind == "path" else ("\0" + name, "@" + name)
    with manager(bound) as ear:
        notify = SystemdNotify(told)
        notify.ready()
        notify.alive()
        notify.stopping()

        assert [ear.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_address_comes_from_the_environment(tmp_path: Path):
    with manager(str(tmp_path / "s")) as ear:
        subprocess.run(
            [sys.executable, "-c", "from drivers.sd_notify import SystemdNotify; SystemdNotify().ready()"],
            env=os.environ | {"NOTIFY_SOCKET": str(tmp_path / "s")},
            check=True,
        )
        assert ear.recv(100) == b"READY=1"


def test_without_a_service_manager_nothing_is_sent():
    notify = SystemdNotify("")
    notify.ready()
    notify.alive()
    notify.stopping()


def test_a_lost_service_manager_is_ignored(tmp_path: Path):
    notify = SystemdNotify(str(tmp_path / "gone"))
    notify.alive()
    notify.stopping()
    notify.stopping()


def test_a_blocked_service_manager_does_not_block(tmp_path: Path):
    with manager(str(tmp_path / "s")) as ear:
        notify = SystemdNotify(str(tmp_path / "s"))
        for _ in range(1000):  # more than any datagram queue holds
            notify.alive()
        notify.stopping()
        assert ear.recv(100) == b"WATCHDOG=1"
