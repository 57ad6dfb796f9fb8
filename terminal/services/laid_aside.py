"""Keeps on disk which files of the register of issued codes are laid aside, by their fingerprints in hex.

A fault of storage costs no more than this memory: the file is then tried again after the next start.
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
    """Read the fingerprints; a file that is missing or unsound has none."""
    with suppress(OSError, ValueError):
        lines = (folder / FILE).read_text(encoding="ascii").splitlines()
        return frozenset(bytes.fromhex(line) for line in lines)
    return frozenset()


def save(folder: Path, fingerprints: Iterable[bytes]) -> None:
    """Write the fingerprints in place of those before."""
    with suppress(OSError):
        atomic_file.replace(folder / FILE, "".join(f"{one.hex()}\n" for one in sorted(fingerprints)).encode())
