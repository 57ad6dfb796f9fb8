"""Limit on the journals that a terminal may begin, since each costs rows (wire format, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from scripts.registry.journals.tables import JOURNAL, KNOWN
from scripts.registry.tables import insert
from terminal.limits import DAY_S

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_NEW = 16
"""New journals of a terminal in `SPAN_MS`; a terminal begins one, and another after each damage."""
SPAN_MS = 30 * 1000 * DAY_S
WAIT_S = DAY_S
"""Wait, s, stated in a receipt that says "not now"."""


def admits(connection: Connection, terminal: str, journal_id: bytes, now_ms: int) -> bool:
    """Return True if a journal is known, or if the terminal may begin it; it is known from then on."""
    place = {"terminal": terminal, "journal": journal_id}
    for table in (KNOWN, JOURNAL):
        if connection.execute(select(table.c.terminal).filter_by(**place)).first() is not None:
            return True
    recent = select(func.count()).where(KNOWN.c.terminal == terminal, KNOWN.c.first_ms > now_ms - SPAN_MS)
    if connection.execute(recent).scalar_one() >= MOST_NEW:
        return False
    begun = insert(connection, KNOWN).values(**place, first_ms=now_ms)
    connection.execute(begun.on_conflict_do_nothing())
    return True
