"""Order of a file of the register of issued codes, checked in blocks with numpy (wire format, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from terminal.credential.register import HEADER
from terminal.errors import TrustFault
from terminal.wire.fields import CODE_DIGEST_SIZE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Entries = NDArray[np.uint64]
    """Entries as rows of two big-endian halves in native order."""

BLOCK = 1 << 18
"""Entries in memory at a time, 4 MiB."""


def entries_of(content: bytes) -> Entries:
    """Return 16-byte entries as rows of their two halves, so that rows compare as the bytes do."""
    return np.frombuffer(content, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def is_ascending(entries: Entries) -> bool:
    """Return True if rows ascend and none is there twice."""
    high, low = entries[:, 0], entries[:, 1]
    later = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] > low[:-1]))
    return bool(later.all())


def require_sorted(path: Path, target: str) -> None:
    """Read every entry of a file. Raises TrustFault if any is out of order or there twice."""
    before = b""
    try:
        with path.open("rb") as file:
            file.seek(HEADER.size)
            while block := file.read(BLOCK * CODE_DIGEST_SIZE):
                if not is_ascending(entries_of(before + block)):
                    raise TrustFault(f"{target}: entries are duplicate or out of order")
                before = block[-CODE_DIGEST_SIZE:]
    except (OSError, ValueError) as error:
        raise TrustFault(f"{target}: {error}") from error
