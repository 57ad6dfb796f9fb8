"""Disturb a terminal's upload at random; exit 1 unless every record reaches the registry exactly once.

    scripts/campaign upload [--kills N] [--seed S]

A terminal, mosquitto and two workers of the registry run as processes of their own. At random points one is
killed (SIGKILL) and restarted, the network is cut or held, the terminal's disk is filled, or its clock is
moved. At the end `roadside upload` sends the rest, and the terminal's disk is compared with the registry's
database.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from functools import partial
from hashlib import sha256
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import TYPE_CHECKING

from keys import lab
from scripts.campaigns.upload_compare import differences
from scripts.campaigns.upload_network import Proxy
from scripts.campaigns.upload_terminal import (
    CLOCK_MS,
    DROPPED,
    FULL,
    RECEIPTS,
    REFUSED,
    SENT,
    SLOTS,
    STOP,
    acknowledged,
    run_terminal,
)
from scripts.registry import __main__ as registry
from scripts.registry import laboratory_keys
from scripts.registry.broker import Broker
from terminal.journal import database
from terminal.journal.recovery import DAMAGED, NAME
from terminal.limits import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

    from scripts.campaigns.upload_compare import Name

DISK_BYTES = 256 << 20
PAUSE_S = (0.02, 0.5)
"""Range of the random time between two disturbances, s."""
TROUBLE_S = (0.05, 0.6)
"""Range of the duration of a cut, a hold or a full disk, s."""
WORKERS = ("W0001", "W0002")
VICTIMS = ("terminal", "broker", *WORKERS)
DEEDS = (*VICTIMS, "cut", "hold", "fill", "clock")
_WEIGHTS = (6, 5, 3, 3, 2, 1, 1, 1)
_YEARS_MS = 5 * 366 * 1000 * DAY_S
_LAST_UPLOADS = 5
_SETTLE_S = 2.0
"""Time, s, for the registry's workers to reconnect; they retry every second."""
_FORKS = multiprocessing.get_context("forkserver")  # starts in milliseconds, without our threads


class Campaign:
    """The processes, and what disturbs them."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        """Prepare a campaign in the empty folder `root`; `disk` in it is a file system of its own."""
        self.done: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.lab, self.disk = root / "lab", root / "disk"
        self.ledger, self.log = root / "ledger", root / "registry.log"
        self.setting = self.lab / "campaign.toml"
        self.board = RawArray("q", SLOTS)
        self._chance = chance
        lab.make(self.lab, int(time.time()), os.urandom)
        self.broker = Broker(root / "broker", self.lab / lab.TLS, laboratory_keys.access_list(self.lab))
        self.way = Proxy(self.broker.port)
        self._running: dict[str, ForkServerProcess] = {}

    async def start(self) -> None:
        """Start everything; the registry's first worker starts before the second, because it makes the
        database.
        """
        text = (self.lab / lab.CONFIG).read_text(encoding="utf-8")
        text = text.replace(f"port = {lab.BROKER_PORT}", f"port = {await self.way.open()}")
        text = text.replace('state = "state"', f'state = "{self.disk}/state"')
        self.setting.write_text(text, encoding="utf-8")
        shutil.copytree(self.lab / "state", self.disk / "state", symlinks=True, dirs_exist_ok=True)
        self.broker.start()
        for name in WORKERS:
            self._start(name)
            while f"{name} takes requests" not in self._logged():
                await asyncio.sleep(0.05)
        self._start("terminal")

    async def run(self, kills: int) -> None:
        """Disturb the upload until `kills` processes were killed."""
        while sum(self.done[victim] for victim in VICTIMS) < kills and not self.unexpected:
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))
            self._revive()
            await self._do(self._chance.choices(DEEDS, _WEIGHTS)[0])

    async def finish(self) -> None:
        """Stop making records, and upload the rest with `roadside upload`, undisturbed."""
        self._revive()
        self.board[STOP] = 1
        await asyncio.to_thread(self._running.pop("terminal").join)
        await asyncio.sleep(_SETTLE_S)
        command = [str(Path(sys.executable).with_name("roadside")), "upload", "--config", str(self.setting)]
        for _ in range(_LAST_UPLOADS):
            upload = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
            if await upload.wait() == 0:
                return
        self.unexpected.append("roadside upload did not come to an end")

    async def close(self) -> None:
        """End every process."""
        for process in self._running.values():
            process.kill()
            process.join()
        self.broker.stop()
        await self.way.close()

    async def _do(self, deed: str) -> None:
        self.done[deed] += 1
        match deed:
            case "cut":
                await self._suffer(self.way.cut, self.way.heal)
            case "hold":
                await self._suffer(self.way.hold, self.way.heal)
            case "fill":
                await self._suffer(partial(fill, self.disk), (self.disk / "ballast").unlink)
            case "clock":
                self.board[CLOCK_MS] = self._chance.randrange(-_YEARS_MS, _YEARS_MS)
            case "broker":
                self.broker.kill()
                self.broker.start()
            case _:
                self._running[deed].kill()
                self._running[deed].join()
                self._start(deed)

    async def _suffer(self, harm: Callable[[], None], heal: Callable[[], None]) -> None:
        """Cause a lasting disturbance; half of the time, kill something in the meantime."""
        harm()
        await asyncio.sleep(self._chance.uniform(*TROUBLE_S))
        if self._chance.random() < 0.5:
            await self._do(self._chance.choice(VICTIMS))
            await asyncio.sleep(self._chance.uniform(*TROUBLE_S))
        heal()

    def _start(self, name: str) -> None:
        target = (
            partial(run_terminal, self.setting, self.ledger, self.board)
            if name == "terminal"
            else partial(_serve, self.log, self.lab, self.broker.port, name)
        )
        self._running[name] = process = _FORKS.Process(target=target, name=name)
        process.start()

    def _revive(self) -> None:
        """Restart a process that ended by itself; only a terminal with a full disk may do so."""
        for name, process in list(self._running.items()):
            if process.exitcode is not None:
                if name != "terminal" or process.exitcode != FULL:
                    self.unexpected.append(f"{name} ended by itself with {process.exitcode}")
                self._start(name)

    def _logged(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def summary(self, stored: int) -> str:
        """Return the counts of disturbances and records."""
        killed = {victim: self.done[victim] for victim in VICTIMS}
        answered, receipts = self._logged().count(": batch stored"), count(self.lab, "receipt")
        return "\n".join(
            (
                f"kills         {sum(killed.values())}: {_listed(killed)}",
                f"other faults  {_listed({deed: self.done[deed] for deed in DEEDS if deed not in VICTIMS})}",
                f"records       {stored} in the registry; {self.board[REFUSED]} refused on a full disk",
                f"batches       {self.board[SENT]} sent, {answered} answered, {answered - receipts} again",
                f"receipts      {self.board[RECEIPTS]} taken, {self.board[DROPPED]} late or double",
            )
        )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def _serve(log: Path, folder: Path, port: int, worker: str) -> None:
    """Run a worker of the registry as its command line does."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(
        registry.main(["--lab", str(folder), "serve", "--broker", f"127.0.0.1:{port}", "--worker", worker])
    )


