"""The camera frames that the app holds: the newest, the one codes are chosen from, and a check's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import CameraStalled
from terminal.screens.check import Ready
from terminal.screens.choice import CodeChoice
from terminal.screens.values import CameraStatus

if TYPE_CHECKING:
    from terminal.codes import Corners, Scan
    from terminal.errors import Fault
    from terminal.inbox import FrameScanned
    from terminal.model import Luma
    from terminal.screens.state import Shown


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of a check, from the frame's capture to its verdict on the screen."""

    decode_ms: float
    verify_us: float
    total_ms: float


@dataclass(slots=True)
class FramesInHand:
    """Keeps at most three frames, each only as long as something refers to it."""

    camera: CameraStatus = field(default=CameraStatus.LIVE, init=False)
    """LIVE from a frame until a failure."""
    count: int = field(default=0, init=False)
    """Frames scanned since the start."""
    timing: Timing | None = field(default=None, init=False)
    """Durations of the last check that was shown; None before the first."""
    _newest: FrameScanned | None = field(default=None, init=False)
    _offered: FrameScanned | None = field(default=None, init=False)
    """The frame whose codes the officer chooses from."""
    _unshown: FrameScanned | None = field(default=None, init=False)
    """The frame of a check whose verdict is not on the screen yet."""

    def scanned(self, frame: FrameScanned) -> None:
        """Take the newest frame, which shows that the camera works."""
        self._newest = frame
        self.camera = CameraStatus.LIVE
        self.count += 1

    def forget(self) -> None:
        """Drop the newest frame, since the camera rests: an old picture must not be taken for a live one."""
        self._newest = None

    def failed(self, fault: Fault) -> None:
        """Note that the camera gives no frames; the newest one is no preview any more."""
        self.camera = CameraStatus.STALLED if isinstance(fault, CameraStalled) else CameraStatus.ABSENT

    def offer(self, scan: Scan) -> None:
        """Keep the newest frame to choose codes from if it is the one of `scan`."""
        if self._newest is not None and self._newest.scan is scan:
            self._offered = self._newest

    @property
    def offered_size(self) -> tuple[int, int]:
        """Width and height of the frame that codes are chosen from, px; (0, 0) without one."""
        luma = self._offered.luma if self._offered else None
        height, width = (0, 0) if luma is None else luma.shape
        return width, height

    def for_check(self, *, chosen: bool) -> Luma | None:
        """Return the whole frame of a check that begins; None if there is none.

        A code that the officer chose is in the frame it was chosen from, otherwise it is in the newest. Only
        the latter is timed: the time that the officer takes to choose is no part of a check.
        """
        frame = self._offered if chosen else self._newest
        self._unshown = None if chosen else frame
        return frame.luma if frame else None

    def picture(self, screen: Shown) -> Luma | None:
        """Return what `screen` shows of the camera: the preview, or the frame that codes are chosen from."""
        match screen:
            case Ready() if self._newest is not None and self.camera is CameraStatus.LIVE:
                return self._newest.preview
            case CodeChoice() if self._offered is not None:
                return self._offered.luma
            case _:
                return None

    def found(self, screen: Shown) -> Corners:
        """Return the corners of the code in the preview that `screen` shows."""
        newest = self._newest
        if not isinstance(screen, Ready) or newest is None or newest.scan is None or newest.luma is None:
            return ()
        height, width = newest.luma.shape
        return tuple((x / width, y / height) for x, y in newest.scan.corners)

    def shown(self, now_s: float, verify_us: float) -> None:
        """Time the check whose verdict is now on the screen, if it is not timed yet.

        `now_s` is on the clock of `FrameScanned.captured_s` (monotonic, s); `verify_us` is how long its code
        took to verify, µs.
        """
        if self._unshown is not None:
            total_ms = 1e3 * (now_s - self._unshown.captured_s)
            self.timing = Timing(self._unshown.decode_ms, verify_us, total_ms)
            self._unshown = None
