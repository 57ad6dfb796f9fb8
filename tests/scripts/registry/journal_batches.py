"""A terminal's journal for tests of the registry: entries, sealed and chained records, and batches."""

from __future__ import annotations

from dataclasses import dataclass, field

from scripts.registry.database import Database
from scripts.registry.journals import evidence, store
from scripts.registry.terminals import Terminal
from terminal.journal import record
from terminal.journal.codec import write_entry
from terminal.journal.entry import Ages, Body, Check, CodeShown, Entry, Stamp
from terminal.journal.record import Head, Record
from terminal.model import CheckOrigin, CredentialFinding, Outcome, Reason, Subject, VehicleFinding
from terminal.registry import codec, topics
from terminal.registry.messages import Batch, Chunk, Pieces, Receipt, StoredPart
from terminal.wire.sealed import SealingKeyPair, seal
from tests.scripts.registry.request_fixtures import NOW_MS, RECEIPT_KEYS, RECEIPT_SIGNER, T0001, signer_of

SECRET = b"journal".ljust(32, b".")
KEY = SealingKeyPair.of(SECRET)
JOURNAL = b"J" * 16
BATCH_TOPIC = topics.batch("T0001")

CHECK = Check(
    how=CheckOrigin.SCAN,
    finding=CredentialFinding.CURRENT,
    reason=Reason.OK,
    vehicle=VehicleFinding.VALID,
    outcome=Outcome.PASS,
    subject=Subject.CONFIRMED,
    ages=Ages(60, 120, None),
    trust_serial=3,
    number="苏A12345",
    kind="02",
    location=(320_000_000, 1_188_000_000),
    letters="A",
    valid_through=20270831,
    code=CodeShown(cti=b"c" * 12),
)


@dataclass
class Journal:
    """A growing journal; `records` has its records' bytes."""

    owner: Terminal = T0001
    id: bytes = JOURNAL
    sealing_key: bytes = KEY.public
    records: list[bytes] = field(default_factory=list)

    def head(self, seq: int | None = None) -> Head:
        """Return the head after record `seq`."""
        seq = len(self.records) if seq is None else seq
        start = record.genesis(self.owner.public_key, self.id)
        return Head(self.id, seq, record.digest(self.records[seq - 1])) if seq else start

    def add(self, body: Body, at_ms: int = NOW_MS, **place: object) -> int:
        """Append an entry and return its number; `place` makes it state another place."""
        seq = len(self.records) + 1
        stamp = Stamp(
            terminal=str(place.get("terminal", self.owner.id)),
            at_ms=at_ms,
            clock_trusted=True,
            officer="098765",
            shift="7",
        )
        said = place.get("seq", seq)
        assert isinstance(said, int)
        entry = Entry(self.id, said, record.uuid7(at_ms, seq.to_bytes(10, "big")), stamp, body)
        return self.add_sealed(seal(write_entry(entry), self.sealing_key))

    def add_sealed(self, sealed: bytes) -> int:
        """Append a sealed record."""
        head = self.head()
        self.records.append(record.write(Record(head.seq + 1, head.hash, sealed)))
        return head.seq + 1

    def fill(self, count: int) -> Journal:
        """Append this many checks."""
        for _ in range(count):
            self.add(CHECK)
        return self

    def batch(self, first: int, last: int) -> Batch:
        """Return the batch of records from `first` to `last`."""
        return Batch(
            terminal=self.owner.id,
            journal_id=self.id,
            first=first,
            last=last,
            before=self.head(first - 1).hash,
            records=tuple(self.records[first - 1 : last]),
        )

    def sent(self, first: int, last: int) -> bytes:
        """Return that batch, signed by its terminal."""
        return codec.sign(self.batch(first, last), signer_of(self.owner.id))


def read(message: bytes) -> Receipt:
    """Return a receipt, opened as by its terminal."""
    receipt = codec.open_signed(Receipt, message, RECEIPT_KEYS)
    assert receipt is not None
    return receipt


def file(database: Database, batch: Batch, owner: Terminal = T0001, now_ms: int = NOW_MS) -> bytes:
    """Return a worker's receipt for an admitted batch."""
    with database.transaction() as connection:
        return store.store(connection, batch, owner, now_ms, RECEIPT_SIGNER).message


def give(database: Database, *pieces: Chunk) -> tuple[StoredPart, ...]:
    """Return a worker's statement of the stored parts, after pieces."""
    with database.transaction() as connection:
        said = Pieces(terminal="T0001", pieces=pieces)
        receipt = read(evidence.store(connection, said, NOW_MS, RECEIPT_SIGNER).message)
    assert receipt.held is not None
    return receipt.held
