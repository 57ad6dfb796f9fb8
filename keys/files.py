"""A private key lies in one file that its owner alone may read; it is never overwritten and never printed.

A key file is one line: the algorithm's name and the key in hex. The public part lies beside it as FILE.pub.
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

from terminal.credential import cose
from terminal.errors import InputFault

if TYPE_CHECKING:
    from typing import BinaryIO

KEY_SIZE = 32
_LINE = re.compile(r"([a-z0-9-]+) ([0-9a-f]{64})\n?")
_TOO_WIDE = 0o177
"""Permission bits beyond 0600."""


class Algorithm(StrEnum):
    """What a key of 32 bytes is for."""

    ED25519 = "ed25519"
    """Signs; the private part is the seed (RFC 8032)."""
    X25519 = "x25519"
    """Opens sealed boxes (RFC 7748)."""
    CHACHA20_POLY1305 = "chacha20-poly1305"
    """Seals claims for enforcement (RFC 8439); it has no public part."""


def public_part(algorithm: Algorithm, secret: bytes) -> bytes | None:
    """The 32-byte public key of a 32-byte secret; None where the algorithm has none."""
    match algorithm:
        case Algorithm.ED25519:
            return bindings.crypto_sign_seed_keypair(secret)[0]
        case Algorithm.X25519:
            return bindings.crypto_scalarmult_base(secret)
        case Algorithm.CHACHA20_POLY1305:
            return None


def save(path: Path, algorithm: Algorithm, secret: bytes) -> bytes | None:
    """Put a new secret in `path` (0600), its public part in `path`.pub, and return the public part.

    Raises InputFault where either exists already; then neither is touched.
    """
    public = public_part(algorithm, secret)
    _create(path, 0o600, algorithm, secret)
    if public is not None:
        try:
            _create(_beside(path), 0o644, algorithm, public)
        except InputFault:
            path.unlink()
            raise
    return public


def load(path: Path, algorithm: Algorithm) -> bytes:
    """The 32-byte secret in `path`. Raises InputFault where others may read it, or it is no such key."""
    with _opened(path) as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & _TOO_WIDE:
            raise InputFault(f"{path}: mode {mode:04o} is wider than 0600; chmod 600 this private key first")
        return _parse(path, file.read(256), algorithm)


def load_seed(path: Path) -> bytes:
    """The 32-byte Ed25519 seed in `path`. Raises InputFault as `load` does."""
    return load(path, Algorithm.ED25519)


def load_public(path: Path, algorithm: Algorithm = Algorithm.ED25519) -> bytes:
    """The 32-byte public key in a .pub file. Raises InputFault where it is no sound key of its algorithm."""
    with _opened(path) as file:
        public = _parse(path, file.read(256), algorithm)
    if algorithm is Algorithm.ED25519 and not cose.is_full_order_point(public):
        raise InputFault(f"{path}: not a sound Ed25519 public key")
    return public


def replace(path: Path, content: bytes) -> None:
    """Put `content` in `path` in one step: a reader finds the old bytes or the new, never a part."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        staged = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            staged.chmod(0o644)
            staged.replace(path)
        except OSError:
            staged.unlink(missing_ok=True)
            raise


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def _create(path: Path, mode: int, algorithm: Algorithm, key: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError as error:
        raise InputFault(f"{path} exists already, and a key is never overwritten") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(f"{algorithm} {key.hex()}\n".encode("ascii"))
        file.flush()
        os.fsync(descriptor)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise InputFault(f"{path}: no such key file") from error


def _parse(path: Path, content: bytes, algorithm: Algorithm) -> bytes:
    found = _LINE.fullmatch(content.decode("ascii", errors="replace"))
    if found is None:
        # The content is not repeated: it may be a secret all the same.
        raise InputFault(f"{path}: not a key file of roadside-keys")
    if found[1] != algorithm:
        raise InputFault(f"{path}: a key for {found[1]} where one for {algorithm} is needed")
    return bytes.fromhex(found[2])
