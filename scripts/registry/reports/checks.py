"""Checks with everything known of them in one row: recorded, refined, noted, confirmed and rechecked.

Rows are in order of time; `outcome` is the last one that the officer saw, `first_outcome` the first. No check
is left out, and mistakes are marked; notes that were revoked are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, and_, exists, or_, select

from scripts.registry.journals.entry_tables import (
    CHECK,
    CODE_RECHECK,
    CONFIRMATION,
    ENTRY,
    NOTE,
    RECHECK,
    REFINEMENT,
)
from scripts.registry.journals.tables import RECORD, UNIT
from terminal.journal.notes import CONTROL_ROOM, ResultKey
from terminal.model import Outcome, VehicleFinding
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, FromClause, Select

PLACE = ("terminal", "journal", "seq")
LATEST_MS = 253_402_214_400_000
"""Year 9999: later times cannot be written, and no terminal's clock shows one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Selects checks by day in Asia/Shanghai (the terminal's clock), by unit, by last outcome, and those that
    raised an alarm at any time.
    """

    day: date | None = None
    unit: str | None = None
    outcome: str | None = None
    alarms: bool = False


@dataclass(slots=True, kw_only=True)
class RecordColumns:
    """The record of a check, and who made it."""

    terminal: str
    unit: str | None
    journal: str
    seq: int
    id: str
    at_ms: int
    clock_trusted: bool
    received_ms: int
    officer: str
    shift: str
    duress: bool


@dataclass(slots=True, kw_only=True)
class VerdictColumns:
    """The last verdict of a check; `first_outcome` is the first."""

    how: str
    finding: str
    reason: str
    vehicle: str
    outcome: str
    first_outcome: str
    subject: str
    letters: str | None
    valid_through: int | None
    differing: str | None = None


@dataclass(slots=True, kw_only=True)
class PlateColumns:
    """The vehicle of a check, how its plate was entered, and where it was."""

    number: str | None
    kind: str | None
    plate_entry: str | None = None
    latitude: int | None
    longitude: int | None
    belongs_to: int | None = None


@dataclass(slots=True, kw_only=True)
class CodeColumns:
    """The code of a check."""

    cti: str | None
    code_text: str | None
    code_sha256: str | None = None
    code_length: int | None = None
    issuance: int | None = None


@dataclass(slots=True, kw_only=True)
class BasisColumns:
    """Clock, rules, trust set and lists that the verdict was based on."""

    trust_s: int | None
    offline_s: int | None
    hotlist_s: int | None
    trust_serial: int | None
    rules_serial: int | None = None
    rules_digest: str | None = None
    clock_s: int | None = None
    offline_day: int | None = None
    hotlist_epoch: int | None = None
    hotlist_seq: int | None = None
    settings_serial: int | None = None


@dataclass(slots=True, kw_only=True)
class AnswerColumns:
    """The registry's answer to a check, and what it found itself later."""

    request_id: str | None
    answer_result: int | None = None
    answered_ms: int | None = None
    rechecked_ms: int | None = None
    rechecked_vehicle: str | None = None
    rechecked_issuance: int | None = None
    """Later answer of the authorities' records about the code: 0 issued, 1 never issued."""


@dataclass(slots=True, kw_only=True)
class SaidColumns:
    """Later entries of officers and control rooms about a check."""

    mistaken: bool = False
    actions: str = field(default="")
    notes: str = field(default="")
    pictures: str = field(default="")
    confirmed: str = field(default="")
    alarm_source: str = field(default="")
    """Source of its alarm, a member of AlarmSource; empty without one."""
    alarm_word: str | None = None
    """The last of `confirmed` and `not_this_vehicle` that was said of its alarm."""
    alarm_result: str | None = None
    """Result of its alarm; None while it is open."""


