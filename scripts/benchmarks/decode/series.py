"""Measure the CPU time until a moving hand's code is first read, by the reader and by zxing-cpp.

The reader follows the series within its budget; zxing-cpp, restricted to QR, reads each frame independently.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.benchmarks.decode.readers import QR_ALONE, SHORT_S, agrees
from scripts.images import hand_motion
from terminal import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.model import Luma


@dataclass(slots=True)
class Run:
    """One reader's results for one series."""

    frames_ms: list[float] = field(default_factory=list)
    """CPU time of each frame read, ms."""
    read_at: int | None = None
    """Frame of the first correct reading, from 1."""
    other: int = 0
    """Number of texts that are not in the picture."""

    @property
    def ms(self) -> float:
        """CPU time until the first correct reading, or of all frames, ms."""
        return sum(self.frames_ms)


@dataclass(frozen=True, slots=True)
class Series:
    """Both readers' results for one series."""

    name: str
    category: str
    ours: Run
    theirs: Run


def series(name: str, category: str, luma: Luma, texts: Sequence[str], seed: int) -> Series:
    """Run both readers on a simulated hand's series of a picture; each stops at its first correct reading."""
    frames = list(hand_motion.frames(luma, seed))
    if seed % 2:  # alternate which one meets a frame first
        theirs = _theirs(frames, texts)
        return Series(name, category, _ours(frames, texts), theirs)
    return Series(name, category, _ours(frames, texts), _theirs(frames, texts))


def _ours(frames: Iterable[Luma], texts: Sequence[str]) -> Run:
    run, memory = Run(), scan.START
    for number, frame in enumerate(frames, 1):
        begun_s = time.thread_time()
        found, memory = scan.read_next(frame, memory, SHORT_S)
        run.frames_ms.append(1e3 * (time.thread_time() - begun_s))
        if _count(run, [] if found is None else [code.text for code in found.codes], texts, number):
            break
    return run


def _theirs(frames: Iterable[Luma], texts: Sequence[str]) -> Run:
    run = Run()
    for number, frame in enumerate(frames, 1):
        begun_s = time.thread_time()
        found = list(QR_ALONE.read(frame))
        run.frames_ms.append(1e3 * (time.thread_time() - begun_s))
        if _count(run, found, texts, number):
            break
    return run


def _count(run: Run, found: Iterable[str], texts: Sequence[str], number: int) -> bool:
    right = [agrees(each, texts) for each in found]
    run.other += right.count(False)
    if any(right):
        run.read_at = number
    return any(right)
