"""A desk's camera: it sees the picture that somebody holds before it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from drivers.sim import PhotographCamera

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class DeskScene:
    """The scene before the camera: an empty street, or one of the pictures of a tray.

    Any thread may change it. A camera that is opened again sees what is held then.
    """

    def __init__(self, pictures: Sequence[Path], fps: float) -> None:
        """Offer `pictures`; cameras give `fps` frames a second."""
        self._pictures = tuple(pictures)
        self._fps = fps
        self._lock = threading.Lock()
        self._held: int | None = None
        self._camera: PhotographCamera | None = None

    @property
    def held(self) -> int | None:
        """Index of the picture that is held; None for an empty scene."""
        return self._held

    def hold(self, index: int | None) -> None:
        """Hold the picture of this index before the camera; None takes it away.

        Raises IndexError for a picture that there is not, InputFault for one that cannot be read.
        """
        with self._lock:
            self._show(self._camera, index)
            self._held = index

    def open_camera(self) -> PhotographCamera:
        """Open a camera that sees the scene. Raises InputFault for a picture that cannot be read."""
        camera = PhotographCamera(self._fps)
        with self._lock:
            self._show(camera, self._held)
            self._camera = camera
        return camera

    def _show(self, camera: PhotographCamera | None, index: int | None) -> None:
        chosen = [] if index is None else [self._pictures[index]]
        if camera is not None:
            camera.show(*chosen)
