"""The board that the terminal runs on."""

from __future__ import annotations

from pathlib import Path

from terminal.errors import InputFault

SOURCES = (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id"))
"""A Raspberry Pi's own serial number; elsewhere the number that the installation drew."""
_MOST = 64


def serial_number(sources: tuple[Path, ...] = SOURCES) -> str:
    """Return the serial number of this device, from the first of `sources` that has one.

    Raises InputFault if none has.
    """
    for path in sources:
        try:
            found = path.read_bytes().strip(b"\0\n ").decode("ascii")
        except (OSError, UnicodeDecodeError):
            continue
        if 1 <= len(found) <= _MOST and found.isalnum():
            return found
    raise InputFault("this device has no serial number; name one with --serial")
