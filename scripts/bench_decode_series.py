"""Sequences: how much CPU time passes until a moving hand's code is first read, ours beside zxing-cpp's.

Ours follows the series within its budget; zxing-cpp, restricted to QR, looks at every frame anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts import sequences
from scripts.bench_decode_readers import QR_ALONE, SHORT_S, agrees
from terminal import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from terminal.model import Luma


@dataclass(slots=True)
class Run:
    """One reader over one series."""

    frames_ms: list[float] = field(default_factory=list)
    """CPU time of each frame that was looked at."""
    read_at: int | None = None
    """Frame of the first correct read, from 1."""
    other: int = 0
    """Texts that are not the picture's."""

    @property
    def ms(self) -> float:
        """CPU time up to the first correct read, or of all frames."""
        return sum(self.frames_ms)


@dataclass(frozen=True, slots=True)
class Series:
    """Both readers over one series."""

    name: str
    category: str
    ours: Run
    theirs: Run


def series(name: str, category: str, luma: Luma, texts: Sequence[str], seed: int) -> Series:
    """Let both readers see a hand's series of a picture; each stops at its first correct read."""
    frames = list(sequences.frames(luma, seed))
    if seed % 2:  # neither is always the first to see a frame
        theirs = _theirs(frames, texts)
        return Series(name, category, _ours(frames, texts), theirs)
    return Series(name, category, _ours(frames, texts), _theirs(frames, texts))


def _ours(frames: Iterable[Luma], texts: Sequence[str]) -> Run:
    run, memory = Run(), scan.START
    for number, frame in enumerate(frames, 1):
        begun_s = time.thread_time()
        found, memory = scan.follow(frame, memory, SHORT_S)
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
