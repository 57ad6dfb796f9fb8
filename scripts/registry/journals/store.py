"""Storage of journals: each record once, in order, in one transaction with its receipt.

Storing locks the journal's row, so that several workers store one after another. A head that a terminal names
is kept until its records are stored and agree; if they do not agree, the journal was rolled back or
rewritten, and an incident is noted (wire format, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from scripts.registry.journals import quota
from scripts.registry.journals.continuity import Gap, Store, is_sound, weigh
from scripts.registry.journals.tables import INCIDENT, JOURNAL, RECEIPT, RECORD, SIGHTING
from scripts.registry.lookup_statement import Statement
from scripts.registry.tables import WITNESS, insert, insert_for
from scripts.registry.terminals import ACTIVE
from terminal.journal import record
from terminal.journal.record import Head
from terminal.registry import codec
from terminal.registry.messages import Receipt, Reception

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Select, Table
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.sql.dml import ReturningInsert

    from scripts.registry.terminals import Terminal
    from terminal.registry.messages import Batch
    from terminal.wire.signed import Signer

REORDER_MS = 120_000
"""Messages of a terminal may overtake each other within this time, ms; beyond it, they are in order."""
SEALED = 0
"""State of a record that was not opened yet."""


def _hash_in(table: Table) -> Select[bytes]:
    place = [table.c[name] == bindparam(name) for name in ("terminal", "journal", "seq")]
    return select(table.c.hash).where(*place)


def _extending(dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Keeps a head, unless one that reaches as far is kept of its journal."""
    mark = insert_for(dialect, WITNESS)
    said = {name: mark.excluded[name] for name in ("seq", "hash", "at_ms")}
    return mark.on_conflict_do_update(
        index_elements=["terminal", "journal"], set_=said, where=WITNESS.c.seq < mark.excluded.seq
    )


def _sighting(dialect: str) -> ReturningInsert[bytes]:
    """Keeps the first hash named for a place; returns it, and no row if one is kept already."""
    return insert_for(dialect, SIGHTING).on_conflict_do_nothing().returning(SIGHTING.c.hash)


_FURTHEST = Statement(
    lambda _: select(WITNESS.c.seq, WITNESS.c.at_ms).where(
        WITNESS.c.terminal == bindparam("terminal"), WITNESS.c.journal == bindparam("journal")
    )
)
_STORED, _SIGHTED = Statement(lambda _: _hash_in(RECORD)), Statement(lambda _: _hash_in(SIGHTING))
_EXTENDING, _SIGHTING = Statement(_extending), Statement(_sighting)


class IncidentKind(StrEnum):
    """Kinds of incidents with a journal, each at a record's number."""

    FORK = "fork"
    """A batch contradicts the stored records; it was refused."""
    REWRITTEN = "rewritten"
    """A head named for this number differs from the stored record."""
    ROLLED_BACK = "rolled_back"
    """The terminal named this as its newest record after it had named a later one."""
    INACTIVE = "inactive"
    """Records from here on came from a withdrawn terminal: their origin must be investigated."""
    UNSOUND = "unsound"
    """The sealed box holds no entry of this place."""
    EVIDENCE = "evidence"
    """A picture does not match its hash; the place has 16 zero bytes and the picture's size."""


class RecordPlace(NamedTuple):
    """Place of a record: terminal, journal and number."""

    terminal: str
    journal: bytes
    seq: int


class ReceiptReply(NamedTuple):
    """A signed receipt, and its content."""

    message: bytes
    result: Reception


@dataclass(frozen=True, slots=True)
class _Held:
    """A journal in the database; implements `continuity.Holding`."""

    connection: Connection
    owner: Terminal
    genesis: bytes
    head: Head

    def hashes(self, first: int, last: int) -> dict[int, bytes]:
        rows = self.connection.execute(
            select(RECORD.c.seq, RECORD.c.hash).where(
                RECORD.c.terminal == self.owner.id,
                RECORD.c.journal == self.head.journal_id,
                RECORD.c.seq.between(first, last),
            )
        )
        found = {row.seq: row.hash for row in rows}
        return found | {0: self.genesis} if first == 0 else found


