"""Frames are kept as long as something refers to them, and a check is timed from its frame to its verdict."""

from __future__ import annotations

import numpy as np

from terminal.codes import Scan
from terminal.errors import CameraFault, CameraStalled
from terminal.inbox import FrameScanned
from terminal.screens.check import Ready
from terminal.screens.choice import CodeChoice
from terminal.screens.shift import Menu
from terminal.screens.values import CameraStatus, Status
from terminal.services.frames import FramesInHand, Timing

CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def frame(captured_s: float = 0.0, text: str | None = None) -> FrameScanned:
    """Return a scanned frame of 4 by 2 px, with a code if `text` is given."""
    luma = np.zeros((2, 4), dtype=np.uint8)
    scan = None if text is None else Scan(text, CORNERS)
    return FrameScanned(scan, luma[::2, ::2].copy(), captured_s, 7.0, None if scan is None else luma)


def test_the_preview_is_the_newest_frame_until_the_camera_fails():
    frames = FramesInHand()
    assert (frames.camera, frames.picture(Ready())) == (CameraStatus.LIVE, None)
    first, second = frame(), frame()
    for one in (first, second):
        frames.scanned(one)
        assert frames.picture(Ready()) is one.preview
    assert frames.picture(Menu(Status())) is None
    frames.failed(CameraStalled())
    assert (frames.camera, frames.picture(Ready())) == (CameraStatus.STALLED, None)
    frames.failed(CameraFault("unplugged"))
    assert frames.camera is CameraStatus.ABSENT
    frames.scanned(first)
    assert (frames.camera, frames.count) == (CameraStatus.LIVE, 3)
    assert frames.picture(Ready()) is first.preview


def test_codes_are_chosen_from_the_frame_that_shows_them():
    frames = FramesInHand()
    shown, later = frame(text="VI1:A"), frame(text="VI1:A")
    assert shown.scan is not None
    assert later.scan is not None
    choice = CodeChoice(Status(), shown.scan)
    assert (frames.picture(choice), frames.offered_size) == (None, (0, 0))
    frames.scanned(shown)
    frames.offer(shown.scan)
    frames.scanned(later)
    frames.offer(shown.scan)  # equal to the newest frame's and not the same: the frame in hand stays
    assert frames.picture(choice) is shown.luma
    assert frames.offered_size == (4, 2)
    assert frames.for_check(chosen=True) is shown.luma
    assert frames.for_check(chosen=False) is later.luma


def test_a_check_is_timed_once_and_only_if_the_officer_did_not_choose():
    frames = FramesInHand()
    assert frames.for_check(chosen=False) is None
    frames.shown(1.0, 300.0)
    assert frames.timing is None
    seen = frame(captured_s=8.0, text="VI1:A")
    assert seen.scan is not None
    frames.scanned(seen)
    frames.offer(seen.scan)
    frames.for_check(chosen=True)
    frames.shown(9.0, 300.0)
    assert frames.timing is None
    frames.for_check(chosen=False)
    frames.shown(8.0625, 300.0)
    frames.shown(12.0, 300.0)
    assert frames.timing == Timing(7.0, 300.0, 62.5)
