"""Base class of cameras without controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.ports import CameraLimits

if TYPE_CHECKING:
    from terminal.ports import CameraControls


class FixedCamera:
    """A camera that states no limits and ignores requested controls."""

    @property
    def reach(self) -> CameraLimits:
        """See `terminal.ports.Camera`."""
        return CameraLimits()

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`. Does nothing."""

    def stream(self, *, on: bool) -> None:
        """See `terminal.ports.Camera`. Does nothing: frames that nobody captures are dropped."""
