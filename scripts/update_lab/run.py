"""Update an image in QEMU: good and bad updates, roll-backs, and power cuts at random moments.

Every case begins with a device that has committed release 1 and is enrolled. Records are appended while the
update runs; a case fails if the system does not come up, or a record that was acknowledged is missing.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.update_lab.machine import VARIABLES, Machine
from scripts.update_lab.material import Material

if TYPE_CHECKING:
    from collections.abc import Callable

BOOT_S, UPDATE_S = 600.0, 1800.0
"""Longest time of a boot, and of an update with its boots, s."""
UPS = re.compile(r"UP slot=(\w) counter=(\d+)")
COUNT = re.compile(r"JOURNAL records +(\d+)")


@dataclass(frozen=True, slots=True)
class CaseReport:
    """Result of a case."""

    slot: str
    counter: int
    acknowledged: int
    """Highest number of a record that was on disk."""
    records: int
    """Records in the journal at the end."""
    whole: bool
    """The chain of records is whole, and no journal was set aside."""
    said: str
    """Last words of the installation."""

    @property
    def kept(self) -> bool:
        """True if the system came up with every record."""
        return self.whole and self.records >= self.acknowledged


def outcome(lines: list[str], acknowledged: int = 0) -> CaseReport | None:
    """Read the reports of a case; None if the system did not come up and report to the end."""
    ups, counts = [UPS.match(line) for line in lines], [COUNT.match(line) for line in lines]
    found = [up for up in ups if up]
    if not found or "END" not in lines:
        return None
    acks = [int(line.split()[1]) for line in lines if re.fullmatch(r"ACK \d+", line)]
    totals = [int(count[1]) for count in counts if count]
    verified = [line for line in lines if line.startswith("VERIFY ")]
    whole = (bool(verified) and "broken" not in verified[-1]) and not any(
        "set aside" in line for line in lines
    )
    said = [line.removeprefix("INSTALL ") for line in lines if line.startswith("INSTALL ")]
    return CaseReport(
        found[-1][1],
        int(found[-1][2]),
        max([acknowledged, *acks]),
        totals[-1] if totals else 0,
        whole or not totals,
        said[0] if said else "",
    )


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row of the table."""

    found: CaseReport | None
    expected: bool
    """True if slot and release are those that the case expects."""
    note: str


@dataclass(slots=True)
class Laboratory:
    """A device, and the material of its cases."""

    material: Material
    chance: random.Random
    _span_s: float = 0.0
    """Duration of an update with its boots, s."""

    def prepared(self) -> Machine:
        """Return a device that is enrolled and has committed release 1."""
        ready = self.material.work / "ready"
        if not (ready / "complete").exists():
            shutil.rmtree(ready, ignore_errors=True)
            ready.mkdir()
            _copy(self.material.image(1) / "disk.img", ready / "disk.img")
            shutil.copy(VARIABLES, ready / "vars.fd")
            running = Machine(ready).start(self.material.disk("first", "seed"), self._port("first"))
            if not running.wait(BOOT_S) or outcome(running.lines()) is None:
                running.cut()
                raise SystemExit(f"the image does not boot; see {running.port} and {running.port}.console")
            (ready / "complete").touch()
        device = self.material.work / "device"
        shutil.rmtree(device, ignore_errors=True)
        device.mkdir()
        for name in ("disk.img", "vars.fd"):
            _copy(ready / name, device / name)
        return Machine(device)

    def update(
        self, case: str, bundle: Path, counter: int, machine: Machine | None = None
    ) -> CaseReport | None:
        """Install a bundle whose trust set says `counter`, let it boot, and return what came of it."""
        machine = self.prepared() if machine is None else machine
        begun_s = time.monotonic()
        running = machine.start(self.material.disk(case, "install", bundle, counter), self._port(case))
        ended = running.wait(UPDATE_S)
        self._span_s = time.monotonic() - begun_s
        running.cut()
        return outcome(running.lines()) if ended else None

    def cut(self, number: int) -> CaseRow:
        """Cut the power at a random moment of a good update, then boot again."""
        bundle = self.material.image(2) / "bundle.raucb"
        if not self._span_s:
            self.update("span", bundle, 2)
        span_s, machine, case = self._span_s, self.prepared(), f"cut{number}"
        after_s = self.chance.uniform(0.1 * span_s, span_s)
        running = machine.start(self.material.disk(case, "install", bundle, 2), self._port(case))
        running.wait(after_s)
        lines = running.lines()
        running.cut()
        acks = [int(line.split()[1]) for line in lines if re.fullmatch(r"ACK \d+", line)]
        again = machine.start(self.material.disk(f"{case}-after", "report"), self._port(f"{case}-after"))
        ended = again.wait(UPDATE_S)
        again.cut()
        found = outcome(again.lines(), max(acks, default=0)) if ended else None
        stage = "installing" if "INSTALLING" in lines else "before"
        stage = "after the installation" if "INSTALLED" in lines else stage
        return CaseRow(found, found is not None, f"cut after {after_s:.0f} of {span_s:.0f} s, {stage}")

    def _port(self, case: str) -> Path:
        return self.material.work / f"{case}.port"


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["/bin/cp", "--sparse=always", source, target], check=True)  # noqa: S603 - our own files


