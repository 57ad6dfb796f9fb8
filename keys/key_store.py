"""Key store of a terminal's identity folder (`terminal.identity`); see `terminal.ports.KeyStore`.

The keys are files that only their owner may read (mode 0600). On a device with a TPM 2.0 they are encrypted
under a wrapping key that only this TPM gives out (`keys.tpm`):

    terminal.key, sealing.key   "tpm2-ALGORITHM HEX": SecretBox (XSalsa20-Poly1305) of the 32-byte key
    tls.key                     encrypted PKCS #8; its passphrase is the wrapping key in hex
    public.tpm, private.tpm     the wrapping key, sealed

Either way, keys in use are in the memory of the process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nacl import bindings

from keys import files
from keys.files import Algorithm
from keys.tpm import PUBLIC, Tpm
from terminal import identity
from terminal.errors import InputFault
from terminal.ports import TlsFiles
from terminal.wire.fields import KEY_SIZE
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_RAW_KEYS = ((identity.SIGNING_KEY, Algorithm.ED25519), (identity.SEALING_KEY, Algorithm.X25519))


@dataclass(frozen=True, slots=True)
class FolderStore:
    """The opened keys of an identity folder."""

    public_key: bytes
    tls: TlsFiles
    sealing: SealingKeyPair
    _signing: bytes = field(repr=False)
    """Seed and public key, 64 bytes."""

    @property
    def sealing_public_key(self) -> bytes:
        """See `terminal.ports.KeyStore`."""
        return self.sealing.public

    def sign(self, message: bytes) -> bytes:
        """See `terminal.ports.KeyStore`."""
        return bindings.crypto_sign(message, self._signing)[: bindings.crypto_sign_BYTES]

    def open_sealed(self, box: bytes) -> bytes | None:
        """See `terminal.ports.KeyStore`."""
        return self.sealing.open(box)

    def tls_request(self, name: str) -> bytes:
        """Return a PKCS #10 request, DER, for a certificate of `name` with the TLS key. Raises InputFault."""
        key = _load_tls_key(self.tls)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.DER)

    def tls_public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public TLS key. Raises InputFault."""
        return _load_tls_key(self.tls).public_key()


def make_keys(folder: Path, randomness: Callable[[int], bytes], tpm: Tpm | None) -> FolderStore:
    """Make the three keys of an identity in `folder`, encrypted if there is a `tpm`.

    The TLS key is drawn by the `cryptography` library from the operating system. Raises InputFault if a key
    exists already, or the TPM refuses.
    """
    wrapping = None
    if tpm is not None:
        wrapping = randomness(KEY_SIZE)
        tpm.seal(wrapping, folder)
    for name, algorithm in _RAW_KEYS:
        files.save(folder / name, algorithm, randomness(KEY_SIZE), wrapping)
    key = ec.generate_private_key(ec.SECP256R1())
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if wrapping is not None:
        protection = serialization.BestAvailableEncryption(_passphrase(wrapping))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    files.create(folder / identity.TLS_KEY, 0o600, secret)
    return open_store(folder, tpm)


def open_store(folder: Path, tpm: Tpm | None = None) -> FolderStore:
    """Open the keys of an identity folder; encrypted ones by `tpm`, which is the device's own if None.

    Raises InputFault if a key is missing or invalid, or others may read it, or the TPM refuses.
    """
    wrapping = (tpm or Tpm()).unseal(folder) if (folder / PUBLIC).exists() else None
    seed, sealing = (files.load(folder / name, algorithm, wrapping) for name, algorithm in _RAW_KEYS)
    public, signing = bindings.crypto_sign_seed_keypair(seed)
    tls = TlsFiles(
        folder / identity.CA,
        folder / identity.TLS_CERTIFICATE,
        folder / identity.TLS_KEY,
        None if wrapping is None else _passphrase(wrapping),
    )
    return FolderStore(public, tls, SealingKeyPair.of(sealing), signing)


def _passphrase(wrapping: bytes) -> bytes:
    return wrapping.hex().encode("ascii")


def _load_tls_key(tls: TlsFiles) -> ec.EllipticCurvePrivateKey:
    path = tls.key
    try:
        files.require_private(path)
        key = serialization.load_pem_private_key(path.read_bytes(), tls.passphrase)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:  # details omitted: the content may be secret
        raise InputFault(f"{path}: not a private key, or encrypted for another device") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputFault(f"{path}: not a P-256 key")
    return key
