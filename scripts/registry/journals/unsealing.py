"""Open sealed records with the journal's private key into typed rows; those that no key opens stay sealed.

Storing needs no key that opens records, so workers have none. Sealed records are tried again whenever keys
are given (wire format, section 6).
"""

from __future__ import annotations

from dataclasses import asdict, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from scripts.registry.journals.entry_tables import BODIES, ENTRY
from scripts.registry.journals.store import SEALED, IncidentKind, RecordPlace, note
from scripts.registry.journals.tables import RECORD
from terminal.journal import record
from terminal.journal.codec import read_entry
from terminal.journal.entry import Basis, CodeDigest, CodeShown, LookupMade, Rules, SealedClaimsViewed
from terminal.wire.cbor import Malformed
from terminal.wire.sealed import open_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row

    from scripts.registry.database import Database
    from terminal.journal.entry import Body, Entry
    from terminal.wire.sealed import SealingKeyPair

OPENED, UNSOUND = SEALED + 1, SEALED + 2
"""States of an opened record: its entry is in the tables, or it is no entry of its place."""
AT_ONCE = 1_000
"""Records opened in one transaction."""
_TYPES: dict[type, str] = {SealedClaimsViewed: "opened"}
"""Names of entry types in files, where they differ from the class."""


def open_all(database: Database, keys: Sequence[SealingKeyPair], now_ms: int) -> tuple[int, int]:
    """Open sealed records; return how many were opened, and how many no key opens. Raises DatabaseFault."""
    opened, left, after = 0, 0, ("", b"", 0)
    while True:
        with database.transaction() as connection:
            rows = _sealed(connection, after)
            done = sum(_open(connection, row, keys, now_ms) for row in rows)
        if not rows:
            return opened, left
        opened, left = opened + done, left + len(rows) - done
        after = rows[-1].terminal, rows[-1].journal, rows[-1].seq


def _sealed(connection: Connection, after: tuple[str, bytes, int]) -> Sequence[Row[Any]]:
    """Return the next sealed records, locked, so that two processes do not open the same ones."""
    columns = (RECORD.c.terminal, RECORD.c.journal, RECORD.c.seq)
    terminal, journal, seq = after
    beyond = (
        (columns[0] > terminal)
        | (columns[0] == terminal) & (columns[1] > journal)
        | (columns[0] == terminal) & (columns[1] == journal) & (columns[2] > seq)
    )
    due = select(RECORD).where(RECORD.c.state == SEALED, beyond).order_by(*columns).limit(AT_ONCE)
    return connection.execute(due.with_for_update()).all()


def _open(connection: Connection, row: Row[Any], keys: Sequence[SealingKeyPair], now_ms: int) -> bool:
    """Open one record; return True if a key opened it."""
    encoded = open_with(keys, record.read(row.record).sealed)
    if encoded is None:
        return False
    place = {"terminal": row.terminal, "journal": row.journal, "seq": row.seq}
    entry = _entry(encoded, place)
    if entry is None:
        note(connection, RecordPlace(**place), IncidentKind.UNSOUND, now_ms)
    else:
        connection.execute(ENTRY.insert().values(**place, **_stamp(entry)))
        connection.execute(BODIES[type(entry.body)].insert().values(**place, **_columns(entry.body)))
    state = UNSOUND if entry is None else OPENED
    connection.execute(update(RECORD).filter_by(**place).values(state=state))
    return True


def _entry(encoded: bytes, place: dict[str, Any]) -> Entry | None:
    """Return the entry if it states the place where it is stored, else None."""
    try:
        entry = read_entry(encoded)
    except Malformed:
        return None
    said = {"terminal": entry.stamp.terminal, "journal": entry.journal_id, "seq": entry.seq}
    return entry if said == place else None


def _stamp(entry: Entry) -> dict[str, Any]:
    stamp = entry.stamp
    return {
        "id": entry.id,
        "at_ms": stamp.at_ms,
        "clock_trusted": stamp.clock_trusted,
        "officer": _plain(stamp.officer),
        "shift": _plain(stamp.shift),
        "duress": stamp.duress,
        "type": _TYPES.get(type(entry.body), type(entry.body).__name__.lower()),
    }


def _columns(body: Body) -> dict[str, Any]:
    """Return a body as columns, without absent fields."""
    return _row({each.name: getattr(body, each.name) for each in fields(body)})


def _row(named: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in named.items():
        if value is not None:
            row |= _COLUMNS.get(name, lambda held, name=name: {name: _value(held)})(value)
    return row


def _code_text(held: str | CodeDigest) -> dict[str, Any]:
    if isinstance(held, CodeDigest):
        return {"code_sha256": held.sha256, "code_length": held.length}
    return {"code_text": _plain(held)}


def _code(held: CodeShown) -> dict[str, Any]:
    return _row({"cti": held.cti, "code_text": held.text, "issuance": held.issuance})


def _lookup(held: LookupMade) -> dict[str, Any]:
    return _row({"request_id": held.request_id, "live_answer": held.answer})


def _basis(held: Basis) -> dict[str, Any]:
    return _row({each.name: getattr(held, each.name) for each in fields(held)})


def _rules(held: Rules) -> dict[str, Any]:
    return {"rules_serial": held.serial, "rules_digest": held.digest}


def _pair(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda held: dict(zip(names, held, strict=True))


def _words(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda held: {name: _plain(" ".join(held))}


_COLUMNS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ages": asdict,
    "basis": _basis,
    "code": _code,
    "code_text": _code_text,
    "differing": _words("differing"),
    "disposals": _words("disposals"),
    "hotlist_version": _pair("hotlist_epoch", "hotlist_seq"),
    "live_answer": _pair("answer_result", "answered_ms"),
    "lookup": _lookup,
    "location": _pair("latitude", "longitude"),
    "pictures": lambda held: {"pictures": " ".join(picture.hex() for picture in held)},
    "rules": _rules,
    "seq": lambda held: {"refers": held},
}
"""Conversions of fields that are not one column of the same name."""


def _value(held: object) -> object:
    if isinstance(held, IntEnum):
        return int(held)
    return _plain(str(held)) if isinstance(held, str) else held


def _plain(text: str) -> str:
    """Return the text without NUL, which PostgreSQL does not store; the sealed record keeps it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
