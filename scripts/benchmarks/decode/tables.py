"""Tables and targets of a run of the decoding benchmark."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from scripts.benchmarks.decode.corpus import LEARNT, SCORED
from scripts.benchmarks.decode.readers import (
    BASE_ALONE,
    OURS,
    PEERS,
    QR_ALONE,
    READERS,
    SHORT,
    SHORT_S,
    STILL,
    Reader,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scripts.benchmarks.decode.results import Looked, Measured
    from scripts.benchmarks.decode.series import Series


Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Target:
    """A target: the value must be at least, or at most, the limit."""

    what: str
    value: float
    limit: float
    note: str = ""
    least: bool = field(kw_only=True)

    @property
    def missed(self) -> bool:
        """True if the target is not met."""
        return not (self.value >= self.limit if self.least else self.value <= self.limit)

    @property
    def line(self) -> str:
        """The target as a line of output."""
        said = "missed" if self.missed else "ok"
        sign = ">=" if self.least else "<="
        return f"{said:7}{self.what:62}{self.value:9.3f} {sign} {self.limit:g}  {self.note}".rstrip()


def lines(measured: Measured) -> list[str]:
    """Return the tables: readings by category, times, and series."""
    shown = ["", f"{'read of':34}{'':5}" + "".join(f"{reader.name:>14}" for reader in READERS)]
    for group in ("photograph", "credential"):
        looks = [each for each in measured.looks if each.group == group and each.coded]
        categories = _by(looks, lambda each: each.category)
        shown += [_counts(f"{group} {name}", held) for name, held in sorted(categories.items())]
        shown.append(_counts(f"{group}s, all", looks))
        if group == "photograph":
            for half, name in ((LEARNT, "ordered on"), (SCORED, "not ordered on")):
                shown.append(_counts(f"  half {name}", [each for each in looks if each.half == half]))
    others = "".join(f"{_others(measured.looks, reader):14}" for reader in READERS)
    shown.append(f"{'texts that are not in the frame':34}{len(measured.looks):5}{others}")
    shown += ["", *_times(measured.looks), "", *_series(measured.runs)]
    return shown


def judged(measured: Measured) -> list[Target]:
    """Return all targets with the measured values."""
    looks = [each for each in measured.looks if each.group == "photograph"]
    return [*_singles(looks), *_speeds(measured.looks), *_sequences(measured.runs), _wrong(measured)]


def _singles(looks: Sequence[Looked]) -> list[Target]:
    coded = [each for each in looks if each.coded]
    halves = {half: [each for each in coded if each.half == half] for half in (LEARNT, SCORED)}
    targets = []
    for reader, limit in ((SHORT, 0.93), (OURS, 0.96), (STILL, 0.98)):
        learnt, scored = (_share(halves[half], reader) for half in (LEARNT, SCORED))
        note = f"on the half ordered on {learnt:.3f}"
        targets.append(Target(f"{reader.name}: share of the union", scored, limit, note, least=True))
    behind = [
        f"{name}: {peer.name} {_read(held, peer)}, ours {_read(held, OURS)}"
        for name, held in sorted(_by(coded, lambda each: each.category).items())
        for peer in PEERS
        if _read(held, peer) > _read(held, OURS)
    ]
    targets.append(
        Target("categories in which a peer reads more", len(behind), 0, "; ".join(behind), least=False)
    )
    best = max(_read(coded, peer) for peer in PEERS)
    targets.append(
        Target("photographs read, beyond the best peer's", _read(coded, OURS) - best, 1, least=True)
    )
    return targets


def _speeds(looks: Sequence[Looked]) -> list[Target]:
    photographs = [each for each in looks if each.group == "photograph"]
    hit = _hit(photographs, OURS) / _hit(photographs, QR_ALONE)
    empty = _empty(photographs, BASE_ALONE) / _empty(photographs, QR_ALONE)
    return [
        Target("median on a hit, of zxing-cpp's (QR)", hit, 0.4, least=False),
        Target("median without a code on base steps, of zxing-cpp's (QR)", empty, 1.2, least=False),
    ]


def _sequences(runs: Sequence[Series]) -> list[Target]:
    both = [run for run in runs if run.ours.read_at and run.theirs.read_at]
    ratio = _median([run.ours.ms for run in both]) / _median([run.theirs.ms for run in both])
    behind = [
        f"{name}: {_first(held, ours=False)}, ours {_first(held, ours=True)}"
        for name, held in sorted(_by(runs, lambda run: run.category).items())
        if _first(held, ours=False) > _first(held, ours=True)
    ]
    first = "CPU to the first read in a series, of zxing-cpp's (QR)"
    more = "categories of series in which zxing-cpp (QR) reads more"
    return [
        Target(first, ratio, 0.2, f"{len(both)} series that both read", least=False),
        Target(more, len(behind), 0, "; ".join(behind), least=False),
    ]


def _wrong(measured: Measured) -> Target:
    """Count the reader's texts that are in no picture."""
    singles = sum(_others(measured.looks, reader) for reader in READERS if not reader.peer)
    series = sum(run.ours.other for run in measured.runs)
    return Target("texts that are not there", singles + series, 0, least=False)


