"""Random vehicles for measurements; the same seed gives the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from terminal.registry.offline.packing import DIGITS, PLACES, TAKEN_OFF, ListClass, OfflineEntry, pack_record
from terminal.vehicle.tables import KINDS

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Series:
    """A kind's numbers of one form: their share, and the characters at each place after the province."""

    kind: str
    share: float
    places: tuple[str, ...]


_DIGIT = "0123456789"
_LETTER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SERIES = (
    _Series("02", 0.02, (_LETTER, *5 * (_DIGIT,))),
    _Series("02", 0.06, (_LETTER, _LETTER, *4 * (_DIGIT,))),
    _Series("02", 0.16, (_LETTER, _DIGIT, _LETTER, _LETTER, *2 * (_DIGIT,))),
    _Series("02", 0.16, (_LETTER, *3 * (_DIGIT,), _LETTER, _LETTER)),
    _Series("02", 0.16, (_LETTER, _LETTER, *3 * (_DIGIT,), _LETTER)),
    _Series("02", 0.16, (_LETTER, _LETTER, _LETTER, *3 * (_DIGIT,))),
    _Series("07", 0.12, (_LETTER, _LETTER, *3 * (_DIGIT,), _LETTER)),
    _Series("52", 0.10, (_LETTER, "ABCDEFGHJK", _DIGIT + _LETTER, *4 * (_DIGIT,))),
    _Series("01", 0.04, (_LETTER, _LETTER, *3 * (_DIGIT,), _LETTER)),
    _Series("15", 0.015, (_LETTER, _LETTER, _DIGIT + _LETTER, *2 * (_DIGIT,), "挂")),
    _Series("51", 0.005, (_LETTER, *5 * (_DIGIT,), "ABCDEFGHJK")),
)
_CLASSES = {
    ListClass.PASS: 0.9,
    ListClass.CAUTION: 0.06,
    ListClass.OFF_ROAD: 0.02,
    ListClass.ALARM: 0.001,
    ListClass.UNKNOWN: 0.019,
}
_OVERDRAWN = 1.6
"""Factor for drawing extra plates: some are drawn twice, and a second round would take longer."""
_MONTHS_PAST, _MONTHS_TO_COME = 6, 24


def plates(count: int, seed: int) -> Numbers:
    """Return `count` different plates of one province, in order; shares of kinds roughly as on the road."""
    draw = np.random.default_rng([seed, 1])
    found = np.empty(0, np.int64)
    while len(found) < count:
        more = _OVERDRAWN * (count - len(found))
        drawn = [_draw(series, int(more * series.share) + 1, draw) for series in _SERIES]
        found = np.sort(np.concatenate([found, *drawn]))
        found = found[np.diff(found, prepend=-1) != 0]  # np.unique hashes, which takes 20 times as long
    return np.sort(draw.permutation(found)[:count])


def _draw(series: _Series, count: int, draw: np.random.Generator) -> Numbers:
    numbers = np.full(count, KINDS[series.kind].index, np.int64)
    for place in range(PLACES):
        may_stand = series.places[place] if place < len(series.places) else ""
        digits = np.array([DIGITS.index(character) + 1 for character in may_stand] or [0], np.int64)
        numbers = numbers * (len(DIGITS) + 1) + draw.choice(digits, count)
    return numbers


def records(count: int, day: int, seed: int) -> Numbers:
    """Return a record for each of `count` vehicles: months around `day` (yyyymmdd), few remarks."""
    draw = np.random.default_rng([seed, 2])
    month = pack_record(OfflineEntry(day // 100, ListClass.PASS)) // 8
    months = draw.integers(month - _MONTHS_PAST, month + _MONTHS_TO_COME, count)
    classes = draw.choice(np.array(list(_CLASSES), np.int64), count, p=list(_CLASSES.values()))
    return np.asarray(months * 8 + classes, np.int64)


def changes(base: Numbers, count: int, day: int, seed: int) -> tuple[Numbers, Numbers]:
    """Return plates and records of a day's `count` changes: most of the base, some new, some removed."""
    draw = np.random.default_rng([seed, 3])
    known = draw.choice(base, count - count // 10, replace=False, shuffle=False)
    changed = np.union1d(known, plates(count // 10, seed))
    said = records(len(changed), day, seed)
    said[draw.random(len(changed)) < 0.02] = TAKEN_OFF
    return changed, said