def _good(laboratory: Laboratory) -> CaseRow:
    found = laboratory.update("good", laboratory.material.image(2) / "bundle.raucb", 2)
    return _judged(found, "B", 2, "release 2 is installed")


def _bad_signature(laboratory: Laboratory) -> CaseRow:
    bundle = laboratory.material.signed_by_another(laboratory.material.image(2))
    found = laboratory.update("bad-signature", bundle, 2)
    return _judged(found, "A", 1, "signature")


def _older(laboratory: Laboratory) -> CaseRow:
    """Go to release 2, then be offered release 1 by a trust set that is newer."""
    image = laboratory.material.image(1)
    laboratory.update("older-before", laboratory.material.image(2) / "bundle.raucb", 2)
    device = Machine(laboratory.material.work / "device")
    found = laboratory.update("older", image / "bundle.raucb", 1, device)
    return _judged(found, "B", 2, "not installed: the counter is below")


def _no_boot(laboratory: Laboratory) -> CaseRow:
    found = laboratory.update("no-boot", laboratory.material.image(3, "broken") / "bundle.raucb", 3)
    return _judged(found, "A", 1, "release 3 is installed")


def _unhealthy(laboratory: Laboratory) -> CaseRow:
    found = laboratory.update("unhealthy", laboratory.material.image(4, "unhealthy") / "bundle.raucb", 4)
    return _judged(found, "A", 1, "release 4 is installed")


def _judged(found: CaseReport | None, slot: str, counter: int, said: str) -> CaseRow:
    if found is None:
        return CaseRow(None, expected=False, note="")
    right = found.slot == slot and found.counter == counter and said in found.said
    return CaseRow(found, right, found.said)


CASES: dict[str, Callable[[Laboratory], CaseRow]] = {
    "good": _good,
    "bad-signature": _bad_signature,
    "older": _older,
    "no-boot": _no_boot,
    "unhealthy": _unhealthy,
}


def _print(name: str, row: CaseRow) -> bool:
    found = row.found
    good = found is not None and found.kept and row.expected
    told = "no report"
    if found is not None:
        records = f"{found.records} records, {found.acknowledged} acknowledged"
        told = f"slot {found.slot} release {found.counter}, {records}"
    print(f"{'ok    ' if good else 'FAILED'} {name:14} {told}; {row.note}", flush=True)
    return good


def main() -> int:
    """Run the cases, print a table, and return 1 if one failed."""
    parser = argparse.ArgumentParser(prog="scripts/update-lab")
    parser.add_argument("--cuts", type=int, default=20, help="power cuts at random moments; default 20")
    parser.add_argument("--only", choices=[*CASES, "cuts"], help="one case")
    parser.add_argument(
        "--work", type=Path, default=Path("build/update-lab"), help="default build/update-lab"
    )
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; default: the time")
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    laboratory = Laboratory(Material(work), random.Random(options.seed))  # noqa: S311 - moments of power cuts
    failed = 0
    for name in [options.only] if options.only in CASES else [] if options.only else CASES:
        failed += not _print(name, CASES[name](laboratory))
    if options.only in (None, "cuts"):
        for number in range(options.cuts):
            failed += not _print(f"cut {number + 1}", laboratory.cut(number))
    print(f"update-lab: {'passed' if not failed else f'{failed} cases FAILED'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
