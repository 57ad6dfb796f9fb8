"""A camera of which nothing can be asked takes its frames as it likes, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.ports import Reach

if TYPE_CHECKING:
    from terminal.ports import CameraControls


class AutomaticCamera:
    """What films have in common with devices by OpenCV, which tells no limits of theirs."""

    @property
    def reach(self) -> Reach:
        """See `terminal.ports.Camera`."""
        return Reach()

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`: there is nothing to ask."""
