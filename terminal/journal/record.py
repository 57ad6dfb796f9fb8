"""Records: sealed entries in one chain, where each names the hash of the one before (wire format, section 6).

Bytes come in and bytes go out. The one thing drawn here is the sealed box's own one-time key, by libsodium.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.exceptions import CryptoError

from terminal.credential import cbor
from terminal.credential.cbor import Malformed, Value
from terminal.credential.message import data, entries, uint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HASH_SIZE = 32
MOST_BYTES = 60 * 1024
"""A batch of 64 KiB must hold any record together with its own fields and signature."""
_GENESIS = b"roadside/journal/1"
_NOTHING: Mapping[int, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Head:
    """Where a journal stands: its id (16 bytes), its last record's number, and that record's hash."""

    journal_id: bytes
    seq: int
    hash: bytes

    def value(self) -> list[Value]:
        """The head as requests and health messages carry it."""
        return [self.journal_id, self.seq, self.hash]


@dataclass(frozen=True, slots=True)
class Record:
    """One link: its number, the hash of the record before (32 bytes), and its sealed entry."""

    seq: int
    previous: bytes
    sealed: bytes


class BreakKind(StrEnum):
    """How a chain fails; the first failure is the one that is told."""

    MALFORMED = "malformed"
    MISSING = "missing"
    WRONG_PREVIOUS = "wrong previous hash"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Break:
    """The first failure of a chain: how, and at which record number."""

    kind: BreakKind
    seq: int

    def __str__(self) -> str:
        return f"record {self.seq}: {self.kind.value}"


def write(record: Record) -> bytes:
    """The bytes of a record. Raises ValueError for one that no batch could hold."""
    encoded = cbor.write({1: record.seq, 2: record.previous, 3: record.sealed})
    if len(encoded) > MOST_BYTES:
        raise ValueError("a record that no batch can hold")
    return encoded


def read(encoded: bytes) -> Record:
    """The record that `encoded` is, in whole. Raises Malformed for every other input."""
    found = entries(cbor.read(encoded), frozenset({1, 2, 3}))
    return Record(uint(found[1]), data(found[2], HASH_SIZE), data(found[3]))


def digest(encoded: bytes) -> bytes:
    """The hash of a record: SHA-256 over its bytes."""
    return sha256(encoded).digest()


def genesis(terminal_public_key: bytes, journal_id: bytes) -> Head:
    """Where a journal stands before its first record. The key is the terminal's Ed25519 key, 32 bytes."""
    return Head(journal_id, 0, digest(_GENESIS + terminal_public_key + journal_id))


def follow(start: Head, records: Iterable[bytes], known: Mapping[int, bytes] = _NOTHING) -> Head | Break:
    """The head after all of `records`, in their order from `start`; or the first break.

    `known` gives hashes that are known from elsewhere, by record number: a record that differs was changed,
    and one that is not reached is missing. Without them, what was cut off the end cannot be seen.
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


def seal(entry: bytes, sealing_key: bytes) -> bytes:
    """A libsodium sealed box to an X25519 public key (32 bytes). Raises CryptoError for an unusable key."""
    return bindings.crypto_box_seal(entry, sealing_key)


def unseal(sealed: bytes, public_key: bytes, private_key: bytes) -> bytes:
    """The entry in a sealed box, for whoever has the X25519 pair. Raises Malformed where it does not open."""
    if len(sealed) < bindings.crypto_box_SEALBYTES:
        raise Malformed("shorter than a sealed box")
    try:
        return bindings.crypto_box_seal_open(sealed, public_key, private_key)
    except CryptoError as error:
        raise Malformed("a sealed box that does not open") from error


def uuid7(at_ms: int, random: bytes) -> bytes:
    """A UUIDv7 (RFC 9562, section 5.7) of Unix milliseconds and 10 random bytes, of which 74 bits count."""
    time = (at_ms & (1 << 48) - 1).to_bytes(6, "big")
    high, low = int.from_bytes(random[:2], "big"), int.from_bytes(random[2:10], "big")
    return (
        time
        + (0x7000 | high & 0x0FFF).to_bytes(2, "big")
        + (1 << 63 | low & (1 << 62) - 1).to_bytes(8, "big")
    )
