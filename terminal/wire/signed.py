"""Signed messages: each kind has its own context and its own kind of key (wire format, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from terminal.wire import cose
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from terminal.wire.cose import Sign1

LOOKUP = b"roadside/lookup/1"
ANSWER = b"roadside/answer/1"
HOTLIST = b"roadside/hotlist/1"
HEALTH = b"roadside/health/1"
BATCH = b"roadside/batch/1"
PIECES = b"roadside/pieces/1"
RECEIPT = b"roadside/receipt/1"
ORDER = b"roadside/order/1"

Signer: TypeAlias = Callable[[bytes, bytes], bytes]
"""(payload, context) -> COSE_Sign1."""


def signer(seed: bytes) -> Signer:
    """Return the signer of the Ed25519 key with this 32-byte seed."""
    return cose.Ed25519Signer.of(seed)


def signer_with(public_key: bytes, sign: Callable[[bytes], bytes]) -> Signer:
    """Return the signer of an Ed25519 key that is kept elsewhere.

    `public_key` has 32 bytes; `sign` returns the signature of a message, 64 bytes.
    """
    return cose.Ed25519Signer.with_key(public_key, sign)


def by_kid(public_keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """Index Ed25519 public keys (32 bytes each) by key id."""
    return {cose.key_id(key): key for key in public_keys}


def open_signed(message: bytes, context: bytes, keys: Mapping[bytes, bytes]) -> bytes | None:
    """Verify a message for `context` and return its payload; None unless one of `keys` (by kid) signed it."""
    try:
        parts = cose.parse(message)
    except Malformed:
        return None
    key = keys.get(parts.kid)
    return parts.payload if key is not None and is_by(parts, context, key) else None


def is_by(parts: Sign1, context: bytes, key: bytes) -> bool:
    """Return True if `key` signed the message for `context`."""
    return cose.is_signed(parts.signature, cose.signed_bytes(parts, context), key)
