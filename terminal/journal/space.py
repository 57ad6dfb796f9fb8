"""Space is set aside while there is some: on a full disk even a deletion needs room to be written.

The reserve is a file of real blocks. It is given up for what must go on when the disk is full (receipts,
removals, the record that says so), and while it is gone no check is recorded and so no verdict is shown.
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
"""Of the file system: from here on the officer is told."""


@dataclass(frozen=True, slots=True)
class Storage:
    """How full the journal's file system is, bytes."""

    used: int
    total: int
    reserved: bool
    """Whether the reserve is in place; without it nothing is recorded."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.used / self.total if self.total else 1.0

    @property
    def low(self) -> bool:
        """Whether the officer is to be warned."""
        return self.share >= WARNING_SHARE or not self.reserved


class Reserve:
    """The reserve of a state directory, `size` bytes. Every verb but `release` raises OSError."""

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._folder, self._path, self._size = folder, folder / RESERVE, size

    @property
    def held(self) -> bool:
        """Whether it is in place."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        return found.st_size >= self._size

    def hold(self) -> bool:
        """See to it that it is in place; False where the disk has no room for it and half as much again.

        Without that rest the next record would find the disk full once more.
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
        """Give its space to whoever needs it; whether there was any to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def storage(self) -> Storage:
        """How full the file system is; what only root may use counts as used."""
        found = os.statvfs(self._folder)
        total = (found.f_blocks - found.f_bfree + found.f_bavail) * found.f_frsize
        return Storage(total - found.f_bavail * found.f_frsize, total, self.held)
