"""Messages of an attacker who has the key and the certificate of one terminal."""

from __future__ import annotations

import itertools
import time
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from nacl.utils import random as random_bytes

from terminal.journal.record import Head
from terminal.registry import codec, topics
from terminal.registry.messages import Chunk, LookupRequest, Pieces, PlateQuestion, Purpose
from terminal.wire import cbor, sealed, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Sent: TypeAlias = tuple[str, bytes, bytes]
    """Topic, payload and Correlation Data."""

_PAYLOAD = 96 << 10
"""Bytes of the largest message that the broker accepts."""
_POISONED_PIECES = 2_000
"""Pieces of one byte that fit into a message."""
_PICTURE = 1 << 20


class Attack(NamedTuple):
    """A kind of attack; `messages` yields endlessly, for a terminal's name, seed and the lookup key."""

    name: str
    messages: Callable[[str, bytes, bytes], Iterator[Sent]]


def request(
    terminal: str, seed: bytes, request_id: bytes, lookup_key: bytes, journal_id: bytes = bytes(16)
) -> bytes:
    """Return a signed lookup of a vehicle in the sample data."""
    asked = LookupRequest(
        id=request_id,
        sent_ms=time.time_ns() // 1_000_000,
        terminal=terminal,
        officer="098765",
        question=PlateQuestion("苏A12345", "02"),
        why=Purpose.CHECK,
        head=Head(journal_id, 1, bytes(32)),
    )
    return sealed.seal(codec.sign(asked, signed.signer(seed)), lookup_key)


def _poisoned(terminal: str, seed: bytes, _lookup_key: bytes) -> Iterator[Sent]:
    """Yield messages of thousands of one-byte pieces."""
    pieces: list[cbor.Value] = [[bytes(32), at, _POISONED_PIECES, b"x"] for at in range(_POISONED_PIECES)]
    payload = signed.signer(seed)(cbor.write({1: terminal, 2: pieces}), signed.PIECES)
    while True:
        yield topics.pieces(terminal), payload, random_bytes(16)


def _pictures(terminal: str, seed: bytes, _lookup_key: bytes) -> Iterator[Sent]:
    """Yield valid messages with complete large pictures."""
    signer, size = signed.signer(seed), _PAYLOAD - 512
    while True:
        picture = random_bytes(_PICTURE)
        name = sha256(picture).digest()
        for at in range(0, _PICTURE, size):
            piece = Chunk(name, at, _PICTURE, picture[at : at + size])
            yield (
                topics.pieces(terminal),
                codec.sign(Pieces(terminal=terminal, pieces=(piece,)), signer),
                random_bytes(16),
            )


def _batches(terminal: str, seed: bytes, _lookup_key: bytes) -> Iterator[Sent]:
    """Yield batches of the largest size that the broker accepts, each beginning a new journal."""
    signer = signed.signer(seed)
    while True:
        record = cbor.write({1: 1, 2: bytes(32), 3: bytes(_PAYLOAD - 512)})
        batch: cbor.Value = {1: terminal, 2: random_bytes(16), 3: 1, 4: 1, 5: bytes(32), 6: [record]}
        yield topics.batch(terminal), signer(cbor.write(batch), signed.BATCH), random_bytes(16)


def _lookups(terminal: str, seed: bytes, lookup_key: bytes) -> Iterator[Sent]:
    """Yield valid lookups, each naming a new journal."""
    while True:
        request_id = random_bytes(16)
        yield (
            topics.lookup(terminal),
            request(terminal, seed, request_id, lookup_key, random_bytes(16)),
            request_id,
        )


def _junk(terminal: str, seed: bytes, _lookup_key: bytes) -> Iterator[Sent]:
    """Yield unsigned messages with the terminal's own key id, on every topic."""
    head = signed.signer(seed)(b"", signed.BATCH)[:17]
    for topic in itertools.cycle((topics.lookup, topics.batch, topics.pieces, topics.health)):
        yield topic(terminal), head + b"\x99\xff\xff" + bytes(_PAYLOAD - 512), random_bytes(16)


ATTACKS = (
    Attack("poisoned pictures", _poisoned),
    Attack("large pictures", _pictures),
    Attack("large batches", _batches),
    Attack("lookups with new journals", _lookups),
    Attack("unsigned junk", _junk),
)
