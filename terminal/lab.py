"""A laboratory's trust set is a plain directory of targets; nothing vouches for it but whoever names it.

The targets have the names and encodings of wire format, section 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from terminal.credential import trust
from terminal.errors import TrustFault

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = "laboratory trust set, which no authority vouches for"

_FOLDERS = {"status": re.compile(r"[0-9]+\.bin", re.ASCII), "issued": re.compile(r"[0-9a-f]{16}\.bin")}


def load_directory(path: Path) -> trust.TrustSet:
    """The trust set of a directory: `issuers.cbor`, and `set.cbor`, `status/` and `issued/` if there.

    Raises TrustFault when a target is missing, unreadable, misnamed or invalid.
    """
    targets = {"issuers.cbor": _read(path / "issuers.cbor")}
    if (path / "set.cbor").exists():
        targets["set.cbor"] = _read(path / "set.cbor")
    for folder, name in _FOLDERS.items():
        for file in sorted((path / folder).glob("*.bin")):
            if name.fullmatch(file.name) is None:
                raise TrustFault(f"{file}: not a name of a target")
            targets[f"{folder}/{file.name}"] = _read(file)
    return trust.load(targets)


def load_registry(path: Path) -> trust.RegistryKeys:
    """The registry's keys of a directory, its `registry.cbor`. Raises TrustFault."""
    return trust.load_registry(_read(path / "registry.cbor"))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TrustFault(f"{file}: {error.strerror}") from error
