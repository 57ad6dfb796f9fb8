"""Earlier alarms on a vehicle, from officers' confirmations (wire format, section 5, key 11 of an answer)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, func, or_, select

from scripts.registry.journals.entry_tables import CHECK, CONFIRMATION, ENTRY, NOTE, REFINEMENT
from scripts.registry.lookup_statement import Statement
from scripts.registry.reports.checks import LATEST_MS
from scripts.registry.tables import LISTED
from terminal.journal.notes import ResultKey
from terminal.model import EarlierAlarm, Outcome
from terminal.registry.codec import MOST_EARLIER_ALARMS
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.status import StatusClass, classify

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from terminal.registry.messages import VehicleRecord


_LISTED = Statement(
    lambda _: select(LISTED.c.letters).where(
        LISTED.c.number == bindparam("number"), LISTED.c.kind == bindparam("kind")
    )
)
MOST_READ = 64
"""Most results that are read for an answer: more than the alarms in it have."""
LONGEST_WORD = 32
"""Longest word that is passed on, characters: a terminal may have sealed any text."""


def earlier_alarms(connection: Connection, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
    """Return how earlier alarms on a vehicle ended, newest first; None if it has none now, or never had one.

    Only opened records (`journals.unsealing`) are considered. Of each alarm the last result counts that was
    not revoked.
    """
    if classify(record.letters) is not StatusClass.ALARM and not _is_listed(connection, record):
        return None
    ended: dict[tuple[str, bytes, int], EarlierAlarm] = {}
    told: set[tuple[str, bytes, int]] = set()
    for row in connection.execute(_results(record)):
        alarm = row.terminal, row.journal, row.refers
        entry = row.terminal, row.journal, row.at_ms  # the result of several checks of one alarm
        if alarm not in ended and entry not in told and _is_about(connection, row, record):
            ended[alarm] = EarlierAlarm(_day(row.at_ms), row.result, row.reason)
            told.add(entry)
    return tuple(ended.values())[:MOST_EARLIER_ALARMS] or None


def _results(record: VehicleRecord) -> Select[Any]:
    """Select the newest results of checks that were at any time about a vehicle, newest first."""
    entered = exists().where(
        REFINEMENT.c.terminal == CHECK.c.terminal,
        REFINEMENT.c.journal == CHECK.c.journal,
        REFINEMENT.c.refers == CHECK.c.seq,
        REFINEMENT.c.number == record.number,
        REFINEMENT.c.kind == record.kind,
    )
    own = and_(CHECK.c.number == record.number, CHECK.c.kind == record.kind)
    revoked = exists().where(
        NOTE.c.terminal == CONFIRMATION.c.terminal,
        NOTE.c.journal == CONFIRMATION.c.journal,
        NOTE.c.refers == CONFIRMATION.c.seq,
        NOTE.c.mistaken,
    )
    return (
        select(CONFIRMATION, ENTRY.c.at_ms, CHECK.c.number, CHECK.c.kind, CHECK.c.outcome)
        .join(
            CHECK,
            and_(
                CHECK.c.terminal == CONFIRMATION.c.terminal,
                CHECK.c.journal == CONFIRMATION.c.journal,
                CHECK.c.seq == CONFIRMATION.c.refers,
            ),
        )
        .join(
            ENTRY,
            and_(
                ENTRY.c.terminal == CONFIRMATION.c.terminal,
                ENTRY.c.journal == CONFIRMATION.c.journal,
                ENTRY.c.seq == CONFIRMATION.c.seq,
            ),
        )
        .where(or_(own, entered), CONFIRMATION.c.result != ResultKey.PENDING, ~revoked)
        .where(func.length(CONFIRMATION.c.result) <= LONGEST_WORD)
        .where(func.coalesce(func.length(CONFIRMATION.c.reason), 0) <= LONGEST_WORD)
        .order_by(ENTRY.c.at_ms.desc(), ENTRY.c.seq.desc())
        .limit(MOST_READ)
    )


def _is_about(connection: Connection, result: Row[Any], record: VehicleRecord) -> bool:
    """Return True if a result is about this vehicle: the last one that its check raised an alarm about, as an
    officer may have entered another plate since, or where it raised none, the last one that was entered.
    """
    refined = connection.execute(
        select(REFINEMENT.c.number, REFINEMENT.c.kind, REFINEMENT.c.outcome)
        .where(
            REFINEMENT.c.terminal == result.terminal,
            REFINEMENT.c.journal == result.journal,
            REFINEMENT.c.refers == result.refers,
        )
        .order_by(REFINEMENT.c.seq)
    )
    vehicle, outcome = (result.number, result.kind), result.outcome
    alarmed = vehicle if outcome == Outcome.ALARM else None
    for row in refined:
        vehicle = vehicle if row.number is None else (row.number, row.kind)
        outcome = row.outcome or outcome
        alarmed = vehicle if outcome == Outcome.ALARM else alarmed
    return (alarmed or vehicle) == (record.number, record.kind)


def _day(at_ms: int) -> int:
    at = datetime.fromtimestamp(min(at_ms, LATEST_MS) / 1e3, SHANGHAI)
    return int(f"{at:%Y%m%d}")


def _is_listed(connection: Connection, record: VehicleRecord) -> bool:
    rows = _LISTED.on(connection, {"number": record.number, "kind": record.kind})
    return any(classify(letters) is StatusClass.ALARM for (letters,) in rows)