def store(connection: Connection, batch: Batch, owner: Terminal, now_ms: int, sign: Signer) -> ReceiptReply:
    """Store the new records of a batch with their receipt; a batch that is stored already gets the same
    receipt again.
    """
    if not is_sound(batch):
        return refuse(connection, owner, batch.journal_id, now_ms, sign)
    start = record.genesis(owner.public_key, batch.journal_id)
    if not quota.admits(connection, owner.id, batch.journal_id, now_ms):
        return _answer(owner, start, now_ms, Reception.NOT_NOW, sign)
    held = _hold(connection, start, owner, now_ms)
    weighed = weigh(batch, held)
    if isinstance(weighed, Store):
        if weighed.records:
            return _add(held, weighed.records, now_ms, sign)
        kept = _receipt(connection, held, batch.last)
        return ReceiptReply(kept, Reception.STORED)
    if isinstance(weighed, Gap):
        return _answer(owner, held.head, now_ms, Reception.GAP, sign)
    note(connection, RecordPlace(owner.id, batch.journal_id, weighed.seq), IncidentKind.FORK, now_ms)
    return _answer(owner, held.head, now_ms, Reception.FORK, sign)


def refuse(
    connection: Connection, owner: Terminal, journal_id: bytes, now_ms: int, sign: Signer
) -> ReceiptReply:
    """Refuse a batch for good: the receipt states the stored part of its journal, which is unchanged."""
    place = {"terminal": owner.id, "journal": journal_id}
    row = connection.execute(select(JOURNAL.c.seq, JOURNAL.c.hash).filter_by(**place)).one_or_none()
    start = record.genesis(owner.public_key, journal_id)
    head = start if row is None else Head(journal_id, row.seq, row.hash)
    return _answer(owner, head, now_ms, Reception.REFUSED, sign)


def witness(connection: Connection, terminal: str, head: Head, at_ms: int, *, fresh: bool) -> None:
    """Keep a head that a terminal named, and note incidents if it contradicts an earlier one or the stored
    records.

    `fresh` means that it was sent within `FRESH_MS` of `at_ms`: only then can a lower head show a rolled-back
    journal. A head of a journal above the terminal's quota is not kept.
    """
    journal = {"terminal": terminal, "journal": head.journal_id}
    furthest = _FURTHEST.on(connection, journal)
    if not furthest and not quota.admits(connection, terminal, head.journal_id, at_ms):
        return
    if fresh and any(head.seq < seq and at_ms > seen_ms + REORDER_MS for seq, seen_ms in furthest):
        note(connection, RecordPlace(terminal, head.journal_id, head.seq), IncidentKind.ROLLED_BACK, at_ms)
    place = {**journal, "seq": head.seq}
    seen = {**place, "hash": head.hash, "at_ms": at_ms}
    _EXTENDING.on(connection, seen)
    known = _STORED.on(connection, place)
    if not known and head.seq > 0:
        known = _SIGHTING.on(connection, seen) or _SIGHTED.on(connection, place)
    if any(digest != head.hash for (digest,) in known):
        note(connection, RecordPlace(terminal, head.journal_id, head.seq), IncidentKind.REWRITTEN, at_ms)


def note(connection: Connection, place: RecordPlace, kind: IncidentKind, at_ms: int) -> None:
    """Note an incident, once for each place and kind."""
    adding = insert(connection, INCIDENT).values(**place._asdict(), kind=kind.value, at_ms=at_ms)
    connection.execute(adding.on_conflict_do_nothing())


def _hold(connection: Connection, start: Head, owner: Terminal, now_ms: int) -> _Held:
    """Return the row of the journal that begins with `start`, locked for this transaction."""
    place = {"terminal": owner.id, "journal": start.journal_id}
    found = insert(connection, JOURNAL).values(**place, seq=0, hash=start.hash, at_ms=now_ms)
    connection.execute(found.on_conflict_do_nothing())
    row = connection.execute(select(JOURNAL).filter_by(**place).with_for_update()).one()
    return _Held(connection, owner, start.hash, Head(start.journal_id, row.seq, row.hash))


