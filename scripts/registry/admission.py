"""A message is taken from a terminal where its topic, the terminal it names and the owner of its key agree.

Total: any bytes on any topic are a message or a refusal (wire format, section 5).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.registry import codec, topics
from terminal.registry.messages import Batch, Health, LookupRequest, Pieces
from terminal.wire import cose
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from scripts.registry.terminals import Terminal

    Said = TypeVar("Said", bound=LookupRequest | Batch | Pieces | Health)
    """What a terminal says."""

TOPICS: Mapping[type[object], Callable[[str], str]] = {
    LookupRequest: topics.lookup,
    Batch: topics.batch,
    Pieces: topics.pieces,
    Health: topics.health,
}
"""Where a terminal says each."""


LARGEST: Mapping[type[object], int] = {
    LookupRequest: 8 << 10,
    Batch: 96 << 10,
    Pieces: 96 << 10,
    Health: 4 << 10,
}
"""Bytes of a message of each kind, at most. A batch above 64 KiB gets a receipt that says so."""
LARGEST_BATCH = 64 << 10


class Refusal(StrEnum):
    """The reason for which a message gets no answer."""

    TOO_LARGE = "too large"
    UNSIGNED = "not a message that a known terminal signed"
    MALFORMED = "signed and malformed"
    OTHER_TERMINAL = "topic, terminal and key disagree"
    CORRELATION = "its Correlation Data is not its id"
    FLOOD = "more messages than are read"
    SEEN = "seen before"
    UNAVAILABLE = "the database cannot be asked"


def owner_of(
    kind: type[Said], topic: str | None, payload: bytes, terminals: Mapping[bytes, Terminal]
) -> Terminal | Refusal:
    """The terminal that a message claims to be from, by its size, topic and key id; nothing more is parsed.

    `topic` None is a message that came without a broker.
    """
    if len(payload) > LARGEST[kind]:
        return Refusal.TOO_LARGE
    owner = terminals.get(cose.kid_of(payload) or b"")
    if owner is None:
        return Refusal.UNSIGNED
    return owner if topic in (None, TOPICS[kind](owner.id)) else Refusal.OTHER_TERMINAL


def admit(
    kind: type[Said], topic: str | None, payload: bytes, terminals: Mapping[bytes, Terminal]
) -> tuple[Said, Terminal] | Refusal:
    """The message of this kind and its signer, if topic, terminal and key agree and the signature holds."""
    owner = owner_of(kind, topic, payload, terminals)
    if isinstance(owner, Refusal):
        return owner
    try:
        parts = cose.parse(payload)
    except Malformed:
        return Refusal.UNSIGNED
    try:
        said = codec.read_signed(kind, parts, owner.public_key)
    except Malformed:
        return Refusal.MALFORMED
    if said is None:
        return Refusal.UNSIGNED
    return (said, owner) if said.terminal == owner.id else Refusal.OTHER_TERMINAL
