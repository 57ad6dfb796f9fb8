"""Measures the offline list: bytes a vehicle, and how long a lookup takes over a base and 30 daily files.

    nice python -m scripts.bench_offline [--vehicles 25000000] [--days 30] [--json FILE] [--folder FOLDER]

The vehicles are random ones of one province. The peer is SQLite alone, asked for the same vehicles file by
file until one has it, without packing a plate or judging a month.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from scripts.registry import offline, offline_random
from terminal.credential.verify import Moment
from terminal.model import VehicleFinding
from terminal.registry import offline_files
from terminal.registry.offline import OfflineList
from terminal.registry.offline_files import FileName
from terminal.registry.offline_form import unpack_plate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from terminal.model import Plate

T = TypeVar("T")

PROVINCE, DAY = "苏", 20260701
IN_THE_COUNTRY = 460_000_000
YEARLY_CHANGES_A_VEHICLE = 1.2
"""An inspection a year, and a little of everything else."""
LOOKUPS = 20_000
ROUNDS = 3
SEED = 20_260_701


@dataclass(frozen=True, slots=True)
class Times:
    """Lookups, µs."""

    median_us: float
    p95_us: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    vehicles: int
    daily_files: int
    changes_a_day: int
    build_s: float
    verify_s: float
    """Hash and all checks of the base, as before it is put in force."""
    open_ms: float
    """The first lookup, which opens the files; they are in the page cache."""
    base_bytes_a_vehicle: float
    bytes_a_vehicle: float
    """The base and all daily files."""
    country_gb: float
    hit: Times
    hit_sqlite: Times
    miss: Times
    miss_sqlite: Times


@dataclass(frozen=True, slots=True)
class Built:
    """A province's files, newest first and the base last, and the plates of its base."""

    names: list[FileName]
    known: offline.Numbers
    changes_a_day: int
    build_s: float


def measure(folder: Path, vehicles: int, days: int) -> Result:
    """Build a province in `folder` and look vehicles up."""
    built = _build(folder, vehicles, days)
    moment = Moment(offline_files.date_of(DAY).timestamp() + (days + 1) * 86_400)
    hits, misses = _draw(built.known)
    with closing(OfflineList(folder)) as listed, ExitStack() as stack:
        began = time.perf_counter()
        listed.lookup(unpack_plate(hits[0], PROVINCE), moment)
        open_ms = 1e3 * (time.perf_counter() - began)
        files = (offline_files.connect(folder / str(name)) for name in built.names)
        peer = [stack.enter_context(closing(file)) for file in files]
        hit, hit_sqlite = _race(hits, listed, moment, peer)
        miss, miss_sqlite = _race(misses, listed, moment, peer)
    sizes = [(folder / str(name)).stat().st_size for name in built.names]
    return Result(
        vehicles=vehicles,
        daily_files=days,
        changes_a_day=built.changes_a_day,
        build_s=built.build_s,
        verify_s=_verify_s(folder / str(built.names[-1]), built.names[-1]),
        open_ms=open_ms,
        base_bytes_a_vehicle=sizes[-1] / vehicles,
        bytes_a_vehicle=sum(sizes) / vehicles,
        country_gb=sum(sizes) / vehicles * IN_THE_COUNTRY / 1e9,
        hit=hit,
        hit_sqlite=hit_sqlite,
        miss=miss,
        miss_sqlite=miss_sqlite,
    )


def _build(folder: Path, vehicles: int, days: int) -> Built:
    known = offline_random.plates(vehicles, SEED)
    records = offline_random.records(vehicles, DAY, SEED)
    names = [FileName(PROVINCE)]
    began = time.perf_counter()
    offline.write(folder, names[0], DAY, known, records)
    build_s = time.perf_counter() - began
    changes_a_day = max(1, round(vehicles * YEARLY_CHANGES_A_VEHICLE / 365))
    for number in range(1, days + 1):
        day = int(f"{offline_files.date_of(DAY) + timedelta(days=number):%Y%m%d}")
        names.insert(0, FileName(PROVINCE, day))
        offline.write(folder, names[0], day, *offline_random.changes(known, changes_a_day, day, number))
    return Built(names, known, changes_a_day, build_s)


def _draw(known: offline.Numbers) -> tuple[list[int], list[int]]:
    """Plates of the base, and plates that are not in it."""
    draw = np.random.default_rng(SEED)
    others = offline_random.plates(LOOKUPS, SEED + 1)
    at = np.searchsorted(known, others).clip(max=len(known) - 1)
    missing = others[known[at] != others]
    return draw.choice(known, LOOKUPS).tolist(), draw.choice(missing, LOOKUPS).tolist()


def _verify_s(path: Path, name: FileName) -> float:
    sha256 = offline_files.digest(path)
    began = time.perf_counter()
    offline_files.verify(path, name, sha256)
    return time.perf_counter() - began


def _race(
    numbers: Sequence[int], listed: OfflineList, moment: Moment, peer: Sequence[sqlite3.Connection]
) -> tuple[Times, Times]:
    """Ours and the peer's, each warmed up, in turns, so that a busy machine is busy for both."""
    plates = [unpack_plate(number, PROVINCE) for number in numbers]

    def ours(plate: Plate) -> object:
        status = listed.lookup(plate, moment)
        return None if status.finding is VehicleFinding.UNCHECKED else status

    def theirs(number: int) -> object:
        for db in peer:
            found = db.execute("SELECT record FROM vehicle WHERE plate = ?", (number,)).fetchone()
            if found is not None:
                return None if found[0] < 0 else found
        return None

    both: tuple[list[int], list[int]] = ([], [])
    for _ in range(ROUNDS):
        ours_found = _timed(ours, plates, both[0])
        theirs_found = _timed(theirs, numbers, both[1])
        if ours_found != theirs_found:
            raise SystemExit(f"ours found {ours_found} vehicles, SQLite {theirs_found}")
    return _times(both[0]), _times(both[1])


def _timed(look_up: Callable[[T], object], asked: Sequence[T], times_ns: list[int]) -> int:
    for one in asked:
        look_up(one)
    found = 0
    for one in asked:
        began = time.perf_counter_ns()
        answer = look_up(one)
        times_ns.append(time.perf_counter_ns() - began)
        found += answer is not None
    return found


def _times(times_ns: Sequence[int]) -> Times:
    twentieths = statistics.quantiles(times_ns, n=20)
    return Times(twentieths[9] / 1e3, twentieths[18] / 1e3)


def _print(result: Result) -> None:
    print(f"{result.vehicles:,} vehicles, {result.daily_files} days of {result.changes_a_day:,} changes")
    print(f"bytes a vehicle        {result.base_bytes_a_vehicle:8.2f}")
    print(f"... with the days      {result.bytes_a_vehicle:8.2f}")
    print(f"460 million vehicles   {result.country_gb:8.2f} GB")
    print(f"build, verify, open    {result.build_s:8.1f} s, {result.verify_s:.1f} s, {result.open_ms:.1f} ms")
    for what, times in (
        ("hit", result.hit),
        ("hit, SQLite alone", result.hit_sqlite),
        ("miss", result.miss),
        ("miss, SQLite alone", result.miss_sqlite),
    ):
        print(f"{what:22} {times.median_us:8.1f} µs median, {times.p95_us:.1f} µs p95")


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_offline")
    parser.add_argument("--vehicles", type=int, default=25_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--folder", type=Path, help="where to build, 1 GB; a temporary one if not given")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        result = measure(Path(folder), given.vehicles, given.days)
    _print(result)
    if given.json:
        given.json.write_text(json.dumps(asdict(result), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
