"""Parts of an upload: journals and pictures cut into batches and pieces, and the outcomes of receipts.

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
"""Of a signed batch or of signed pieces."""
PIECE_BYTES = 48 * 1024
NO_JOURNAL = bytes(ID_SIZE)
"""The journal id in a receipt that is about pieces alone."""
IN_VAIN = 3
"""How many receipts in a row may bring a journal or a picture no further."""
USUAL_PAUSE_S, LONGEST_PAUSE_S = 60, DAY_S
"""How long to wait where the registry says `not now`: unless it says how long, and at most."""
_AROUND = 256
"""Bytes of a batch beside its records and the terminal's number: 182 at most."""
_AROUND_RECORD = 3
"""Bytes of a byte string's head, at most."""


class RecordSource(Protocol):
    """A journal to upload: the one in use, or what can be read of one that was set aside.

    Its verbs may raise JournalFault.
    """

    @property
    def head(self) -> Head:
        """Its last record."""

    @property
    def receipted(self) -> int:
        """The last record that a receipt covers."""

    def pending(self) -> tuple[int, int]:
        """How many records no receipt covers, and their bytes."""

    def records(self, after_seq: int) -> Iterator[bytes]:
        """The records after a number, in order."""

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after record `seq`; None where it is not known here."""

    def mark_receipted(self, seq: int, digest: bytes, received_ms: int) -> bool:
        """The registry holds all up to `seq`; False where its hash there is not ours."""

    def withdraw_receipt(self, seq: int, digest: bytes) -> bool:
        """The registry holds no more than what is up to `seq`; False where its hash there is not ours."""

    def refuse(self, seq: int) -> None:
        """The registry refuses record `seq`, sent alone, for good: the journal cannot be uploaded further."""


class Pictures(Protocol):
    """The sealed pictures to upload. Its verbs may raise JournalFault."""

    def pending(self) -> list[tuple[bytes, int]]:
        """Those without a receipt, by name (SHA-256), with their sizes in bytes."""

    def is_whole(self, name: bytes) -> bool:
        """Whether a picture is what its name says."""

    def read(self, name: bytes, offset: int, size: int) -> bytes:
        """A part of a picture."""

    def mark_receipted(self, name: bytes, received_ms: int) -> None:
        """The registry holds it whole."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A receipt that counts, and how many records it settled."""

    receipt: Receipt
    records: int = 0


class ReceiptRefusal(StrEnum):
    """Why a receipt does not count."""

    UNSIGNED = "unsigned"
    """It bears our correlation data, and no signature of a receipt key."""
    MALFORMED = "malformed"
    OTHER_TERMINAL = "other_terminal"
    OTHER_JOURNAL = "other_journal"
    DUPLICATE = "duplicate"
    LATE = "late"
    """To nothing that is waited for (any more)."""
    HASH = "hash"
    """Its hash is not our own."""
    WRONG = "wrong"
    """It does not answer what was sent."""


ReceiptResult: TypeAlias = Accepted | Dropped[ReceiptRefusal]


@dataclass(frozen=True, slots=True)
class TransferRate:
    """How an upload goes, since it was started."""

    records: int
    records_total: int
    sent_bytes: int
    total_bytes: int
    elapsed_s: float
    stalled: bool
    """The registry gives no receipt, or takes nothing now."""

    @property
    def bytes_per_s(self) -> float:
        """Speed so far."""
        return self.sent_bytes / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Time left at that speed; None while there is none."""
        left = max(0, self.total_bytes - self.sent_bytes)
        return left / self.bytes_per_s if self.bytes_per_s else None


def due(now_s: float, last_s: float | None, *, online: bool, interval_s: float) -> bool:
    """Return whether an upload may start by itself: the last attempt is long enough ago.

    Times are monotonic; `last_s` None is never, or since the network was away.
    """
    return online and (last_s is None or now_s - last_s >= interval_s)


def seconds_to_wait(receipt: Receipt) -> int:
    """Return for how many s nothing is to be sent after a receipt with result 3 (wire format, section 6)."""
    asked = USUAL_PAUSE_S if receipt.wait_s is None else receipt.wait_s
    return max(1, min(asked, LONGEST_PAUSE_S))


def batch_after(source: RecordSource, seq: int, terminal: str, *, most: int | None = None) -> Batch | None:
    """The records after a number, as many as a batch holds and at most `most`; None where there are none."""
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
    """Every picture without a receipt that is what its name says, from its first byte to its last."""
    for name, total in pictures.pending():
        if pictures.is_whole(name):
            for at in range(0, total, PIECE_BYTES):
                yield Chunk(name, at, total, pictures.read(name, at, PIECE_BYTES))
