"""Disk space reserve: on a full disk even a deletion needs space for its write-ahead log.

The reserve is a file of allocated blocks. It is released for writes that must succeed on a full disk:
receipts, removals and the record of the fault. While it is released no check is recorded, and so no verdict
is shown.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RESERVE = "journal.reserve"
RESERVE_BYTES = 8 << 20
WARNING_SHARE = 0.8
"""Share of the file system from which the officer is warned."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Usage of the journal's file system, bytes."""

    used: int
    total: int
    reserved: bool
    """True if the reserve is allocated; without it nothing is recorded."""

    @property
    def share(self) -> float:
        """Used share, 0 to 1."""
        return self.used / self.total if self.total else 1.0

    @property
    def low(self) -> bool:
        """True if the officer is to be warned."""
        return self.share >= WARNING_SHARE or not self.reserved


class Reserve:
    """The reserve of a state directory, `size` bytes. Every method except `release` raises OSError."""

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._folder, self._path, self._size = folder, folder / RESERVE, size

    @property
    def held(self) -> bool:
        """True if the reserve is allocated."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        return found.st_size >= self._size

    def hold(self) -> bool:
        """Allocate the reserve; False if the disk has less space than one and a half times its size.

        The additional half lets the next record succeed.
        """
        if self.held:
            return True
        found = os.statvfs(self._folder)
        if found.f_bavail * found.f_frsize < self._size * 3 // 2:
            return False
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._size)
        except OSError:
            self.release()
            return False
        finally:
            os.close(handle)
        return True

    def release(self) -> bool:
        """Delete the reserve and return True if there was one."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def storage(self) -> Storage:
        """Return the usage of the file system; space reserved for root counts as used."""
        found = os.statvfs(self._folder)
        total = (found.f_blocks - found.f_bfree + found.f_bavail) * found.f_frsize
        return Storage(total - found.f_bavail * found.f_frsize, total, self.held)
