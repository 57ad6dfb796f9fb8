"""Display backlight through the kernel (sysfs-class-backlight)."""

from __future__ import annotations

from pathlib import Path

BACKLIGHTS = Path("/sys/class/backlight")


class SysfsBacklight:
    """The first backlight of the kernel that can be set; looked up anew at each change."""

    def __init__(self, backlights: Path = BACKLIGHTS) -> None:
        """Set the backlights in this folder."""
        self._backlights = backlights

    def set(self, share: float) -> bool:
        """See `terminal.device_ports.Backlight`."""
        try:
            return any(_is_set(one, share) for one in sorted(self._backlights.iterdir()))
        except OSError:
            return False


def _is_set(backlight: Path, share: float) -> bool:
    """Set a backlight to a share of its brightest, never off; False if it cannot be set."""
    try:
        most = int((backlight / "max_brightness").read_text(encoding="ascii"))
        if most < 1:
            return False
        (backlight / "brightness").write_text(str(max(1, round(share * most))), encoding="ascii")
    except (OSError, ValueError):
        return False
    return True
