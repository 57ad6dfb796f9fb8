"""Check tables that verdicts are made by, before they come into force (wire format, section 4).

A set of rules is refused as a whole for

1. a table that is missing, a column or row that the package's table has and it has not, or an empty cell;
2. C, N or J of another class than alarm; D, E, M or P below off_road; any letter but A as pass;
3. `pass` from any vehicle finding but a live valid one; `alarm` from anything but alarm or cached_alarm;
4. 伪造 in any text that an officer sees;
5. colours, icons, sounds or lamps other than the package's, or patterns that are no regular expressions.
"""

from __future__ import annotations

import csv
import re
from itertools import product
from typing import TYPE_CHECKING

from terminal.model import CredentialFinding, Outcome, VehicleFinding
from terminal.vehicle.tables import COLOURS, RULES, content

if TYPE_CHECKING:
    from collections.abc import Mapping

    Rows = list[dict[str, str]]

_FORGED = "伪造"
_ALARMS, _OFF_ROAD = frozenset("CNJ"), frozenset("DEMP")
_MAY_ALARM = frozenset({VehicleFinding.ALARM, VehicleFinding.CACHED_ALARM})
_CLASSES = frozenset({"alarm", "off_road", "overdue", "unknown", "caution", "pass"})
_MAY_BE_EMPTY = {"plate_types": frozenset({"length", "pattern"}), "law": frozenset({"from", "to"})}
_PRESENTATION = ("colour", "icon", "sound", "lamp")
_KEYS = {"decision_table": ("credential", "vehicle"), "vehicle_status": ("code",), "plate_types": ("code",)}
"""Columns by which the rows of a table are named; `key` in the others."""
_NOT_SHOWN = "law"
"""Acts are cited by their own words and shown nowhere."""


class RulesError(ValueError):
    """Raised when tables are refused; the text names table and row."""


def check(tables: Mapping[str, str]) -> None:
    """Check the CSV text of every table of RULES, by name. Raises RulesError for the first rule broken."""
    read = {name: _rows(name, tables) for name in RULES}
    _require_letters(read["vehicle_status"])
    _require_outcomes(read["decision_table"])
    _require_presentation(read)


def _rows(name: str, tables: Mapping[str, str]) -> Rows:
    if name not in tables:
        raise RulesError(f"{name}: missing")
    own = list(csv.DictReader(content(name).splitlines()))
    found = list(csv.DictReader(tables[name].splitlines()))
    columns = tuple(own[0])
    for number, row in enumerate(found, 1):
        if tuple(row) != columns or None in row.values():
            raise RulesError(f"{name}: row {number} has other columns than {', '.join(columns)}")
        for column, cell in row.items():
            if not cell and column not in _MAY_BE_EMPTY.get(name, ()):
                raise RulesError(f"{name}: row {number} has an empty {column}")
            if _FORGED in cell and name != _NOT_SHOWN:
                raise RulesError(f"{name}: row {number} says {_FORGED}")
    _require_keys(name, own, found)
    return found


def _require_keys(name: str, own: Rows, found: Rows) -> None:
    """Raise RulesError for a row that is there twice, or one of the package's that is missing."""
    columns = _KEYS.get(name, ("key",))
    keys = [tuple(row[column] for column in columns) for row in found]
    if len(set(keys)) != len(keys):
        raise RulesError(f"{name}: a row is there twice")
    absent = {tuple(row[column] for column in columns) for row in own} - set(keys)
    if absent:
        raise RulesError(f"{name}: no row {' '.join(min(absent))}")


def _require_letters(rows: Rows) -> None:
    for row in rows:
        code, kind = row["code"], row["verdict_class"]
        if kind not in _CLASSES or len(code) != 1:
            raise RulesError(f"vehicle_status: {code} {kind} is no letter with a class")
        if code in _ALARMS and kind != "alarm":
            raise RulesError(f"vehicle_status: {code} is {kind}, and must be alarm")
        if code in _OFF_ROAD and kind not in ("alarm", "off_road"):
            raise RulesError(f"vehicle_status: {code} is {kind}, below off_road")
        if kind == "pass" and code != "A":
            raise RulesError(f"vehicle_status: {code} is pass")


def _require_outcomes(rows: Rows) -> None:
    cells = {(row["credential"], row["vehicle"]): row["outcome"] for row in rows}
    known = set(product(CredentialFinding, VehicleFinding))
    for (credential, vehicle), outcome in cells.items():
        where = f"decision_table: {credential} {vehicle} is {outcome}"
        if (credential, vehicle) not in known or outcome not in set(Outcome):
            raise RulesError(f"{where}, which this terminal does not know")
        if outcome == Outcome.PASS and vehicle != VehicleFinding.VALID:
            raise RulesError(f"{where}: only a live valid finding passes")
        if outcome == Outcome.ALARM and vehicle not in _MAY_ALARM:
            raise RulesError(f"{where}: only an alarm is one")


def _require_presentation(read: Mapping[str, Rows]) -> None:
    own = {row["key"]: row for row in csv.DictReader(content("outcomes").splitlines())}
    for row in read["outcomes"]:
        if any(row[name] != own.get(row["key"], {}).get(name) for name in _PRESENTATION):
            raise RulesError(f"outcomes: {row['key']} looks or sounds otherwise than on this terminal")
    for row in read["plate_types"]:
        if not set(row["background"].split("|")) <= {*COLOURS, "none"}:
            raise RulesError(f"plate_types: {row['code']} has a colour that this terminal does not draw")
        if row["credential"] not in ("yes", "no"):
            raise RulesError(f"plate_types: {row['code']}: credential is neither yes nor no")
        try:
            re.compile(row["pattern"])
        except re.error as error:
            raise RulesError(f"plate_types: {row['code']}: {error}") from error
