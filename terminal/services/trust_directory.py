"""Loads a trust set from a plain directory of targets, as a laboratory's is.

The targets have the names and encodings of wire format, section 4. No signature protects the directory, so
whoever configures it vouches for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from terminal.credential import trust
from terminal.errors import TrustFault
from terminal.services.mapped_file import map_file

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.credential.register import Content

NOTICE = "laboratory trust set, which no authority vouches for"


def load_directory(path: Path) -> trust.TrustSet:
    """Load the trust set of a directory: `set.cbor`, `issuers.cbor`, and `status/` and `issued/` if present.

    The files of `issued/` are mapped into memory. Raises TrustFault when a target is missing, unreadable,
    misnamed or invalid.
    """
    targets = {name: _read(path / name) for name in (trust.SET_TARGET, trust.ISSUERS_TARGET)}
    targets |= {f"status/{file.name}": _read(file) for file in sorted((path / "status").glob("*.bin"))}
    issued = {f"issued/{file.name}": _mapped(file) for file in sorted((path / "issued").glob("*.bin"))}
    try:
        return trust.load(targets, issued)
    except TrustFault as fault:
        raise TrustFault(f"{path}: {fault.detail}") from fault


def load_registry(path: Path) -> trust.RegistryKeys:
    """Load the registry's keys of a directory, its `registry.cbor`. Raises TrustFault."""
    return trust.load_registry(_read(path / trust.REGISTRY_TARGET))


def _mapped(file: Path) -> Content:
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_size == 0:
                return b""
            return map_file(opened.fileno())
    except OSError as error:
        raise TrustFault(f"{file}: {error.strerror}") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TrustFault(f"{file}: {error.strerror}") from error
