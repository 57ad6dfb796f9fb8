"""Battery gauge: the kernel's power supplies of type Battery (sysfs-class-power)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from terminal.device_ports import BatteryReading

SUPPLIES = Path("/sys/class/power_supply")
_CHARGING = {"Charging", "Full", "Not charging"}
"""Words of `status` while the terminal is on external power."""


class SysfsBattery:
    """The first battery of the kernel that gives a charge; looked up anew at each reading."""

    def __init__(self, supplies: Path = SUPPLIES) -> None:
        """Read the power supplies in this folder."""
        self._supplies = supplies

    def read(self) -> BatteryReading | None:
        """See `terminal.device_ports.Battery`."""
        with suppress(OSError):
            for supply in sorted(self._supplies.iterdir()):
                reading = _reading(supply)
                if reading is not None:
                    return reading
        return None


def _reading(supply: Path) -> BatteryReading | None:
    """Return the reading of a power supply; None for another type, or one that gives no usable charge."""
    if _attribute(supply, "type") != "Battery" or _attribute(supply, "scope") == "Device":
        return None  # a device's own battery, as a mouse's, is not the terminal's
    capacity = _attribute(supply, "capacity")
    if not capacity.isascii() or not capacity.isdecimal() or int(capacity) > 100:
        return None
    return BatteryReading(int(capacity), _attribute(supply, "status") in _CHARGING)


def _attribute(supply: Path, name: str) -> str:
    """Return an attribute's text; empty if it is missing, unreadable, or not text."""
    try:
        return (supply / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
