"""The simulated rig: scenes, buttons, panel and display."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
import zxingcpp
from PIL import Image

from drivers.photographs import NEUTRAL
from drivers.sim import PhotographCamera, SimRig, sim_rig
from terminal.errors import InputFault
from terminal.ports import Button, Frame, KeyEdge, LampStep, OutputStep, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.ports import Camera

FAST = 1000.0
ROUNDING_S = 1e-6
"""Bound for the rounding of a Unix time in a double, s."""


def photograph(path: Path, level: int) -> Path:
    Image.new("L", (1280, 720), level).save(path)
    return path


def seen(camera: Camera) -> int:
    """Return the luminance in the middle of the next frame."""
    frame = camera.capture(5)
    assert frame is not None
    return int(frame.luma[360, 640])


def test_nothing_in_view_is_an_empty_grey_scene():
    frame = PhotographCamera(FAST).capture(5)

    assert frame is not None
    assert frame.luma.shape == (720, 1280)
    assert frame.luma.dtype == np.uint8
    assert (frame.luma == NEUTRAL).all()


def test_photographs_follow_one_another_and_the_last_stays(tmp_path: Path):
    camera = PhotographCamera(FAST)
    camera.show(*(photograph(tmp_path / f"{level}.png", level) for level in (10, 20, 30)))

    assert [seen(camera) for _ in range(5)] == [10, 20, 30, 30, 30]


def test_another_photograph_replaces_the_film_and_clearing_empties_the_scene(tmp_path: Path):
    camera = PhotographCamera(FAST)
    camera.show(photograph(tmp_path / "a.png", 10), photograph(tmp_path / "b.png", 20))
    camera.show(photograph(tmp_path / "c.png", 30))
    assert seen(camera) == 30
    camera.clear()
    assert seen(camera) == NEUTRAL


def test_a_code_in_a_photograph_is_read_from_the_frame(tmp_path: Path):
    code = zxingcpp.create_barcode("HC1:TEXT", zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(np.asarray(code.to_image(scale=6))).save(tmp_path / "card.png")
    camera = PhotographCamera(FAST)
    camera.show(tmp_path / "card.png")
    frame = camera.capture(5)

    assert frame is not None
    assert [found.text for found in zxingcpp.read_barcodes(frame.luma)] == ["HC1:TEXT"]


def test_shown_pictures_are_read_only():
    camera = PhotographCamera(FAST)
    frame = camera.capture(5)

    assert frame is not None
    assert not frame.luma.flags.writeable


def test_a_stalled_camera_gives_nothing_until_it_goes_on():
    camera = PhotographCamera(FAST)
    camera.stall(on=True)
    assert camera.capture(0.01) is None
    camera.stall(on=False)
    assert camera.capture(5) is not None


def test_resuming_wakes_a_waiting_capture():
    camera = PhotographCamera(FAST)
    camera.stall(on=True)
    caught: list[Frame | None] = []
    scanner = threading.Thread(target=lambda: caught.append(camera.capture(30)))
    scanner.start()
    camera.stall(on=False)
    scanner.join(5)

    assert caught
    assert caught[0] is not None


def test_closing_wakes_a_waiting_capture():
    camera = PhotographCamera(0.001)
    camera.capture(0)
    caught: list[Frame | None] = []
    scanner = threading.Thread(target=lambda: caught.append(camera.capture(30)))
    scanner.start()
    camera.close()
    scanner.join(5)

    assert caught == [None]


def test_the_frame_rate_can_be_set():
    camera = PhotographCamera(FAST)
    camera.fps = 0.001
    assert camera.fps == pytest.approx(0.001)
    assert camera.capture(5) is not None
    assert camera.capture(0.01) is None


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_frame_rate_of_zero_is_refused(fps: float):
    with pytest.raises(ValueError, match="greater than 0"):
        PhotographCamera(fps)


def test_an_invalid_photograph_is_refused_and_the_scene_stays(tmp_path: Path):
    camera = PhotographCamera(FAST)
    with pytest.raises(InputFault):
        camera.show(tmp_path / "none.jpg")
    assert seen(camera) == NEUTRAL


@pytest.fixture
def rig():
    rig = sim_rig(fps=FAST)
    yield rig
    rig.close()


def test_a_press_is_heard_and_so_is_the_next_at_once(rig: SimRig):
    heard: list[KeyEdge] = []
    rig.panel.listen(heard.append)
    for button in (Button.BACK, Button.BACK, Button.TRIGGER, Button.CONFIRM):
        rig.press(button)

    presses = [edge.button for edge in heard if edge.down]
    assert presses == [Button.BACK, Button.BACK, Button.TRIGGER, Button.CONFIRM]
    assert not any(edge.bounce for edge in heard)


def test_a_button_is_held_by_the_rig_s_own_clock(rig: SimRig):
    heard: list[KeyEdge] = []
    rig.panel.listen(heard.append)
    rig.push(Button.CONFIRM)
    rig.advance(1.5)
    rig.release(Button.CONFIRM)
    assert heard == [
        KeyEdge(Button.CONFIRM, down=True, at_s=0.0),
        KeyEdge(Button.CONFIRM, down=False, at_s=1.5),
    ]


def test_what_the_panel_does_can_be_seen(rig: SimRig):
    rig.panel.signal(Signal((OutputStep(2600, 60),), (LampStep((1.0, 0.0, 0.0), 60),), (OutputStep(1, 60),)))
    rig.panel.torch(on=True)

    panel = rig.panel
    assert (panel.sounding, panel.lamp_colour, panel.vibrating, panel.torch_lit) == (
        2600,
        (1, 0, 0),
        True,
        True,
    )


def test_the_rig_shows_photographs_and_saves_its_display(rig: SimRig, tmp_path: Path):
    rig.show(photograph(tmp_path / "a.png", 10))
    assert seen(rig.camera) == 10
    rig.clear()
    assert seen(rig.camera) == NEUTRAL

    surface = pygame.Surface(rig.display.size)
    surface.fill((10, 20, 30))
    rig.display.show(surface)
    rig.shot(tmp_path / "shot.png")
    with Image.open(tmp_path / "shot.png") as shot:
        assert shot.size == (480, 800)
        assert shot.convert("RGB").getpixel((240, 400)) == (10, 20, 30)


def test_the_rig_stops_its_frames_and_moves_its_clock(rig: SimRig):
    rig.stall(on=True)
    assert rig.camera.capture(0.01) is None
    rig.stall(on=False)
    assert rig.camera.capture(5) is not None

    rig.set_clock(1_800_000_000.0, trusted=False)
    rig.advance(6)
    assert rig.clock.now_s() >= 1_800_000_006.0
    assert (rig.clock.monotonic_s(), rig.clock.trusted()) == (6.0, False)


def test_the_rig_s_wall_clock_runs_while_its_monotonic_time_stands(rig: SimRig):
    earliest_s, first_s, latest_s = time.monotonic(), rig.clock.now_s(), time.monotonic()
    assert rig.camera.capture(5) is not None
    least_s = time.monotonic() - latest_s
    gained_s = rig.clock.now_s() - first_s
    most_s = time.monotonic() - earliest_s

    assert least_s - ROUNDING_S <= gained_s <= most_s + ROUNDING_S
    assert gained_s > 0
    assert rig.clock.monotonic_s() == 0


def test_two_rigs_share_no_pins(rig: SimRig):
    other = SimRig(rig.display)
    heard: list[KeyEdge] = []
    other.panel.listen(heard.append)
    rig.press(Button.BACK)
    assert heard == []
    other.panel.close()


def test_closing_a_rig_is_harmless_twice(rig: SimRig):
    rig.close()
    rig.close()
