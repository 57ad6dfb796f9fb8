"""What a bench measures is a row: median and 95th percentile, the budget, and whether it holds."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that the median, or the 95th percentile, may be."""

    limit: float
    of: Literal["median", "p95"] = "median"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing; without a budget it is there to compare with."""

    what: str
    unit: str
    median: float
    p95: float
    budget: Budget | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `over`, or nothing where there is no budget."""
        if self.budget is None:
            return ""
        return (
            "ok" if {"median": self.median, "p95": self.p95}[self.budget.of] <= self.budget.limit else "over"
        )


def row(
    what: str, unit: str, samples: Sequence[float], budget: Budget | None = None, *, note: str = ""
) -> Row:
    """The row of these samples."""
    ordered = sorted(samples)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Row(what, unit, statistics.median(ordered), p95, budget, note)


def cpu_s(task: Callable[[], object]) -> float:
    """Process CPU time of one call, s: what others on the machine do hardly counts."""
    begun_ns = time.process_time_ns()
    task()
    return (time.process_time_ns() - begun_ns) / 1e9


def by_turns(tasks: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """CPU seconds of each task, called in turn, so that a slow spell of the machine hits them alike."""
    samples: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, times in zip(tasks, samples, strict=True):
            times.append(cpu_s(task))
    return samples
