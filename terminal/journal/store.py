"""The journal on disk: `append` returns when the record is on the medium, or raises and nothing was added.

Records are sealed before they are stored; in clear are only counts by outcome and the shift's number
(wire format, section 6).
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from terminal.errors import JournalFault
from terminal.journal import database, record, renewal
from terminal.journal.lock import Lock
from terminal.journal.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from sqlite3 import Connection

    from terminal.journal.database import Meta
    from terminal.journal.entry import Body, Stamp
    from terminal.journal.record import Head
    from terminal.journal.renewal import SetAside
    from terminal.model import Outcome


class Journal:
    """An open journal, for one thread.

    `set_aside` says that opening found the last journal damaged or gone, which the officer must be shown.
    """

    def __init__(self, lock: Lock, pen: Pen, db: Connection, meta: Meta, set_aside: SetAside | None) -> None:
        """For `open` alone."""
        self.set_aside = set_aside
        self._lock, self._pen, self._db, self._folder = lock, pen, db, lock.folder
        self._head, self._receipted = meta.head, meta.receipted

    @classmethod
    def open(
        cls,
        state_dir: Path,
        *,
        terminal_public_key: bytes,
        sealing_key: bytes,
        random: Callable[[int], bytes],
        stamp: Stamp,
    ) -> Self:
        """The journal of a state directory, which is made where it is missing (mode 0700).

        Of a long journal the newest 20,000 records are checked; `roadside journal verify` walks them all. A
        journal that is damaged or gone is followed by a new one, whose first entry says so under `stamp`.
        `terminal_public_key` is the terminal's Ed25519 key, `sealing_key` the registry's newest X25519 key
        for journals, 32 bytes each; `random` gives as many random bytes as it is asked for. Raises
        JournalBusy, JournalFull, JournalFault.
        """
        pen = Pen(sealing_key, random)
        with database.faults(state_dir), ExitStack() as undo:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = Lock(state_dir)
            undo.callback(lock.release)
            set_aside = renewal.ready(state_dir, lock.head(), pen, terminal_public_key, stamp)
            db = database.connect(state_dir / renewal.NAME)
            undo.callback(db.close)
            meta = database.load(db)
            if meta.terminal_public_key != terminal_public_key:
                raise JournalFault(f"this journal is another identity's: {state_dir}")
            lock.remember(meta.head)
            undo.pop_all()
        return cls(lock, pen, db, meta, set_aside)

    def append(self, stamp: Stamp, body: Body, *, was: Outcome | None = None) -> int:
        """Record what was done; the number of its record, which is then on the medium.

        `was` is the outcome that a refinement puts an end to, so that the counts follow. Raises JournalFull,
        JournalDamaged or JournalFault, and ValueError for what the format cannot hold (a bug); then nothing
        was added, and the journal can be used on.
        """
        with database.faults(self._folder):
            self._head = self._pen.write(self._db, self._head, stamp, body, was)
        with suppress(OSError):  # the record is safe; an older head is a weaker witness and still a true one
            self._lock.remember(self._head)
        return self._head.seq

    @property
    def head(self) -> Head:
        """Where the journal stands, for requests and health messages."""
        return self._head

    def unreceipted(self) -> int:
        """How many records no receipt of the registry covers."""
        return self._head.seq - self._receipted

    def receive(self, seq: int, digest: bytes) -> bool:
        """Take it that the registry holds all records up to `seq`; False where its hash there is not ours.

        The receipt was verified by the caller. An older one changes nothing. Raises JournalFault.
        """
        with database.faults(self._folder):
            ours = next(database.records(self._db, seq - 1), None) if 0 < seq <= self._head.seq else None
            if ours is None or record.digest(ours) != digest:
                return False
            if seq > self._receipted:
                database.receive(self._db, seq)
                self._receipted = seq
        return True

    def tallies(self, shift: str) -> Mapping[str, int]:
        """Checks of a shift by outcome; an outcome without any is left out. Raises JournalFault."""
        with database.faults(self._folder):
            return database.tallies(self._db).get(shift, {})

    def records(self, after_seq: int = 0) -> Iterator[bytes]:
        """The records after a number, in order, as a batch carries them. Raises JournalFault."""
        with database.faults(self._folder):
            yield from database.records(self._db, after_seq)

    def close(self) -> None:
        """Let go of the file; harmless twice. Raises nothing: what was appended is safe already."""
        self._db.close()
        self._lock.release()