@dataclass(slots=True, kw_only=True)
class Checked:
    """A check in groups of columns.

    Times are in Unix ms, days yyyymmdd, places in 1e-7 degrees, ages in s; None if absent.
    """

    record: RecordColumns
    verdict: VerdictColumns
    plate: PlateColumns
    code: CodeColumns
    basis: BasisColumns
    answer: AnswerColumns
    said: SaidColumns

    @property
    def at(self) -> datetime:
        """Its time, in Asia/Shanghai."""
        return datetime.fromtimestamp(min(self.record.at_ms, LATEST_MS) / 1000, SHANGHAI)

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Checked:
        """Return a check with these values by column."""
        held: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
        for name, value in columns.items():
            held[GROUP_OF[name]][name] = value
        return cls(**{group: GROUPS[group](**values) for group, values in held.items()})

    def columns(self) -> dict[str, object]:
        """Return the values of all columns by name."""
        return {name: getattr(getattr(self, group), name) for name, group in GROUP_OF.items()}

    def put(self, name: str, value: object) -> None:
        """Set a column."""
        setattr(getattr(self, GROUP_OF[name]), name, value)


GROUPS: dict[str, type[Any]] = {
    "record": RecordColumns,
    "verdict": VerdictColumns,
    "plate": PlateColumns,
    "code": CodeColumns,
    "basis": BasisColumns,
    "answer": AnswerColumns,
    "said": SaidColumns,
}
"""The groups of columns of `Checked`, by name."""
GROUP_OF = {column.name: name for name, group in GROUPS.items() for column in fields(group)}
"""The group of each column, in the order of columns."""
_REFINED = (
    *("finding", "reason", "vehicle", "outcome", "subject", "number", "kind", "cti", "latitude", "longitude"),
    *("trust_s", "offline_s", "hotlist_s", "trust_serial", "code_text", "request_id", "letters"),
    *("valid_through", "code_sha256", "code_length", "rules_serial", "rules_digest", "clock_s"),
    *("answer_result", "answered_ms", "plate_entry", "differing", "issuance", "offline_day"),
    *("hotlist_epoch", "hotlist_seq", "settings_serial", "belongs_to"),
)


class AlarmSource(StrEnum):
    """The sources of alarms."""

    REGISTRY = "registry"
    """The registry's own answer."""
    HOT_LIST = "hot_list"
    """The hot list on the terminal."""
    OFFLINE_LIST = "offline_list"
    """The offline list, which has classes and no letters."""


def checks(connection: Connection, wanted: Filter) -> list[Checked]:
    """Return the selected checks."""
    rows = connection.execute(_query(wanted)).mappings()
    found = {(row["terminal"], row["journal"], row["seq"]): _checked(row) for row in rows}
    for table in (REFINEMENT, NOTE, CONFIRMATION):
        for place, said in _said_of(connection, table, wanted):
            _FOLDS[table.name](found[place], said)
    held = found.values()
    return [one for one in held if wanted.outcome in (None, one.verdict.outcome)]


def _when(wanted: Filter) -> list[ColumnElement[bool]]:
    alarms = [_raised_an_alarm()] if wanted.alarms else []
    if wanted.day is None:
        return alarms
    start = datetime(wanted.day.year, wanted.day.month, wanted.day.day, tzinfo=SHANGHAI)
    first, past = (int(each.timestamp() * 1000) for each in (start, start + timedelta(days=1)))
    return [ENTRY.c.at_ms >= first, ENTRY.c.at_ms < past, *alarms]


def _raised_an_alarm() -> ColumnElement[bool]:
    later = REFINEMENT.alias()  # a query may be about refinements itself
    refined = exists().where(
        later.c.terminal == CHECK.c.terminal,
        later.c.journal == CHECK.c.journal,
        later.c.refers == CHECK.c.seq,
        later.c.outcome == Outcome.ALARM,
    )
    return or_(CHECK.c.outcome == Outcome.ALARM, refined)


def _same(one: Table, other: FromClause, seq: str = "seq") -> ColumnElement[bool]:
    return and_(
        one.c.terminal == other.c.terminal, one.c.journal == other.c.journal, one.c.seq == other.c[seq]
    )


def _of_unit(wanted: Filter) -> list[ColumnElement[bool]]:
    return [] if wanted.unit is None else [UNIT.c.unit == wanted.unit]


