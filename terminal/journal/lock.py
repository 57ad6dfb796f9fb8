"""Lock of the journal for its single writer, and the last head that the writer committed.

The head is a witness: SQLite accepts a write-ahead log that lost its end as complete, and a missing file
tells nothing. It is written after each commit, so it is never ahead of the journal. It is not synced, because
an older head is still true.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import zlib
from typing import TYPE_CHECKING

from terminal.errors import JournalBusy
from terminal.journal.record import Head

if TYPE_CHECKING:
    from pathlib import Path

NAME = "journal.lock"
_HEAD = struct.Struct(">16sQ32s")
_SUM = struct.Struct(">I")


class Lock:
    """Exclusive right to write the journal of a state directory."""

    def __init__(self, state_dir: Path) -> None:
        """Acquire the lock. Raises JournalBusy if another process has it, and OSError."""
        self.folder = state_dir
        self._file = os.open(state_dir / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            if error.errno == errno.EWOULDBLOCK:
                raise JournalBusy from error
            raise

    def head(self) -> Head | None:
        """Return the last head that was remembered, or None."""
        return _parse(os.pread(self._file, _HEAD.size + _SUM.size, 0))

    def remember(self, head: Head) -> None:
        """Remember `head`, which must be committed. Raises OSError."""
        fields = _HEAD.pack(head.journal_id, head.seq, head.hash)
        os.pwrite(self._file, fields + _SUM.pack(zlib.crc32(fields)), 0)

    def release(self) -> None:
        """Release the lock; harmless twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def remembered(state_dir: Path) -> Head | None:
    """Return the last head that a journal's writer remembered, or None; takes no lock. Raises OSError."""
    try:
        return _parse((state_dir / NAME).read_bytes())
    except FileNotFoundError:
        return None


def _parse(content: bytes) -> Head | None:
    if len(content) != _HEAD.size + _SUM.size:
        return None
    fields = content[: _HEAD.size]
    if content[_HEAD.size :] != _SUM.pack(zlib.crc32(fields)):
        return None
    return Head(*_HEAD.unpack(fields))
