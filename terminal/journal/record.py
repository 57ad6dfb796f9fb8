"""Journal records: sealed entries in a hash chain (wire format, section 6).

Functions of bytes only. The one random value drawn here is the sealed box's ephemeral key, by libsodium.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from terminal.wire import cbor
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import HASH_SIZE, data, entries, uint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES = 60 * 1024
"""Limit that leaves room in a batch of 64 KiB for the batch's own fields and signature."""
_GENESIS = b"roadside/journal/1"
_NOTHING: Mapping[int, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a journal: its id (16 bytes), its last record's number and hash (32 bytes)."""

    journal_id: bytes
    seq: int
    hash: bytes

    def value(self) -> list[Value]:
        """Return the head as requests and health messages carry it (wire format, section 5)."""
        return [self.journal_id, self.seq, self.hash]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number, the hash of the record before (32 bytes) and the sealed entry."""

    seq: int
    previous: bytes
    sealed: bytes


class BreakKind(StrEnum):
    """Kinds of chain failure; the first failure is reported."""

    MALFORMED = "malformed"
    MISSING = "missing"
    WRONG_PREVIOUS = "wrong previous hash"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Break:
    """The first failure of a chain and the record number at which it occurs."""

    kind: BreakKind
    seq: int

    def __str__(self) -> str:
        return f"record {self.seq}: {self.kind.value}"


def write(record: Record) -> bytes:
    """Encode a record. Raises ValueError if it does not fit into a batch."""
    encoded = cbor.write({1: record.seq, 2: record.previous, 3: record.sealed})
    if len(encoded) > MOST_BYTES:
        raise ValueError("the record is too large for a batch")
    return encoded


def read(encoded: bytes) -> Record:
    """Decode a record. Raises Malformed."""
    found = entries(cbor.read(encoded), frozenset({1, 2, 3}))
    return Record(uint(found[1]), data(found[2], HASH_SIZE), data(found[3]))


def digest(encoded: bytes) -> bytes:
    """Return the hash of an encoded record, SHA-256."""
    return sha256(encoded).digest()


def genesis(terminal_public_key: bytes, journal_id: bytes) -> Head:
    """Return the head before the first record; the key is the terminal's Ed25519 public key, 32 bytes."""
    return Head(journal_id, 0, digest(_GENESIS + terminal_public_key + journal_id))


def verify_chain(
    start: Head, records: Iterable[bytes], known: Mapping[int, bytes] = _NOTHING
) -> Head | Break:
    """Verify that `records` continue the chain from `start`; return the new head or the first failure.

    `known` has hashes known from elsewhere, by record number: a record that differs was changed, and one
    beyond the last record is missing. Without them a truncated end cannot be detected.
    """
    head = start
    for encoded in records:
        seq = head.seq + 1
        try:
            record = read(encoded)
        except Malformed:
            return Break(BreakKind.MALFORMED, seq)
        if record.seq != seq:
            return Break(BreakKind.MISSING, seq)
        if record.previous != head.hash:
            return Break(BreakKind.WRONG_PREVIOUS, seq)
        head = Head(start.journal_id, seq, digest(encoded))
        if known.get(seq, head.hash) != head.hash:
            return Break(BreakKind.CHANGED, seq)
    return head if max(known, default=0) <= head.seq else Break(BreakKind.MISSING, head.seq + 1)


def uuid7(at_ms: int, random: bytes) -> bytes:
    """Return a UUIDv7 (RFC 9562, section 5.7) of Unix ms and 10 random bytes, of which 74 bits are used."""
    time = (at_ms & (1 << 48) - 1).to_bytes(6, "big")
    high, low = int.from_bytes(random[:2], "big"), int.from_bytes(random[2:10], "big")
    return (
        time
        + (0x7000 | high & 0x0FFF).to_bytes(2, "big")
        + (1 << 63 | low & (1 << 62) - 1).to_bytes(8, "big")
    )
