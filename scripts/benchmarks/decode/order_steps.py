"""Order the reader's steps on one half of the photographs: most new readings per millisecond first.

Each candidate step is tried on every picture of that half: in a frame, at full size, and as first seen in a
moving hand; and on credential codes, black on white and white on black, degraded with other seeds than those
used for evaluation. The script prints the gain and cost of each step in order, and the loss without each step
of the current table; the table in terminal/scan/steps.py follows it.

    python -m scripts.benchmarks.decode.order_steps
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scripts.benchmarks.decode import corpus
from scripts.benchmarks.decode.run import CHARACTERS, SHARE, SPOILT
from scripts.benchmarks.voucher.trials import text_of
from scripts.images import hand_motion
from scripts.images.degradations import CodePlacement, code, frames
from terminal.scan.search import FrameSearch
from terminal.scan.steps import BASE, EXTRAS, PHOTO_STEPS, Area, Preprocessing, ReadStep, Threshold, survey_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from terminal.model import Luma

_SEEDS = (100, 101)
_SIDE_PX = SHARE * corpus.WIDTH
ASIDE_MS = 0.02
"""Time for selecting a step, ms."""
_SURVEY_MS = 1e3 * survey_s(corpus.WIDTH * corpus.HEIGHT)
_SCALES = ((1.0, 1.0), (0.5, 0.5), (0.67, 0.67), (1.5, 1.5), (2.0, 2.0), (3.0, 3.0), (0.67, 1.0), (1.0, 0.67))


@dataclass(frozen=True, slots=True)
class Tried:
    """Results of every candidate step on one picture."""

    ms: dict[ReadStep, float]
    """CPU time, ms, of the steps that had something to look at."""
    read: frozenset[ReadStep]


def candidates() -> list[ReadStep]:
    """Return every step worth trying."""
    found = [
        ReadStep(where, threshold, scale, change)
        for where, threshold, scale, change in product(Area, Threshold, _SCALES, Preprocessing)
        if threshold is not Threshold.GRID
        and change is not Preprocessing.BENT
        and (scale == (1.0, 1.0) or change is Preprocessing.NONE or scale in ((0.5, 0.5), (2.0, 2.0)))
        and (where is not Area.FRAME or max(scale) <= 1.5)
    ]
    return list(dict.fromkeys([*PHOTO_STEPS, *found]))


def trial(luma: Luma, steps: Iterable[ReadStep]) -> Tried:
    """Try each step on one picture, after the base steps have located what they cannot read."""
    ms: dict[ReadStep, float] = {}
    read = set()
    base = FrameSearch(luma)
    base.survey()
    for step in BASE:
        if base.pixels(step):
            base.take(step)
    for step in steps:
        look = base.without_results()
        if not look.pixels(step):
            continue
        begun_s = time.thread_time()
        if look.take(step):
            read.add(step)
        ms[step] = 1e3 * (time.thread_time() - begun_s) + ASIDE_MS
    return Tried(ms, frozenset(read))


def order(trials: Sequence[Tried], steps: Sequence[ReadStep]) -> Iterator[tuple[ReadStep, int, float]]:
    """Yield steps with new readings and mean cost, ms, best ratio first, until no step adds a reading."""
    left = [tried for tried in trials if tried.read]
    rest = list(steps)
    while left and rest:
        worth = {step: _worth(left, step) for step in rest}
        best = max(rest, key=lambda step: worth[step][0] / worth[step][1])
        new, ms = worth[best]
        if new == 0:
            return
        yield best, new, ms
        left = [tried for tried in left if best not in tried.read]
        rest.remove(best)


def _worth(left: Sequence[Tried], step: ReadStep) -> tuple[int, float]:
    return (
        sum(step in tried.read for tried in left),
        max(1e-3, float(np.mean([tried.ms.get(step, 0.0) for tried in left]))),
    )


def reads(trials: Iterable[Tried], steps: Sequence[ReadStep], budget_ms: float) -> int:
    """Return the number of pictures that these steps read within a budget, ms."""
    return sum(_is_read(tried, steps, budget_ms - _SURVEY_MS) for tried in trials)


def _is_read(tried: Tried, steps: Sequence[ReadStep], left_ms: float) -> bool:
    for step in steps:
        if step in tried.ms and tried.ms[step] <= left_ms:
            left_ms -= tried.ms[step]
            if step in tried.read:
                return True
    return False


def main() -> None:
    """Order the steps and print the result."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benchmarks.decode.order_steps")
    parser.add_argument("--present", action="store_true", help="measure only the current table")
    chosen = parser.parse_args()
    steps = list(PHOTO_STEPS) if chosen.present else candidates()
    trials = [trial(luma, steps) for luma in _pictures(corpus.LEARNT)]
    readable = [tried for tried in trials if tried.read]
    print(f"{len(readable)} of {len(trials)} pictures are readable by {len(steps)} steps")
    if not chosen.present:
        print("\nnew order: new readings, ms")
        for step, new, ms in order(readable, steps):
            print(f"{step.name:44} +{new:4} {ms:7.2f}")
    report(readable)


def report(trials: Sequence[Tried]) -> None:
    """Print the cost of each step of the current table, and its gain after the steps before it."""
    print("\ncurrent table: ms, new readings, readings lost without the step within 3 and 15 ms")
    left, table = list(trials), (*BASE, *EXTRAS)
    for step in PHOTO_STEPS:
        new, ms = _worth(left, step)
        left = [tried for tried in left if step not in tried.read]
        rest = [other for other in table if other is not step]
        lost = [reads(trials, table, budget) - reads(trials, rest, budget) for budget in (3, 15)]
        print(f"{step.name:44} {ms:7.2f} +{new:4} {lost[0]:4} {lost[1]:4}")
    print(f"of {len(trials)}: " + ", ".join(f"{ms} ms {reads(trials, table, ms)}" for ms in (1, 3, 15)))


def _pictures(half: int) -> Iterator[Luma]:
    for number, sample in enumerate(corpus.photographs()):
        if sample.half == half and sample.coded:
            yield sample.luma
            whole = corpus.read(corpus.FOLDER / sample.name)
            if whole.shape[0] > corpus.HEIGHT:
                yield whole
            yield next(hand_motion.frames(sample.luma, number, 1))
    for kind, severity, seed in product(SPOILT, range(1, 6), _SEEDS):
        subject = code(text_of(CHARACTERS, seed), "M")
        yield from frames(subject, CodePlacement(_SIDE_PX, seed), kind, severity)
        yield from frames(
            replace(subject, luma=255 - subject.luma), CodePlacement(_SIDE_PX, seed), kind, severity
        )


if __name__ == "__main__":
    main()
