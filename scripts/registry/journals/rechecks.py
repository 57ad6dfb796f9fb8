"""Recheck vehicles, whose status was not checked live at the roadside, against the registry's own records.

The finding is as of the time of the recheck; the record of what the officer saw is unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from scripts.registry.database import RequestView
from scripts.registry.journals.entry_tables import CHECK, RECHECK, REFINEMENT
from scripts.registry.tables import insert
from terminal.model import Plate, VehicleFinding
from terminal.vehicle import status

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from scripts.registry.database import Database
    from terminal.registry.messages import VehicleRecord

NOT_LIVE = frozenset(
    finding.value
    for finding in VehicleFinding
    if finding in (VehicleFinding.UNCHECKED, VehicleFinding.UNKNOWN) or finding.startswith("cached_")
)
"""Findings that no registry gave: `unknown` may come from a list as well as from an answer."""
AT_ONCE = 1_000


def recheck_all(database: Database, now_ms: int) -> int:
    """Recheck every check that is due; return their number. Raises DatabaseFault."""
    count = 0
    while True:
        with database.transaction() as connection:
            rows = _due(connection)
            for row in rows:
                _recheck(connection, row, now_ms)
        if not rows:
            return count
        count += len(rows)


def _due(connection: Connection) -> list[Row[Any]]:
    """Return the checks with a number, without any live answer, that were not rechecked."""
    done, refined = RECHECK.c, REFINEMENT.c
    mine = CHECK.c
    rechecked = exists().where(
        done.terminal == mine.terminal, done.journal == mine.journal, done.seq == mine.seq
    )
    answered = exists().where(
        refined.terminal == mine.terminal,
        refined.journal == mine.journal,
        refined.refers == mine.seq,
        refined.vehicle.is_not(None),
        refined.vehicle.not_in(NOT_LIVE),
    )
    due = select(CHECK).where(mine.vehicle.in_(NOT_LIVE), mine.number.is_not(None), ~rechecked, ~answered)
    return list(connection.execute(due.limit(AT_ONCE)).all())


def _recheck(connection: Connection, row: Row[Any], now_ms: int) -> None:
    found = [
        record
        for record in RequestView(connection).records(row.number)
        if row.kind is None or record.plate == Plate(row.number, row.kind)
    ]
    record = found[0] if len(found) == 1 else None
    done = insert(connection, RECHECK).values(
        terminal=row.terminal,
        journal=row.journal,
        seq=row.seq,
        at_ms=now_ms,
        vehicle=_finding(record, len(found), now_ms).value,
        letters=record and record.letters,
        valid_through=record and record.valid_through,
    )
    connection.execute(done.on_conflict_do_nothing())  # another process may recheck at the same time


def _finding(record: VehicleRecord | None, count: int, now_ms: int) -> VehicleFinding:
    """Return the finding; if several kinds have the number, nobody knows which one it was."""
    if record is None:
        return VehicleFinding.UNKNOWN if count else VehicleFinding.NOT_FOUND
    return status.live(record.letters, record.valid_through, now_ms / 1000)
