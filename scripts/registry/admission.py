"""A message is taken from a terminal where its topic, the terminal it names and the owner of its key agree.

Total: any bytes on any topic are a message or a refusal (wire format, section 5).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.credential import cose
from terminal.credential.cbor import Malformed
from terminal.registry import form, topics
from terminal.registry.messages import Batch, Health, LookupRequest, Pieces

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


class Refusal(StrEnum):
    """Why nobody is answered: no one is known to have asked, or the answer was given already."""

    UNSIGNED = "not a message that a known terminal signed"
    MALFORMED = "signed and malformed"
    OTHER_TERMINAL = "topic, terminal and key disagree"
    SEEN = "seen before"
    UNAVAILABLE = "the database cannot be asked"


def admit(
    kind: type[Said], topic: str | None, payload: bytes, terminals: Mapping[bytes, Terminal]
) -> tuple[Said, Terminal] | Refusal:
    """The message of this kind and its signer; `topic` None is a message that came without a broker."""
    try:
        parts = cose.parse(payload)
    except Malformed:
        return Refusal.UNSIGNED
    owner = terminals.get(parts.kid)
    if owner is None:
        return Refusal.UNSIGNED
    try:
        said = form.read_signed(kind, parts, owner.public_key)
    except Malformed:
        return Refusal.MALFORMED
    if said is None:
        return Refusal.UNSIGNED
    if said.terminal != owner.id or topic not in (None, TOPICS[kind](owner.id)):
        return Refusal.OTHER_TERMINAL
    return said, owner
