"""Crash the C++ decoder repeatedly; exit 1 unless each crash is reported on screen and no record is lost.

scripts/campaign crash [--times N]

A terminal (`scripts.campaigns.crash_terminal`) is crashed and restarted as the systemd unit does. The
campaign measures the time from the crash to the next screen, and compares the journal with what was on
disk before each crash.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from keys import lab
from scripts.campaigns.crash_terminal import HOSTILE, IN_CODES, SHOWN
from scripts.campaigns.upload_compare import differences
from terminal.commands import crash_marker
from terminal.errors import Restarted
from terminal.journal import database, lock
from terminal.journal.recovery import DAMAGED, NAME

if TYPE_CHECKING:
    from scripts.campaigns.upload_compare import Name

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd" / "roadside.service"
PATIENCE_S = 60.0
CHECKS = 3
"""Records to wait for before each crash."""
TERMINAL = [sys.executable, "-m", "scripts.campaigns.crash_terminal"]


def environment(unit: str) -> dict[str, str]:
    """Return the environment variables of the unit, except those that name the device's folders."""
    pairs = (setting.split("=", 1) for setting in re.findall(r"(?m)^Environment=(\S+)$", unit))
    return {name: value for name, value in pairs if not value.startswith("/")}


def pause_s(unit: str) -> float:
    """Return the unit's pause before a restart, s."""
    (milliseconds,) = re.findall(r"(?m)^RestartSec=([0-9]+)ms$", unit)
    return int(milliseconds) / 1e3


@dataclass
class Supervisor:
    """Starts and restarts the terminal as the unit does, and receives its notifications."""

    setting: Path
    state: Path
    unit: str = field(default_factory=UNIT.read_text)
    took_s: list[float] = field(default_factory=list)
    """Time from each crash to the next run's screen, s."""
    ledger: set[Name] = field(default_factory=set)
    """Journal id, number and hash of every last record seen on disk."""
    endings: list[int] = field(default_factory=list)
    """Exit status of each run."""

    def __post_init__(self) -> None:
        """Open the socket on which the terminal sends READY."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(f"\0roadside-crash-{os.getpid()}")
        self._socket.settimeout(PATIENCE_S)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def run(self, times: int, log: Path) -> None:
        """Crash the terminal `times` times, then let it end. Raises TimeoutError."""
        with log.open("wb") as said:
            terminal = self._start(said.fileno())
            try:
                for _ in range(times):
                    terminal = self._crash(terminal, said.fileno())
                self._wait_for_checks()
                terminal.terminate()
                self.endings.append(terminal.wait(PATIENCE_S))
            finally:
                terminal.kill()
                terminal.wait()

    def _start(self, log: int) -> subprocess.Popen[bytes]:
        address = f"@roadside-crash-{os.getpid()}"
        added = {"NOTIFY_SOCKET": address, "SDL_VIDEODRIVER": "dummy", **environment(self.unit)}
        command = [*TERMINAL, "--config", str(self.setting)]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | added, stderr=log)  # noqa: S603 - our own
        while self._socket.recv(64) != b"READY=1":
            pass
        return process

    def _crash(self, terminal: subprocess.Popen[bytes], log: int) -> subprocess.Popen[bytes]:
        """Make the next frame unreadable after some checks; return the restarted process."""
        self._wait_for_checks()
        (self.state / HOSTILE).touch()
        while terminal.poll() is None:
            self._look()
            time.sleep(0.002)
        begun_s = time.monotonic()
        self.endings.append(terminal.returncode)
        time.sleep(pause_s(self.unit))
        after = self._start(log)
        self.took_s.append(time.monotonic() - begun_s)
        return after

    def _wait_for_checks(self) -> None:
        before, until_s = self._look(), time.monotonic() + PATIENCE_S
        while self._look() < before + CHECKS:
            if time.monotonic() > until_s:
                raise TimeoutError("no checks are recorded")
            time.sleep(0.005)

    def _look(self) -> int:
        """Return the number of the last record on disk, and add it to the ledger."""
        head = lock.remembered(self.state)
        if head is None or not head.seq:
            return 0
        self.ledger.add((head.journal_id, head.seq, head.hash))
        return head.seq


def kept(state: Path) -> list[Name]:
    """Return the journal's records in order. Raises sqlite3.Error."""
    with closing(database.connect_read_only(state / NAME)) as db:
        journal_id = database.load(db).head.journal_id
        found = enumerate(database.records(db, 0), start=1)
        return [(journal_id, seq, sha256(encoded).digest()) for seq, encoded in found]


def wrong(one: Supervisor, times: int, log: str) -> list[str]:
    """Return everything that is not as expected. Raises sqlite3.Error."""
    held = kept(one.state)
    verify = [str(Path(sys.executable).with_name("roadside")), "journal", "verify", "--config"]
    whole = subprocess.run([*verify, str(one.setting)], check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - same
    said, stacks = log.count(Restarted().line()), log.count("Fatal Python error: Segmentation fault")
    checks = {
        f"unexpected exit statuses: {one.endings}": one.endings != [-signal.SIGSEGV] * times + [0],
        f"{said} of {times} runs reported the crash before them": said != times,
        f"{stacks} of {times} crashes left their stacks in the log": stacks != times,
        "the journal does not verify": whole.returncode != 0,
        "a journal was set aside": any(one.state.glob(f"{DAMAGED}*")),
        "nothing was shown": not (one.state / SHOWN).is_file(),
        "a run that ended properly left its crash marker": (one.state / crash_marker.NAME).exists(),
        "the log contains text of a code": IN_CODES in log,
    }
    return [*(text for text, so in checks.items() if so), *differences(held, held, one.ledger)]


def campaign(folder: Path, times: int) -> int:
    """Run the campaign; return 0 if nothing is wrong."""
    lab.make(folder / "lab", int(time.time()), os.urandom)
    setting = folder / "lab" / lab.CONFIG
    one = Supervisor(setting, folder / "lab" / "state")
    try:
        one.run(times, folder / "log")
    finally:
        one.close()
    found = wrong(one, times, (folder / "log").read_text(encoding="utf-8"))
    print(f"crashes   {times}, by SIGSEGV in the scanner thread")
    print(f"records   {len(kept(one.state))} on disk, {len(one.ledger)} seen before a crash")
    took = [1e3 * second for second in one.took_s]
    print(f"screen    {median(took):.0f} ms after the crash (median), {max(took):.0f} ms at most")
    print("\n".join(found) or "each crash was reported on the next screen, and every record is on disk")
    return int(bool(found))


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign crash")
    parser.add_argument("--times", type=int, default=20, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        return campaign(Path(folder), given.times)


if __name__ == "__main__":
    sys.exit(main())