def _times(looks: Sequence[Looked]) -> list[str]:
    shown = [f"{'CPU ms: median, p95':24}{'on a hit':>16}{'of QR':>8}{'without a code':>18}{'of QR':>8}"]
    for reader in READERS:
        hits, empty = _hits(looks, reader), _without(looks, reader)
        of_hit = _median(hits) / _hit(looks, QR_ALONE)
        of_empty = _median(empty) / _empty(looks, QR_ALONE)
        shown.append(
            f"{reader.name:24}{_median(hits):8.2f}{_p95(hits):8.2f}{of_hit:8.2f}"
            f"{_median(empty):10.2f}{_p95(empty):8.2f}{of_empty:8.2f}"
        )
    return shown


def _series(runs: Sequence[Series]) -> list[str]:
    shown = [f"{'series read (zxing-cpp QR, ours)':40}{'of':>5}{'theirs':>8}{'ours':>8}{'ms':>8}{'ms':>8}"]
    for name, held in [*sorted(_by(runs, lambda run: run.category).items()), ("all series", list(runs))]:
        theirs = _median([run.theirs.ms for run in held if run.theirs.read_at])
        ours = _median([run.ours.ms for run in held if run.ours.read_at])
        reads = f"{_first(held, ours=False):8}{_first(held, ours=True):8}"
        shown.append(f"{name:40}{len(held):5}{reads}{theirs:8.2f}{ours:8.2f}")
    frames = [ms for run in runs for ms in run.ours.frames_ms]
    budget_ms = 1e3 * SHORT_S
    over = sum(ms > budget_ms for ms in frames)
    longest_ms = max(0.0, max(frames, default=0.0) - budget_ms)
    took = f"ours: {len(frames)} frames, median {_median(frames):.2f} ms, p95 {_p95(frames):.2f} ms"
    return [*shown, f"{took}; {over} over the budget of {budget_ms:g} ms, the longest by {longest_ms:.2f} ms"]


def _counts(name: str, looks: Sequence[Looked]) -> str:
    return f"{name:34}{len(looks):5}" + "".join(f"{_read(looks, reader):14}" for reader in READERS)


def _read(looks: Iterable[Looked], reader: Reader) -> int:
    return sum(each.results[reader.name].read for each in looks)


def _others(looks: Iterable[Looked], reader: Reader) -> int:
    return sum(each.results[reader.name].other for each in looks)


def _share(looks: Sequence[Looked], reader: Reader) -> float:
    """Return the reader's share of the pictures that any reader reads."""
    union = sum(any(result.read for result in each.results.values()) for each in looks)
    return _read(looks, reader) / max(1, union)


def _hits(looks: Iterable[Looked], reader: Reader) -> list[float]:
    return [each.results[reader.name].ms for each in looks if each.results[reader.name].read]


def _without(looks: Iterable[Looked], reader: Reader) -> list[float]:
    return [each.results[reader.name].ms for each in looks if not each.coded]


def _hit(looks: Iterable[Looked], reader: Reader) -> float:
    return _median(_hits(looks, reader))


def _empty(looks: Iterable[Looked], reader: Reader) -> float:
    return _median(_without(looks, reader))


def _first(runs: Iterable[Series], *, ours: bool) -> int:
    return sum((run.ours if ours else run.theirs).read_at is not None for run in runs)


def _by(held: Iterable[Held], key: Callable[[Held], str]) -> dict[str, list[Held]]:
    groups: defaultdict[str, list[Held]] = defaultdict(list)
    for each in held:
        groups[key(each)].append(each)
    return groups


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else math.nan


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else math.nan
