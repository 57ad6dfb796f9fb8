"""The camera module by picamera2: the luminance plane of the newest frame, in the camera's own memory.

Proven on libcamera's `virtual` pipeline (scripts/camera-lab): opening, frames, the plane without a copy,
stopping and starting, controls that it lacks. Written to the documented interfaces and unproven without a
camera: YUV420 from the image processor, focus, exposure, gain and frame duration.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from terminal.errors import CameraFault
from terminal.model import Frame, Taken
from terminal.ports import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from terminal.model import Luma
    from terminal.ports import CameraControls

N = TypeVar("N", int, float)

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
    """`AfMode` Continuous at `AfSpeed` Fast: a code is held anywhere between a hand's and an arm's length.
    False: the lens is left alone.
    """
    short_exposure: bool = True
    """`AeExposureMode` Short: rather noise than the blur of a hand."""
    exposure_us: int | None = None
    """A fixed `ExposureTime`, µs, held within the camera's limits; gain stays automatic, whatever is asked
    later. None: automatic until asked.
    """


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


def reach_of(available: Mapping[str, tuple[Any, Any, Any]], optics: Optics) -> Reach:
    """What can be asked of a camera with these controls; what `optics` fixes cannot. `LensPosition` is in
    dioptres. A highest of 0 is not stated.
    """
    exposure, gain, lens = (available.get(name) for name in ("ExposureTime", "AnalogueGain", "LensPosition"))
    dioptres = (
        float(lens[1]) if lens and lens[1] and optics.continuous_focus and "AfMode" in available else None
    )
    if optics.exposure_us is not None or not exposure or not gain or not gain[1]:
        return Reach(dioptres=dioptres)
    longest = optics.frame_us[1]  # a frame bounds its exposure
    exposure_us = max(1, exposure[0]), min(exposure[1] or longest, longest)
    return Reach(exposure_us, (max(1.0, gain[0]), float(gain[1])), dioptres)


def asked(
    available: Mapping[str, tuple[Any, Any, Any]], optics: Optics, wanted: CameraControls
) -> dict[str, Any]:
    """The libcamera controls for what is `wanted`, of those `available`, within the camera's reach."""
    reach, named = reach_of(available, optics), dict[str, Any]()
    if reach.exposure_us and reach.gain:
        fixed = wanted.exposure_us is not None and wanted.gain is not None
        # libcamera 0.5 gave each its mode; `AeEnable` sets both, and is all that older ones know.
        named |= {"AeEnable": not fixed, "ExposureTimeMode": int(fixed), "AnalogueGainMode": int(fixed)}
        if "ExposureTimeMode" in available:
            del named["AeEnable"]
        if wanted.exposure_us is not None and wanted.gain is not None:
            named["ExposureTime"] = _within(reach.exposure_us, wanted.exposure_us)
            named["AnalogueGain"] = _within(reach.gain, wanted.gain)
    if reach.dioptres is not None and wanted.dioptres is None:
        named |= {"AfMode": 2, "AfSpeed": 1}  # AfModeContinuous, AfSpeedFast
    elif reach.dioptres is not None and wanted.dioptres is not None:
        named |= {
            "AfMode": 0,
            "LensPosition": _within((0.0, reach.dioptres), wanted.dioptres),
        }  # AfModeManual
    return {name: value for name, value in named.items() if name in available}


def _within(limits: tuple[N, N], value: N) -> N:
    return max(limits[0], min(limits[1], value))


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
        self._optics = optics or Optics()
        self._asked: dict[str, Any] = {}
        self._number = 0
        self._job: Any = None
        self._held = ExitStack()
        self._camera: Any = None
        try:
            self._camera = device()
            self._configure(pixel_format)
            self._camera.start()
            self._heard_s = time.monotonic()
        except _FAILURES as error:
            self.close()
            raise CameraFault(f"cannot start: {_why(error)}") from error

    def _configure(self, pixel_format: str) -> None:
        # `queue` keeps the newest finished frame for the next capture and gives older ones back.
        self._camera.configure(
            self._camera.create_video_configuration(
                main={"size": self._size, "format": pixel_format},
                queue=True,
                display=None,
                encode=None,
                controls=controls(self._camera.camera_controls, self._optics),
            )
        )
        got = self._camera.stream_configuration("main")
        if got["format"] != pixel_format or tuple(got["size"]) != self._size:
            raise RuntimeError(f"the camera gives {got['format']} {got['size']} instead")
        # Configuring tells the limits of the mode that was chosen.
        self._available: dict[str, tuple[Any, Any, Any]] = dict(self._camera.camera_controls)

    @property
    def reach(self) -> Reach:
        """See `terminal.ports.Camera`."""
        return reach_of(self._available, self._optics)

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`. Goes with the next request to the camera; says only what changes."""
        if self._camera is None:
            raise CameraFault("the camera was closed")
        named = asked(self._available, self._optics, controls)
        changed = {name: value for name, value in named.items() if self._asked.get(name) != value}
        if not changed:
            return
        try:
            self._camera.set_controls(changed)
        except _FAILURES as error:
            raise CameraFault(f"cannot be set: {_why(error)}") from error
        self._asked = named

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
        metadata = request.get_metadata()
        frame = Frame(self._plane(request), _captured_s(metadata), self._number, taken(metadata))
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


def taken(metadata: Mapping[str, Any]) -> Taken | None:
    """How a frame was taken; None where its metadata lack it."""
    exposure_us, gain = metadata.get("ExposureTime"), metadata.get("AnalogueGain")
    if not exposure_us or not gain:
        return None
    return Taken(float(exposure_us), float(gain) * float(metadata.get("DigitalGain") or 1.0))


def _captured_s(metadata: Mapping[str, Any]) -> float:
    """Monotonic time of exposure, s. `SensorTimestamp` counts the boot's nanoseconds, suspension included."""
    now_s = time.monotonic()
    stamp_ns = metadata.get("SensorTimestamp")
    if stamp_ns is None:
        return now_s
    age_s = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - stamp_ns) / 1e9
    return now_s - age_s if 0 <= age_s < 60 else now_s
