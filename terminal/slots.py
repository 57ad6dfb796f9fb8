"""Port of the slots of an image, and the fault of its releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from terminal.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path


class ReleaseFault(Fault):
    """Raised when a release of the image cannot be installed, committed or left."""

    code, zh, en = "E03", "系统更新失败，请联系管理员", "The update of the system failed"


class Slots(Protocol):
    """The two slots of an image, of which one runs."""

    def install(self, bundle: Path) -> None:
        """Install a signed bundle to the other slot, which the next boot tries. Raises ReleaseFault."""

    def mark_good(self) -> None:
        """Make the slot that runs the first choice of every boot. Raises ReleaseFault."""

    def restart(self) -> None:
        """Restart the device. Raises ReleaseFault."""
