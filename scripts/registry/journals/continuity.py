"""Judges a batch against what is held of its journal (wire format, section 6); pure.

It is stored where it goes on from what is held, and else a gap or a fork. A fork is another record at a
number that is held, or another beginning: the terminal's journal is not the one that it was. A batch whose
own records are no chain is unsound.
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


def is_sound(batch: Batch) -> bool:
    """True if the records of a batch are a chain that its own numbers and hash fit."""
    return batch.first >= 1 and not isinstance(batch.end(), Break)


def weigh(batch: Batch, holding: Holding) -> Weighed:
    """Judge a sound batch. Total."""
    if batch.first > holding.head.seq + 1:
        return Gap()
    said = {batch.first - 1: batch.before}
    said |= {seq: record.digest(encoded) for seq, encoded in enumerate(batch.records, batch.first)}
    held = holding.hashes(batch.first - 1, batch.last)
    other = [seq for seq, digest in held.items() if said[seq] != digest]
    if other:
        return Fork(min(other))
    return Store(batch.records[holding.head.seq + 1 - batch.first :])
