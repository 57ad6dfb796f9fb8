"""Removes what a lost terminal must not give away, in an order that a power cut at any point leaves sound.

1. The records and pictures without a receipt are signed into a file for the dock, while the key is there.
2. Enforcement keys, offline lists, hot lists and the roster are removed.
3. The trust store and the identity are removed, its private keys first.

Each step is on disk before the next begins, and is harmless when repeated: a wipe that was cut short is
carried out from its beginning at the next start. Records stay: this terminal cannot open them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import Fault
from terminal.identity import staging_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SECRET_TARGETS = ("enforcement", "offline", "hotlist", "roster")
"""Targets of a trust set (wire format, section 4) that are removed, in this order."""
TRUST_STORE = "trust"
"""Folder of the trust store in the state folder."""
_HOTLIST = "hotlist.sqlite"
_SECRETS = ("*.key", "*.tpm")
"""Private keys of an identity folder: they are removed first, and overwritten before."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where a terminal keeps what is removed."""

    state: Path
    """Folder of the journal, the hot list and the trust store."""
    identity: Path

    @property
    def trust(self) -> Path:
        """The trust store."""
        return self.state / TRUST_STORE


def remaining_file(state: Path, order_id: str) -> Path:
    """Return the file of what had no receipt when a wipe was ordered; `order_id` in hex."""
    return state / f"remaining-{order_id[:16]}.cbor"


def remaining_files(state: Path) -> list[Path]:
    """Return the files of all wipes."""
    return sorted(state.glob("remaining-*.cbor"))


def wipe(holdings: Holdings, order_id: str, messages: Callable[[], Iterable[bytes]]) -> Iterator[Path]:
    """Carry out a wipe; yields each path once what was done about it is on disk.

    `messages` signs what has no receipt, as a CBOR sequence; it may raise Fault. Where it cannot be written
    for want of space, the lists are removed first. Raises OSError where a file cannot be removed.
    """
    to = remaining_file(holdings.state, order_id)
    if _keep(to, messages):
        yield to
    yield from forget(holdings)
    if _keep(to, messages):
        yield to
    yield from _remove(holdings.trust)
    folders = (holdings.identity, *staging_folders(holdings.identity))
    for folder, pattern in product(folders, _SECRETS):
        for key in sorted(folder.glob(pattern)):
            _overwrite(key)
            yield from _remove(key)
    for folder in folders:
        yield from _remove(folder)


def forget(holdings: Holdings) -> Iterator[Path]:
    """Remove enforcement keys, lists and roster, and keep identity, trust metadata and records.

    Yields each path once it is gone from the disk. Raises OSError.
    """
    yield from _remove(holdings.trust / "staging")
    for name in SECRET_TARGETS:
        for folder in sorted(holdings.trust.glob(f"sets/*/targets/{name}")):
            yield from _remove(folder)
        if name == "hotlist":
            for file in sorted(holdings.state.glob(f"{_HOTLIST}*")):
                yield from _remove(file)


def _keep(to: Path, messages: Callable[[], Iterable[bytes]]) -> bool:
    """Write what has no receipt into a file, complete or not at all; True if this wrote it."""
    if to.exists():
        return False
    staged = to.with_name(f".{to.name}")
    try:
        handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            for message in messages():
                file.write(message)
            file.flush()
            os.fsync(handle)
        staged.replace(to)
        atomic_file.sync_folder(to.parent)
    except (OSError, Fault):  # a wipe goes on: the records stay in the journal
        staged.unlink(missing_ok=True)
        return False
    return True


def _remove(path: Path) -> Iterator[Path]:
    """Remove a file, or a folder with all in it; a link is removed and not followed."""
    if not os.path.lexists(path):
        return
    if path.is_dir() and not path.is_symlink():
        for child in sorted(path.iterdir()):
            yield from _remove(child)
        path.rmdir()
    else:
        path.unlink()
    atomic_file.sync_folder(path.parent)
    yield path


def _overwrite(path: Path) -> None:
    """Overwrite a file in place. A card may keep the old block all the same."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.write(bytes(min(size, _BLOCK)))
        file.flush()
        os.fsync(file.fileno())
