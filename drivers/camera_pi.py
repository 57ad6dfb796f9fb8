"""Camera module through picamera2: the luminance plane of the newest frame, without a copy.

Tested on libcamera's `virtual` pipeline (scripts/camera-lab): opening, frames, mapping the plane, stopping
and starting, missing controls. Not tested without a camera, and written to the documentation: YUV420 from the
image processor, focus, exposure, gain and frame duration.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from terminal.errors import CameraFault
from terminal.ports import CameraLimits, ExposureInfo, Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from terminal.model import Luma
    from terminal.ports import CameraControls

N = TypeVar("N", int, float)

SIZE = (1280, 720)
"""Width and height of the frames, px."""

GONE_AFTER_S = 5.0
"""Time without a frame, s, after which the camera must be reopened, as after a libcamera time-out."""

_FAILURES = (RuntimeError, OSError, ValueError)
"""Exceptions of picamera2 and libcamera's binding for a camera that is missing, busy or broken."""

_NO_LIBRARY = "install python3-picamera2 and python3-libcamera (Raspberry Pi OS)"


@dataclass(frozen=True, slots=True)
class Optics:
    """Settings requested from the camera; those missing in its `camera_controls` are left out.

    Names and units: picamera2 manual, appendix C (camera controls).
    """

    frame_us: tuple[int, int] = (33_333, 66_666)
    """Shortest and longest frame duration, µs (`FrameDurationLimits`); the latter limits night exposures."""
    continuous_focus: bool = True
    """Continuous autofocus (`AfMode` Continuous, `AfSpeed` Fast), since a code may be held anywhere within an
    arm's length. False leaves the lens alone.
    """
    short_exposure: bool = True
    """`AeExposureMode` Short: prefer noise to motion blur."""
    exposure_us: int | None = None
    """Fixed `ExposureTime`, µs, clipped to the camera's limits. Gain stays automatic, and later requests for
    an exposure have no effect. None: automatic until requested.
    """


def open_device(number: int = 0) -> Any:  # noqa: ANN401 - picamera2 ships no annotations
    """Open the `Picamera2` with this number. Raises CameraFault if the library is missing."""
    try:
        from picamera2 import Picamera2  # noqa: PLC0415 - only the device has it
    except ImportError as error:
        raise CameraFault(f"{error.name or error} is missing: {_NO_LIBRARY}") from error
    return Picamera2(number)


def controls(available: Mapping[str, tuple[Any, Any, Any]], optics: Optics) -> dict[str, Any]:
    """Return the libcamera controls for `optics` that are in `available` (name to lowest, highest, default).

    Enumerations are given as numbers, fixed by libcamera's control_ids_core.yaml.
    """
    wanted: dict[str, Any] = {"FrameDurationLimits": optics.frame_us}
    if optics.continuous_focus:
        wanted |= {"AfMode": 2, "AfSpeed": 1}  # AfModeContinuous, AfSpeedFast
    if optics.exposure_us is not None:
        lowest, highest = available.get("ExposureTime", (0, 0, 0))[:2]
        longest = highest or optics.exposure_us  # some sensors state no maximum before they are configured
        wanted["ExposureTime"] = max(lowest, min(optics.exposure_us, longest))
    elif optics.short_exposure:
        wanted["AeExposureMode"] = 1  # ExposureShort
    return {name: value for name, value in wanted.items() if name in available}


def reach_of(available: Mapping[str, tuple[Any, Any, Any]], optics: Optics) -> CameraLimits:
    """Return the limits of a camera with these controls; settings fixed by `optics` have none.

    `LensPosition` is in dioptres. A maximum of 0 means that none is stated.
    """
    exposure, gain, lens = (available.get(name) for name in ("ExposureTime", "AnalogueGain", "LensPosition"))
    dioptres = (
        float(lens[1]) if lens and lens[1] and optics.continuous_focus and "AfMode" in available else None
    )
    if optics.exposure_us is not None or not exposure or not gain or not gain[1]:
        return CameraLimits(dioptres=dioptres)
    longest = optics.frame_us[1]  # the exposure cannot exceed the frame duration
    exposure_us = max(1, exposure[0]), min(exposure[1] or longest, longest)
    return CameraLimits(exposure_us, (max(1.0, gain[0]), float(gain[1])), dioptres)


