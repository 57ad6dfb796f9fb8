"""Benchmark the whole command: start-up, time from frame to recorded verdict, and memory.

It makes a laboratory of its own, signs codes with its keys and uses the simulated rig.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nacl.utils

from keys import files, lab
from keys.issue import IssueRequest, issue
from keys.qr import qr_image
from scripts.benchmarks import outage
from scripts.benchmarks.rows import Budget, Row, row
from terminal.model import Plate, Vehicle

STARTS = 5
CHECKS = 150
START_S = Budget(1.5)
RSS_ANON_MIB = Budget(160, "p95")
VERDICT_MS = Budget(6)
_TOTAL = re.compile(r"frame to verdict ([0-9.]+) ms")
_VALID_THROUGH = 219912


def measure() -> list[Row]:
    """Measure wall time, and the largest RssAnon after any check."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        lab.make(home / "lab", int(time.time()), nacl.utils.random)
        _draw(home)
        (home / "start.txt").write_text("wait 0\nexpect selftest\n", encoding="utf-8")
        deeds = "".join(f"show {number}.png\nexpect compare\npress TRIGGER\n" for number in range(CHECKS))
        sign_in = f"sign in {lab.OFFICERS[0].number} {lab.OFFICERS[0].pin}\n"
        (home / "checks.txt").write_text(sign_in + deeds, encoding="utf-8")
        starts = [_run(home, "start.txt")[0] for _ in range(STARTS)]
        _, totals, rss_anon = _run(home, "checks.txt")
    if len(totals) != CHECKS:
        raise RuntimeError(f"{len(totals)} of {CHECKS} codes were checked")
    early = statistics.median(rss_anon[CHECKS // 5 : CHECKS // 5 * 2])
    late = statistics.median(rss_anon[-CHECKS // 5 :])
    grew = f"grew {late - early:+.2f} MiB"
    return [
        row("roadside run to the fourth frame scanned", "s", starts, START_S, note=f"{STARTS} starts"),
        row("frame to verdict shown, its record on disk", "ms", totals, VERDICT_MS, note=f"{CHECKS} checks"),
        row("RssAnon of the running app", "MiB", rss_anon, RSS_ANON_MIB, note=grew),
        *outage.measure(),
    ]


def _draw(home: Path) -> None:
    seed = files.load_seed(home / "lab" / "private" / "jiangsu.key")
    for number in range(CHECKS):
        vehicle = Vehicle(Plate(f"苏A{number:05}", "02"), "K33", "A", _VALID_THROUGH)
        text = issue(IssueRequest(vehicle, "苏A"), seed, nacl.utils.random(12), int(time.time()))
        qr_image(text, "M", 5).save(home / f"{number}.png")


def _run(home: Path, script: str) -> tuple[float, list[float], list[float]]:
    """Run a scenario; return the seconds to the first line, and ms and MiB at the line of each check."""
    config = home / "lab" / lab.CONFIG
    command = [sys.executable, "-m", "terminal.cli", "run", "--rig", "sim", "--config", str(config)]
    begun = time.monotonic()
    first_s, totals, rss_anon = 0.0, [], []
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--scenario", str(home / script), "--shots", str(home / "shots")],
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        for line in running.stdout or ():
            first_s = first_s or time.monotonic() - begun
            found = _TOTAL.search(line)
            if found:
                totals.append(float(found[1]))
                rss_anon.append(_rss_anon_mib(running.pid))
    if running.returncode:
        raise RuntimeError(f"{script}: exit {running.returncode}")
    return first_s, totals, rss_anon


def _rss_anon_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024
