"""Cut the power under the journal; exit 1 unless it opens with every acknowledged record after each cut.

scripts/campaign power [--cuts N] [--seed S]

An ext4 file system on a loop device is shut down under an appending process (EXT4_IOC_SHUTDOWN, without
flushing its log) and mounted again. Half of the cuts happen while idle, half while writing. A plain file,
synced after each record, is cut in the same way for comparison: no journal could keep what it loses. Torn
sectors and reordered writes are not simulated.
"""

from __future__ import annotations

import argparse
import fcntl
import multiprocessing
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.campaigns.power_appender import (
    ACKNOWLEDGED,
    BLOCK,
    IDLE,
    PLAIN,
    SLOTS,
    append,
    append_plain,
    open_journal,
)
from terminal.errors import JournalFault
from terminal.journal import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from terminal.journal.store import Journal

IMAGE_BYTES = 128 << 20
_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
_NO_LOG_FLUSH = struct.pack("I", 2)
_WRITING_S = (0.002, 0.06)
"""Time of writing before a cut, s."""
_MOST_IDLE = 30
"""Most records written before a cut while idle."""
_WAIT_S = 20.0
_FORKS = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class CutTally:
    """Results of one kind of cut for one kind of file."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    """Lost records that were acknowledged before the cut began."""
    in_flight: int = 0
    """Records acknowledged between the beginning and the end of the cut."""
    in_flight_lost: int = 0
    unopened: int = 0
    """Times that it did not open or was set aside."""


class Disk:
    """A file system on a loop device that can be cut."""

    def __init__(self, root: Path) -> None:
        """Create it in an empty folder. All methods raise CalledProcessError."""
        self.image, self.at = root / "image", root / "disk"
        self.at.mkdir()
        with self.image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        _run("/usr/sbin/mkfs.ext4", "-q", "-F", str(self.image))

    def mount(self) -> None:
        """Mount it and replay its log."""
        _run("mount", "-o", "loop", str(self.image), str(self.at))

    def cut(self) -> None:
        """Shut it down: nothing written from now on is kept."""
        handle = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(handle)

    def unmount(self) -> None:
        """Unmount it; harmless if it is not mounted."""
        if self.at.is_mount():
            _run("umount", str(self.at))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - the distribution's programs on our own files


def cut_once(disk: Disk, tally: CutTally, chance: random.Random, *, plain: bool, idle: bool) -> None:
    """Append, cut, mount again and count the records."""
    disk.mount()
    before = _held(disk.at, plain=plain)
    sure, told = _append_and_cut(disk, before, chance, plain=plain, idle=idle)
    disk.unmount()
    disk.mount()
    try:
        found = _held(disk.at, plain=plain)
    except JournalFault:
        found = 0
        tally.unopened += 1
    disk.unmount()
    tally.cuts += 1
    tally.acknowledged += sure - before
    tally.lost += max(0, sure - found)
    tally.in_flight += told - sure
    tally.in_flight_lost += max(0, told - max(sure, found))


def _append_and_cut(
    disk: Disk, before: int, chance: random.Random, *, plain: bool, idle: bool
) -> tuple[int, int]:
    """Return the last number acknowledged when the cut began, and when the process was killed after it."""
    board = RawArray("q", SLOTS)
    board[ACKNOWLEDGED] = before
    most = chance.randint(1, _MOST_IDLE) if idle else 0
    child = _FORKS.Process(target=append_plain if plain else append, args=(disk.at, board, most))
    child.start()
    try:
        _wait(board, before, idle=idle)
        if not idle:
            time.sleep(chance.uniform(*_WRITING_S))
        sure = board[ACKNOWLEDGED]
        disk.cut()
    finally:
        child.kill()
        child.join()
    return sure, board[ACKNOWLEDGED]


def _wait(board: Sequence[int], before: int, *, idle: bool) -> None:
    """Wait until the process is idle or has written something. Raises TimeoutError."""
    until_s = time.monotonic() + _WAIT_S
    while not (board[IDLE] if idle else board[ACKNOWLEDGED] > before):
        if time.monotonic() > until_s:
            raise TimeoutError("nothing was appended")
        time.sleep(0.001)


def _held(at: Path, *, plain: bool) -> int:
    """Return the number of valid records on the disk. Raises JournalFault."""
    if plain:
        content = (at / PLAIN).read_bytes() if (at / PLAIN).exists() else b""
        blocks = (content[place : place + BLOCK.size] for place in range(0, len(content), BLOCK.size))
        return sum(1 for _ in _consecutive(blocks))
    journal = open_journal(at)
    try:
        if journal.set_aside is not None:
            raise JournalFault(str(journal.set_aside.fault()))
        if not _is_whole(journal):
            raise JournalFault("the record chain is broken")
        return journal.head.seq
    finally:
        journal.close()


def _consecutive(blocks: Iterator[bytes]) -> Iterator[int]:
    for seq, block in enumerate(blocks, start=1):
        if len(block) != BLOCK.size or BLOCK.unpack(block)[0] != seq:
            return
        yield seq


def _is_whole(journal: Journal) -> bool:
    start = journal.hash_at(0)
    if start is None:
        return False
    genesis = record.Head(journal.head.journal_id, 0, start)
    return record.verify_chain(genesis, journal.records()) == journal.head


def campaign(root: Path, cuts: int, chance: random.Random) -> dict[tuple[str, str], CutTally]:
    """Cut the journal `cuts` times, and a plain file as often. Raises CalledProcessError."""
    disk = Disk(root)
    tallies = {(what, when): CutTally() for what in ("journal", "plain") for when in ("idle", "writing")}
    try:
        for number in range(cuts):
            when = ("idle", "writing")[number % 2]
            for what in ("journal", "plain"):
                cut_once(disk, tallies[what, when], chance, plain=what == "plain", idle=when == "idle")
    finally:
        disk.unmount()
    return tallies


def report(tallies: dict[tuple[str, str], CutTally]) -> int:
    """Print the results; return 1 if the journal lost acknowledged records."""
    print(f"{'':18}{'cuts':>6}{'before the cut':>16}{'lost':>6}{'during it':>11}{'lost':>6}{'unopened':>10}")
    for (what, when), one in tallies.items():
        print(
            f"{what + ', ' + when:18}{one.cuts:6}{one.acknowledged:16}{one.lost:6}"
            f"{one.in_flight:11}{one.in_flight_lost:6}{one.unopened:10}"
        )
    failed = any(one.lost or one.unopened for (what, _), one in tallies.items() if what == "journal")
    print(
        "the journal lost acknowledged records" if failed else "no record acknowledged before a cut is lost"
    )
    return int(failed)


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign power")
    parser.add_argument(
        "--cuts", type=int, default=20, metavar="N", help="cuts of the journal, and as many of a plain file"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="S")
    given = parser.parse_args()
    if not Path("/dev/loop-control").exists():
        print("campaign: cutting the power needs loop devices", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # exit as on Ctrl-C: leave nothing running
    _FORKS.set_forkserver_preload(["scripts.campaigns.power_appender"])
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        tallies = campaign(Path(folder), given.cuts, random.Random(given.seed))  # noqa: S311 - reproducible
    print(f"took {time.monotonic() - begun_s:.0f} s, seed {given.seed}")
    return report(tallies)


if __name__ == "__main__":
    sys.exit(main())
