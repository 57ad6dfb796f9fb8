"""A batch is stored where it goes on from what is held, and named a gap or a fork where it does not; pure.

A fork is another record at a number that is held, another beginning, or records that are no chain: the
terminal's journal is not the one that it was, and no program repairs that (wire format, section 6).
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
    """These records are to be stored after what is held; none where all are held."""

    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Records between what is held and the batch are missing."""


@dataclass(frozen=True, slots=True)
class Fork:
    """The first number at which the batch contradicts what is held."""

    seq: int


Weighed: TypeAlias = Store | Gap | Fork


class Holding(Protocol):
    """What is held of one journal."""

    @property
    def head(self) -> Head:
        """The last record held; the genesis where there is none."""

    def hashes(self, first: int, last: int) -> dict[int, bytes]:
        """Hashes of the records held from `first` to `last`, by number; the genesis is number 0's."""


def weigh(batch: Batch, holding: Holding) -> Weighed:
    """What is to become of a batch. Total."""
    end = batch.end()
    if batch.first < 1:
        return Fork(batch.first)
    if isinstance(end, Break):
        return Fork(end.seq)
    if batch.first > holding.head.seq + 1:
        return Gap()
    said = {batch.first - 1: batch.before}
    said |= {seq: record.digest(encoded) for seq, encoded in enumerate(batch.records, batch.first)}
    held = holding.hashes(batch.first - 1, batch.last)
    other = [seq for seq, digest in held.items() if said[seq] != digest]
    if other:
        return Fork(min(other))
    return Store(batch.records[holding.head.seq + 1 - batch.first :])
