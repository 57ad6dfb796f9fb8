"""Benchmark results: one row per measurement, with median, 95th percentile and budget."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Budget:
    """Upper limit for the median or the 95th percentile."""

    limit: float
    of: Literal["median", "p95"] = "median"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; without a budget it serves for comparison only."""

    what: str
    unit: str
    median: float
    p95: float
    budget: Budget | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `over`, or empty without a budget."""
        if self.budget is None:
            return ""
        return (
            "ok" if {"median": self.median, "p95": self.p95}[self.budget.of] <= self.budget.limit else "over"
        )


def row(
    what: str, unit: str, samples: Sequence[float], budget: Budget | None = None, *, note: str = ""
) -> Row:
    """Create the row for these samples."""
    ordered = sorted(samples)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Row(what, unit, statistics.median(ordered), p95, budget, note)


def cpu_s(task: Callable[[], object]) -> float:
    """Return the process CPU time of one call, s, which other processes hardly affect."""
    begun_ns = time.process_time_ns()
    task()
    return (time.process_time_ns() - begun_ns) / 1e9


def by_turns(tasks: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Call the tasks in turn and return the CPU seconds of each, so that a slow period affects all alike."""
    samples: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, times in zip(tasks, samples, strict=True):
            times.append(cpu_s(task))
    return samples
