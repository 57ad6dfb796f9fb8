"""Closed loop of simulated camera, frame statistics, controls and reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from terminal.ports import CameraControls
from tests.terminal.camera.sensor import (
    MOST,
    NIGHT,
    OVERCAST,
    ROOM,
    STREET,
    SUN,
    TEXT,
    Sensor,
    first_read,
    paper,
    spot,
    watched,
)

if TYPE_CHECKING:
    from tests.terminal.camera.sensor import Radiance

SCENE = paper()


class Untouched(Sensor):
    """The same camera without control."""

    def set(self, controls: CameraControls) -> None:
        """Ignore the controls."""


def phone(brightness: float) -> Radiance:
    """Return a display in the dark that shows a code."""
    shown = np.zeros_like(SCENE)
    shown[90:270, 230:410] = SCENE[90:270, 230:410] * brightness
    return shown


@pytest.mark.parametrize(
    ("ambient", "frames"), [(SUN, 15), (OVERCAST, 10), (ROOM, 5), (STREET, 5), (NIGHT, 40)]
)
def test_a_code_is_read_within_so_many_frames_by_any_light(ambient: float, frames: int):
    read = first_read(Sensor(SCENE, ambient), frames)

    assert read is not None


@pytest.mark.parametrize("ambient", [SUN, NIGHT])
def test_without_its_controls_the_camera_would_not_have_read_it(ambient: float):
    camera = Untouched(SCENE, ambient)
    camera.torch_light = 0.0

    assert first_read(camera, 40) is None


def test_at_night_the_torch_is_requested_and_the_code_read():
    camera = Sensor(SCENE, NIGHT)

    assert first_read(camera, 40) is not None
    assert camera.lit
    assert [controls.torch for controls in camera.asked].count(True) < 10


@pytest.mark.parametrize("ambient", [OVERCAST, ROOM, 0.01])
@pytest.mark.parametrize("speed", [1000, 1800])
def test_a_moving_hand_is_exposed_ever_shorter_until_the_code_is_read(ambient: float, speed: int):
    camera = Sensor(SCENE, ambient, speed_px_s=speed)

    assert first_read(camera, 15) is not None
    if ambient <= ROOM:
        assert first_read(Untouched(SCENE, ambient, speed_px_s=speed), 15) is None
        (first, *_, last) = camera.asked
        assert last.exposure_us is not None
        assert last.exposure_us < (first.exposure_us or 8_000)


def test_glare_on_a_code_is_read_by_a_bracket_that_one_exposure_does_not_read():
    glaring = spot(0.8, radius=25)
    camera = Sensor(SCENE, ROOM, shine=glaring)
    read = first_read(camera, 40)
    right_beside_it = Untouched(SCENE, ROOM, shine=glaring, begins=CameraControls(7_000, 1.0))

    assert read is not None
    assert len({controls.exposure_us for controls in camera.asked}) > 2
    assert first_read(right_beside_it, 20) is None


@pytest.mark.parametrize("brightness", [0.005, 0.05, 0.5, 5.0])
def test_a_phone_in_the_dark_is_read_and_needs_no_torch(brightness: float):
    camera = Sensor(np.full_like(SCENE, 0.05), NIGHT, shine=phone(brightness))

    assert first_read(camera, 15) is not None
    assert not camera.lit


def test_a_phone_whose_glass_throws_the_torch_back_is_read_once_the_torch_is_off():
    camera = Sensor(np.full_like(SCENE, 0.02), NIGHT, torch_shine=spot(20, radius=18))
    wishes, reads = [], []
    for number, looked in enumerate(watched(camera, 220)):
        if number == 60:
            assert camera.lit  # it was dark
            camera.shine = phone(0.05)
        wishes.append(camera.lit)
        reads.append(looked.scan is not None)

    assert any(reads[60:])
    assert not wishes[reads.index(True)]


def test_a_lens_that_stays_on_the_windscreen_is_moved_to_the_code_behind_it():
    def blur_px(dioptres: float | None) -> float:
        return 5.0 if dioptres is None else abs(dioptres - 7.0) * 1.5

    camera = Sensor(SCENE, ROOM, blur_px=blur_px)

    assert first_read(camera, 60) is not None
    assert camera.asked[-1].dioptres == 7.0


@pytest.mark.parametrize("ambient", [SUN, ROOM, STREET, NIGHT])
def test_a_code_that_lies_still_is_read_in_every_frame_and_nothing_more_is_asked(ambient: float):
    camera = Sensor(SCENE, ambient)
    looked = list(watched(camera, 80))

    assert {one.scan.text if one.scan else None for one in looked[50:]} == {TEXT}
    assert len(set(camera.asked[-25:])) == 1


def test_the_preview_of_a_bracket_does_not_flicker():
    levels = [
        float(np.median(one.preview))
        for one in watched(Sensor(SCENE * 0 + 0.5, ROOM, shine=spot(5, radius=20)), 60)
    ]

    assert max(levels[20:]) < 1.35 * min(levels[20:])


def test_the_camera_is_asked_no_more_light_than_it_has():
    camera = Sensor(SCENE, NIGHT, torch_light=0.0)
    list(watched(camera, 40))

    assert max((one.exposure_us or 0) * (one.gain or 0) for one in camera.asked) <= MOST
