"""Earlier alarms on a vehicle, from officers' confirmations (wire format, section 5, key 11 of an answer)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, exists, func, or_, select

from scripts.registry.journals.entry_tables import CHECK, CONFIRMATION, ENTRY, REFINEMENT
from scripts.registry.lookup_statement import Statement
from scripts.registry.reports.checks import LATEST_MS
from scripts.registry.tables import LISTED
from terminal.model import EarlierAlarm
from terminal.registry.codec import MOST_EARLIER_ALARMS
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.status import StatusClass, classify

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from terminal.registry.messages import VehicleRecord


_LISTED = Statement(
    lambda _: select(LISTED.c.letters).where(
        LISTED.c.number == bindparam("number"), LISTED.c.kind == bindparam("kind")
    )
)
LONGEST_WORD = 32
"""Longest word that is passed on, characters: a terminal may have sealed any text."""


def earlier_alarms(connection: Connection, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
    """Return how earlier alarms on a vehicle ended, newest first; None if it has none now, or never had one.

    Only opened records (`journals.unsealing`) are considered.
    """
    if classify(record.letters) is not StatusClass.ALARM and not _is_listed(connection, record):
        return None
    told = (
        select(ENTRY.c.at_ms, CONFIRMATION.c.result, CONFIRMATION.c.reason)
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
        .where(_is_about(record), func.length(CONFIRMATION.c.result) <= LONGEST_WORD)
        .where(func.coalesce(func.length(CONFIRMATION.c.reason), 0) <= LONGEST_WORD)
        .order_by(ENTRY.c.at_ms.desc(), ENTRY.c.seq.desc())
        .limit(MOST_EARLIER_ALARMS)
    )
    found = tuple(EarlierAlarm(_day(row.at_ms), row.result, row.reason) for row in connection.execute(told))
    return found or None


def _day(at_ms: int) -> int:
    at = datetime.fromtimestamp(min(at_ms, LATEST_MS) / 1e3, SHANGHAI)
    return int(f"{at:%Y%m%d}")


def _is_about(record: VehicleRecord) -> ColumnElement[bool]:
    """Select checks of the vehicle: by the plate that was entered later, if any, else by the check's own."""
    entered = exists().where(
        REFINEMENT.c.terminal == CHECK.c.terminal,
        REFINEMENT.c.journal == CHECK.c.journal,
        REFINEMENT.c.refers == CHECK.c.seq,
        REFINEMENT.c.number.is_not(None),
    )
    this = and_(REFINEMENT.c.number == record.number, REFINEMENT.c.kind == record.kind)
    own = and_(CHECK.c.number == record.number, CHECK.c.kind == record.kind)
    return or_(and_(own, ~entered), entered.where(this))


def _is_listed(connection: Connection, record: VehicleRecord) -> bool:
    rows = _LISTED.on(connection, {"number": record.number, "kind": record.kind})
    return any(classify(letters) is StatusClass.ALARM for (letters,) in rows)
