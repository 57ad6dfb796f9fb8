"""Crash marker: a file that exists while the program runs, with the id of the boot.

A marker of the current boot found at start means that the last run crashed, was killed or hung. A marker of
another boot means a power failure, which is not reported.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = "running"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> bytes:
    """Return the kernel's id of this boot (random(4)). Raises OSError."""
    return _BOOT_ID.read_bytes().strip()


def begin(folder: Path, boot: bytes) -> bool:
    """Set the marker of this run; True if the last run of this boot did not end properly.

    The marker need not survive a power failure, so it is not synced. A write error is ignored: it costs only
    the notice.
    """
    mark = folder / NAME
    try:
        found = mark.read_bytes()
    except OSError:
        found = b""
    if found == boot:
        return True
    with suppress(OSError):
        mark.write_bytes(boot)
    return False


def end(folder: Path) -> None:
    """Remove the marker: this run ends properly."""
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)
