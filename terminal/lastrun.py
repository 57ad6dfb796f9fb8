"""A run leaves a mark while it lasts: whoever finds one of the same boot knows that the last run crashed.

Or was killed, or hung. A mark of another boot tells of a power failure, which is no fault of the program's.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = "running"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> bytes:
    """What the kernel calls this boot (random(4)). Raises OSError."""
    return _BOOT_ID.read_bytes().strip()


def begin(folder: Path, boot: bytes) -> bool:
    """Whether the last run of this boot was cut short; from now on this run would leave the same mark.

    It need not outlast a power failure, so it is not synced; and a disk that takes no mark costs this notice
    alone.
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
    """This run ends on purpose."""
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)
