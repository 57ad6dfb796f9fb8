"""Reading: run the steps of a plan in order until a code is read or the time budget is used up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from terminal.limits import FRAME_BUDGET_S
from terminal.scan.search import FrameSearch
from terminal.scan.steps import (
    BASE,
    EVERY,
    MOST_BESIDE,
    PHOTO_STEPS,
    SECONDARY,
    START,
    SeriesState,
    after,
    plan,
    share,
    survey_s,
)
from terminal.scan.time_budget import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.codes import Scan
    from terminal.model import Luma
    from terminal.scan.steps import ReadStep

_NATIVE = 8192
"""Longest side, px, of a photograph that is searched at full size."""


def read(
    luma: Luma, budget_s: float = FRAME_BUDGET_S, clock: Callable[[], float] = time.thread_time
) -> Scan | None:
    """Read the codes in one frame, uint8 [height, width]; None if there are none.

    Inspection marks come before other codes, larger ones before smaller. `budget_s` is the time allowed, in
    seconds of `clock`. Arrays with contiguous rows are not copied. Never raises for such an array.
    """
    budget = Timer(budget_s, clock, START.pace)
    search = FrameSearch(luma)
    _search(search, EVERY, budget, settled=True)
    return search.scan


def read_next(
    luma: Luma, series: SeriesState, budget_s: float, clock: Callable[[], float] = time.thread_time
) -> tuple[Scan | None, SeriesState]:
    """Read one frame of a series like `read`, and return the state for the next frame as well."""
    budget = Timer(budget_s, clock, series.pace)
    search = FrameSearch(luma)
    _search(search, plan(series), budget, settled=not series.foreign, extras=share(series))
    return search.scan, after(series, search.seen(budget.pace))


def read_still(luma: Luma) -> Scan | None:
    """Read the codes in a photograph, uint8 [height, width], like `read`, with more effort and no time limit.

    A large photograph is searched at reduced size first, then at full size. The number of steps is fixed,
    which bounds the time.
    """
    search = FrameSearch(luma)
    _search(search, PHOTO_STEPS, Timer.endless(), settled=False)
    if search.factor > 1 and not search.ours:
        whole = FrameSearch(luma, longest=_NATIVE)
        _search(whole, PHOTO_STEPS, Timer.endless(), settled=False)
        if whole.ours or not search.read:
            search = whole
    return search.scan


def _search(
    search: FrameSearch, steps: tuple[ReadStep, ...], budget: Timer, *, settled: bool, extras: int = -1
) -> None:
    """Take steps until an inspection mark is read or the budget is used up.

    With `settled`, any code ends the search once no located symbol remains undecoded. At most `extras` steps
    beyond the base steps are taken; -1 sets no limit.
    """
    cost_s = survey_s(search.area)
    if not search.worthwhile or not budget.allows(cost_s):
        return
    search.survey()
    budget.charge(cost_s)
    if search.blank:  # a covered lens
        return
    for step in steps:
        if extras == 0:
            return
        taken = search.taken
        if _take(search, step, budget):
            _beside(search, budget)
            if search.ours or (settled and not search.unread):
                return
            search.return_to_all()
        if search.taken > taken and step not in BASE:
            extras -= 1


def _take(search: FrameSearch, step: ReadStep, budget: Timer) -> bool:
    pixels = search.pixels(step)
    cost_s = step.cost_s(pixels, search.roughness)
    if not pixels or not budget.allows(cost_s):
        return False
    new = search.take(step)
    budget.charge(cost_s)
    return new


def _beside(search: FrameSearch, budget: Timer) -> None:
    """Search the other regions once a code was read, so that one code cannot hide another."""
    search.next_regions()
    for _ in range(MOST_BESIDE):
        if search.pixels(SECONDARY) == 0:
            return
        if not _take(search, SECONDARY, budget):
            search.skip_region()
        search.next_regions()
