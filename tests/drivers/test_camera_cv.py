"""Devices give their newest frame, files give every frame, and failures raise CameraFault."""

import threading
from collections import deque
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from drivers.camera_cv import FolderCamera, LiveCamera, VideoCamera, open_camera
from terminal.errors import CameraFault
from terminal.ports import Camera

FAST = 1000.0


def means(camera: Camera, count: int) -> list[int]:
    """Return the mean luminance of a number of frames."""
    frames = [camera.capture(5) for _ in range(count)]
    assert all(frame is not None for frame in frames)
    return [round(float(frame.luma.mean())) for frame in frames if frame is not None]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of five frames with luminance 0, 50, 100, 150 and 200."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for level in range(0, 250, 50):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with photographs b, a and c of luminance 20, 10 and 30, and another file."""
    for name, level in (("b.png", 20), ("a.jpg", 10), ("c.PNG", 30)):
        Image.new("L", (1280, 720), level).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no photograph")
    return tmp_path


def test_a_folder_plays_in_the_order_of_names_and_again(folder: Path):
    camera = open_camera(str(folder), fps=FAST)

    assert means(camera, 7) == [10, 20, 30, 10, 20, 30, 10]


def test_frames_are_numbered_and_their_times_rise(folder: Path):
    camera = open_camera(str(folder), fps=FAST)
    frames = [camera.capture(5) for _ in range(3)]

    assert [frame.number for frame in frames if frame] == [0, 1, 2]
    times = [frame.captured_s for frame in frames if frame]
    assert times == sorted(times)


def test_a_folder_without_a_loop_ends_without_frames(folder: Path):
    camera = open_camera(str(folder), fps=FAST, loop=False)

    assert means(camera, 3) == [10, 20, 30]
    assert camera.capture(0.01) is None


def test_a_photograph_alone_is_a_scene(folder: Path):
    assert means(open_camera(str(folder / "b.png"), fps=FAST), 2) == [20, 20]


def test_a_folder_without_photographs_is_a_fault(tmp_path: Path):
    with pytest.raises(CameraFault, match="no photographs"):
        open_camera(str(tmp_path))


def test_a_damaged_photograph_is_a_fault(tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"damaged")

    with pytest.raises(CameraFault, match=r"a\.jpg"):
        FolderCamera([tmp_path / "a.jpg"]).capture(5)


def test_frames_are_paced(folder: Path):
    camera = open_camera(str(folder), fps=0.001)

    assert camera.capture(0) is not None
    assert camera.capture(0.01) is None


def test_a_video_gives_every_frame_and_begins_anew(video: Path):
    camera = open_camera(str(video), fps=FAST)

    assert means(camera, 7) == pytest.approx([0, 50, 100, 150, 200, 0, 50], abs=3)


def test_a_video_without_a_loop_ends_without_frames(video: Path):
    camera = VideoCamera(video, FAST, loop=False)

    assert len(means(camera, 5)) == 5
    assert camera.capture(0.01) is None


def test_a_closed_camera_returns_at_once(video: Path, folder: Path):
    for camera in (VideoCamera(video, 0.001), open_camera(str(folder), fps=0.001)):
        camera.capture(0)
        camera.close()
        camera.close()
        assert camera.capture(3600) is None


@pytest.mark.parametrize("source", ["/dev/video-none", "none.avi", "99"])
def test_a_missing_source_is_a_fault(source: str):
    with pytest.raises(CameraFault):
        open_camera(source)


def test_a_file_that_is_no_video_is_a_fault(tmp_path: Path):
    (tmp_path / "film.avi").write_bytes(b"no video")

    with pytest.raises(CameraFault, match=r"film\.avi"):
        open_camera(str(tmp_path / "film.avi"))


class Device:
    """A device that shows the number of each picture, and waits before picture `hold`."""

    def __init__(self, count: int, hold: int) -> None:
        self.count = count
        self.hold = hold
        self.given = 0
        self.go_on = threading.Event()
        self.at_hold = threading.Event()
        self.released = False

    def read(self) -> tuple[bool, cv2.typing.MatLike]:
        if self.given == self.hold:
            self.at_hold.set()
            self.go_on.wait(5)
        self.given += 1
        return self.given <= self.count, np.full((2, 2), self.given, np.uint8)

    def release(self) -> None:
        self.released = True


def test_the_newest_frame_of_a_device_wins():
    device = Device(count=10, hold=9)
    camera = LiveCamera(device)
    device.at_hold.wait(5)  # nine frames arrived without a capture

    frame = camera.capture(5)

    assert frame is not None
    assert (frame.luma[0, 0], frame.number) == (9, 8)
    assert camera.capture(0) is None  # and no frame is given twice
    device.go_on.set()
    camera.close()
    assert device.released


def test_a_device_that_ended_its_stream_keeps_raising(video: Path):
    camera = LiveCamera(cv2.VideoCapture(str(video)))
    for _ in range(2):
        with pytest.raises(CameraFault, match="stopped sending frames"):
            deque(iter(lambda: camera.capture(5), None), maxlen=0)
    camera.close()
    camera.close()
