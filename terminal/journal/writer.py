"""Write one journal entry: sealed, chained, counted and committed in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nacl.exceptions import CryptoError

from terminal.errors import JournalFault
from terminal.journal import database, record
from terminal.journal.codec import write_entry
from terminal.journal.entry import Check, Entry, Refinement
from terminal.journal.record import Record
from terminal.model import Outcome
from terminal.wire.fields import ID_SIZE
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from terminal.journal.entry import Body, Stamp
    from terminal.journal.record import Head

_UUID_RANDOM = 10


@dataclass(frozen=True, slots=True)
class EntryWriter:
    """Entry writer: the newest journal-sealing key (X25519) and a source of randomness.

    `random(n)` returns n random bytes. Raises JournalFault for an unusable key.
    """

    sealing_key: bytes
    random: Callable[[int], bytes]

    def __post_init__(self) -> None:
        try:
            seal(b"", self.sealing_key)
        except CryptoError as error:
            raise JournalFault("the journal-sealing key cannot be used") from error

    def journal_id(self) -> bytes:
        """Return the id of a new journal: 16 random bytes."""
        return self.random(ID_SIZE)

    def write(self, db: Connection, head: Head, stamp: Stamp, body: Body, was: Outcome | None = None) -> Head:
        """Append an entry after `head`; on return the new head is durable.

        `was` is the outcome that a refinement replaces. Raises sqlite3.Error, JournalDamaged, and ValueError
        for an entry outside the format; nothing is added then.
        """
        seq = head.seq + 1
        name = record.uuid7(stamp.at_ms, self.random(_UUID_RANDOM))
        entry = write_entry(Entry(head.journal_id, seq, name, stamp, body))
        encoded = record.write(Record(seq, head.hash, seal(entry, self.sealing_key)))
        with database.transaction(db):
            after = database.append(db, head, encoded)
            _tally(db, stamp.shift, body, was)
        return after


def _tally(db: Connection, shift: str, body: Body, was: Outcome | None) -> None:
    match body:
        case Check(outcome=outcome):
            database.count(db, shift, outcome)
        case Refinement(outcome=Outcome() as outcome) if was and database.uncount(db, shift, was):
            database.count(db, shift, outcome)
        case _:
            pass
