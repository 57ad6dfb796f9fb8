"""Cameras through OpenCV: V4L2 devices, which give their newest frame, and files played at a frame rate."""

from __future__ import annotations

import queue
import threading
import time
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2

from drivers.fixed_camera import FixedCamera
from drivers.frame_pacer import FramePacer
from drivers.photographs import SUFFIXES, fit, read_luma
from terminal.errors import CameraFault, InputFault
from terminal.ports import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from terminal.model import Luma
    from terminal.ports import Camera

SIZE = (1280, 720)
"""Width and height, px, that are requested from a device and that photographs are fitted to."""
FRAMES_PER_S = 30.0
"""Default rate of files and devices."""


class FrameSource(Protocol):
    """A sequence of pictures, such as `cv2.VideoCapture`."""

    def read(self) -> tuple[bool, cv2.typing.MatLike]:
        """Return a success flag and the next picture, BGR [height, width, 3] or grey [height, width]."""

    def release(self) -> None:
        """Close the source."""


def open_camera(
    source: str, *, fps: float = FRAMES_PER_S, loop: bool = True, size: tuple[int, int] = SIZE
) -> Camera:
    """Open the camera that `source` names: a V4L2 number or device, a video, a photograph or a folder of
    them.

    `fps` and `loop` apply to files; of a device `fps` is only requested. Raises CameraFault.
    """
    path = Path(source)
    if source.isdecimal() or path.is_char_device():
        return LiveCamera(_device(source, fps, size))
    photographs = [path] if path.suffix.lower() in SUFFIXES else None
    if path.is_dir():
        photographs = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
    if photographs is not None:
        return FolderCamera(photographs, fps, size, loop=loop)
    return VideoCamera(path, fps, loop=loop)


def _device(source: str, fps: float, size: tuple[int, int]) -> cv2.VideoCapture:
    """Open a V4L2 device by number or path. Not tested on hardware."""
    capture = cv2.VideoCapture(int(source) if source.isdecimal() else source, cv2.CAP_V4L2)
    if not capture.isOpened():
        raise CameraFault(f"V4L2 device {source} cannot be opened")
    for key, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, size[0]),
        (cv2.CAP_PROP_FRAME_HEIGHT, size[1]),
        (cv2.CAP_PROP_FPS, fps),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ):
        capture.set(key, value)  # an unsupported value leaves the device's own
    return capture


def grey(picture: cv2.typing.MatLike) -> Luma:
    """Return the luminance of a BGR or grey picture, uint8 [height, width]."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]  # cv2's stubs allow any dtype


class LiveCamera(FixedCamera):
    """V4L2 device read by a thread of its own; a frame that was not captured is replaced by the next one."""

    def __init__(self, source: FrameSource) -> None:
        """Start reading `source`, until it ends or `close` is called."""
        self._source = source
        self._newest: queue.Queue[Frame | None] = queue.Queue(maxsize=1)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`. Raises CameraFault once the device has ended its stream."""
        try:
            frame = self._newest.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None
        if frame is None:
            self._put(None)
            raise CameraFault("the device stopped sending frames")
        return frame

    def close(self) -> None:
        """See `terminal.ports.Camera`. Waits for a read in progress, which OpenCV ends after 10 s."""
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        number = 0
        try:
            while not self._closing.is_set():
                there, picture = self._source.read()
                if not there:
                    break
                self._put(Frame(grey(picture), time.monotonic(), number))
                number += 1
        finally:
            self._source.release()
            self._put(None)

    def _put(self, frame: Frame | None) -> None:
        # Only the reader puts and only the scanner gets, so there is room after at most one get.
        while True:
            try:
                return self._newest.put_nowait(frame)
            except queue.Full:
                try:
                    self._newest.get_nowait()
                except queue.Empty:
                    continue


class VideoCamera(FixedCamera):
    """Video file that plays every frame at `fps`; at the end it starts again or gives no more frames."""

    def __init__(self, path: Path, fps: float = FRAMES_PER_S, *, loop: bool = True) -> None:
        """Open the file. Raises CameraFault if it is missing or not a video."""
        self._pace = FramePacer(fps)
        self._loop = loop
        self._video = cv2.VideoCapture(str(path)) if path.is_file() else None
        if self._video is None or not self._video.isOpened():
            raise CameraFault(f"{path.name}: neither a video nor a photograph nor a folder of photographs")
        self._number = 0

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`."""
        started = time.monotonic()
        if not self._pace.wait(timeout_s) or self._video is None:
            return None
        there, picture = self._video.read()
        if not there and self._loop:
            self._video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            there, picture = self._video.read()
        if not there:
            self._pace.rest(timeout_s - (time.monotonic() - started))
            return None
        self._number += 1
        return Frame(grey(picture), time.monotonic(), self._number - 1)

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        self._pace.stop()
        if self._video is not None:
            self._video.release()
            self._video = None


class FolderCamera(FixedCamera):
    """Photographs shown in the given order at `fps`; after the last they start again or end."""

    def __init__(
        self,
        paths: Sequence[Path],
        fps: float = FRAMES_PER_S,
        size: tuple[int, int] = SIZE,
        *,
        loop: bool = True,
    ) -> None:
        """Take the paths; each file is read when it is shown. Raises CameraFault if there are none."""
        if not paths:
            raise CameraFault("no photographs in the folder")
        self._pace = FramePacer(fps)
        self._size = size
        self._paths: Iterator[Path | None] = cycle(paths) if loop else chain(paths, cycle([None]))
        self._number = 0

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`. Raises CameraFault for a photograph that cannot be read."""
        started = time.monotonic()
        if not self._pace.wait(timeout_s):
            return None
        path = next(self._paths)
        if path is None:
            self._pace.rest(timeout_s - (time.monotonic() - started))
            return None
        try:
            luma = fit(read_luma(path, max(self._size)), self._size)
        except InputFault as fault:
            raise CameraFault(fault.detail) from fault
        self._number += 1
        return Frame(luma, time.monotonic(), self._number - 1)

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        self._pace.stop()
