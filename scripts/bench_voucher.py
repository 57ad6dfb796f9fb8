"""How a credential's code should be made: what reads at which error correction, module and quiet zone.

python -m scripts.bench_voucher [--only PART]... [--characters N]... [--seeds N] [--out FILE]

Every figure is a share of trials that were read, by `scan.follow` within FRAMES frames of BUDGET_S, and after
the stroke by zxing-cpp restricted to QR. The same seeds give the same frames in every run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scripts.degradations import PAPER, View, code
from scripts.frame_damage import WIDTH
from scripts.voucher_trials import BUDGET_S, FRAMES, LENGTHS, Tally, ladder, text_of, trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.legible import Level

LEVELS: tuple[Level, ...] = ("L", "M", "Q")
SHARES = (0.25, 0.15)
"""Of the frame's width, that a code fills."""
MODULES_PX = (5.0, 4.0, 3.5, 3.0, 2.7, 2.4, 2.2, 2.0, 1.8, 1.7, 1.6, 1.5, 1.4)
_EITHER = ("perspective", "defocus", "motion", "contrast", "glare", "noise")
ON_SCREEN, ON_PAPER = (*_EITHER, "moire", "jpeg"), (*_EITHER, *PAPER)
READS, MODULE_READS = 0.9, 0.95
"""The share that counts as reading: of a degradation, and of a clean code's size."""
HELD = (("perspective", 3), ("defocus", 2), ("motion", 2), ("contrast", 3), ("noise", 3))
"""What a hand, a night and a dim screen do every day: what a module's size is planned for."""
HARD = (
    ("none", 0),
    ("perspective", 5),
    ("defocus", 3),
    ("motion", 3),
    ("contrast", 4),
    ("noise", 4),
    ("small", 3),
    ("jpeg", 4),
)
"""Kinds and severities that a code just about reads at: the ground on which quiet zones are compared."""
QUIET = (
    *((f"{quiet} on dark", quiet, False, 10.0) for quiet in (0, 1, 2, 3, 4)),
    ("4 on grey", 4, False, 100.0),
    ("4, white on black", 4, True, 100.0),
)
"""Name, modules, whether white on black, and the grey level about the code."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was read under one set of conditions."""

    part: str
    characters: int
    level: str
    modules: int
    condition: str
    """Share of the frame's width, pixels a module, or quiet zone and surroundings."""
    kind: str
    severity: int
    tally: Tally


def main() -> None:
    """Measure what is asked for, print the tables and write the cells as JSON."""
    parser = argparse.ArgumentParser(prog="bench_voucher")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this alone; may be repeated")
    parser.add_argument("--characters", action="append", type=int, choices=LENGTHS, help="these codes alone")
    parser.add_argument("--seeds", type=int, default=6, metavar="N", help="trials of each; default: 6")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write what was read as JSON")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    cells: list[Cell] = []
    for part in chosen.only or PARTS:
        found = list(PARTS[part](chosen.characters or LENGTHS, chosen.seeds))
        cells += found
        print("\n".join(TABLES[part](found)), end="\n\n", flush=True)
    if chosen.out:
        content = {"frames": FRAMES, "budget_s": BUDGET_S, "cells": [asdict(cell) for cell in cells]}
        chosen.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def measure_levels(lengths: Iterable[int], seeds: int) -> Iterator[Cell]:
    """Every kind and severity, for codes of a share of the frame's width."""
    kinds = dict.fromkeys((*ON_SCREEN, *ON_PAPER))
    for length, level, share, kind in itertools.product(lengths, LEVELS, SHARES, kinds):
        modules = code(text_of(length, 0), level).modules
        for severity, tally in enumerate(ladder(length, level, share, kind, range(seeds)), 1):
            yield Cell("levels", length, level, modules, f"{share:.0%}", kind, severity, tally)


def measure_module(lengths: Iterable[int], seeds: int) -> Iterator[Cell]:
    """Clean codes and HELD ones, smaller and smaller, until none is read."""
    for length, level, (kind, severity) in itertools.product(lengths, LEVELS, (("none", 0), *HELD)):
        for module_px in MODULES_PX:
            tally = Tally()
            for seed in range(seeds if severity else 3 * seeds):
                text = text_of(length, seed)
                subject = code(text, level)
                tally += trial(subject, text, View(module_px * subject.modules, seed), kind, severity)
            yield Cell("module", length, level, subject.modules, f"{module_px}", kind, severity, tally)
            if tally.none_read:
                break


def measure_quiet(lengths: Iterable[int], seeds: int) -> Iterator[Cell]:
    """Narrow quiet zones before dark surroundings, and white on black, under HARD conditions."""
    for length, (name, quiet, inverted, ground) in itertools.product(lengths, QUIET):
        for kind, severity in HARD:
            tally = Tally()
            for seed in range(seeds):
                text = text_of(length, seed)
                subject = code(text, "M", quiet)
                if inverted:
                    subject = replace(subject, luma=np.bitwise_not(subject.luma))
                tally += trial(subject, text, View(SHARES[1] * WIDTH, seed, ground), kind, severity)
            yield Cell("quiet", length, "M", subject.modules, name, kind, severity, tally)


