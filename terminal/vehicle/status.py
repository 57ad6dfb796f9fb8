"""Vehicle status 机动车状态, a string of letters: the gravest decides, and an unlisted one is `unknown`.

Wire format, section 5, "Status letters"; domain, section 2.1.
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
"""Greatest number of a status's letters that are shown and recorded."""
_MORE = "…"
_LEFT_OUT = Lines("其余代码未列出", "More codes, not listed")


class StatusClass(StrEnum):
    """Class of a status letter (vehicle_status.csv), in order of rank, gravest first."""

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
"""Findings of a registry's record and of the hot list's alarms, by the rank of their classes."""


def cut(letters: str) -> str:
    """Return the letters without trailing blanks, which registries with fields of fixed width add."""
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
    """Return every letter with its name in both languages; an unlisted one is named as such."""
    return tuple((letter, _name(letter)) for letter in cut(letters))


def gravest(letters: str, kind: StatusClass) -> Lines | None:
    """Return the name of the gravest letter of a class; None if there is no letter of it."""
    found = [letter for letter in cut(letters) if _CLASS_OF.get(letter) is kind]
    return _name(min(found, key=_GRAVITY.find)) if found else None


def classify(letters: str) -> StatusClass:
    """Return the class of letters without a date, as on the hot list. Never raises."""
    return _gravest(_classes(letters))


def classify_dated(letters: str, valid_through: int, at_s: float) -> StatusClass:
    """Return the class of letters with a valid-through day (yyyymmdd, Asia/Shanghai) at `at_s` (Unix s).

    A past day adds `overdue`; Q (逾期未检验) with a day to come adds `unknown` in its place, because one of
    them is wrong; a day that does not exist adds `unknown`. Never raises.
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
    """Return the finding of a registry's record at `at_s` (Unix s). Never raises."""
    return _LIVE[classify_dated(letters, valid_through, at_s)]


def cached(letters: str) -> VehicleFinding:
    """Return the finding of a vehicle on a list that has letters and no dates. Never raises."""
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
    if row is None:
        return _UNLISTED
    return Lines(row["name_zh"], row["name_en"].partition(" (also")[0])  # what follows is Chinese


def _end_of_day_s(yyyymmdd: int) -> int:
    year, rest = divmod(yyyymmdd, 10_000)
    return int(datetime(year, rest // 100, rest % 100, tzinfo=SHANGHAI).timestamp()) + DAY_S
