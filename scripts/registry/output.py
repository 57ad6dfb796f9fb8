"""A file with plates and officers in it is its owner's alone from its first byte, and whole or not there."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile

from terminal.errors import InputFault


def write(path: Path, content: bytes) -> None:
    """Put `content` in `path` (0600) in one step. Raises InputFault where that is no place for a file."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            staged = Path(file.name)
            file.write(content)
        staged.replace(path)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error


def read(path: Path) -> bytes:
    """What is in a file. Raises InputFault."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
