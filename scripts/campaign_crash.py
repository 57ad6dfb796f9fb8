"""A crash of the C++ decoder ends in a screen that says so, and no record is lost; or exit 1.

scripts/campaign crash [--times N]

A terminal as in `campaign_crash_terminal` is crashed again and again, and started again as the unit has
systemd do it. It says how long it was from the crash until the screen stood, and compares the journal to
what was on disk before each crash.
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
from scripts.campaign_compare import differences
from scripts.campaign_crash_terminal import HOSTILE, IN_CODES, SHOWN
from terminal import lastrun
from terminal.errors import Restarted
from terminal.journal import database, lock
from terminal.journal.renewal import DAMAGED, NAME

if TYPE_CHECKING:
    from scripts.campaign_compare import Name

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "systemd" / "roadside.service"
PATIENCE_S = 60.0
CHECKS = 3
"""Records that are waited for before each crash."""
TERMINAL = [sys.executable, "-m", "scripts.campaign_crash_terminal"]


def environment(unit: str) -> dict[str, str]:
    """What the unit adds to the environment, but for the device's own folders."""
    pairs = (setting.split("=", 1) for setting in re.findall(r"(?m)^Environment=(\S+)$", unit))
    return {name: value for name, value in pairs if not value.startswith("/")}


def pause_s(unit: str) -> float:
    """How long the unit has systemd wait before it starts the terminal again, s."""
    (milliseconds,) = re.findall(r"(?m)^RestartSec=([0-9]+)ms$", unit)
    return int(milliseconds) / 1e3


@dataclass
class Supervisor:
    """Starts the terminal as the unit says, hears it, and starts it again."""

    setting: Path
    state: Path
    unit: str = field(default_factory=UNIT.read_text)
    took_s: list[float] = field(default_factory=list)
    """From each crash until the next run's screen stood."""
    ledger: set[Name] = field(default_factory=set)
    """Journal, number and hash of every last record that was seen on disk."""
    endings: list[int] = field(default_factory=list)
    """How each run ended."""

    def __post_init__(self) -> None:
        """Open the socket that the terminal says READY on."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(f"\0roadside-crash-{os.getpid()}")
        self._socket.settimeout(PATIENCE_S)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def run(self, times: int, log: Path) -> None:
        """Crash the terminal so many times, then let it end. Raises TimeoutError."""
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
        """Take the frame away once some checks were made; the next run."""
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
                raise TimeoutError("no checks are made")
            time.sleep(0.005)

    def _look(self) -> int:
        """The number of the last record on disk, which from now on must stay."""
        head = lock.remembered(self.state)
        if head is None or not head.seq:
            return 0
        self.ledger.add((head.journal_id, head.seq, head.hash))
        return head.seq


def kept(state: Path) -> list[Name]:
    """The journal's records, in order. Raises sqlite3.Error."""
    with closing(database.connect_read_only(state / NAME)) as db:
        journal_id = database.load(db).head.journal_id
        found = enumerate(database.records(db, 0), start=1)
        return [(journal_id, seq, sha256(encoded).digest()) for seq, encoded in found]


def wrong(one: Supervisor, times: int, log: str) -> list[str]:
    """Whatever is not as it should be. Raises sqlite3.Error."""
    held = kept(one.state)
    verify = [str(Path(sys.executable).with_name("roadside")), "journal", "verify", "--config"]
    whole = subprocess.run([*verify, str(one.setting)], check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - same
    said, stacks = log.count(Restarted().line()), log.count("Fatal Python error: Segmentation fault")
    checks = {
        f"the runs ended otherwise: {one.endings}": one.endings != [-signal.SIGSEGV] * times + [0],
        f"{said} of {times} runs said that the last one crashed": said != times,
        f"{stacks} of {times} crashes left their stacks in the log": stacks != times,
        "the journal does not verify": whole.returncode != 0,
        "a journal was set aside": any(one.state.glob(f"{DAMAGED}*")),
        "nothing was shown": not (one.state / SHOWN).is_file(),
        "a run that ended on purpose left its mark": (one.state / lastrun.NAME).exists(),
        "the log names what was in a code": IN_CODES in log,
    }
    return [*(text for text, so in checks.items() if so), *differences(held, held, one.ledger)]


def campaign(folder: Path, times: int) -> int:
    """The whole of it; 0 where nothing is wrong."""
    lab.make(folder / "lab", int(time.time()), os.urandom)
    setting = folder / "lab" / lab.CONFIG
    one = Supervisor(setting, folder / "lab" / "state")
    try:
        one.run(times, folder / "log")
    finally:
        one.close()
    found = wrong(one, times, (folder / "log").read_text(encoding="utf-8"))
    print(f"crashes   {times}, by SIGSEGV in the scanner thread")
    print(f"records   {len(kept(one.state))} on disk, {len(one.ledger)} seen there before")
    took = [1e3 * second for second in one.took_s]
    print(f"screen    {median(took):.0f} ms after the crash (median), {max(took):.0f} ms at most")
    print("\n".join(found) or "each crash was told on the next screen, and every record is on disk")
    return int(bool(found))


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign crash")
    parser.add_argument("--times", type=int, default=20, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        return campaign(Path(folder), given.times)


if __name__ == "__main__":
    sys.exit(main())
