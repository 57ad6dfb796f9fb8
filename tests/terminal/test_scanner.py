"""The scanner thread reads frames, sets the camera, and requests the torch from the main thread."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, TypeAlias

import pytest

from terminal.errors import CameraFault, CameraStalled
from terminal.inbox import CameraFailed, FrameScanned, Inbox, InboxMessage, TorchRequested
from terminal.scanner import Scanner
from tests.terminal.camera.sensor import NIGHT, ROOM, TEXT, Sensor, paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.ports import Frame

PATIENCE_S = 10.0


class Failing(Sensor):
    """A camera that stalls for a frame, continues, and finally fails."""

    stalls_at = 60
    gone_at = 100

    def capture(self, _timeout_s: float = 0.0) -> Frame | None:  # type: ignore[override]  # this one stalls
        """See `terminal.ports.Camera`."""
        if self.number == self.stalls_at:
            self.number += 1
            return None
        if self.number == self.gone_at:
            raise CameraFault("gone")
        return super().capture()


def messages(inbox: Inbox) -> Iterator[InboxMessage]:
    """Yield the messages that arrive, while any do."""
    while taken := inbox.drain(PATIENCE_S):
        yield from taken


@pytest.fixture
def start() -> Iterator[Callable[[Sensor], tuple[Scanner, Iterator[InboxMessage]]]]:
    """Return a function that starts a scanner on a camera; the scanner is stopped at the end."""
    started: list[Scanner] = []

    def begin(camera: Sensor) -> tuple[Scanner, Iterator[InboxMessage]]:
        inbox = Inbox()
        scanner = Scanner(lambda: camera, inbox)
        started.append(scanner)
        scanner.start()
        return scanner, messages(inbox)

    yield begin
    for scanner in started:
        scanner.stop()


Start: TypeAlias = "Callable[[Sensor], tuple[Scanner, Iterator[InboxMessage]]]"


def test_a_code_that_is_seen_comes_with_its_frame_and_a_smaller_preview(start: Start):
    camera = Sensor(paper(), ROOM)
    _, coming = start(camera)

    looked = next(one for one in coming if isinstance(one, FrameScanned) and one.scan is not None)

    assert looked.scan is not None
    assert looked.scan.text == TEXT
    assert looked.luma is not None
    assert looked.luma.shape == (360, 640)
    assert looked.preview.shape == (180, 320)


def test_the_camera_is_set_when_something_changes_and_not_with_each_frame(start: Start):
    camera = Sensor(paper(), ROOM)
    _, coming = start(camera)
    for number, message in zip(count(), coming, strict=False):
        if number > 30:
            break
        assert isinstance(message, FrameScanned)

    assert camera.asked
    assert len(camera.asked) == len(set(camera.asked)) < 10


def test_in_the_dark_the_torch_is_requested_once(start: Start):
    camera = Sensor(paper(), NIGHT)
    scanner, coming = start(camera)
    wishes = []
    for message in coming:
        if isinstance(message, TorchRequested):
            wishes.append(message.on)
            camera.lit = scanner.lit = message.on
        elif isinstance(message, FrameScanned) and message.scan is not None:
            break

    assert wishes == [True]


def test_a_stalled_or_failed_camera_is_reported(start: Start):
    camera = Failing(paper() * 0, NIGHT)
    _, coming = start(camera)
    told: list[object] = []
    for message in coming:
        if isinstance(message, CameraFailed):
            told.append(type(message.fault))
        elif isinstance(message, TorchRequested):
            told.append(message.on)
        if told and told[-1] is CameraFault:
            break

    assert told == [True, CameraStalled, True, CameraFault]


def test_a_camera_at_rest_gives_no_frames_and_stays_open(start: Start):
    camera = Sensor(paper(), ROOM)
    scanner, coming = start(camera)
    next(coming)
    scanner.rest()
    while not camera.streamed:
        next(coming)
    scanner.wake()
    while len(camera.streamed) < 2:
        next(coming)
    (stopped, last), (started, following) = camera.streamed
    assert (stopped, started) == (False, True)
    assert last == following
