"""Measure the register of issued codes: build it from records, check its order, and look codes up in it.

By default with 25 million records, of which 1.5 GB are written to a temporary folder; `--codes` takes fewer.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from keys.register_build import Span, build
from keys.register_order import require_sorted
from terminal.credential import register
from terminal.services.mapped_file import map_file

if TYPE_CHECKING:
    from terminal.credential.register import RegisterFile

SPAN = Span("苏", 1_700_000_000, 1_790_000_000)
BATCH = 100_000
FORGERIES = 10_000
TARGET = "issued/苏.bin"


def main() -> None:
    """Print the figures, a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--codes", type=int, default=25_000_000, metavar="N")
    count = parser.parse_args().codes
    with TemporaryDirectory() as folder:
        records, out = Path(folder, "records.csv"), Path(folder, "register.bin")
        _write_records(records, count)
        began_s, cpu_s = time.monotonic(), time.process_time()
        with records.open(encoding="utf-8") as lines:
            built = build(lines, SPAN, out, SPAN.to_s)
        print(f"built {built.count} codes in {time.monotonic() - began_s:.1f} s", end=", ")
        print(f"{time.process_time() - cpu_s:.1f} s of processor time", end=", ")
        print(f"{out.stat().st_size} bytes", end=", ")
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most")
        began_s = time.monotonic()
        require_sorted(out, TARGET)
        print(f"order checked in {time.monotonic() - began_s:.2f} s")
        with out.open("rb") as opened:
            _look_up(register.read(TARGET, map_file(opened.fileno())), records)


def _write_records(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, count, BATCH):
            drawn = os.urandom(16 * min(BATCH, count - start)).hex()
            file.writelines(
                f"苏{'ABCDEFGH'[n % 8]},{SPAN.from_s + n},1822000000,{drawn[n * 32 : n * 32 + 32]}\n"
                for n in range(len(drawn) // 32)
            )


def _look_up(file: RegisterFile, records: Path) -> None:
    with records.open(encoding="utf-8") as lines:
        digests = [
            bytes.fromhex(line.rstrip()[-32:]) for line, _ in zip(lines, range(1_000_000), strict=False)
        ]
    random.shuffle(digests)
    for warmth in ("first", "warm"):
        began_s = time.monotonic()
        found = sum(file.search(digest) is True for digest in digests)
        each_us = (time.monotonic() - began_s) / len(digests) * 1e6
        print(f"{warmth} look-up: {each_us:.1f} µs each; {found} of {len(digests)} issued codes found")
    unlisted = sum(file.search(os.urandom(16)) is False for _ in range(FORGERIES))
    print(f"{unlisted} of {FORGERIES} codes that were never issued are not in it")


if __name__ == "__main__":
    main()
