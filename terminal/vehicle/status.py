"""机动车状态 is a string of letters: all are shown, the gravest decides, and an unknown one is never normal.

Wire format, section 5; domain, section 2.1.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from terminal.limits import DAY_S
from terminal.model import VehicleFinding
from terminal.vehicle.inspection import SHANGHAI, is_day
from terminal.vehicle.tables import STATUS, Lines, derived

_UNLISTED = Lines("未识别代码", "Code not known")
MOST_KEPT = 32
"""Letters of one status that are shown and recorded at most."""
_MORE = "…"
_LEFT_OUT = Lines("其余代码未列出", "More codes, not listed")


class StatusClass(StrEnum):
    """What a status letter amounts to, gravest first: the order is the rank."""

    ALARM = "alarm"
    OFF_ROAD = "off_road"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    CAUTION = "caution"
    PASS = "pass"  # noqa: S105 - a class, not a password


_RANK = tuple(StatusClass)
_GRAVITY = "CNJPMED"
"""Letters that interrupt the officer, gravest first (domain, section 6.4, rule 4)."""
_CLASS_OF: dict[str, StatusClass] = {}


@derived
def _read_classes() -> None:
    _CLASS_OF.clear()
    _CLASS_OF.update({code: StatusClass(row["verdict_class"]) for code, row in STATUS.items()})


_LIVE = {
    StatusClass.ALARM: VehicleFinding.ALARM,
    StatusClass.OFF_ROAD: VehicleFinding.OFF_ROAD,
    StatusClass.OVERDUE: VehicleFinding.OVERDUE,
    StatusClass.UNKNOWN: VehicleFinding.UNKNOWN,
    StatusClass.CAUTION: VehicleFinding.CAUTION,
    StatusClass.PASS: VehicleFinding.VALID,
}
_CACHED = {
    StatusClass.ALARM: VehicleFinding.CACHED_ALARM,
    StatusClass.OFF_ROAD: VehicleFinding.CACHED_OFF_ROAD,
    StatusClass.OVERDUE: VehicleFinding.CACHED_OVERDUE,
    StatusClass.UNKNOWN: VehicleFinding.UNKNOWN,
    StatusClass.CAUTION: VehicleFinding.CACHED_CAUTION,
    StatusClass.PASS: VehicleFinding.CACHED_VALID,
}


GRAVEST_FIRST = (
    VehicleFinding.ALARM,
    VehicleFinding.CACHED_ALARM,
    VehicleFinding.OFF_ROAD,
    VehicleFinding.OVERDUE,
    VehicleFinding.UNKNOWN,
    VehicleFinding.CAUTION,
    VehicleFinding.VALID,
)
"""The findings of a registry's record, weighed with the hot list, by the rank of their classes."""


def cut(letters: str) -> str:
    """The letters without the blanks that a registry of fixed width fills them up with."""
    return letters.rstrip(" ")


def kept(letters: str) -> str:
    """Return the letters to show and to record, in MOST_KEPT characters at most; the finding is the same.

    A longer status has letters that repeat or that the table does not list, so `unknown` is one of its
    classes. Its listed letters are kept, once each and gravest first; the rest becomes "…", which is unknown.
    """
    said = cut(letters)
    if len(said) <= MOST_KEPT:
        return said
    listed = (letter for letter in dict.fromkeys(said) if letter in _CLASS_OF)
    return "".join(sorted(listed, key=lambda letter: _RANK.index(_CLASS_OF[letter]))[: MOST_KEPT - 1]) + _MORE


def shown(letters: str) -> tuple[tuple[str, Lines], ...]:
    """Every letter in its order, with its name in both languages; an unlisted one says so."""
    return tuple((letter, _name(letter)) for letter in cut(letters))


def gravest(letters: str, kind: StatusClass) -> Lines | None:
    """The name of the gravest letter of a class; None where the letters have none of it."""
    found = [letter for letter in cut(letters) if _CLASS_OF.get(letter) is kind]
    return _name(min(found, key=_GRAVITY.find)) if found else None


def classify(letters: str) -> StatusClass:
    """The class that letters alone amount to, as on a list without dates. Total."""
    return _gravest(_classes(letters))


def classify_dated(letters: str, valid_through: int, at_s: float) -> StatusClass:
    """The class of letters and a day of validity (yyyymmdd, to its last second in Asia/Shanghai) at a time.

    A past day adds `overdue`; 逾期未检验 with a day to come adds `unknown` in its place, since one of them is
    wrong; a day that does not exist adds `unknown`. Total.
    """
    classes = _classes(letters)
    if not is_day(valid_through):
        classes |= {StatusClass.UNKNOWN}
    elif at_s >= _end_of_day_s(valid_through):
        classes |= {StatusClass.OVERDUE}
    elif StatusClass.OVERDUE in classes:
        classes = classes - {StatusClass.OVERDUE} | {StatusClass.UNKNOWN}
    return _gravest(classes)


def live(letters: str, valid_through: int, at_s: float) -> VehicleFinding:
    """The finding of a registry's record at a time (Unix s); the scrap date decides nothing. Total."""
    return _LIVE[classify_dated(letters, valid_through, at_s)]


def cached(letters: str) -> VehicleFinding:
    """The finding of a vehicle on a list that has letters and no dates. Total."""
    return _CACHED[classify(letters)]


def _classes(letters: str) -> frozenset[StatusClass]:
    said = cut(letters)
    classes = {_CLASS_OF.get(letter, StatusClass.UNKNOWN) for letter in said}
    normal_with_another = StatusClass.PASS in classes and len(said) > 1
    if not said or len(set(said)) < len(said) or normal_with_another:
        classes.add(StatusClass.UNKNOWN)
    return frozenset(classes)


def _gravest(classes: frozenset[StatusClass]) -> StatusClass:
    return min(classes, key=_RANK.index)


def _name(letter: str) -> Lines:
    if letter == _MORE:
        return _LEFT_OUT
    row = STATUS.get(letter)
    return _UNLISTED if row is None else Lines(row["name_zh"], row["name_en"])


def _end_of_day_s(yyyymmdd: int) -> int:
    year, rest = divmod(yyyymmdd, 10_000)
    return int(datetime(year, rest // 100, rest % 100, tzinfo=SHANGHAI).timestamp()) + DAY_S
