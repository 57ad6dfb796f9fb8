"""Key stores of a terminal's identity folder (`terminal.identity`); see `terminal.ports.KeyStore`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nacl import bindings

from keys import files
from keys.files import Algorithm
from terminal import identity
from terminal.errors import InputFault
from terminal.ports import TlsFiles
from terminal.wire.fields import KEY_SIZE
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileStore:
    """The keys of an identity folder, whose files only their owner may read."""

    public_key: bytes
    tls: TlsFiles
    sealing: SealingKeyPair
    _signing: bytes = field(repr=False)
    """Seed and public key, 64 bytes."""

    def sign(self, message: bytes) -> bytes:
        """See `terminal.ports.KeyStore`."""
        return bindings.crypto_sign(message, self._signing)[: bindings.crypto_sign_BYTES]

    def open_sealed(self, box: bytes) -> bytes | None:
        """See `terminal.ports.KeyStore`."""
        return self.sealing.open(box)

    def tls_request(self, name: str) -> bytes:
        """Return a PKCS #10 request, DER, for a certificate of `name` with the TLS key. Raises InputFault."""
        key = _load_tls_key(self.tls.key)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.DER)

    def tls_public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public TLS key. Raises InputFault."""
        return _load_tls_key(self.tls.key).public_key()


def make_keys(folder: Path, randomness: Callable[[int], bytes]) -> FileStore:
    """Make the three keys of an identity in `folder`. Raises InputFault if one exists.

    The TLS key is drawn by the `cryptography` library from the operating system.
    """
    files.save(folder / identity.SIGNING_KEY, Algorithm.ED25519, randomness(KEY_SIZE))
    files.save(folder / identity.SEALING_KEY, Algorithm.X25519, randomness(KEY_SIZE))
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.create(folder / identity.TLS_KEY, 0o600, secret)
    return open_store(folder)


def open_store(folder: Path) -> FileStore:
    """Open the keys of an identity folder.

    Raises InputFault if one is missing or invalid, or others may read it.
    """
    public, signing = bindings.crypto_sign_seed_keypair(files.load_seed(folder / identity.SIGNING_KEY))
    return FileStore(
        public,
        TlsFiles(folder / identity.CA, folder / identity.TLS_CERTIFICATE, folder / identity.TLS_KEY),
        SealingKeyPair.of(files.load(folder / identity.SEALING_KEY, Algorithm.X25519)),
        signing,
    )


def _load_tls_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        files.require_private(path)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:  # details omitted: the content may be secret
        raise InputFault(f"{path}: not an unencrypted private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputFault(f"{path}: not a P-256 key")
    return key
