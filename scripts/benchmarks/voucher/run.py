"""Measure at which error correction level, module size and quiet zone a credential's code can be read.

    python -m scripts.benchmarks.voucher.run [--only PART]... [--characters N]... [--seeds N] [--out FILE]
    python -m scripts.benchmarks.voucher.run --show FILE...

Each figure is the share of trials that were read: by `scan.read` from one frame, by `scan.read_next` within
FRAMES frames of BUDGET_S each, and by zxing-cpp restricted to QR within the same frames. The same seeds give
the same frames.
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keys.code_parameters import FOCAL_PX
from keys.voucher import A6, PHONE, level_of
from scripts.benchmarks.voucher import tables
from scripts.benchmarks.voucher.tables import (
    HARD,
    HELD,
    LEVELS,
    MODULES_PX,
    ON_PAPER,
    ON_SCREEN,
    SHARES,
    ResultCell,
)
from scripts.benchmarks.voucher.trials import (
    BUDGET_S,
    FRAMES,
    LENGTHS,
    TrialTally,
    ladder,
    text_of,
    trial,
    whole,
)
from scripts.images.degradations import CodePlacement, code
from scripts.images.frame_damage import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DISTANCES_MM = (150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 700, 800)
QUIET = (
    *((f"{quiet} on dark", quiet, False, 10.0) for quiet in (0, 1, 2, 3, 4)),
    ("4 on grey", 4, False, 100.0),
    ("4, white on black", 4, True, 100.0),
)
"""Name, modules, white on black, and the grey level around the code."""


def main() -> None:
    """Measure the parts selected, print the tables and write the cells as JSON."""
    parser = argparse.ArgumentParser(prog="bench_voucher")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure only this; may be repeated")
    parser.add_argument(
        "--characters",
        action="append",
        type=int,
        choices=LENGTHS,
        help="only codes of this length; may be repeated",
    )
    parser.add_argument("--seeds", type=int, default=6, metavar="N", help="trials per condition; default: 6")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument(
        "--show",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="print the tables of these files without measuring",
    )
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    cells = [cell for path in chosen.show or () for cell in _kept(path)]
    for part in chosen.only or PARTS:
        measure, table = PARTS[part]
        if not chosen.show:
            cells += measure(chosen.characters or LENGTHS, chosen.seeds)
        print("\n".join(table([cell for cell in cells if cell.part == part])), end="\n\n", flush=True)
    if chosen.out:
        content = {"frames": FRAMES, "budget_s": BUDGET_S, "cells": [asdict(cell) for cell in cells]}
        chosen.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _kept(path: Path) -> Iterator[ResultCell]:
    for cell in json.loads(path.read_bytes())["cells"]:
        yield ResultCell(**{**cell, "tally": TrialTally(**cell["tally"])})


def measure_levels(lengths: Iterable[int], seeds: int) -> Iterator[ResultCell]:
    """Measure each kind and severity, for codes that fill a share of the frame's width."""
    kinds = dict.fromkeys((*ON_SCREEN, *ON_PAPER))
    for length, level, share, kind in itertools.product(lengths, LEVELS, SHARES, kinds):
        modules = code(text_of(length, 0), level).modules
        for severity, tally in enumerate(ladder(length, level, share, kind, range(seeds)), 1):
            yield ResultCell("levels", length, level, modules, f"{share:.0%}", kind, severity, tally)


def measure_module(lengths: Iterable[int], seeds: int) -> Iterator[ResultCell]:
    """Measure clean codes and HELD conditions at decreasing module sizes, until none is read."""
    for length, level, (kind, severity) in itertools.product(lengths, LEVELS, (("none", 0), *HELD)):
        for module_px in MODULES_PX:
            tally = TrialTally()
            for seed in range(seeds if severity else 3 * seeds):
                text = text_of(length, seed)
                subject = code(text, level)
                tally += trial(
                    subject, text, CodePlacement(module_px * subject.modules, seed), kind, severity
                )
            yield ResultCell("module", length, level, subject.modules, f"{module_px}", kind, severity, tally)
            if tally.none_read:
                break


def measure_quiet(lengths: Iterable[int], seeds: int) -> Iterator[ResultCell]:
    """Measure narrow quiet zones on dark ground, and white on black, under HARD conditions."""
    for length, (name, quiet, inverted, ground) in itertools.product(lengths, QUIET):
        for kind, severity in HARD:
            tally = TrialTally()
            for seed in range(seeds):
                text = text_of(length, seed)
                subject = code(text, "M", quiet)
                if inverted:
                    subject = replace(subject, luma=np.bitwise_not(subject.luma))
                tally += trial(subject, text, CodePlacement(SHARES[1] * WIDTH, seed, ground), kind, severity)
            yield ResultCell("quiet", length, "M", subject.modules, name, kind, severity, tally)


def measure_distance(lengths: Iterable[int], seeds: int) -> Iterator[ResultCell]:
    """Measure whole vouchers made by `roadside-keys`, at increasing distances until none is read."""
    for length, (name, sheet), (kind, severity) in itertools.product(
        lengths, (("phone", PHONE), ("A6", A6)), (("none", 0), *HELD)
    ):
        subject, text = whole(length, sheet), text_of(length, 0)
        for distance_mm in DISTANCES_MM:
            side_px = subject.side * sheet.px_mm * FOCAL_PX / distance_mm
            tally = sum(
                (trial(subject, text, CodePlacement(side_px, n), kind, severity) for n in range(seeds)),
                TrialTally(),
            )
            level = level_of(text, sheet)
            yield ResultCell(
                "distance", length, level, subject.modules, f"{name} {distance_mm}", kind, severity, tally
            )
            if tally.none_read:
                break


PARTS = {
    "levels": (measure_levels, tables.levels),
    "module": (measure_module, tables.module),
    "quiet": (measure_quiet, tables.quiet),
    "distance": (measure_distance, tables.distance),
}

if __name__ == "__main__":
    main()
