"""The camera module by picamera2: the luminance plane of the newest frame, in the camera's own memory.

Proven on libcamera's `virtual` pipeline (scripts/camera-lab): opening, frames, the plane without a copy,
stopping and starting. Written to the documented interfaces and unproven without a camera: YUV420 from the
image processor, focus, exposure and frame duration.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from terminal.errors import CameraFault
from terminal.model import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from terminal.model import Luma

SIZE = (1280, 720)
"""Width and height of the pictures, pixels."""

GONE_AFTER_S = 5.0
"""A camera that gave no frame for so long, s, is to be opened anew, as libcamera's time-out asks."""

_FAILURES = (RuntimeError, OSError, ValueError)
"""What picamera2 and libcamera's binding raise for a camera that is missing, busy or broken."""

_NO_LIBRARY = "install python3-picamera2 and python3-libcamera (Raspberry Pi OS)"


@dataclass(frozen=True, slots=True)
class Optics:
    """What is asked of the camera; what a camera does not have (`camera_controls`) is not set.

    Names and units: picamera2 manual, appendix C (camera controls).
    """

    frame_us: tuple[int, int] = (33_333, 66_666)
    """Shortest and longest frame, µs (`FrameDurationLimits`); the longest bounds the exposure at night."""
    continuous_focus: bool = True
    """`AfMode` Continuous at `AfSpeed` Fast: a code is held anywhere between a hand's and an arm's length."""
    short_exposure: bool = True
    """`AeExposureMode` Short: rather noise than the blur of a hand."""
    exposure_us: int | None = None
    """A fixed `ExposureTime`, µs, held within the camera's limits; gain stays automatic. None: automatic."""


def open_device(number: int = 0) -> Any:  # noqa: ANN401 - picamera2 ships no annotations
    """A `Picamera2` of the camera with this number. Raises CameraFault when the library is missing."""
    try:
        from picamera2 import Picamera2  # noqa: PLC0415 - only the device has it
    except ImportError as error:
        raise CameraFault(f"{error.name or error} is missing: {_NO_LIBRARY}") from error
    return Picamera2(number)


def controls(available: Mapping[str, tuple[Any, Any, Any]], optics: Optics) -> dict[str, Any]:
    """The libcamera controls for `optics`, of those `available` (name to lowest, highest, default).

    Enumerations are given by number, as libcamera's control_ids_core.yaml fixes them.
    """
    wanted: dict[str, Any] = {"FrameDurationLimits": optics.frame_us}
    if optics.continuous_focus:
        wanted |= {"AfMode": 2, "AfSpeed": 1}  # AfModeContinuous, AfSpeedFast
    if optics.exposure_us is not None:
        lowest, highest = available.get("ExposureTime", (0, 0, 0))[:2]
        longest = highest or optics.exposure_us  # some sensors state no highest before they are configured
        wanted["ExposureTime"] = max(lowest, min(optics.exposure_us, longest))
    elif optics.short_exposure:
        wanted["AeExposureMode"] = 1  # ExposureShort
    return {name: value for name, value in wanted.items() if name in available}


class PiCamera:
    """One thread owns it. A frame's `luma` is the camera's memory: it holds until the next `capture` or
    `close`, and whoever wants it longer copies it.
    """

    def __init__(
        self,
        optics: Optics | None = None,
        size: tuple[int, int] = SIZE,
        *,
        device: Callable[[], Any] = open_device,
        pixel_format: str = "YUV420",
    ) -> None:
        """Open, configure and start. `device` and `pixel_format` (one with the luminance plane first) are
        for other pipelines than the Pi's. Raises CameraFault.
        """
        self._size = size
        self._number = 0
        self._job: Any = None
        self._held = ExitStack()
        self._camera: Any = None
        try:
            self._camera = device()
            self._configure(optics or Optics(), pixel_format)
            self._camera.start()
            self._heard_s = time.monotonic()
        except _FAILURES as error:
            self.close()
            raise CameraFault(f"cannot start: {_why(error)}") from error

    def _configure(self, optics: Optics, pixel_format: str) -> None:
        # `queue` keeps the newest finished frame for the next capture and gives older ones back.
        self._camera.configure(
            self._camera.create_video_configuration(
                main={"size": self._size, "format": pixel_format},
                queue=True,
                display=None,
                encode=None,
                controls=controls(self._camera.camera_controls, optics),
            )
        )
        got = self._camera.stream_configuration("main")
        if got["format"] != pixel_format or tuple(got["size"]) != self._size:
            raise RuntimeError(f"the camera gives {got['format']} {got['size']} instead")

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`. Ends the hold on the frame given before.

        A camera that was unplugged only falls silent: after GONE_AFTER_S without a frame it counts as gone.
        """
        if self._camera is None:
            raise CameraFault("the camera was closed")
        self._held.close()
        try:
            # A job that outlived its wait is waited for again: a second would take a second frame.
            self._job = self._job or self._camera.capture_request(wait=False)
            request = self._job.get_result(timeout=max(0.0, timeout_s))
        except TimeoutError:
            self._expect_life()
            return None
        except _FAILURES as error:
            self._job = None
            raise CameraFault(f"cannot capture: {_why(error)}") from error
        self._job = None
        self._held.callback(request.release)
        self._heard_s = time.monotonic()
        frame = Frame(self._plane(request), _captured_s(request.get_metadata()), self._number)
        self._number += 1
        return frame

    def _expect_life(self) -> None:
        silent_s = time.monotonic() - self._heard_s
        if silent_s > GONE_AFTER_S:
            raise CameraFault(f"no frame for {silent_s:.0f} s")

    def _plane(self, request: Any) -> Luma:  # noqa: ANN401 - picamera2 ships no annotations
        from picamera2 import MappedArray  # noqa: PLC0415 - only the device has it

        # The buffer stays mapped and readable until the hold ends; planar formats put Y first.
        mapped = self._held.enter_context(MappedArray(request, "main", write=False))
        width, height = self._size
        luma: Luma = mapped.array[:height, :width]
        luma.flags.writeable = False
        return luma

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        allocator = camera.allocator
        try:
            self._held.close()
            camera.cancel_all_and_flush()
            camera.close()
        except _FAILURES as error:
            raise CameraFault(f"cannot close: {_why(error)}") from error
        finally:
            # Asked to unmap a buffer that someone still looks at, the allocator gives up and leaks them all.
            # Forgotten here, each is unmapped with the last look at it.
            allocator.mapped_buffers.clear()


def _why(error: BaseException) -> str:
    """The first cause's text: picamera2 wraps libcamera's word in its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)


def _captured_s(metadata: Mapping[str, Any]) -> float:
    """Monotonic time of exposure, s. `SensorTimestamp` counts the boot's nanoseconds, suspension included."""
    now_s = time.monotonic()
    stamp_ns = metadata.get("SensorTimestamp")
    if stamp_ns is None:
        return now_s
    age_s = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - stamp_ns) / 1e9
    return now_s - age_s if 0 <= age_s < 60 else now_s
