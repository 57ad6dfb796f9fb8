"""Measure the offline list at the size of a province: bytes per vehicle, and lookups with 30 daily files.

The vehicles are random, of one province. The peer is SQLite alone: it queries the files in turn for the same
vehicles, without packing plates or evaluating months.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from scripts.benchmarks.rows import Budget, Row, row
from scripts.registry.offline import builder, random_vehicles
from terminal.credential.verify import Moment
from terminal.limits import DAY_S
from terminal.model import VehicleFinding
from terminal.registry.offline import files as offline_files
from terminal.registry.offline.files import FileName
from terminal.registry.offline.offline_list import OfflineList
from terminal.registry.offline.packing import unpack_plate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from terminal.model import Plate

T = TypeVar("T")

VEHICLES = 200_000
"""Size of a quick run; a large province has 25 million."""
PROVINCE_SIZE = 5_000_000
"""Size from which bytes per vehicle are judged; the average province has 15 million. In much smaller lists,
the pages of 31 files outweigh the vehicles.
"""
DAYS = 30
PROVINCE, DAY = "苏", 20260701
IN_THE_COUNTRY = 460_000_000
YEARLY_CHANGES_A_VEHICLE = 1.2
"""One inspection a year, and a few other changes."""
LOOKUPS = 20_000
ROUNDS = 3
SEED = 20_260_701
BYTES, LOOKUP_US = Budget(16), Budget(20)


@dataclass(frozen=True, slots=True)
class Built:
    """Files of a province, newest first and the base last, the plates of its base, and the build time."""

    names: list[FileName]
    known: builder.Numbers
    build_s: float


def measure(vehicles: int = VEHICLES) -> list[Row]:
    """Build a province and look up its vehicles and others; wall time, µs, warm caches."""
    with TemporaryDirectory() as home:
        folder = Path(home)
        built = _build(folder, vehicles)
        sizes = [(folder / str(name)).stat().st_size for name in built.names]
        return [*_sizes(vehicles, sizes), *_lookups(folder, built), *_work(folder, built)]


def _sizes(vehicles: int, sizes: list[int]) -> list[Row]:
    both = sum(sizes) / vehicles
    budget, note = (BYTES, "") if vehicles >= PROVINCE_SIZE else (None, "  too few to judge")
    return [
        row(f"a vehicle of {vehicles:,}, listed", "B", [sizes[-1] / vehicles], BYTES),
        row(f"a vehicle, with {DAYS} days of changes", "B", [both], budget, note=note),
        row("460 million vehicles, with the days", "GB", [both * IN_THE_COUNTRY / 1e9]),
    ]


def _lookups(folder: Path, built: Built) -> list[Row]:
    moment = Moment(offline_files.date_of(DAY).timestamp() + (DAYS + 1) * DAY_S)
    hits, misses = _draw(built.known)
    with closing(OfflineList(folder)) as listed, ExitStack() as stack:
        began = time.perf_counter()
        listed.lookup(unpack_plate(hits[0], PROVINCE), moment)
        open_ms = 1e3 * (time.perf_counter() - began)
        files = (offline_files.connect(folder / str(name)) for name in built.names)
        peer = [stack.enter_context(closing(file)) for file in files]
        hit, hit_sqlite = _race(hits, listed, moment, peer)
        miss, miss_sqlite = _race(misses, listed, moment, peer)
    return [
        row("lookup of a listed vehicle", "us", hit, LOOKUP_US),
        row("  SQLite alone", "us", hit_sqlite),
        row("lookup of a vehicle that is not listed", "us", miss, LOOKUP_US),
        row("  SQLite alone", "us", miss_sqlite),
        row("the first lookup, which opens the files", "ms", [open_ms]),
    ]


def _work(folder: Path, built: Built) -> list[Row]:
    base = built.names[-1]
    sha256 = offline_files.digest(folder / str(base))
    began = time.perf_counter()
    offline_files.verify(folder / str(base), base, sha256)
    verify_s = time.perf_counter() - began
    return [
        row("building the base", "s", [built.build_s]),
        row("verifying it before it is in force", "s", [verify_s]),
    ]


def _build(folder: Path, vehicles: int) -> Built:
    known = random_vehicles.plates(vehicles, SEED)
    records = random_vehicles.records(vehicles, DAY, SEED)
    names = [FileName(PROVINCE)]
    began = time.perf_counter()
    builder.write(folder, names[0], DAY, known, records)
    build_s = time.perf_counter() - began
    changes_a_day = max(1, round(vehicles * YEARLY_CHANGES_A_VEHICLE / 365))
    for number in range(1, DAYS + 1):
        day = int(f"{offline_files.date_of(DAY) + timedelta(days=number):%Y%m%d}")
        names.insert(0, FileName(PROVINCE, day))
        builder.write(folder, names[0], day, *random_vehicles.changes(known, changes_a_day, day, number))
    return Built(names, known, build_s)


def _draw(known: builder.Numbers) -> tuple[list[int], list[int]]:
    """Return plates of the base, and plates that are not in it."""
    draw = np.random.default_rng(SEED)
    others = random_vehicles.plates(LOOKUPS, SEED + 1)
    at = np.searchsorted(known, others).clip(max=len(known) - 1)
    missing = others[known[at] != others]
    return draw.choice(known, LOOKUPS).tolist(), draw.choice(missing, LOOKUPS).tolist()


def _race(
    numbers: Sequence[int], listed: OfflineList, moment: Moment, peer: Sequence[sqlite3.Connection]
) -> tuple[list[float], list[float]]:
    """Time our lookup and the peer's, both warmed up, alternating so that other load affects both."""
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

    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        ours_found = _timed(ours, plates, both[0])
        theirs_found = _timed(theirs, numbers, both[1])
        if ours_found != theirs_found:
            raise SystemExit(f"ours found {ours_found} vehicles, SQLite {theirs_found}")
    return both


def _timed(look_up: Callable[[T], object], asked: Sequence[T], times_us: list[float]) -> int:
    for one in asked:
        look_up(one)
    found = 0
    for one in asked:
        began = time.perf_counter_ns()
        answer = look_up(one)
        times_us.append((time.perf_counter_ns() - began) / 1e3)
        found += answer is not None
    return found
