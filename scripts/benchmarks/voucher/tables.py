"""Tables of the voucher benchmark; each figure is scan, one frame/scan, series/zxing-cpp, series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.benchmarks.voucher.trials import TrialTally
from scripts.images.degradations import PAPER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keys.code_parameters import Level

LEVELS: tuple[Level, ...] = ("L", "M", "Q")
SHARES = (0.25, 0.15)
"""Share of the frame's width that the code takes."""
MODULES_PX = (5.0, 4.0, 3.5, 3.0, 2.7, 2.4, 2.2, 2.0, 1.8, 1.7, 1.6, 1.5, 1.4)
_EITHER = ("perspective", "defocus", "motion", "contrast", "glare", "noise")
ON_SCREEN, ON_PAPER = (*_EITHER, "moire", "jpeg"), (*_EITHER, *PAPER)
READS, MODULE_READS = 0.9, 0.95
"""Share of trials that counts as reading, for a degradation and for a clean code's size."""
HELD = (("perspective", 3), ("defocus", 2), ("motion", 2), ("contrast", 3), ("noise", 3))
"""Everyday conditions (hand tremor, night, dim screen) that module sizes are planned for."""
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
"""Kinds and severities at which a code is just readable; quiet zones are compared under these."""


@dataclass(frozen=True, slots=True)
class ResultCell:
    """Results under one set of conditions."""

    part: str
    characters: int
    level: str
    modules: int
    condition: str
    """Share of the frame's width, pixels per module, quiet zone and ground, or sheet and distance in mm."""
    kind: str
    severity: int
    tally: TrialTally


def levels(cells: list[ResultCell]) -> Iterator[str]:
    """Yield the mean over severities and kinds, and the worst severity of each kind that still reads."""
    for share in dict.fromkeys(cell.condition for cell in cells):
        here = [cell for cell in cells if cell.condition == share]
        yield f"a code of {share} of the frame's width: mean over kinds and severities"
        heads = "".join(f"{f'{sheet} {level}':>14}" for sheet in ("screen", "paper") for level in LEVELS)
        yield f"{'characters':>10}{'modules':>10}{heads}"
        for length in dict.fromkeys(cell.characters for cell in here):
            yield _means([cell for cell in here if cell.characters == length])
        yield f"worst severity of 5 at which {READS:.0%} are read: {'  '.join(LEVELS)}"
        for kind in dict.fromkeys(cell.kind for cell in here):
            worst = (_worst([c for c in here if c.kind == kind and c.level == level]) for level in LEVELS)
            yield f"  {kind:12}{'  '.join(worst)}"


def _means(cells: list[ResultCell]) -> str:
    modules = "/".join(str(size) for size in dict.fromkeys(cell.modules for cell in cells))
    means = (
        _mean([cell for cell in cells if cell.level == level and cell.kind in kinds])
        for kinds in (ON_SCREEN, ON_PAPER)
        for level in LEVELS
    )
    return f"{cells[0].characters:>10}{modules:>10}" + "".join(f"{mean:>14}" for mean in means)


def _mean(cells: list[ResultCell]) -> str:
    tally = sum((cell.tally for cell in cells), TrialTally())
    return "/".join(f"{count / tally.tried:.2f}".replace("0.", ".") for count in _counts(tally))


def _counts(tally: TrialTally) -> tuple[int, int, int]:
    return tally.first, tally.series, tally.zxing_series


def _worst(cells: list[ResultCell]) -> str:
    best = [0, 0, 0]
    for severity in sorted({cell.severity for cell in cells}):
        tally = sum((cell.tally for cell in cells if cell.severity == severity), TrialTally())
        for reader, count in enumerate(_counts(tally)):
            if best[reader] == severity - 1 and count >= READS * tally.tried:
                best[reader] = severity
    return "/".join(map(str, best))


def module(cells: list[ResultCell]) -> Iterator[str]:
    """Yield the smallest module size from which on all larger ones read as well."""
    yield f"smallest module, px: {MODULE_READS:.0%} clean; {READS:.0%} under each of HELD"
    yield f"{'characters':>10}" + "".join(f"{f'{level} clean':>13}{'held':>12}" for level in LEVELS)
    for length in dict.fromkeys(cell.characters for cell in cells):
        row = ""
        for level in LEVELS:
            here = [cell for cell in cells if (cell.characters, cell.level) == (length, level)]
            clean, held = _clean_and_held(here, max)
            row += f"{_pair(clean):>13}{_pair(held):>12}"
        yield f"{length:>10}{row}"


def distance(cells: list[ResultCell]) -> Iterator[str]:
    """Yield the distance up to which each sheet is read."""
    yield f"farthest, mm: {MODULE_READS:.0%} clean; {READS:.0%} under each of HELD"
    yield f"{'characters':>10}  {'sheet':6}{'level':>6}{'modules':>9}{'clean':>13}{'held':>13}"
    for length, sheet in dict.fromkeys((cell.characters, cell.condition.split()[0]) for cell in cells):
        here = [cell for cell in cells if cell.characters == length and cell.condition.startswith(sheet)]
        clean, held = _clean_and_held(here, min)
        facts = f"{length:>10}  {sheet:6}{here[0].level:>6}{here[0].modules:>9}"
        yield facts + "".join(f"{'/'.join(f'{size:.0f}' for size in sizes):>13}" for sizes in (clean, held))


def _clean_and_held(cells: list[ResultCell], worst: Callable[..., float]) -> tuple[list[float], list[float]]:
    never = worst(0.0, math.inf)
    clean = _last([cell for cell in cells if cell.kind == "none"], MODULE_READS, never)
    kinds = [_last([cell for cell in cells if cell.kind == kind], READS, never) for kind, _ in HELD]
    return clean, [worst(sizes) for sizes in zip(*kinds, strict=True)]


def _last(cells: list[ResultCell], share: float, never: float) -> list[float]:
    """Return, for each reader, the last condition up to which all are read."""
    last, reads = [never] * 3, [True] * 3
    for cell in cells:
        for reader, count in enumerate(_counts(cell.tally)):
            reads[reader] = reads[reader] and count >= share * cell.tally.tried
            last[reader] = float(cell.condition.split()[-1]) if reads[reader] else last[reader]
    return last


def _pair(sizes: list[float]) -> str:
    return "/".join(f"{size:.1f}" for size in sizes)


def quiet(cells: list[ResultCell]) -> Iterator[str]:
    """Yield one row per quiet zone with one column per condition."""
    yield f"quiet zone, modules, at {SHARES[1]:.0%} of the width, level M: share read"
    yield f"{'':18}" + "".join(f"{f'{kind} {severity or str()}':>16}" for kind, severity in HARD)
    for name in dict.fromkeys(cell.condition for cell in cells):
        here = [cell for cell in cells if cell.condition == name]
        means = (_mean([c for c in here if (c.kind, c.severity) == which]) for which in HARD)
        yield f"{name:18}" + "".join(f"{mean:>16}" for mean in means)