def _add(held: _Held, records: tuple[bytes, ...], now_ms: int, sign: Signer) -> ReceiptReply:
    connection = held.connection
    first = held.head.seq + 1
    place = {"terminal": held.owner.id, "journal": held.head.journal_id}
    rows = [
        {**place, "seq": seq, "hash": record.digest(encoded), "record": encoded}
        | {"received_ms": now_ms, "state": SEALED}
        for seq, encoded in enumerate(records, first)
    ]
    connection.execute(RECORD.insert(), rows)
    head = Head(held.head.journal_id, first + len(records) - 1, record.digest(records[-1]))
    moved = update(JOURNAL).filter_by(**place).values(seq=head.seq, hash=head.hash, at_ms=now_ms)
    connection.execute(moved)
    given = _answer(held.owner, head, now_ms, Reception.STORED, sign)
    connection.execute(RECEIPT.insert().values(**place, seq=head.seq, message=given.message))
    _settle(connection, place, head.seq, now_ms)
    if held.owner.state != ACTIVE:
        note(connection, RecordPlace(held.owner.id, head.journal_id, first), IncidentKind.INACTIVE, now_ms)
    return given


def _settle(connection: Connection, place: Mapping[str, object], last: int, now_ms: int) -> None:
    """Compare kept heads with the records stored since, and drop those that were compared."""
    mine = (SIGHTING.c.terminal == place["terminal"], SIGHTING.c.journal == place["journal"])
    same = (RECORD.c.terminal == SIGHTING.c.terminal) & (RECORD.c.journal == SIGHTING.c.journal)
    seen = connection.execute(
        select(SIGHTING.c.terminal, SIGHTING.c.journal, SIGHTING.c.seq)
        .join(RECORD, same & (RECORD.c.seq == SIGHTING.c.seq))
        .where(*mine, SIGHTING.c.seq <= last, SIGHTING.c.hash != RECORD.c.hash)
    )
    for row in seen.all():
        note(connection, RecordPlace(*row), IncidentKind.REWRITTEN, now_ms)
    connection.execute(delete(SIGHTING).where(*mine, SIGHTING.c.seq <= last))


def _answer(owner: Terminal, head: Head, now_ms: int, result: Reception, sign: Signer) -> ReceiptReply:
    """Return a signed receipt with `head` as the last stored record."""
    about = Receipt(
        terminal=owner.id,
        journal_id=head.journal_id,
        seq=head.seq,
        hash=head.hash,
        received_ms=now_ms,
        result=result,
        wait_s=quota.WAIT_S if result is Reception.NOT_NOW else None,
    )
    return answered(about, sign)


def answered(receipt: Receipt, sign: Signer) -> ReceiptReply:
    """Sign a receipt."""
    return ReceiptReply(codec.sign(receipt, sign), receipt.result)


def _receipt(connection: Connection, held: _Held, last: int) -> bytes:
    """Return the first receipt that covers a number: the one that a stored batch got before."""
    mine = select(RECEIPT.c.message).where(
        RECEIPT.c.terminal == held.owner.id, RECEIPT.c.journal == held.head.journal_id
    )
    covering = mine.where(RECEIPT.c.seq >= last).order_by(RECEIPT.c.seq).limit(1)
    message: bytes = connection.execute(covering).scalar_one()
    return message


class JournalStanding(NamedTuple):
    """State of one journal: stored records, heads seen, and the number of incidents."""

    terminal: str
    journal: bytes
    stored: int
    hash: bytes
    seen: int
    """The furthest head that was named; records after `stored` up to it are still to be uploaded, or were
    lost.
    """
    incidents: int


def standings(connection: Connection) -> list[JournalStanding]:
    """Return every journal that was stored or seen, by terminal and journal. Counts records, not numbers."""
    count = select(RECORD.c.terminal, RECORD.c.journal, func.count().label("stored")).group_by(
        RECORD.c.terminal, RECORD.c.journal
    )
    stored = {(row.terminal, row.journal): row.stored for row in connection.execute(count)}
    hashes = {(row.terminal, row.journal): row.hash for row in connection.execute(select(JOURNAL))}
    seen = {(row.terminal, row.journal): row.seq for row in connection.execute(select(WITNESS))}
    found = select(INCIDENT.c.terminal, INCIDENT.c.journal, func.count().label("all")).group_by(
        INCIDENT.c.terminal, INCIDENT.c.journal
    )
    incidents = {(row.terminal, row.journal): row.all for row in connection.execute(found)}
    return [
        JournalStanding(
            *key, stored.get(key, 0), hashes.get(key, b""), seen.get(key, 0), incidents.get(key, 0)
        )
        for key in sorted({*hashes, *seen, *incidents})
    ]
