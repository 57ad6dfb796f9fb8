"""Tables of the domain, read from the package's data files.

`put_in_force` replaces the content of the tables that verdicts are made by, in place: importers keep their
references and see the new content.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

RULES = (
    "decision_table",
    "vehicle_status",
    "plate_types",
    "outcomes",
    "credential_findings",
    "vehicle_findings",
    "law",
    "alarm_results",
)
"""Tables that verdicts are made by, in the order of a rules file (wire format, section 4), from 1."""


def content(name: str) -> str:
    """Return a table of the package as CSV text."""
    return files("terminal.vehicle").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of the table in force, by column name."""
    text = _IN_FORCE.get(name)
    return list(csv.DictReader((content(name) if text is None else text).splitlines()))


def put_in_force(tables: Mapping[str, str] | None) -> None:
    """Replace the tables of RULES by these CSV texts, which `rules.check` has accepted; None: the package's.

    Everything registered with `derived` is rebuilt.
    """
    _IN_FORCE.clear()
    _IN_FORCE.update(tables or {})
    for make in _DERIVED:
        make()


def derived(make: Callable[[], None]) -> Callable[[], None]:
    """Call a function now, and again whenever other rules come into force."""
    _DERIVED.append(make)
    make()
    return make


_IN_FORCE: dict[str, str] = {}
"""CSV texts in place of the package's, by table."""
_DERIVED: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class PlateKind:
    """A plate kind, 号牌种类."""

    code: str
    index: int
    """Its row in plate_types.csv, from 0."""
    name_zh: str
    name_en: str
    background: str
    """Tokens of colours.csv, separated by |."""
    foreground: str
    length: str
    """Length of numbers, such as `7` or `7-8`; empty if not known."""
    pattern: re.Pattern[str] | None
    credential: bool
    """True if inspection credentials are issued for it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text in both languages."""

    zh: str
    en: str


def _kinds() -> dict[str, PlateKind]:
    return {
        row["code"]: PlateKind(
            code=row["code"],
            index=index,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            background=row["background"],
            foreground=row["foreground"],
            length=row["length"],
            pattern=re.compile(row["pattern"]) if row["pattern"] else None,
            credential=row["credential"] == "yes",
        )
        for index, row in enumerate(rows("plate_types"))
    }


def _lines(name: str, key: str, zh: str, en: str) -> dict[str, Lines]:
    return {row[key]: Lines(row[zh], row[en]) for row in rows(name)}


def _groups() -> dict[str, tuple[str, ...]]:
    held = [(row["group"], row["key"]) for row in rows("alarm_results")]
    return {group: tuple(key for of, key in held if of == group) for group, _ in held}


PROVINCES = _lines("provinces", "abbr", "name_zh", "name_en")
VEHICLE_TYPES = {row["code"]: row["name_zh"] for row in rows("vehicle_types_main")}
USES = _lines("use_nature", "code", "name_zh", "name_en")
COLOURS = {row["token"]: row for row in rows("colours")}

KINDS: dict[str, PlateKind] = {}
CREDENTIAL_LINES: dict[str, Lines] = {}
VEHICLE_LINES: dict[str, Lines] = {}
ALARM_RESULTS: dict[str, Lines] = {}
"""Results of an alarm and their reasons, by key."""
ALARM_WORD_KEYS: dict[str, tuple[str, ...]] = {}
"""Keys of ALARM_RESULTS by group (result, not_stopped, disposal, reason), in the order of the table."""
OUTCOMES: dict[str, dict[str, str]] = {}
STATUS: dict[str, dict[str, str]] = {}


def _replace(table: dict[str, T], content: Mapping[str, T]) -> None:
    table.clear()
    table.update(content)


@derived
def _read_rules() -> None:
    _replace(KINDS, _kinds())
    _replace(CREDENTIAL_LINES, _lines("credential_findings", "key", "line_zh", "line_en"))
    _replace(VEHICLE_LINES, _lines("vehicle_findings", "key", "line_zh", "line_en"))
    _replace(ALARM_RESULTS, _lines("alarm_results", "key", "zh", "en"))
    _replace(ALARM_WORD_KEYS, _groups())
    _replace(OUTCOMES, {row["key"]: row for row in rows("outcomes")})
    _replace(STATUS, {row["code"]: row for row in rows("vehicle_status")})