def table_levels(cells: list[Cell]) -> Iterator[str]:
    """The mean over severities and kinds, and the worst severity of each kind that still reads."""
    for share in dict.fromkeys(cell.condition for cell in cells):
        here = [cell for cell in cells if cell.condition == share]
        yield f"a code of {share} of the frame's width: mean over kinds and severities, ours/zxing-cpp"
        heads = "".join(f"{f'{sheet} {level}':>10}" for sheet in ("screen", "paper") for level in LEVELS)
        yield f"{'characters':>10}{'modules':>10}{heads}"
        for length in dict.fromkeys(cell.characters for cell in here):
            yield _means([cell for cell in here if cell.characters == length])
        yield f"worst severity of 5 that {READS:.0%} are read at, ours/zxing-cpp: {'  '.join(LEVELS)}"
        for kind in dict.fromkeys(cell.kind for cell in here):
            worst = (_worst([c for c in here if c.kind == kind and c.level == level]) for level in LEVELS)
            yield f"  {kind:12}{'  '.join(worst)}"


def _means(cells: list[Cell]) -> str:
    modules = "/".join(str(size) for size in dict.fromkeys(cell.modules for cell in cells))
    means = (
        _mean([cell for cell in cells if cell.level == level and cell.kind in kinds])
        for kinds in (ON_SCREEN, ON_PAPER)
        for level in LEVELS
    )
    return f"{cells[0].characters:>10}{modules:>10}" + "".join(f"{mean:>10}" for mean in means)


def _mean(cells: list[Cell]) -> str:
    tally = sum((cell.tally for cell in cells), Tally())
    return f"{tally.series / tally.tried:.2f}/{tally.zxing_series / tally.tried:.2f}".replace("0.", ".")


def _worst(cells: list[Cell]) -> str:
    best = [0, 0]
    for severity in sorted({cell.severity for cell in cells}):
        tally = sum((cell.tally for cell in cells if cell.severity == severity), Tally())
        for reader, count in enumerate((tally.series, tally.zxing_series)):
            if best[reader] == severity - 1 and count >= READS * tally.tried:
                best[reader] = severity
    return f"{best[0]}/{best[1]}"


def table_module(cells: list[Cell]) -> Iterator[str]:
    """The smallest module that reads, and all larger ones with it."""
    yield f"smallest module, px: {MODULE_READS:.0%} clean; {READS:.0%} under each of HELD; ours/zxing-cpp"
    yield f"{'characters':>10}" + "".join(f"{f'{level} clean':>10}{'held':>9}" for level in LEVELS)
    for length in dict.fromkeys(cell.characters for cell in cells):
        row = ""
        for level in LEVELS:
            here = [cell for cell in cells if (cell.characters, cell.level) == (length, level)]
            clean = _smallest([cell for cell in here if cell.kind == "none"], MODULE_READS)
            kinds = [_smallest([cell for cell in here if cell.kind == kind], READS) for kind, _ in HELD]
            held = [max(sizes) for sizes in zip(*kinds, strict=True)]
            row += f"{_pair(clean):>10}{_pair(held):>9}"
        yield f"{length:>10}{row}"


def _smallest(cells: list[Cell], share: float) -> list[float]:
    """Of our series and of zxing-cpp's, px; infinite where the largest does not read."""
    smallest = [math.inf, math.inf]
    reads = [True, True]
    for cell in cells:
        for reader, count in enumerate((cell.tally.series, cell.tally.zxing_series)):
            reads[reader] = reads[reader] and count >= share * cell.tally.tried
            smallest[reader] = float(cell.condition) if reads[reader] else smallest[reader]
    return smallest


def _pair(sizes: list[float]) -> str:
    return "/".join(f"{size:.1f}" for size in sizes)


def table_quiet(cells: list[Cell]) -> Iterator[str]:
    """A row for each quiet zone, a column for each condition."""
    yield f"quiet zone, modules, at {SHARES[1]:.0%} of the width, level M: share read, ours/zxing-cpp"
    yield f"{'':18}" + "".join(f"{f'{kind} {severity or str()}':>14}" for kind, severity in HARD)
    for name in dict.fromkeys(cell.condition for cell in cells):
        here = [cell for cell in cells if cell.condition == name]
        means = (_mean([c for c in here if (c.kind, c.severity) == which]) for which in HARD)
        yield f"{name:18}" + "".join(f"{mean:>14}" for mean in means)


PARTS = {"levels": measure_levels, "module": measure_module, "quiet": measure_quiet}
TABLES = {"levels": table_levels, "module": table_module, "quiet": table_quiet}

if __name__ == "__main__":
    main()
