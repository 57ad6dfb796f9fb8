"""Sealed boxes (libsodium's crypto_box_seal): only the holder of an X25519 private key opens them.

Anybody can seal to a public key, so a box says nothing about its sender: what is inside is signed. libsodium
draws a key pair of its own for each box.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from nacl import bindings
from nacl.exceptions import CryptoError

from terminal.wire.fields import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERHEAD = bindings.crypto_box_SEALBYTES
"""Bytes by which a box is longer than what it holds."""


@dataclass(frozen=True, slots=True)
class SealingKeyPair:
    """An X25519 key pair, 32 bytes each."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def of(cls, private: bytes) -> Self:
        """Return the pair of a 32-byte private key."""
        return cls(bindings.crypto_scalarmult_base(private), private)

    def open(self, box: bytes) -> bytes | None:
        """Return what a box holds; None if it was not sealed to this key, or is no box."""
        if len(box) < OVERHEAD:
            return None
        try:
            return bindings.crypto_box_seal_open(box, self.public, self.private)
        except CryptoError:
            return None


def seal(message: bytes, public_key: bytes) -> bytes:
    """Seal a message to an X25519 public key (32 bytes). Raises CryptoError for a key of low order."""
    return bindings.crypto_box_seal(message, public_key)


def open_with(pairs: Iterable[SealingKeyPair], box: bytes) -> bytes | None:
    """Return what a box holds, opened with the first of these pairs that fits; None if none does."""
    return next((opened for pair in pairs if (opened := pair.open(box)) is not None), None)


def is_sealing_key(public_key: bytes) -> bool:
    """Return True for 32 bytes that are no point of low order, to which anybody could open what is sealed."""
    if len(public_key) != bindings.crypto_box_PUBLICKEYBYTES:
        return False
    try:
        bindings.crypto_scalarmult(bytes(KEY_SIZE), public_key)
    except CryptoError:
        return False
    return True
