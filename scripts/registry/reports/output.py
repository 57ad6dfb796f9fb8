"""Read and write files with plates and officers: accessible to their owner only, and written atomically."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from terminal.errors import InputFault


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path` (0600), atomically. Raises InputFault if that is not possible."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            staged = Path(file.name)
            file.write(content)
        staged.replace(path)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error


def read(path: Path, most: int) -> bytes:
    """Read a regular file of at most `most` bytes. Raises InputFault for any other, including links."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would block, and a device has no end
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise InputFault(f"{path}: not a regular file")
            content = file.read(most + 1)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    if len(content) > most:
        raise InputFault(f"{path}: over {most >> 20} MiB")
    return content
