"""Scan frames without a code; exit 1 if any text is read.

scripts/campaign empty [--frames N] [--seed S] [--processes N]

Frames are scanned as the terminal does, and every hundredth also as a photograph. Real codes are shown in
between, not counted as frames, to prove that scanning works.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scripts.images.from_bytes import modules_of
from scripts.images.negatives import Frames
from terminal import scan

if TYPE_CHECKING:
    from terminal.model import Luma

BUDGET_S = 0.003
STILL_EVERY = 100
CONTROL_EVERY = 500
KEPT = Path(__file__).parents[2] / "build" / "empty"
"""Folder for frames in which a text was read."""


@dataclass(slots=True)
class FrameTally:
    """Counts of one run."""

    frames: Counter[str] = field(default_factory=Counter)
    """By sort."""
    read: list[str] = field(default_factory=list)
    """Sort of each frame that gave a text, and the file it is kept in."""
    stills: int = 0
    controls: int = 0
    controls_read: int = 0
    looking_s: float = 0.0
    """CPU time, s."""

    def add(self, other: FrameTally) -> None:
        """Add another tally's counts."""
        self.frames += other.frames
        self.read += other.read
        self.stills += other.stills
        self.controls += other.controls
        self.controls_read += other.controls_read
        self.looking_s += other.looking_s


def look(frames: int, seed: int) -> FrameTally:
    """Scan `frames` frames of a seed, one after another, like a handheld terminal."""
    empty, memory, tally = Frames(seed), scan.START, FrameTally()
    cv2.setNumThreads(1)
    for number in range(frames):
        one = empty.next()
        begun_s = time.thread_time()
        found, memory = scan.read_next(one.luma, memory, BUDGET_S)
        if number % STILL_EVERY == 0:
            found = found or scan.read_still(one.luma)
            tally.stills += 1
        tally.looking_s += time.thread_time() - begun_s
        tally.frames[one.sort] += 1
        if found is not None:
            tally.read.append(f"{one.sort}, {len(found.text)} characters: {keep(one.luma, seed, number)}")
        if number % CONTROL_EVERY == 0:
            shown, memory = scan.read_next(control(number), memory, BUDGET_S)
            tally.controls += 1
            tally.controls_read += shown is not None and shown.text == f"VI1:{number}"
    return tally


def control(number: int) -> Luma:
    """Return a frame with a real code, uint8 [height, width]."""
    ink = np.where(np.pad(modules_of(f"VI1:{number}"), 30) != 0, 20, 235).astype(np.uint8)
    return np.kron(ink, np.ones((4, 4), np.uint8))


def keep(luma: Luma, seed: int, number: int) -> Path:
    """Save a frame in which a text was read, and return its path."""
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{seed}-{number}.png"
    cv2.imwrite(str(file), luma)
    return file


def report(tally: FrameTally) -> int:
    """Print the result; return 0 if no false text and every control was read."""
    total = sum(tally.frames.values())
    print(f"frames    {total}: " + ", ".join(f"{sort} {n}" for sort, n in sorted(tally.frames.items())))
    print(f"stills    {tally.stills} of them")
    print(f"CPU       {1e3 * tally.looking_s / max(1, total):.2f} ms a frame")
    print(f"controls  {tally.controls_read} of {tally.controls} real codes read")
    print("\n".join(f"READ      {one}" for one in tally.read) or "no false text was read")
    return int(bool(tally.read) or tally.controls_read < tally.controls)


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign empty")
    parser.add_argument("--frames", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--processes", type=int, default=2, metavar="N")
    given = parser.parse_args()
    shares = [given.frames // given.processes] * given.processes
    shares[0] += given.frames % given.processes
    seeds = [1000 * given.seed + number for number in range(given.processes)]
    whole = FrameTally()
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        for tally in pool.starmap(partial(look), zip(shares, seeds, strict=True)):
            whole.add(tally)
    return report(whole)


if __name__ == "__main__":
    sys.exit(main())
