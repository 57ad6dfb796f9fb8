"""Reading: run the steps of a plan in order until a code is read or the time budget is used up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from terminal.scan.search import Look
from terminal.scan.steps import (
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
from terminal.scan.time_budget import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma, Scan
    from terminal.scan.steps import Step

_NATIVE = 8192
"""Longest side, px, of a photograph that is searched at full size."""


def read(luma: Luma, budget_s: float = 0.015, clock: Callable[[], float] = time.thread_time) -> Scan | None:
    """Read the codes in one frame, uint8 [height, width]; None if there are none.

    Inspection marks come before other codes, larger ones before smaller. `budget_s` is the time allowed, in
    seconds of `clock`. Arrays with contiguous rows are not copied. Never raises for such an array.
    """
    timer = Timer(budget_s, clock, START.pace)
    look = Look(luma)
    _search(look, EVERY, timer, settled=True)
    return look.scan


def follow(
    luma: Luma, memory: Memory, budget_s: float, clock: Callable[[], float] = time.thread_time
) -> tuple[Scan | None, Memory]:
    """Read one frame of a series like `read`, and return the state for the next frame as well."""
    timer = Timer(budget_s, clock, memory.pace)
    look = Look(luma)
    _search(look, plan(memory), timer, settled=not memory.foreign, extras=share(memory))
    return look.scan, after(memory, look.seen(timer.pace))


def read_still(luma: Luma) -> Scan | None:
    """Read the codes in a photograph, uint8 [height, width], like `read`, with more effort and no time limit.

    A large photograph is searched at reduced size first, then at full size. The number of steps is fixed,
    which bounds the time.
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
    """Take steps until an inspection mark is read or the budget is used up.

    With `settled`, any code ends the search once no located symbol remains undecoded. At most `extras` steps
    beyond the base steps are taken; -1 sets no limit.
    """
    cost_s = survey_s(look.area)
    if not look.worthwhile or not timer.allows(cost_s):
        return
    look.survey()
    timer.took(cost_s)
    if look.blank:  # a covered lens
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
    """Search the other regions once a code was read, so that one code cannot hide another."""
    look.turn()
    for _ in range(MOST_BESIDE):
        if look.pixels(BESIDE) == 0:
            return
        if not _take(look, BESIDE, timer):
            look.pass_over()
        look.turn()