def _query(wanted: Filter) -> Select[Any]:
    entry = [column for column in ENTRY.c if column.name not in (*PLACE, "type")]
    rechecked = (
        RECHECK.c.at_ms.label("rechecked_ms"),
        RECHECK.c.vehicle.label("rechecked_vehicle"),
        CODE_RECHECK.c.issuance.label("rechecked_issuance"),
    )
    return (
        select(CHECK, *entry, RECORD.c.received_ms, UNIT.c.unit, *rechecked)
        .join(ENTRY, _same(ENTRY, CHECK))
        .join(RECORD, _same(RECORD, CHECK))
        .outerjoin(UNIT, UNIT.c.terminal == CHECK.c.terminal)
        .outerjoin(RECHECK, _same(RECHECK, CHECK))
        .outerjoin(CODE_RECHECK, _same(CODE_RECHECK, CHECK))
        .where(*_when(wanted), *_of_unit(wanted))
        .order_by(ENTRY.c.at_ms, *(CHECK.c[name] for name in PLACE))
    )


def _said_of(
    connection: Connection, table: Table, wanted: Filter
) -> list[tuple[tuple[str, bytes, int], dict[str, Any]]]:
    """Return the later entries about the selected checks, in order."""
    later = (
        select(table)
        .join(CHECK, _same(CHECK, table, "refers"))
        .join(ENTRY, _same(ENTRY, CHECK))
        .outerjoin(UNIT, UNIT.c.terminal == CHECK.c.terminal)
        .where(*_when(wanted), *_of_unit(wanted), ~_is_revoked(table))
        .order_by(*(table.c[name] for name in PLACE))
    )
    rows = [dict(row) for row in connection.execute(later).mappings()]
    return [((row["terminal"], row["journal"], row["refers"]), row) for row in rows]


def _is_revoked(table: Table) -> ColumnElement[bool]:
    """Return the condition that an entry was revoked: a note on its own record calls it a mistake."""
    later = NOTE.alias("revoking")
    return exists().where(_same(table, later, "refers"), later.c.mistaken)


def _checked(row: Any) -> Checked:  # noqa: ANN401 - a row of columns by name
    given = {name: _shown(row[name]) for name in row if name in GROUP_OF} | {"first_outcome": row["outcome"]}
    check = Checked.of(given)
    check.said.alarm_source = _source(check)
    return check


def _source(check: Checked) -> str:
    """Return the source of a check's alarm as of now, or the one before."""
    if check.verdict.outcome != Outcome.ALARM:
        return check.said.alarm_source
    if check.verdict.vehicle == VehicleFinding.ALARM:
        return AlarmSource.REGISTRY
    return AlarmSource.HOT_LIST if check.verdict.letters else AlarmSource.OFFLINE_LIST


def _shown(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    return value.hex() if isinstance(value, bytes) else value


def _refine(check: Checked, said: dict[str, Any]) -> None:
    for name in _REFINED:
        if said[name] is not None:
            check.put(name, _shown(said[name]))
    check.said.alarm_source = _source(check)


def _note(check: Checked, said: dict[str, Any]) -> None:
    check.said.mistaken = check.said.mistaken if said["mistaken"] is None else said["mistaken"]
    for name, more in (("actions", said["action"]), ("notes", said["text"]), ("pictures", said["pictures"])):
        if more:
            check.put(name, f"{getattr(check.said, name)} {more}".strip())


def _confirm(check: Checked, said: dict[str, Any]) -> None:
    told = (said[name] for name in ("result", "reason", "disposals", "document", "handed_to"))
    check.said.confirmed = f"{check.said.confirmed} {said['by']}: {' '.join(filter(None, told))}".strip()
    if said["result"] in _WORDS:
        check.said.alarm_word = said["result"]
    # The control room's word alone says nothing about what was done.
    word_alone = said["by"] == CONTROL_ROOM and not said["reason"] and not said["disposals"]
    if said["result"] != ResultKey.PENDING and not word_alone:
        check.said.alarm_result = said["result"]


_WORDS = frozenset({ResultKey.CONFIRMED, ResultKey.NOT_THIS_VEHICLE})
_FOLDS = {REFINEMENT.name: _refine, NOTE.name: _note, CONFIRMATION.name: _confirm}


def by_cti(found: list[Checked]) -> dict[str, list[Checked]]:
    """Return the checks of each code that has an id, in order of time."""
    seen: dict[str, list[Checked]] = defaultdict(list)
    for one in found:
        if one.code.cti is not None:
            seen[one.code.cti].append(one)
    return seen
