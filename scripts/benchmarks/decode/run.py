"""Compare the reader with its peers on photographs, degraded credential codes and simulated hand motion.

scripts/bench decode [--out FILE] [--every N]

Times are CPU times of one thread. The reader's steps were ordered on one half of the photographs, by
order_steps.py, and are evaluated on the other; both results are printed. Exit 1 if a target is
missed.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from scripts.benchmarks.decode import corpus
from scripts.benchmarks.decode.readers import READERS, look_all
from scripts.benchmarks.decode.results import Looked, Measured
from scripts.benchmarks.decode.series import Series, series
from scripts.benchmarks.decode.tables import judged, lines
from scripts.benchmarks.voucher.trials import text_of
from scripts.images.degradations import KINDS, CodePlacement, code, frames

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOILT = ("perspective", "defocus", "motion", "contrast", "glare", "moire", "jpeg", "noise", "small")
"""Degradations of a credential's code, each at five severities."""
CHARACTERS, SHARE = 300, 0.22
"""Characters of a typical credential, and the share of the frame's width that its code takes."""
SEEDS = 4


def main() -> int:
    """Measure, print, and write the results if requested."""
    parser = argparse.ArgumentParser(prog="scripts/bench decode")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results of every picture as JSON")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take only every Nth picture")
    chosen = parser.parse_args()
    measured = measure_all(chosen.every)
    targets = judged(measured)
    print("\n".join([*lines(measured), "", *(target.line for target in targets)]))
    if chosen.out:
        content = {"targets": [asdict(target) for target in targets], **asdict(measured)}
        chosen.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return int(any(target.missed for target in targets))


def measure_all(every: int) -> Measured:
    """Measure every `every`th photograph, credential frame and series."""
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # it warns of unreadable pictures
    looks = [*_photographs(every), *_credentials(every)]
    return Measured(looks, list(_series(every)))


def _photographs(every: int) -> Iterator[Looked]:
    for seed, sample in enumerate(list(corpus.photographs())[::every]):
        texts = sample.texts if sample.coded else None
        results = look_all(READERS, sample.luma, texts, seed)
        yield Looked("photograph", sample.name, sample.category, sample.half, results, coded=sample.coded)


def _credentials(every: int) -> Iterator[Looked]:
    trials = [(kind, severity, seed) for kind in SPOILT for severity in range(1, 6) for seed in range(SEEDS)]
    for kind, severity, seed in trials[::every]:
        text = text_of(CHARACTERS, seed)
        view = CodePlacement(SHARE * corpus.WIDTH, seed)
        (frame,) = frames(code(text, "M"), view, kind, severity)
        results = look_all(READERS, frame, [text], seed + 100 * severity)
        value = " ".join(f"{number:g}" for number in KINDS[kind].values[severity - 1])
        yield Looked("credential", f"{kind} {value} {seed}", kind, None, results)


def _series(every: int) -> Iterator[Series]:
    """Simulate hand motion over the evaluation half's photographs and over clean credential codes."""
    scored = [each for each in corpus.photographs() if each.coded and each.half == corpus.SCORED]
    for seed, sample in enumerate(scored[::every]):
        yield series(sample.name, sample.category, sample.luma, sample.texts, seed)
    for seed in range(0, 2 * SEEDS, every):
        text = text_of(CHARACTERS, seed)
        (frame,) = frames(code(text, "M"), CodePlacement(SHARE * corpus.WIDTH, seed))
        yield series(f"credential {seed}", "credential", frame, [text], seed)


if __name__ == "__main__":
    sys.exit(main())
