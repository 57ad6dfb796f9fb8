"""Measure searches in the register of issued codes, of a province and 30 days, through memory maps.

Entries are random. The base is written bucket by bucket, so that memory stays bounded whatever its size.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from scripts.benchmarks.rows import Budget, Row, row
from terminal.credential import register
from terminal.limits import DAY_S
from terminal.model import Credential, Plate, Vehicle
from terminal.services import trust_directory
from terminal.wire import cbor
from terminal.wire.fields import CODE_DIGEST_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

CODES = 200_000
"""Size of a quick run; a large province has 25 million."""
DAYS = 30
SEARCHES = 20_000
BUCKETS = 256
"""The base is drawn in so many parts, by the first byte of its entries."""
SEED = 20_261_101
NOW_S = 1_795_320_000
SEARCH_US = Budget(20)
CREDENTIAL = Credential(
    issuer="苏A",
    expires_s=NOW_S + DAY_S,
    issued_s=NOW_S - 40 * DAY_S,
    cti=bytes(12),
    vehicle=Vehicle(Plate("苏A12345", "02"), "K33", "A", 202708),
)


def measure(codes: int = CODES) -> list[Row]:
    """Write a register of so many codes and search it; wall time, µs, warm caches."""
    with TemporaryDirectory() as home:
        folder = Path(home)
        listed = write(folder, codes)
        began = time.perf_counter()
        held = trust_directory.load_directory(folder).register
        load_ms = 1e3 * (time.perf_counter() - began)
        (base,) = (file for file in held.files if file.target == "issued/苏.bin")
        began = time.perf_counter()
        if not base.is_sorted():
            raise RuntimeError("the base is out of order")
        sorted_s = time.perf_counter() - began
        missing = _entries(np.random.default_rng(SEED + 1), SEARCHES)
        return [
            row(f"search of {base.count:,} codes, listed", "us", _timed(held, listed, 1), SEARCH_US),
            row("search, not listed", "us", _timed(held, missing, 0), SEARCH_US),
            row(f"loading it and {DAYS} days", "ms", [load_ms]),
            row("checking the order of all entries", "s", [sorted_s]),
        ]


def write(folder: Path, codes: int) -> list[bytes]:
    """Write a trust set with a base of so many codes and a file for each day since; return entries of the
    base to search for.
    """
    draw = np.random.default_rng(SEED)
    (folder / "issued").mkdir()
    (folder / "issuers.cbor").write_bytes(cbor.write([]))
    (folder / "set.cbor").write_bytes(cbor.write({1: NOW_S, 2: 1}))
    counts = draw.multinomial(codes, [1 / BUCKETS] * BUCKETS)
    begin_s = NOW_S - DAYS * DAY_S
    chosen: list[bytes] = []
    with (folder / "issued" / "苏.bin").open("wb") as file:
        file.write(register.HEADER.pack(register.MAGIC, CODE_DIGEST_SIZE, 0, begin_s, codes))
        for first, count in enumerate(counts.tolist()):
            entries = sorted(_entries(draw, count, first))
            file.write(b"".join(entries))
            chosen += entries[:: max(1, count * BUCKETS // SEARCHES)]
    for day in range(DAYS):
        span = (begin_s + day * DAY_S, begin_s + (day + 1) * DAY_S)
        content = register.write(_entries(draw, codes // 365), *span)
        (folder / "issued" / f"苏-202610{day + 1:02}.bin").write_bytes(content)
    draw.shuffle(chosen)
    return chosen[:SEARCHES]


def _entries(draw: np.random.Generator, count: int, first: int | None = None) -> list[bytes]:
    """Draw entries, with the same first byte if one is given."""
    drawn = draw.integers(0, 256, (count, CODE_DIGEST_SIZE), np.uint8)
    if first is not None:
        drawn[:, 0] = first
    content = drawn.tobytes()
    return [content[at : at + CODE_DIGEST_SIZE] for at in range(0, len(content), CODE_DIGEST_SIZE)]


def _timed(held: register.Register, asked: Iterable[bytes], expected: int) -> list[float]:
    """Time a search in the file that covers a code, after one that warms it up."""
    times_us = []
    for digest in asked:
        held.search(CREDENTIAL, digest, NOW_S)
        began = time.perf_counter_ns()
        found = held.search(CREDENTIAL, digest, NOW_S)
        times_us.append((time.perf_counter_ns() - began) / 1e3)
        if (len(found.listed), len(found.missing)) != (expected, 1 - expected):
            raise RuntimeError("a search went wrong")
    return times_us
