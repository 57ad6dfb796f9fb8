"""Compare scanning a 1280x720 frame with zxing-cpp restricted to QR; see also `scripts/bench decode`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from scripts.benchmarks.decode.corpus import photographs
from scripts.benchmarks.decode.readers import BASE_ALONE, OURS, QR_ALONE, look_all
from scripts.benchmarks.rows import Budget, Row, row

if TYPE_CHECKING:
    from scripts.benchmarks.decode.corpus import Sample
    from scripts.benchmarks.decode.readers import Reader

INTERVAL_MS = Budget(1000 / 30, "p95")


def measure() -> list[Row]:
    """Measure the CPU time of frames with a code that is read, and of frames without a code."""
    cv2.setNumThreads(1)
    taken = list(photographs())
    coded = [sample for sample in taken if sample.coded]
    empty = [sample for sample in taken if not sample.coded]
    return [
        *_rows("frame with a code to scan", coded, OURS, Budget(0.4)),
        *_rows("frame without a code, base steps", empty, BASE_ALONE, Budget(1.2)),
        *_rows("frame without a code, its whole budget", empty, OURS, None),
    ]


def _rows(what: str, samples: list[Sample], reader: Reader, ratio: Budget | None) -> list[Row]:
    looks = [
        look_all((reader, QR_ALONE), sample.luma, sample.texts if sample.coded else None, seed)
        for seed, sample in enumerate(samples)
    ]
    found = []
    for name in (reader.name, QR_ALONE.name):
        results = [each[name] for each in looks]
        kept = [result.ms for result in results if result.read or not samples[0].coded]
        found.append((kept, f"read {sum(result.read for result in results)} of {len(samples)}"))
    (ours_ms, ours_note), (theirs_ms, theirs_note) = found
    ours, theirs = (row("", "ms", samples_ms) for samples_ms in (ours_ms, theirs_ms))
    return [
        row(what, "ms", ours_ms, INTERVAL_MS, note=ours_note),
        row("  zxing-cpp, QR alone", "ms", theirs_ms, note=theirs_note),
        Row(
            "  of zxing-cpp's",
            "x",
            ours.median / theirs.median,
            ours.p95 / theirs.p95,
            ratio,
            "of the medians",
        ),
    ]
