"""Key files: private keys with mode 0600, never overwritten and never printed.

A key file has one line: the algorithm and the key in hex. A key that is encrypted under a wrapping key has
the prefix `tpm2-` before the algorithm, and the hex of its SecretBox. The public key is in FILE.pub.
"""

from __future__ import annotations

import os
import re
import stat
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from terminal.errors import InputFault
from terminal.wire import cose

if TYPE_CHECKING:
    from typing import BinaryIO

_LINE = re.compile(r"([a-z0-9-]+) ([0-9a-f]{64}|[0-9a-f]{144})\n?")
_WRAPPED = "tpm2-"
_TOO_WIDE = 0o177
"""Permission bits beyond 0600."""


class Algorithm(StrEnum):
    """Algorithm of a 32-byte key."""

    ED25519 = "ed25519"
    """Signatures; the private key is the seed (RFC 8032)."""
    X25519 = "x25519"
    """Sealed boxes (RFC 7748)."""
    CHACHA20_POLY1305 = "chacha20-poly1305"
    """Encrypts claims for enforcement (RFC 8439); it has no public key."""


def public_part(algorithm: Algorithm, secret: bytes) -> bytes | None:
    """Return the 32-byte public key of a 32-byte secret; None if the algorithm has none."""
    match algorithm:
        case Algorithm.ED25519:
            return bindings.crypto_sign_seed_keypair(secret)[0]
        case Algorithm.X25519:
            return bindings.crypto_scalarmult_base(secret)
        case Algorithm.CHACHA20_POLY1305:
            return None


def save(path: Path, algorithm: Algorithm, secret: bytes, wrapping: bytes | None = None) -> bytes | None:
    """Save a new secret in `path` (mode 0600) and its public key in `path`.pub; return the public key.

    With a `wrapping` key (32 bytes) the secret is encrypted. Raises InputFault if either file exists; then
    neither is changed.
    """
    public = public_part(algorithm, secret)
    if wrapping is None:
        create(path, 0o600, _line(algorithm, secret))
    else:
        create(path, 0o600, _line(_WRAPPED + algorithm, SecretBox(wrapping).encrypt(secret)))
    if public is not None:
        try:
            create(_beside(path), 0o644, _line(algorithm, public))
        except InputFault:
            path.unlink()
            raise
    return public


def load(path: Path, algorithm: Algorithm, wrapping: bytes | None = None) -> bytes:
    """Load the 32-byte secret from `path`, encrypted under the `wrapping` key if there is one.

    Raises InputFault if others may read it or it is invalid.
    """
    with _opened(path) as file:
        _require_private(path, os.fstat(file.fileno()))
        content = file.read(256)
    if wrapping is None:
        return _parse(path, content, algorithm)
    try:
        return SecretBox(wrapping).decrypt(_parse(path, content, _WRAPPED + algorithm))
    except CryptoError as error:
        raise InputFault(f"{path}: encrypted under another key") from error


def require_private(path: Path) -> None:
    """Raise InputFault if others may read the private key in `path`, of whatever form; OSError if it is not
    there.
    """
    _require_private(path, path.stat())


def load_seed(path: Path) -> bytes:
    """Load the 32-byte Ed25519 seed from `path`. Raises InputFault as `load`."""
    return load(path, Algorithm.ED25519)


def load_public(path: Path, algorithm: Algorithm = Algorithm.ED25519) -> bytes:
    """Load the 32-byte public key from a .pub file. Raises InputFault if it is not valid."""
    with _opened(path) as file:
        public = _parse(path, file.read(256), algorithm)
    if algorithm is Algorithm.ED25519 and not cose.is_full_order_point(public):
        raise InputFault(f"{path}: not a valid Ed25519 public key")
    return public


def replace(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file atomically: a reader finds the old content or the new, never a mixture."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        staged = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            staged.chmod(mode)
            staged.replace(path)
        except OSError:
            staged.unlink(missing_ok=True)
            raise


def _require_private(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if mode & _TOO_WIDE:
        raise InputFault(f"{path}: mode {mode:04o} is wider than 0600; chmod 600 this private key first")


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def create(path: Path, mode: int, content: bytes) -> None:
    """Write a new file with this mode. Raises InputFault if it exists."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError as error:
        raise InputFault(f"{path} already exists; keys are never overwritten") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _line(algorithm: str, key: bytes) -> bytes:
    return f"{algorithm} {key.hex()}\n".encode("ascii")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise InputFault(f"{path}: no such key file") from error


def _parse(path: Path, content: bytes, algorithm: str) -> bytes:
    found = _LINE.fullmatch(content.decode("ascii", errors="replace"))
    if found is None:
        # Not repeated: the content may be a secret.
        raise InputFault(f"{path}: not a key file made by roadside-keys")
    if found[1] != algorithm or (len(found[2]) > 64) != algorithm.startswith(_WRAPPED):
        raise InputFault(f"{path}: a key for {found[1]}, but one for {algorithm} is required")
    return bytes.fromhex(found[2])
