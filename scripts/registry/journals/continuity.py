"""Judge a batch against the stored part of its journal (wire format, section 6); pure.

A batch that continues the stored records is stored; otherwise there is a gap or a fork. A fork is a different
record at a stored number, or a different beginning: the terminal's journal was replaced. A batch whose own
records are not a chain is unsound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from terminal.journal import record
from terminal.journal.record import Break

if TYPE_CHECKING:
    from terminal.journal.record import Head
    from terminal.registry.messages import Batch


@dataclass(frozen=True, slots=True)
class Store:
    """These records are to be stored after the stored ones; empty if all are stored already."""

    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Records are missing between the stored ones and the batch."""


@dataclass(frozen=True, slots=True)
class Fork:
    """The first number at which the batch contradicts the stored records."""

    seq: int


Weighed: TypeAlias = Store | Gap | Fork


class Holding(Protocol):
    """The stored part of one journal."""

    @property
    def head(self) -> Head:
        """The last stored record; the genesis if there is none."""

    def hashes(self, first: int, last: int) -> dict[int, bytes]:
        """Return the hashes of stored records from `first` to `last`, by number; number 0 is the genesis."""


def is_sound(batch: Batch) -> bool:
    """Return True if the records of a batch are a chain that agrees with its numbers and hash."""
    return batch.first >= 1 and not isinstance(batch.end(), Break)


def weigh(batch: Batch, holding: Holding) -> Weighed:
    """Judge a sound batch. Never raises."""
    if batch.first > holding.head.seq + 1:
        return Gap()
    said = {batch.first - 1: batch.before}
    said |= {seq: record.digest(encoded) for seq, encoded in enumerate(batch.records, batch.first)}
    held = holding.hashes(batch.first - 1, batch.last)
    other = [seq for seq, digest in held.items() if said[seq] != digest]
    if other:
        return Fork(min(other))
    return Store(batch.records[holding.head.seq + 1 - batch.first :])
