"""Test drivers/camera_pi.py on the real picamera2 and libcamera, and print the findings.

    python -m scripts.camera_lab.run TEXTS.json  frames, stopping and starting
    python -m scripts.camera_lab.run --absent    without a camera: CameraFault

Runs inside the root that scripts/camera-lab makes. Exit status 0 if all checks pass.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcamera
import numpy as np
import zxingcpp
from picamera2 import Picamera2
from picamera2.allocators import DmaAllocator

from drivers import camera_pi
from drivers.camera_pi import SIZE, Optics, PiCamera
from terminal.errors import CameraFault
from terminal.ports import CameraControls

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma
    from terminal.ports import Frame

FORMAT = "NV12"
"""The virtual pipeline's only format; like YUV420 it has the luminance first."""

FRAMES = 60
STARTS = 3
DOZES = 5


class TwoPlanes(DmaAllocator):  # type: ignore[misc]  # picamera2 ships no annotations
    """picamera2's allocator, with luminance and colour as two planes, as the virtual pipeline requires."""

    def allocate(self, libcamera_config: Any, use_case: Any) -> None:  # noqa: ANN401 - picamera2
        """Allocate as usual, then describe each buffer as two planes."""
        super().allocate(libcamera_config, use_case)
        for config in libcamera_config:
            luma_bytes = config.stride * config.size.height
            whole = self.frame_buffers[config.stream]
            self.frame_buffers[config.stream] = [self._split(buffer, luma_bytes) for buffer in whole]

    def _split(self, buffer: Any, luma_bytes: int) -> Any:  # noqa: ANN401 - libcamera
        planes = [libcamera.FrameBuffer.Plane(), libcamera.FrameBuffer.Plane()]
        for plane, offset, length in zip(planes, (0, luma_bytes), (luma_bytes, luma_bytes // 2), strict=True):
            plane.fd, plane.offset, plane.length = buffer.planes[0].fd, offset, length
        split = libcamera.FrameBuffer(planes)
        self.mapped_buffers[split] = self.mapped_buffers.pop(buffer)
        self.libcamera_fds.append(split.planes[0].fd)
        self.mapped_buffers_used[split.planes[0].fd] = False
        return split


class Virtual(Picamera2):  # type: ignore[misc]  # picamera2 ships no annotations
    """The virtual camera, which has no raw stream and so no modes."""

    def __init__(self) -> None:
        """Open the camera."""
        super().__init__(0, allocator=TwoPlanes())

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        return [{"format": FORMAT, "size": SIZE}]


opened: list[Virtual] = []
"""The device opened last, for access to its buffers."""


def open_virtual() -> Virtual:
    """Open the virtual camera and remember it in `opened`."""
    opened[:] = [Virtual()]
    return opened[0]


def say(what: str, *, held: bool = True) -> None:
    """Print a finding; exit with status 1 if it failed."""
    print(f"camera-lab: {what}" if held else f"camera-lab: FAILED: {what}", flush=True)
    if not held:
        sys.exit(1)


def is_view(luma: Luma) -> bool:
    """Return True if the picture lies in one of the camera's buffers."""
    maps = opened[0].allocator.mapped_buffers.values()
    return any(np.shares_memory(luma, np.frombuffer(memory, np.uint8)) for memory in maps)


def is_whole(frame: Frame, number: int) -> bool:
    """Return True if the frame is the next one, has the right shape and maps the camera's buffer."""
    luma = frame.luma
    return luma.shape == SIZE[::-1] and luma.dtype == np.uint8 and is_view(luma) and frame.number == number


def look(camera: PiCamera, texts: set[str], first: int = 0) -> None:
    """Read frames through the driver and check each; the next is number `first`."""
    seen: set[str] = set()
    read, last = 0, -1.0
    started = time.monotonic()
    for number in range(first, first + FRAMES):
        frame = camera.capture(5)
        if frame is None:
            say(f"frame {number} did not arrive", held=False)
            return
        if not is_whole(frame, number) or frame.captured_s < last:
            say(
                f"frame {frame.number}: {frame.luma.shape} {frame.luma.dtype}, {frame.captured_s}", held=False
            )
        last = frame.captured_s
        found = zxingcpp.read_barcodes(frame.luma)
        read += len(found)
        seen.update(code.text for code in found)
    spent = time.monotonic() - started
    say(f"{FRAMES} frames in {spent:.2f} s, each a view of the camera's own memory")
    say(f"{read} codes read, {len(seen & texts)} of {len(texts)} texts seen", held=seen == texts)


def hold(camera: PiCamera) -> None:
    """Check that a frame stays unchanged while the camera goes on, until the next capture."""
    frame = camera.capture(5)
    if frame is None:
        say("no frame to hold", held=False)
        return
    copy, device = frame.luma.copy(), opened[0]
    goal = device.frames + 20
    deadline = time.monotonic() + 10
    while device.frames < goal and time.monotonic() < deadline:
        time.sleep(0.01)
    same = bool((copy == frame.luma).all())
    say("a held frame stayed unchanged while 20 others arrived", held=same and device.frames >= goal)


def doze(camera: PiCamera) -> None:
    """Check that frames that were stopped come again, from the camera as it is."""
    waits = []
    for _ in range(DOZES):
        camera.stream(on=False)
        started = time.monotonic()
        camera.stream(on=True)
        frame = camera.capture(5)
        waits.append(1000 * (time.monotonic() - started))
        if frame is None or not is_view(frame.luma):
            say("no frame after the frames were stopped and started", held=False)
            return
    say(f"frames came again within {max(waits):.0f} ms, {DOZES} times")


def hurry(camera: PiCamera) -> None:
    """Check that captures with a very short timeout lose no frames."""
    frames = [camera.capture(0.001) for _ in range(500)]
    numbers = [frame.number for frame in frames if frame is not None]
    whole = bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    say(f"{len(frames)} captures of 1 ms each gave {len(numbers)} frames, none lost", held=whole)


def keep(camera: PiCamera) -> None:
    """Check that a frame kept by a caller outlives its camera without errors."""
    complaints: list[str] = []
    sys.unraisablehook = lambda complaint: complaints.append(str(complaint.exc_value))
    frame = camera.capture(5)
    camera.close()
    readable = frame is not None and int(frame.luma.sum()) > 0
    del frame
    say(f"a frame kept over closing can still be read{''.join(complaints)}", held=readable and not complaints)


def leak() -> None:
    """Check that opening and closing leaks no descriptors, even with a frame kept at each closing."""
    counts = []
    for _ in range(4):
        camera = start()
        frame = camera.capture(5)
        camera.close()
        del camera, frame
        gc.collect()  # picamera2's objects have reference cycles
        counts.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
    say(f"descriptors open after each closing with a frame kept: {counts}", held=len(set(counts)) == 1)


def steer(camera: PiCamera, texts: set[str]) -> None:
    """Check that controls changing with every frame, most of them unsupported, spoil no frame."""
    say(f"reach {camera.reach}")
    for number in range(30):
        camera.set(CameraControls(4_000 * (1 + number % 3), 1.0 + number % 4, 2.0 + number % 5, torch=True))
        frame = camera.capture(5)
        if frame is None or frame.luma.shape != SIZE[::-1]:
            return say(f"frame {number} after a control was not complete", held=False)
    camera.set(CameraControls())
    frame = camera.capture(5)
    say(f"30 frames were complete, each with other controls; the camera reports {frame and frame.taken}")
    return look(camera, texts, first=31)


MODULE_3: dict[str, tuple[Any, Any, Any]] = {
    "AeEnable": (False, True, True),
    "AeExposureMode": (0, 3, 0),
    "AfMode": (0, 2, 0),
    "AfSpeed": (0, 1, 0),
    "FrameDurationLimits": (33_282, 112_049_000, 33_333),
    "AnalogueGain": (1.12, 16.0, 1.0),
    "AnalogueGainMode": (0, 1, 0),
    "ExposureTime": (26, 112_015_443, 20_000),
    "ExposureTimeMode": (0, 1, 0),
    "LensPosition": (0.0, 15.0, 1.0),
}
"""Controls that libcamera lists for a Camera Module 3, as far as the driver uses them."""


def known() -> None:
    """Check that each control the driver may set exists in libcamera, with the right type and number.

    The virtual camera itself supports almost none of them and logs that.
    """
    ids = libcamera.controls
    named = camera_pi.controls(MODULE_3, Optics())
    old = {name: limits for name, limits in MODULE_3.items() if name != "ExposureTimeMode"}
    for wanted in (CameraControls(8_000, 2.0, 4.0), CameraControls()):
        named |= camera_pi.to_libcamera(MODULE_3, Optics(), wanted) | camera_pi.to_libcamera(
            old, Optics(), wanted
        )
    request = opened[0].capture_request()
    for name, value in named.items():
        request.request.set_control(getattr(ids, name), value)
    try:
        request.request.set_control(ids.ExposureTime, "long")
    except (RuntimeError, TypeError):
        say(f"libcamera accepts, with values of this type, {sorted(named)}", held=set(named) == set(MODULE_3))
    else:
        say("libcamera accepted a text as an exposure, so this check proves nothing", held=False)
    request.release()
    manual = (ids.AfModeEnum.Manual, ids.ExposureTimeModeEnum.Manual, ids.AnalogueGainModeEnum.Manual)
    automatic = (ids.AfModeEnum.Continuous, ids.ExposureTimeModeEnum.Auto, ids.AnalogueGainModeEnum.Auto)
    quick = (ids.AfSpeedEnum.Fast, ids.AeExposureModeEnum.Short)
    numbers = [[int(value) for value in values] for values in (manual, automatic, quick)]
    say(f"its enumeration values are the driver's: {numbers}", held=numbers == [[0, 1, 1], [2, 0, 0], [1, 1]])


def starve() -> None:
    """Check that a camera without frames times out first and fails later; here all its buffers are taken."""
    camera = start()
    taken = []
    with suppress(TimeoutError):
        while True:
            taken.append(opened[0].capture_request(wait=0.5))
    silences = [camera.capture(0.1) for _ in range(5)]
    say(f"{len(silences)} captures of a starved camera gave nothing", held=silences == [None] * 5)
    camera_pi.GONE_AFTER_S = 0.5
    is_fault("a camera that fell silent", partial(camera.capture, 0.1))
    for request in taken:
        request.release()
    camera.close()


def is_fault(name: str, attempt: Callable[[], object]) -> None:
    """Check that a failing call raises CameraFault with a reason."""
    try:
        attempt()
    except CameraFault as fault:
        say(f"{name}: {fault.line()}")
    else:
        say(f"{name} was no fault", held=False)


def start() -> PiCamera:
    """Open the driver on the virtual camera."""
    return PiCamera(device=open_virtual, pixel_format=FORMAT)


def main(argument: str) -> None:
    """Run all checks."""
    if argument == "--absent":
        return is_fault("no camera", PiCamera)
    texts = set(json.loads(Path(argument).read_text()))
    camera = start()
    say(f"libcamera {libcamera_version()}: controls {sorted(opened[0].camera_controls)}")
    for _ in range(STARTS - 1):
        look(camera, texts)
        started = time.monotonic()
        camera.close()
        camera = start()
        say(f"stopped and started in {1000 * (time.monotonic() - started):.0f} ms")
    for step in (partial(look, texts=texts), hold, doze, hurry, keep):
        step(camera)
    leak()
    starve()
    camera = start()
    steer(camera, texts)
    known()
    camera.close()
    camera = start()
    is_fault("a camera in use", start)
    camera.close()
    camera.close()
    is_fault("a closed camera", partial(camera.capture, 1))
    is_fault("a format it does not have", partial(PiCamera, device=open_virtual))
    return say(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most")


def libcamera_version() -> str:
    """Return the version that libcamera states."""
    manager: Any = libcamera.CameraManager
    return str(manager.singleton().version)


if __name__ == "__main__":
    main(sys.argv[1])
