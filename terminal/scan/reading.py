"""Reading spends a budget on the steps of a plan, the most promising first, until a code has been read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from terminal.scan.looking import Look
from terminal.scan.strategy import (
    BASE,
    BESIDE,
    EVERY,
    MOST_BESIDE,
    START,
    STILL,
    Memory,
    after,
    plan,
    share,
    survey_s,
)
from terminal.scan.timer import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma, Scan
    from terminal.scan.strategy import Step

_NATIVE = 8192
"""Pixels across the largest photograph that is searched at its own size."""


def read(luma: Luma, budget_s: float = 0.015, clock: Callable[[], float] = time.thread_time) -> Scan | None:
    """The code in one frame, uint8 [height, width], or None; ours before others, then the largest.

    Views with whole rows are not copied. Total for every array of that type. `clock` tells seconds.
    """
    timer = Timer(budget_s, clock, START.pace)
    look = Look(luma)
    _search(look, EVERY, timer, settled=True)
    return look.scan


def follow(
    luma: Luma, memory: Memory, budget_s: float, clock: Callable[[], float] = time.thread_time
) -> tuple[Scan | None, Memory]:
    """The code in one frame of a series, as `read` gives it, and what the next frame is to know."""
    timer = Timer(budget_s, clock, memory.pace)
    look = Look(luma)
    _search(look, plan(memory), timer, settled=not memory.foreign, extras=share(memory))
    return look.scan, after(memory, look.seen(timer.pace))


def read_still(luma: Luma) -> Scan | None:
    """The code in a photograph, as `read` gives it, with the effort that a photograph is worth.

    Large pictures are searched halved first, then whole; the steps are counted, so the time is bounded.
    """
    look = Look(luma)
    _search(look, STILL, Timer.endless(), settled=False)
    if look.factor > 1 and not look.ours:
        whole = Look(luma, longest=_NATIVE)
        _search(whole, STILL, Timer.endless(), settled=False)
        if whole.ours or not look.read:
            look = whole
    return look.scan


def _search(look: Look, steps: tuple[Step, ...], timer: Timer, *, settled: bool, extras: int = -1) -> None:
    """Take steps until one of ours is read, or, where others settle it, anything; so many extras at most."""
    cost_s = survey_s(look.area)
    if not look.worthwhile or not timer.allows(cost_s):
        return
    look.survey()
    timer.took(cost_s)
    if look.blank:  # a cap on the lens
        return
    for step in steps:
        if extras == 0:
            return
        taken = look.taken
        if _take(look, step, timer):
            _beside(look, timer)
            if look.ours or (settled and not look.unread):
                return
            look.return_to_all()
        if look.taken > taken and step not in BASE:
            extras -= 1


def _take(look: Look, step: Step, timer: Timer) -> bool:
    pixels = look.pixels(step)
    cost_s = step.cost_s(pixels, look.roughness)
    if not pixels or not timer.allows(cost_s):
        return False
    new = look.take(step)
    timer.took(cost_s)
    return new


def _beside(look: Look, timer: Timer) -> None:
    """Look at the other regions, once something was read: no code may hide another."""
    look.turn()
    for _ in range(MOST_BESIDE):
        if look.pixels(BESIDE) == 0:
            return
        if not _take(look, BESIDE, timer):
            look.pass_over()
        look.turn()
