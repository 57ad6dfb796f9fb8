"""The scene before a desk's camera."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from drivers.desk_camera import DeskScene
from drivers.photographs import NEUTRAL
from terminal.ports import Camera

FAST = 1000.0


def level(camera: Camera) -> int:
    """Return the luminance in the middle of the next frame."""
    frame = camera.capture(5)
    assert frame is not None
    return int(frame.luma[360, 640])


@pytest.fixture
def scene(tmp_path: Path) -> DeskScene:
    for name in (10, 20):
        Image.new("L", (1280, 720), name).save(tmp_path / f"{name}.png")
    return DeskScene([tmp_path / "10.png", tmp_path / "20.png"], FAST)


def test_a_code_is_held_changed_and_taken_away(scene: DeskScene):
    camera = scene.open_camera()
    seen = [level(camera)]
    for index in (0, 1, None):
        scene.hold(index)
        seen.append(level(camera))
    assert seen == [NEUTRAL, 10, 20, NEUTRAL]


def test_a_camera_that_is_opened_again_sees_what_is_held(scene: DeskScene):
    scene.open_camera().close()
    scene.hold(1)
    assert level(scene.open_camera()) == 20
    assert scene.held == 1


def test_a_code_that_there_is_not_changes_nothing(scene: DeskScene):
    scene.hold(0)
    with pytest.raises(IndexError):
        scene.hold(2)
    assert scene.held == 0
