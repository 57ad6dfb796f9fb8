"""The domain's tables, read once from the package's data files; code never repeats what they say."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from importlib.resources import files

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
"""The tables that verdicts are made by, in the order of a rules file (wire format, section 4), from 1."""


def content(name: str) -> str:
    """A table's CSV, as the package has it."""
    return files("terminal.vehicle").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table, by column name."""
    return list(csv.DictReader(content(name).splitlines()))


@dataclass(frozen=True, slots=True)
class PlateKind:
    """A plate kind, 号牌种类."""

    code: str
    index: int
    """Its row in plate_types.csv, from 0."""
    name_zh: str
    name_en: str
    background: str
    """A token of colours.csv."""
    foreground: str
    length: str
    """Characters of a number, as `7` or `7-8`; empty where that is not known."""
    pattern: re.Pattern[str] | None
    credential: bool
    """Whether inspection credentials are issued for it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One thing said in both languages."""

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


KINDS = _kinds()
PROVINCES = _lines("provinces", "abbr", "name_zh", "name_en")
CREDENTIAL_LINES = _lines("credential_findings", "key", "line_zh", "line_en")
VEHICLE_LINES = _lines("vehicle_findings", "key", "line_zh", "line_en")
VEHICLE_TYPES = {row["code"]: row["name_zh"] for row in rows("vehicle_types_main")}
ALARM_RESULTS = _lines("alarm_results", "key", "zh", "en")
"""Results of an alarm and their reasons, by key."""
USES = _lines("use_nature", "code", "name_zh", "name_en")
COLOURS = {row["token"]: row for row in rows("colours")}
OUTCOMES = {row["key"]: row for row in rows("outcomes")}
STATUS = {row["code"]: row for row in rows("vehicle_status")}
