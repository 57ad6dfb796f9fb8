"""Cut journals and pictures into batches and pieces, and define the results of receipts.

Wire format, section 6: a batch has at most 64 KiB, and a message at most 4 pieces (here: one).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeAlias

from terminal.journal import record
from terminal.limits import DAY_S
from terminal.registry.dropped import Dropped
from terminal.registry.messages import Batch, Chunk
from terminal.wire.fields import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.journal.record import Head
    from terminal.registry.messages import Receipt

MOST_BYTES = 64 * 1024
"""Largest signed batch or message of pieces."""
PIECE_BYTES = 48 * 1024
NO_JOURNAL = bytes(ID_SIZE)
"""Journal id in a receipt for pieces only."""
IN_VAIN = 3
"""Greatest number of successive receipts without progress, after which a journal or picture is given up."""
USUAL_PAUSE_S, LONGEST_PAUSE_S = 60, DAY_S
"""Pause after a receipt that says `not now`: if it names none, and at most."""
_AROUND = 256
"""Bytes of a batch apart from records and terminal number: 182 at most."""
_AROUND_RECORD = 3
"""Greatest size of a byte string's head."""


class RecordSource(Protocol):
    """A journal to upload: the one in use, or the readable part of one that was set aside.

    Its methods may raise JournalFault.
    """

    @property
    def head(self) -> Head:
        """Head: number and hash of the last record."""

    @property
    def receipted(self) -> int:
        """Number of the last record with a receipt."""

    def pending(self) -> tuple[int, int]:
        """Return the number of records without a receipt, and their total size, bytes."""

    def records(self, after_seq: int) -> Iterator[bytes]:
        """Yield the encoded records after a number, in order."""

    def hash_at(self, seq: int) -> bytes | None:
        """Return the hash of record `seq`; None if it is not known."""

    def mark_receipted(self, seq: int, digest: bytes, received_ms: int) -> bool:
        """Note that the registry holds all records up to `seq`; False if its hash differs from ours.

        `received_ms` is the receipt's Unix time, ms.
        """

    def withdraw_receipt(self, seq: int, digest: bytes) -> bool:
        """Note that the registry holds only the records up to `seq`; False if its hash differs from ours."""

    def refuse(self, seq: int) -> None:
        """Note that the registry refuses record `seq`, sent alone, for good: the upload ends there."""


class Pictures(Protocol):
    """The sealed pictures to upload. Its methods may raise JournalFault."""

    def pending(self) -> list[tuple[bytes, int]]:
        """Return the pictures without a receipt: name (SHA-256) and size, bytes."""

    def is_whole(self, name: bytes) -> bool:
        """Return True if a picture has the hash that names it."""

    def read(self, name: bytes, offset: int, size: int) -> bytes:
        """Return up to `size` bytes of a picture, from `offset` on."""

    def mark_receipted(self, name: bytes, received_ms: int) -> None:
        """Note that the registry holds the whole picture, as of `received_ms` (Unix ms)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A receipt that counts, and the number of records that it covers for the first time."""

    receipt: Receipt
    records: int = 0


class ReceiptRefusal(StrEnum):
    """Reason for which a receipt does not count."""

    UNSIGNED = "unsigned"
    """It has our correlation data, but no signature by a receipt key."""
    MALFORMED = "malformed"
    OTHER_TERMINAL = "other_terminal"
    OTHER_JOURNAL = "other_journal"
    DUPLICATE = "duplicate"
    LATE = "late"
    """It answers no message that still waits for a receipt."""
    HASH = "hash"
    """Its hash differs from ours."""
    WRONG = "wrong"
    """Its content does not fit the message that it answers."""


ReceiptResult: TypeAlias = Accepted | Dropped[ReceiptRefusal]


@dataclass(frozen=True, slots=True)
class TransferRate:
    """Progress and speed of an upload run."""

    records: int
    records_total: int
    sent_bytes: int
    total_bytes: int
    elapsed_s: float
    stalled: bool
    """True if receipts are overdue, or the registry postponed everything."""

    @property
    def bytes_per_s(self) -> float:
        """Mean speed, bytes/s."""
        return self.sent_bytes / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Remaining time at that speed, s; None while the speed is zero."""
        left = max(0, self.total_bytes - self.sent_bytes)
        return left / self.bytes_per_s if self.bytes_per_s else None


def due(now_s: float, last_s: float | None, *, online: bool, interval_s: float) -> bool:
    """Return True if an upload may start by itself: online, and the last start was `interval_s` ago or more.

    Times are monotonic, s; `last_s` is None before the first upload.
    """
    return online and (last_s is None or now_s - last_s >= interval_s)


def seconds_to_wait(receipt: Receipt) -> int:
    """Return the pause, s, after a receipt with result 3, `not now` (wire format, section 6)."""
    asked = USUAL_PAUSE_S if receipt.wait_s is None else receipt.wait_s
    return max(1, min(asked, LONGEST_PAUSE_S))


def batch_after(source: RecordSource, seq: int, terminal: str, *, most: int | None = None) -> Batch | None:
    """Return a batch of the records after `seq`: as many as fit, at most `most`; None if there are none."""
    held, room = list[bytes](), MOST_BYTES - _AROUND - len(terminal.encode())
    for encoded in islice(source.records(seq), most):
        room -= len(encoded) + _AROUND_RECORD
        if room < 0:
            break
        held.append(encoded)
    if not held:
        return None
    first = record.read(held[0])
    return Batch(
        terminal=terminal,
        journal_id=source.head.journal_id,
        first=first.seq,
        last=first.seq + len(held) - 1,
        before=first.previous,
        records=tuple(held),
    )


def pieces_of(pictures: Pictures) -> Iterator[Chunk]:
    """Yield all pieces of every undamaged picture without a receipt."""
    for name, total in pictures.pending():
        if pictures.is_whole(name):
            for at in range(0, total, PIECE_BYTES):
                yield Chunk(name, at, total, pictures.read(name, at, PIECE_BYTES))
