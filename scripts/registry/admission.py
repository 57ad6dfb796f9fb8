"""Admission of terminals' messages: topic, named terminal and key owner must agree, and the signature must
hold.

Any bytes on any topic give a message or a Refusal; nothing raises (wire format, section 5).
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
    """A message from a terminal."""

TOPICS: Mapping[type[object], Callable[[str], str]] = {
    LookupRequest: topics.lookup,
    Batch: topics.batch,
    Pieces: topics.pieces,
    Health: topics.health,
}
"""Topic of each kind of message."""


LARGEST: Mapping[type[object], int] = {
    LookupRequest: 8 << 10,
    Batch: 96 << 10,
    Pieces: 96 << 10,
    Health: 4 << 10,
}
"""Largest size of each kind of message, bytes. A batch above 64 KiB gets a receipt that says so."""
LARGEST_BATCH = 64 << 10


class Refusal(StrEnum):
    """Reason why a message gets no answer."""

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
    """Return the terminal that a message claims to be from, after checking size, topic and key id only.

    Nothing else is parsed. `topic` is None for a message that came without a broker.
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
    """Return the verified message and its signer: topic, terminal and key agree, and the signature holds."""
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
