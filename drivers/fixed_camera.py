"""Base class of cameras without controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.ports import Reach

if TYPE_CHECKING:
    from terminal.ports import CameraControls


class AutomaticCamera:
    """A camera that states no limits and ignores requested controls."""

    @property
    def reach(self) -> Reach:
        """See `terminal.ports.Camera`."""
        return Reach()

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`. Does nothing."""
