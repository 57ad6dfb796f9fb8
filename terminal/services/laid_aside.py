"""Stores which files of the register of issued codes are laid aside, as their fingerprints in hex.

Storage errors are ignored: a file that is not remembered is tried again after the next start.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from terminal import atomic_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "register-aside"


def load(folder: Path) -> frozenset[bytes]:
    """Return the stored fingerprints; none if the file is missing or invalid."""
    with suppress(OSError, ValueError):
        lines = (folder / FILE).read_text(encoding="ascii").splitlines()
        return frozenset(bytes.fromhex(line) for line in lines)
    return frozenset()


def save(folder: Path, fingerprints: Iterable[bytes]) -> None:
    """Replace the stored fingerprints."""
    with suppress(OSError):
        atomic_file.replace(folder / FILE, "".join(f"{one.hex()}\n" for one in sorted(fingerprints)).encode())