def to_libcamera(
    available: Mapping[str, tuple[Any, Any, Any]], optics: Optics, wanted: CameraControls
) -> dict[str, Any]:
    """Return the libcamera controls for `wanted` that are in `available`, clipped to the camera's limits."""
    reach, named = reach_of(available, optics), dict[str, Any]()
    if reach.exposure_us and reach.gain:
        fixed = wanted.exposure_us is not None and wanted.gain is not None
        # libcamera 0.5 introduced one mode each; older versions know only `AeEnable`, which sets both.
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
    """Camera of a Raspberry Pi; used by one thread.

    A frame's `luma` maps the camera's own buffer. It is valid until the next `capture` or `close`; copy it to
    keep it longer.
    """

    def __init__(
        self,
        optics: Optics | None = None,
        size: tuple[int, int] = SIZE,
        *,
        device: Callable[[], Any] = open_device,
        pixel_format: str = "YUV420",
    ) -> None:
        """Open, configure and start the camera. Raises CameraFault.

        `device` and `pixel_format` (luminance plane first) serve other pipelines than the Pi's.
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
        # `queue` keeps the newest completed frame for the next capture and returns older buffers to the
        # camera.
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
        # The camera states the limits of the selected mode once it is configured.
        self._available: dict[str, tuple[Any, Any, Any]] = dict(self._camera.camera_controls)

    @property
    def reach(self) -> CameraLimits:
        """See `terminal.ports.Camera`."""
        return reach_of(self._available, self._optics)

    def set(self, controls: CameraControls) -> None:
        """See `terminal.ports.Camera`. Sends only changed controls, with the next request to the camera."""
        if self._camera is None:
            raise CameraFault("the camera is closed")
        named = to_libcamera(self._available, self._optics, controls)
        changed = {name: value for name, value in named.items() if self._asked.get(name) != value}
        if not changed:
            return
        try:
            self._camera.set_controls(changed)
        except _FAILURES as error:
            raise CameraFault(f"cannot be set: {_why(error)}") from error
        self._asked = named

    def stream(self, *, on: bool) -> None:
        """See `terminal.ports.Camera`. Configuration and buffers stay, which makes starting quick."""
        if self._camera is None:
            raise CameraFault("the camera is closed")
        try:
            if on:
                self._camera.start()
                self._heard_s = time.monotonic()
                return
            self._held.close()
            self._job = None
            self._camera.cancel_all_and_flush()
            self._camera.stop()
        except _FAILURES as error:
            raise CameraFault(f"cannot {'start' if on else 'stop'}: {_why(error)}") from error

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`. Releases the previous frame.

        An unplugged camera merely stops sending frames: after GONE_AFTER_S without one, CameraFault is
        raised.
        """
        if self._camera is None:
            raise CameraFault("the camera is closed")
        self._held.close()
        try:
            # After a time-out, wait for the same job again: a second job would take a second frame.
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

        # The buffer stays mapped until the frame is released; planar formats start with Y.
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
            # The allocator fails to unmap a buffer that is still referenced, and then leaks all of them.
            # Dropped from its list, each buffer is unmapped with the last reference to it.
            allocator.mapped_buffers.clear()


def _why(error: BaseException) -> str:
    """Return the text of the root cause: picamera2 wraps libcamera's exceptions."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)


def taken(metadata: Mapping[str, Any]) -> ExposureInfo | None:
    """Return the exposure settings of a frame; None if its metadata lack them."""
    exposure_us, gain = metadata.get("ExposureTime"), metadata.get("AnalogueGain")
    if not exposure_us or not gain:
        return None
    return ExposureInfo(float(exposure_us), float(gain) * float(metadata.get("DigitalGain") or 1.0))


def _captured_s(metadata: Mapping[str, Any]) -> float:
    """Return the monotonic time of exposure, s. `SensorTimestamp` counts ns since boot, suspended or not."""
    now_s = time.monotonic()
    stamp_ns = metadata.get("SensorTimestamp")
    if stamp_ns is None:
        return now_s
    age_s = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - stamp_ns) / 1e9
    return now_s - age_s if 0 <= age_s < 60 else now_s
