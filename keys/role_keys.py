"""Keys of TUF roles: files encrypted by a passphrase, or keys in a PKCS#11 token.

A private key file holds an Ed25519 seed in a SecretBox under Argon2id of the passphrase (libsodium). Beside
it, or alone for a token, FILE.pub holds the public key as TUF writes it and, for a token, its URI.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from securesystemslib.exceptions import UnsupportedLibraryError
from securesystemslib.signer import CryptoSigner, HSMSigner, Key, SSlibKey

from terminal.errors import InputFault
from terminal.wire.fields import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from securesystemslib.signer import Signer

    Ask = Callable[[str], bytes]
    """Returns the passphrase or PIN for what is named."""
    Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of Argon2id: passes, and memory in bytes."""

    passes: int
    memory: int


MODERATE = Cost(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
LEAST = Cost(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
"""For keys whose passphrase lies beside them, as in a laboratory."""
SALT_SIZE = pwhash.argon2id.SALTBYTES


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A role's public key, and the URI of the token that holds its private half, if any."""

    key: Key
    uri: str | None = None


def create(path: Path, passphrase: bytes, randomness: Randomness, cost: Cost = MODERATE) -> PublicKey:
    """Make an Ed25519 key: `path` (mode 0600) encrypted, and `path`.pub.

    Raises InputFault for an empty passphrase, or if either file exists.
    """
    if not passphrase:
        raise InputFault("an empty passphrase protects nothing")
    seed, salt = randomness(KEY_SIZE), randomness(SALT_SIZE)
    box = SecretBox(_stretched(passphrase, salt, cost)).encrypt(seed, randomness(SecretBox.NONCE_SIZE))
    public = PublicKey(CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed)).public_key)
    _write_new(path.with_name(f"{path.name}.pub"), 0o644, _public_form(public))
    fields = {"argon2id": [cost.passes, cost.memory], "salt": salt.hex(), "box": bytes(box).hex()}
    _write_new(path, 0o600, fields)
    return public


def import_token(path: Path, module: Path, label: str, key_id: int, ask: Ask) -> PublicKey:
    """Write `path`.pub for an EC key in the PKCS#11 token with this label, through the library `module`.

    Raises InputFault if the token or the key is not there.
    """
    use_module(module)
    try:
        uri, key = HSMSigner.import_(key_id, label, lambda what: ask(f"{label} {what}").decode())
    except (ValueError, RuntimeError, UnsupportedLibraryError) as error:  # PKCS11Error is a RuntimeError
        raise InputFault(f"token {label}: {str(error) or type(error).__name__}") from error
    public = PublicKey(key, uri)
    _write_new(path.with_name(f"{path.name}.pub"), 0o644, _public_form(public))
    return public


def use_module(module: Path) -> None:
    """Name the PKCS#11 library, which securesystemslib reads from the environment alone."""
    os.environ["PYKCS11LIB"] = str(module)


def load_public(path: Path) -> PublicKey:
    """Load a .pub file. Raises InputFault."""
    fields = _read(path)
    try:
        return PublicKey(SSlibKey.from_dict(fields["keyid"], dict(fields["key"])), fields.get("uri"))
    except (KeyError, TypeError, ValueError) as error:
        raise InputFault(f"{path}: not the public key of a role") from error


def load_signer(path: Path, ask: Ask) -> Signer:
    """Load the signer of a private key file, or of a .pub file that names a token.

    Raises InputFault for a wrong passphrase or a file of another form.
    """
    if path.suffix == ".pub":
        public = load_public(path)
        if public.uri is None:
            raise InputFault(f"{path}: a public key signs nothing; name the private key file")
        return HSMSigner.from_priv_key_uri(
            public.uri, public.key, lambda what: ask(f"{path} {what}").decode()
        )
    fields = _read(path)
    try:
        cost = Cost(*fields["argon2id"])
        salt, box = bytes.fromhex(fields["salt"]), bytes.fromhex(fields["box"])
        seed = SecretBox(_stretched(ask(str(path)), salt, cost)).decrypt(box)
    except CryptoError as error:
        raise InputFault(f"{path}: the passphrase is wrong") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputFault(f"{path}: not a role's private key") from error
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))


def _stretched(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    return pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE, passphrase, salt, opslimit=cost.passes, memlimit=cost.memory
    )


def _public_form(public: PublicKey) -> dict[str, Any]:
    fields: dict[str, Any] = {"keyid": public.key.keyid, "key": public.key.to_dict()}
    return fields if public.uri is None else fields | {"uri": public.uri}


def _write_new(path: Path, mode: int, fields: dict[str, Any]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError as error:
        raise InputFault(f"{path} already exists; keys are never overwritten") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(fields, file)
        file.write("\n")
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputFault(f"{path}: no such key file") from error
    except ValueError as error:
        raise InputFault(f"{path}: not a role's key file") from error
    if not isinstance(fields, dict):
        raise InputFault(f"{path}: not a role's key file")
    return fields
