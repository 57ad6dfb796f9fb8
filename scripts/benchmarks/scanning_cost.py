"""Measure the CPU time and memory that scanning costs, with the scanner's own thread, idle and busy.

Idle is a road without a code, busy is a credential in a moving hand. Memory is measured over many frames
without pacing.
"""

from __future__ import annotations

import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from drivers.fixed_camera import FixedCamera
from drivers.frame_pacer import FramePacer
from scripts.benchmarks.decode.corpus import WIDTH, photographs
from scripts.benchmarks.rows import Budget, Row
from scripts.benchmarks.voucher.trials import text_of
from scripts.images import hand_motion
from scripts.images.degradations import CodePlacement, code, frames
from terminal.inbox import FrameScanned, Inbox
from terminal.ports import CameraLimits, Frame
from terminal.scanner import FrameReader, Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.model import Luma

RATES = (15, 30)
SECONDS = 4.0
UNPACED, WARMING = 3_000, 500
"""Frames over which memory is measured, and warm-up frames before them."""
GROWTH = Budget(64, "p95")
"""Bytes per frame: allocator noise over that many frames, far below a frame's 921,600."""


class _Loop(FixedCamera):
    """A series that repeats endlessly."""

    def __init__(self, film: Sequence[Luma], fps: float) -> None:
        self._film, self._pace, self._number = cycle(film), FramePacer(fps), 0

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`."""
        if not self._pace.wait(timeout_s):
            return None
        self._number += 1
        return Frame(next(self._film), time.monotonic(), self._number - 1)

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        self._pace.stop()


def measure() -> list[Row]:
    """Measure CPU seconds per second at each rate, and bytes copied and retained per frame."""
    cv2.setNumThreads(1)
    rows = []
    for what, film in (("idle", _road()), ("busy", _hand())):
        for fps in RATES:
            spent, looked = _scanned(film, fps)
            note = f"{looked} frames in {SECONDS:g} s"
            rows.append(
                Row(f"CPU of scanning, {what}, {fps} frames a second", "s/s", spent, spent, note=note)
            )
        copied, grown = _memory(film)
        rows.append(Row(f"  bytes copied a frame, {what}", "B", copied, copied))
        rows.append(
            Row(f"  memory kept a frame, {what}", "B", grown, grown, GROWTH, f"over {UNPACED} frames")
        )
    return rows


def _road() -> list[Luma]:
    empty = next(sample for sample in photographs() if not sample.coded)
    return list(hand_motion.frames(empty.luma, 1))


def _hand() -> list[Luma]:
    (frame,) = frames(code(text_of(300, 1), "M"), CodePlacement(0.22 * WIDTH, 1))
    return list(hand_motion.frames(frame, 1))


def _scanned(film: Sequence[Luma], fps: float) -> tuple[float, int]:
    """Return CPU seconds of the process per second, and the number of frames scanned."""
    inbox = Inbox()
    scanner = Scanner(lambda: _Loop(film, fps), inbox)
    scanner.start()
    looked = 0
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    while (passed_s := time.monotonic() - begun_s) < SECONDS:
        looked += sum(isinstance(message, FrameScanned) for message in inbox.drain(SECONDS - passed_s))
    spent = (time.process_time() - begun_cpu_s) / (time.monotonic() - begun_s)
    scanner.stop()
    return spent, looked


def _memory(film: Sequence[Luma]) -> tuple[float, float]:
    """Return the mean bytes copied and the mean bytes retained per frame."""
    sight = FrameReader(CameraLimits())
    copied, kept = 0, 0
    for number, luma in zip(range(WARMING + UNPACED), cycle(film), strict=False):
        if number == WARMING:
            copied, kept = 0, _anonymous()
        looked = sight.look(Frame(luma, number / 30, number), lit=False)
        copied += looked.preview.nbytes + (0 if looked.luma is None else looked.luma.nbytes)
    return copied / UNPACED, max(0.0, (_anonymous() - kept) / UNPACED)


def _anonymous() -> int:
    """Return the anonymous memory of this process, bytes (proc(5), RssAnon)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("RssAnon:")[2].split()[0])
