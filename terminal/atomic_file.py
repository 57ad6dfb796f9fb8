"""Write files durably: synced before the function returns (fsync(2), rename(2))."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 and sync it; `sync_folder` makes its name durable. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Sync the folder's entries. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Replace a file atomically: after a crash it has the old content or the new. Raises OSError."""
    staged = path.with_name(f".{path.name}")
    write(staged, content)
    staged.replace(path)
    sync_folder(path.parent)
