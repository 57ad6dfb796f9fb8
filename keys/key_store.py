"""Key stores of a terminal's identity folder (`terminal.identity`); see `terminal.ports.KeyStore`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nacl import bindings

from keys import files
from keys.files import Algorithm
from terminal import identity
from terminal.ports import TlsFiles
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileStore:
    """The keys of an identity folder, whose files only their owner may read."""

    public_key: bytes
    tls: TlsFiles
    _signing: bytes = field(repr=False)
    """Seed and public key, 64 bytes."""
    _sealing: SealingKeyPair

    def sign(self, message: bytes) -> bytes:
        """See `terminal.ports.KeyStore`."""
        return bindings.crypto_sign(message, self._signing)[: bindings.crypto_sign_BYTES]

    def open_sealed(self, box: bytes) -> bytes | None:
        """See `terminal.ports.KeyStore`."""
        return self._sealing.open(box)


def open_store(folder: Path) -> FileStore:
    """Open the keys of an identity folder.

    Raises InputFault if one is missing or invalid, or others may read it.
    """
    public, signing = bindings.crypto_sign_seed_keypair(files.load_seed(folder / identity.SIGNING_KEY))
    sealing = files.load(folder / identity.SEALING_KEY, Algorithm.X25519)
    return FileStore(
        public,
        TlsFiles(folder / identity.CA, folder / identity.TLS_CERTIFICATE, folder / identity.TLS_KEY),
        signing,
        SealingKeyPair.of(sealing),
    )