def fill(disk: Path) -> None:
    """Fill a file system."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        size = DISK_BYTES
        at = 0
        while size >= 4096:
            try:
                os.posix_fallocate(file.fileno(), at, size)
                at += size
            except OSError:
                size //= 2


def kept(disk: Path) -> list[Name]:
    """Return the records on a terminal's disk, in chain order. Raises sqlite3.Error."""
    with closing(database.connect_read_only(disk / "state" / NAME)) as db:
        journal_id = database.load(db).head.journal_id
        return [
            (journal_id, seq, sha256(encoded).digest())
            for seq, encoded in enumerate(database.records(db, 0), start=1)
        ]


def stored(folder: Path) -> list[Name]:
    """Return the records in a registry's SQLite database, in the order of storage. Raises sqlite3.Error."""
    with closing(database.connect_read_only(folder / "registry.sqlite")) as db:
        rows = db.execute("SELECT journal, seq, record FROM record ORDER BY rowid")
        return [(journal_id, seq, sha256(encoded).digest()) for journal_id, seq, encoded in rows]


def count(folder: Path, table: str) -> int:
    """Return the number of rows of a table of the registry. Raises sqlite3.Error."""
    with closing(database.connect_read_only(folder / "registry.sqlite")) as db:
        (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of ours
        return int(rows)


def found(campaign: Campaign) -> list[str]:
    """Return every difference and everything else that is wrong. Raises sqlite3.Error."""
    aside = [path.name for path in (campaign.disk / "state").glob(f"{DAMAGED}*.sqlite")]
    incidents = count(campaign.lab, "incident")
    return [
        *campaign.unexpected,
        *(f"a journal was set aside: {name}" for name in aside),
        *([f"the registry noted {incidents} incidents"] if incidents else []),
        *differences(kept(campaign.disk), stored(campaign.lab), acknowledged(campaign.ledger)),
    ]


async def campaign(root: Path, kills: int, seed: int) -> int:
    """Run the campaign; return 0 if nothing differs."""
    begun_s = time.monotonic()
    one = Campaign(root, random.Random(seed))  # noqa: S311 - to be repeated, not secret
    try:
        await one.start()
        await one.run(kills)
        await one.finish()
    finally:
        await one.close()
    wrong = found(one)
    print(one.summary(len(stored(one.lab))))
    print(f"took          {time.monotonic() - begun_s:.0f} s, seed {seed}")
    print("\n".join(wrong) or "every record is in the registry once, in order, and none besides")
    return int(bool(wrong))


def main() -> int:
    """Parse the command line, mount the terminal's disk, and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign upload")
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="S")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as on Ctrl-C: leaves nothing running
    _FORKS.set_forkserver_preload(["scripts.campaigns.upload_terminal", "scripts.registry.__main__"])
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        disk = Path(folder) / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(disk)]
        subprocess.run(mount, check=True)  # noqa: S603 - our own folder
        try:
            return asyncio.run(campaign(Path(folder), given.kills, given.seed))
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)  # noqa: S603, S607 - same


if __name__ == "__main__":
    sys.exit(main())
