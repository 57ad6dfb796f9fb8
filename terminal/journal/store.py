"""Journal on disk: `append` returns when the record is durable, or raises and nothing was added.

Records are sealed before they are stored; only counts by outcome and the shift's number are in clear (wire
format, section 6).
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self, TypeVar

from terminal.errors import JournalFault, JournalFull
from terminal.journal import database, record, recovery, retention
from terminal.journal.entry import Event, EventKind
from terminal.journal.lock import Lock
from terminal.journal.reserve import RESERVE_BYTES, Reserve
from terminal.journal.writer import EntryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from sqlite3 import Connection

    from terminal.journal.database import Header
    from terminal.journal.entry import Body, Stamp
    from terminal.journal.record import Head
    from terminal.journal.recovery import SetAside
    from terminal.journal.reserve import Storage
    from terminal.model import Outcome


T = TypeVar("T")
FULL = Event(EventKind.FAULT, "the disk is full: no check is recorded, none is shown")


class Journal:
    """An open journal, for one thread.

    `set_aside` is the journal that opening set aside, if any; the officer must be shown it.
    """

    def __init__(
        self, lock: Lock, reserve: Reserve, writer: EntryWriter, db: Connection, meta: Header
    ) -> None:
        """Use `open`."""
        self.set_aside: SetAside | None = None
        self._lock, self._reserve, self._pen = lock, reserve, writer
        self._folder = lock.folder
        self._use(db, meta)

    def _use(self, db: Connection, meta: Header) -> None:
        self._db, self._owner = db, meta.terminal_public_key
        self._start, self._head = meta.start, meta.head
        self._receipted, self._refused = meta.receipted, meta.refused

    @classmethod
    def open(  # noqa: PLR0913 - each is named where it is called
        cls,
        state_dir: Path,
        *,
        terminal_public_key: bytes,
        sealing_key: bytes,
        random: Callable[[int], bytes],
        stamp: Stamp,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> Self:
        """Open the journal of a state directory, which is created if missing (mode 0700).

        The newest 20,000 records are verified; `roadside journal verify` verifies all. A journal that is
        damaged or gone, or of which the registry refuses a record, is replaced by a new one, whose first
        entry, with `stamp`, names it. `terminal_public_key` is the terminal's Ed25519 key, `sealing_key` the
        registry's newest X25519 key for journals, 32 bytes each; `random` returns so many random bytes;
        `reserve_bytes` are kept free for writes that must succeed on a full disk. Raises JournalBusy,
        JournalFull, JournalFault.
        """
        pen, reserve = EntryWriter(sealing_key, random), Reserve(state_dir, reserve_bytes)
        try:
            journal = cls._open(state_dir, reserve, pen, terminal_public_key, stamp)
        except JournalFull:
            if not reserve.release():
                raise
            journal = cls._open(state_dir, reserve, pen, terminal_public_key, stamp)
        journal.hold_reserve()
        return journal

    @classmethod
    def _open(
        cls, state_dir: Path, reserve: Reserve, writer: EntryWriter, owner: bytes, stamp: Stamp
    ) -> Self:
        with database.faults(state_dir), ExitStack() as undo:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = Lock(state_dir)
            undo.callback(lock.release)
            set_aside = recovery.ensure_intact(state_dir, lock.head(), writer, owner, stamp)
            db, meta = _connect(state_dir)
            undo.callback(db.close)
            if meta.terminal_public_key != owner:
                raise JournalFault(f"this journal is another identity's: {state_dir}")
            lock.remember(meta.head)
            undo.pop_all()
        journal = cls(lock, reserve, writer, db, meta)
        journal.set_aside = set_aside
        return journal

    def seal_to(self, sealing_key: bytes) -> None:
        """Seal records to this key of the registry (X25519, 32 bytes) from now on. Raises JournalFault."""
        self._pen = EntryWriter(sealing_key, self._pen.random)

    def append(self, stamp: Stamp, body: Body, *, was: Outcome | None = None) -> int:
        """Append an entry and return the number of its record, which is durable then.

        `was` is the outcome that a refinement replaces in the counts. Raises JournalFull, JournalDamaged or
        JournalFault, and ValueError for an entry outside the format (a bug); then nothing was added, and the
        journal can still be used. On a full disk one last record states the fault, from the reserve; after
        that nothing is recorded until there is room for the reserve again.
        """
        if not self.hold_reserve():
            raise JournalFull("no room for the reserve")
        try:
            return self._append(stamp, body, was)
        except JournalFull:
            self._reserve.release()
            with suppress(JournalFault):  # the first fault is reported
                self._append(stamp, FULL)
            raise

    def _append(self, stamp: Stamp, body: Body, was: Outcome | None = None) -> int:
        with database.faults(self._folder):
            self._head = self._pen.write(self._db, self._head, stamp, body, was)
        with suppress(OSError):  # the record is durable; an older head is a weaker witness, but still true
            self._lock.remember(self._head)
        return self._head.seq

    @property
    def head(self) -> Head:
        """Head of the journal, for requests and health messages."""
        return self._head

    @property
    def receipted(self) -> int:
        """Number of the last record with a receipt."""
        return self._receipted

    @property
    def refused(self) -> int | None:
        """Number of the record that the registry refuses for good, if any."""
        return self._refused

    def is_to_be_renewed(self) -> bool:
        """Return True if `renew`, or the next opening, sets this journal aside. Raises JournalFault."""
        if self._refused is None:
            return False
        with database.faults(self._folder):
            return recovery.refusal(self._folder, self._refused) is not None

    def unreceipted(self) -> int:
        """Number of records without a receipt."""
        return self._head.seq - self._receipted

    def pending(self) -> tuple[int, int]:
        """Return the number of records without a receipt, and their size, bytes. Raises JournalFault."""
        with database.faults(self._folder):
            return database.measure(self._db, self._receipted)

    def hash_at(self, seq: int) -> bytes | None:
        """Return the hash of record `seq`; None if it is not known any more. Raises JournalFault."""
        if seq == self._start.seq:
            return self._start.hash
        if not self._start.seq < seq <= self._head.seq:
            return None
        with database.faults(self._folder):
            encoded = next(database.records(self._db, seq - 1), None)
        return None if encoded is None else record.digest(encoded)

    def mark_receipted(self, seq: int, digest: bytes, received_ms: int) -> bool:
        """Store a receipt for all records up to `seq`; False if `digest` is not our hash there.

        The caller has verified the receipt, which was signed at `received_ms` (Unix ms). One for fewer
        records than before changes nothing. Raises JournalFault.
        """
        if seq < 1 or self.hash_at(seq) != digest:
            return False
        if seq > self._receipted:
            self._with_reserve(lambda: retention.mark_receipted(self._db, seq, received_ms))
            self._receipted = seq
            if self._refused is not None and self._refused <= seq:
                self._refused = None
        return True

    def withdraw_receipt(self, seq: int, digest: bytes) -> bool:
        """Withdraw receipts after `seq`; False if `digest` is not our hash there.

        Raises JournalFault.
        """
        if self.hash_at(seq) != digest:
            return False
        if seq < self._receipted:
            self._with_reserve(lambda: retention.withdraw_receipt(self._db, seq))
            self._receipted = seq
        return True

    def refuse(self, seq: int) -> None:
        """Store that the registry refuses record `seq`, sent alone, for good. Raises JournalFault."""
        if self._receipted < seq <= self._head.seq and self._refused != seq:
            self._with_reserve(lambda: retention.refuse(self._db, seq))
            self._refused = seq

    def renew(self, stamp: Stamp) -> SetAside | None:
        """Set this journal aside if the registry refuses one of its records, and continue with a new one.

        The first entry of the new one, with `stamp`, names the old one. Record numbers begin again, so the
        caller must hold none of the old ones. None if there is nothing to do. Raises JournalFault; then the
        journal stays in use.
        """
        if not self.is_to_be_renewed():
            return None
        set_aside = self._with_reserve(lambda: self._renew(stamp))
        with suppress(OSError):
            self._lock.remember(self._head)
        self.hold_reserve()
        return set_aside

    def _renew(self, stamp: Stamp) -> SetAside | None:
        self._db.close()
        try:
            return recovery.ensure_intact(self._folder, self._head, self._pen, self._owner, stamp)
        finally:
            self._use(*_connect(self._folder))

    def remove(self, before_ms: int) -> int:
        """Remove the oldest records received before `before_ms` (Unix ms), a limited number at once.

        Returns the number of the last record removed, 0 if there was none. Raises JournalFault.
        """
        last = self._with_reserve(lambda: retention.remove(self._db, before_ms))
        if last:
            with database.faults(self._folder):
                self._start = database.load(self._db).start
            self._with_reserve(lambda: retention.shrink(self._db))
            self.hold_reserve()
        return last

    def predecessor(self, journal_id: bytes) -> int:
        """Return the last receipted record of a set-aside journal, 0 if unknown. Raises JournalFault."""
        with database.faults(self._folder):
            return database.predecessor(self._db, journal_id)

    def receive_of(self, journal_id: bytes, seq: int) -> None:
        """Store a receipt for a set-aside journal up to `seq`. Raises JournalFault."""
        self._with_reserve(lambda: database.receive_of(self._db, journal_id, seq))

    def storage(self) -> Storage:
        """Return the usage of the journal's file system. Raises JournalFault."""
        with database.faults(self._folder):
            return self._reserve.storage()

    def hold_reserve(self) -> bool:
        """Allocate the reserve if it is missing; False if there is no room. Raises JournalFault."""
        with database.faults(self._folder):
            return self._reserve.hold()

    def _with_reserve(self, deed: Callable[[], T]) -> T:
        """Run a write that must succeed on a full disk: on JournalFull, release the reserve and repeat it."""
        try:
            with database.faults(self._folder):
                return deed()
        except JournalFull:
            if not self._reserve.release():
                raise
            with database.faults(self._folder):
                return deed()

    def tallies(self, shift: str) -> Mapping[str, int]:
        """Return the number of a shift's checks by outcome, without zeros. Raises JournalFault."""
        with database.faults(self._folder):
            return database.tallies(self._db).get(shift, {})

    def records(self, after_seq: int = 0) -> Iterator[bytes]:
        """Yield the encoded records after a number, in order. Raises JournalFault."""
        with database.faults(self._folder):
            yield from database.records(self._db, after_seq)

    def close(self) -> None:
        """Close the file; harmless twice. Never raises: appended records are durable already."""
        self._db.close()
        self._lock.release()


def _connect(state_dir: Path) -> tuple[Connection, Header]:
    """Connect to the journal in place and read its header. Raises sqlite3.Error, JournalFault."""
    with ExitStack() as undo:
        db = database.connect(state_dir / recovery.NAME)
        undo.callback(db.close)
        database.upgrade(db)
        meta = database.load(db)
        undo.pop_all()
    return db, meta
