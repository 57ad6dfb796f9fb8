"""Scanner thread: owns the camera, captures and reads frames, reports them and sets the camera's controls.

All scan state is dropped when the camera is closed.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2

from terminal import camera as optics
from terminal import scan
from terminal.camera import hints, metering
from terminal.errors import CameraFault, CameraStalled
from terminal.inbox import CameraFailed, FrameScanned, Inbox, TorchRequested
from terminal.limits import FRAME_BUDGET_S
from terminal.ports import CameraControls

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.codes import ScanProblem
    from terminal.model import Luma
    from terminal.ports import Camera, CameraLimits, Frame

CAPTURE_TIMEOUT_S = 1.0
REOPEN_AFTER_S = 1.0
TRACES_EVERY = 8
"""Frames without a code from one search for the traces of one that is far or blurred to the next."""
EVEN = 1.2
"""Factor of wrong exposure from which the preview is corrected."""


class Scanner:
    """Thread that reads every frame of the camera until stopped, and reopens a camera that failed."""

    def __init__(
        self, open_camera: Callable[[], Camera], inbox: Inbox, budget_s: float = FRAME_BUDGET_S
    ) -> None:
        """Deliver results to `inbox`; decoding one frame takes at most `budget_s` of CPU time."""
        self._open_camera = open_camera
        self._inbox = inbox
        self._budget_s = budget_s
        self._stop = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self.turned_s = time.monotonic()
        """Monotonic time of the last iteration, s; the watchdog checks it."""
        self.lit = False
        """True while the torch is on; set by the main thread, which switches it."""

    @property
    def started(self) -> bool:
        """True once `start` was called."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Start the thread; call this once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and close the camera."""
        self._stop.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join()

    def rest(self) -> None:
        """Stop the camera's frames until `wake`; it stays open."""
        self._awake.clear()

    def wake(self) -> None:
        """Start the camera's frames again."""
        self._awake.set()

    @property
    def alive(self) -> bool:
        """True while the thread runs. A bug ends the thread, and the process must then end as well."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.turned_s = time.monotonic()
            try:
                camera = self._open_camera()
                try:
                    self._look(camera)
                finally:
                    camera.close()
            except CameraFault as fault:
                self._inbox.put(CameraFailed(fault))
                self._stop.wait(REOPEN_AFTER_S)

    def _look(self, camera: Camera) -> None:
        reader = FrameReader(camera.reach, self._budget_s)
        controls, stalled = reader.controls, False
        while not self._stop.is_set():
            self.turned_s = time.monotonic()
            if not self._awake.is_set():
                self._rest(camera)
            frame = camera.capture(CAPTURE_TIMEOUT_S)
            if frame is not None:
                stalled = False
                self._inbox.put_if_room(reader.look(frame, lit=self.lit))
                self._ask(camera, controls, reader.controls)
                controls = reader.controls
            elif not stalled:
                stalled = True
                self._inbox.put(CameraFailed(CameraStalled()))  # this also withdraws the torch request
                reader, controls = FrameReader(camera.reach, self._budget_s), replace(controls, torch=False)

    def _rest(self, camera: Camera) -> None:
        camera.stream(on=False)
        while not self._awake.wait(CAPTURE_TIMEOUT_S):
            self.turned_s = time.monotonic()
        camera.stream(on=True)

    def _ask(self, camera: Camera, before: CameraControls, controls: CameraControls) -> None:
        """Set changed controls; the torch belongs to the panel, so its request goes to the main thread."""
        if controls.torch != before.torch:
            self._inbox.put(TorchRequested(controls.torch))
        if controls != before:
            camera.set(controls)


class FrameReader:
    """Reads consecutive frames of one camera and keeps the state between them; not thread-safe."""

    def __init__(
        self,
        limits: CameraLimits,
        budget_s: float = FRAME_BUDGET_S,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        """Start with a camera of these limits; decoding a frame takes at most `budget_s` on `clock`."""
        self._memory = scan.START
        self._budget_s = budget_s
        self._clock = clock
        self._optics = optics.start(limits)
        self._glance: metering.MotionProfile | None = None
        self._hints = hints.Hints()
        self._far, self._blurred = False, False
        self._unread = 0
        self.controls = CameraControls()
        """The controls to set after the last frame."""

    def look(self, frame: Frame, *, lit: bool) -> FrameScanned:
        """Read a frame and update `controls`; `lit` tells whether the torch is on."""
        begun = time.perf_counter()
        found, self._memory = scan.read_next(frame.luma, self._memory, self._budget_s, self._clock)
        decode_ms = 1e3 * (time.perf_counter() - begun)
        seen, self._glance = metering.measure(frame, self._box(frame.luma), self._glance)
        self._optics, self.controls = optics.adjust(self._optics, seen, found=found is not None, lit=lit)
        problem = self._problem(frame.luma, seen, found=found is not None, lit=lit)
        preview = _preview(frame.luma, optics.preview_gain(self._optics, seen))
        whole = None if found is None else frame.luma.copy()
        return FrameScanned(found, preview, frame.captured_s, decode_ms, whole, problem)

    def _problem(self, luma: Luma, seen: optics.Statistics, *, found: bool, lit: bool) -> ScanProblem | None:
        """Return what kept the recent frames from being read."""
        self._unread = 0 if found else self._unread + 1
        if self._unread % TRACES_EVERY == TRACES_EVERY - 1:
            self._far = scan.is_far(luma, self._memory)
            region = self._memory.textured
            box = None if region is None else (region.left, region.top, region.width, region.height)
            self._blurred = box is not None and metering.is_blurred(luma, box)
        problem = None if found else hints.problem_of(seen, far=self._far, blurred=self._blurred, lit=lit)
        self._hints = hints.noted(self._hints, problem, found=found)
        return self._hints.problem

    def _box(self, luma: Luma) -> metering.MeteringBox:
        """Return the box to meter: around the symbol seen last, decoded or not, otherwise the middle."""
        height, width = luma.shape
        seen = self._memory.seen
        if seen is None:
            return metering.default_box(width, height)
        return metering.around((seen.left, seen.top), (seen.right, seen.bottom), width, height)


def _preview(luma: Luma, factor: float) -> Luma:
    """Return a copy of the frame at half size; its levels are multiplied by `factor` if far enough from 1."""
    height, width = luma.shape
    half: Luma = cv2.resize(luma, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]  # uint8 in, uint8 out
    if 1 / EVEN < factor < EVEN:
        return half
    return cv2.convertScaleAbs(half, alpha=factor)  # type: ignore[return-value]  # uint8 in, uint8 out
