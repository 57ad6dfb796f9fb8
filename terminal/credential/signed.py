"""A signed message counts under its own context and a key of its own kind alone (wire format, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from terminal.credential import cose
from terminal.credential.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from terminal.credential.cose import Sign1

LOOKUP = b"roadside/lookup/1"
ANSWER = b"roadside/answer/1"
HOTLIST = b"roadside/hotlist/1"
HEALTH = b"roadside/health/1"
BATCH = b"roadside/batch/1"
PIECES = b"roadside/pieces/1"
RECEIPT = b"roadside/receipt/1"
ORDER = b"roadside/order/1"

Signer: TypeAlias = Callable[[bytes, bytes], bytes]
"""(payload, context) -> COSE_Sign1; whoever holds the private key."""


def signer(seed: bytes) -> Signer:
    """The signer of an Ed25519 key, of which `seed` is the 32-byte private part."""
    return cose.Signer.of(seed)


def by_kid(public_keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """Ed25519 public keys (32 bytes each) by their key ids."""
    return {cose.key_id(key): key for key in public_keys}


def open_signed(message: bytes, context: bytes, keys: Mapping[bytes, bytes]) -> bytes | None:
    """The payload of a message that one of `keys` (by kid) signed for `context`; None for any other bytes."""
    try:
        parts = cose.parse(message)
    except Malformed:
        return None
    key = keys.get(parts.kid)
    return parts.payload if key is not None and is_by(parts, context, key) else None


def is_by(parts: Sign1, context: bytes, key: bytes) -> bool:
    """Whether `key` signed these parts of a message for `context`."""
    return cose.is_signed(parts.signature, cose.signed_bytes(parts, context), key)
