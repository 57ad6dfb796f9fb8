"""What is asked of the camera module; that it gives frames is shown by scripts/camera-lab."""

from __future__ import annotations

import importlib.util

import pytest

from drivers.camera_pi import Optics, PiCamera, controls
from terminal.errors import CameraFault

AUTOFOCUS_CAMERA = {
    "AfMode": (0, 2, 0),
    "AfSpeed": (0, 1, 0),
    "AeExposureMode": (0, 3, 0),
    "ExposureTime": (26, 112_015_443, 20_000),
    "FrameDurationLimits": (33_282, 112_049_000, 33_333),
}
"""Some of what libcamera advertises for a Camera Module 3."""


def test_an_autofocus_camera_is_asked_for_continuous_focus_and_short_exposure():
    assert controls(AUTOFOCUS_CAMERA, Optics()) == {
        "FrameDurationLimits": (33_333, 66_666),
        "AfMode": 2,
        "AfSpeed": 1,
        "AeExposureMode": 1,
    }


def test_nothing_is_asked_that_the_camera_does_not_have():
    assert controls({}, Optics(exposure_us=4_000)) == {}
    assert controls({"FrameDurationLimits": (1, 2, 3)}, Optics()) == {"FrameDurationLimits": (33_333, 66_666)}


def test_focus_and_exposure_can_be_left_alone():
    optics = Optics(continuous_focus=False, short_exposure=False)

    assert list(controls(AUTOFOCUS_CAMERA, optics)) == ["FrameDurationLimits"]


@pytest.mark.parametrize(("asked", "given"), [(4_000, 4_000), (1, 26), (999_999_999, 112_015_443)])
def test_a_fixed_exposure_is_held_within_the_camera_s_limits(asked: int, given: int):
    assert controls(AUTOFOCUS_CAMERA, Optics(exposure_us=asked))["ExposureTime"] == given


def test_a_sensor_that_states_no_longest_exposure_is_asked_as_it_is():
    assert controls({"ExposureTime": (0, 0, 0)}, Optics(exposure_us=4_000)) == {"ExposureTime": 4_000}


@pytest.mark.skipif(
    importlib.util.find_spec("picamera2") is not None, reason="the camera's library is installed"
)
def test_without_its_library_the_camera_says_what_to_install():
    with pytest.raises(CameraFault, match=r"picamera2 is missing: install python3-picamera2"):
        PiCamera()
