"""COSE_Sign1 (RFC 9052) with Ed25519 (-19, RFC 9864), a short key id and an inline payload (wire format,
section 2).

Signatures are verified over the bytes as received; nothing is re-encoded before the check.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.exceptions import BadSignatureError

from terminal.wire import cbor
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAG = 18
ED25519 = -19
KID_SIZE = 8
SIGNATURE_SIZE = 64
_HEAD = bytes.fromhex("d2 84 4d a2 01 32 04 48")
"""Tag 18, an array of 4, and the protected map {1: -19, 4: kid} as a byte string, up to the key id."""
_PROTECTED_SIZE = 13
_NO_HEADERS = bytes.fromhex("a0")
"""The empty unprotected map."""


@dataclass(frozen=True, slots=True)
class Sign1:
    """A parsed message whose signature has not been verified."""

    protected: bytes
    kid: bytes
    payload: bytes
    signature: bytes


def kid_of(message: bytes, at: int = 0) -> bytes | None:
    """Return the key id of the message that begins at `at`, or None if its headers are others.

    Deterministic CBOR has one encoding of the tag, the array's head and both header maps, so the key id is
    found without parsing what follows, which may be anything.
    """
    start = at + len(_HEAD)
    end = start + KID_SIZE
    return (
        message[start:end] if message.startswith(_HEAD, at) and message.startswith(_NO_HEADERS, end) else None
    )


def parse(message: bytes) -> Sign1:
    """Parse a COSE_Sign1 message. Raises Malformed for any structure not in wire format, section 2."""
    found, end = _parse_at(message, 0)
    if end != len(message):
        raise Malformed("bytes left over")
    return found


def split(sequence: bytes) -> Iterator[bytes]:
    """Yield the messages of a CBOR sequence (RFC 8742) of COSE_Sign1 messages.

    Raises Malformed at the first that is none; what was yielded before it stands.
    """
    at = 0
    while at < len(sequence):
        _, end = _parse_at(sequence, at)
        yield sequence[at:end]
        at = end


def _parse_at(message: bytes, at: int) -> tuple[Sign1, int]:
    """Parse the message that begins at `at`; return it, and where it ends."""
    kid = kid_of(message, at)
    if kid is None:
        raise Malformed("not a COSE_Sign1 with the algorithm and the key id as its headers")
    start = at + len(_HEAD) + KID_SIZE
    payload, signature_at = cbor.byte_string(message, start + len(_NO_HEADERS))
    signature, end = cbor.byte_string(message, signature_at)
    if len(signature) != SIGNATURE_SIZE:
        raise Malformed("a signature of another length")
    return Sign1(message[start - _PROTECTED_SIZE : start], kid, payload, signature), end


def signed_bytes(message: Sign1, context: bytes) -> bytes:
    """Return the Sig_structure (RFC 9052 section 4.4) that the signature covers."""
    return cbor.write(["Signature1", message.protected, context, message.payload])


def is_signed(signature: bytes, message: bytes, public_key: bytes) -> bool:
    """Return True if `signature` is the Ed25519 signature of `message` under the 32-byte `public_key`."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    try:
        bindings.crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def is_full_order_point(public_key: bytes) -> bool:
    """Return True if a public key is canonical, on the curve and of full order.

    libsodium's verification alone accepts some keys that are not.
    """
    return len(
        public_key
    ) == bindings.crypto_sign_PUBLICKEYBYTES and bindings.crypto_core_ed25519_is_valid_point(public_key)


def key_id(public_key: bytes) -> bytes:
    """Return the key id: the first 8 bytes of the COSE key thumbprint (RFC 9679) of a 32-byte public key."""
    return hashlib.sha256(cbor.write({1: 1, -1: 6, -2: public_key})).digest()[:KID_SIZE]


def protected_of(public_key: bytes) -> bytes:
    """Return the protected header of messages under this key, which sealed claims are bound to."""
    return cbor.write({1: ED25519, 4: key_id(public_key)})


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Ed25519 signing key, with the header that all its messages share."""

    sign: Callable[[bytes], bytes] = field(repr=False)
    """Returns the signature of a message, 64 bytes."""
    kid: bytes
    protected: bytes

    @classmethod
    def of(cls, seed: bytes) -> Ed25519Signer:
        """Return the signer of a 32-byte seed."""
        public_key, secret_key = bindings.crypto_sign_seed_keypair(seed)

        def sign_message(message: bytes) -> bytes:
            return bindings.crypto_sign(message, secret_key)[:SIGNATURE_SIZE]

        return cls.with_key(public_key, sign_message)

    @classmethod
    def with_key(cls, public_key: bytes, sign: Callable[[bytes], bytes]) -> Ed25519Signer:
        """Return the signer of a key that is kept elsewhere: its public key (32 bytes), and how it signs."""
        return cls(sign, key_id(public_key), protected_of(public_key))

    def __call__(self, payload: bytes, context: bytes) -> bytes:
        """Return a COSE_Sign1 message over `payload` for `context`."""
        unsigned = Sign1(self.protected, self.kid, payload, b"")
        signature = self.sign(signed_bytes(unsigned, context))
        return cbor.write([self.protected, {}, payload, signature], tag=TAG)


def sign(payload: bytes, context: bytes, seed: bytes) -> bytes:
    """Return a COSE_Sign1 message over `payload` for `context`, signed with the key of the 32-byte `seed`."""
    return Ed25519Signer.of(seed)(payload, context)
