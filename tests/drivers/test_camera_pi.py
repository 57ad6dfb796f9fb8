"""Controls requested from the camera module; scripts/camera-lab tests its frames."""

from __future__ import annotations

import importlib.util

import pytest

from drivers.camera_pi import Optics, PiCamera, controls, reach_of, taken, to_libcamera
from terminal.errors import CameraFault
from terminal.ports import CameraControls, CameraLimits, ExposureInfo

AUTOFOCUS_CAMERA = {
    "AfMode": (0, 2, 0),
    "AfSpeed": (0, 1, 0),
    "AeExposureMode": (0, 3, 0),
    "ExposureTime": (26, 112_015_443, 20_000),
    "FrameDurationLimits": (33_282, 112_049_000, 33_333),
}
"""Some controls that libcamera lists for a Camera Module 3."""

STEERED_CAMERA = AUTOFOCUS_CAMERA | {
    "AeEnable": (False, True, True),
    "AnalogueGain": (1.125, 16.0, 1.125),
    "LensPosition": (0.0, 15.0, 1.0),
}
"""Controllable settings under a libcamera before 0.5."""
NEWER_CAMERA = STEERED_CAMERA | {"AnalogueGainMode": (0, 1, 0), "ExposureTimeMode": (0, 1, 0)}
WITHOUT_EXPOSURE = {name: limits for name, limits in NEWER_CAMERA.items() if name != "ExposureTime"}


def test_an_autofocus_camera_is_asked_for_continuous_focus_and_short_exposure():
    assert controls(AUTOFOCUS_CAMERA, Optics()) == {
        "FrameDurationLimits": (33_333, 66_666),
        "AfMode": 2,
        "AfSpeed": 1,
        "AeExposureMode": 1,
    }


def test_missing_controls_are_not_set():
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


def test_a_camera_can_be_asked_what_its_frames_and_its_sensor_allow():
    assert reach_of(STEERED_CAMERA, Optics()) == CameraLimits((26, 66_666), (1.125, 16.0), 15.0)
    assert reach_of(STEERED_CAMERA, Optics(frame_us=(8_333, 16_666))).exposure_us == (26, 16_666)


def test_a_fixed_exposure_leaves_only_the_lens_to_be_asked():
    fixed = Optics(exposure_us=4_000)

    assert reach_of(STEERED_CAMERA, fixed) == CameraLimits(dioptres=15.0)
    assert to_libcamera(STEERED_CAMERA, fixed, CameraControls(9_000, 2.0, 4.0)) == {
        "AfMode": 0,
        "LensPosition": 4.0,
    }


def test_a_lens_that_is_to_be_left_alone_is_never_moved():
    alone = Optics(continuous_focus=False)

    assert reach_of(STEERED_CAMERA, alone).dioptres is None
    assert not {"AfMode", "LensPosition"} & set(
        to_libcamera(STEERED_CAMERA, alone, CameraControls(9_000, 2.0, 4.0))
    )


@pytest.mark.parametrize(
    ("available", "mode"),
    [
        pytest.param(STEERED_CAMERA, {"AeEnable": False}, id="older"),
        pytest.param(NEWER_CAMERA, {"ExposureTimeMode": 1, "AnalogueGainMode": 1}, id="newer"),
    ],
)
def test_exposure_and_gain_are_asked_with_the_automatic_off(
    available: dict[str, tuple[object, object, object]], mode: dict[str, object]
):
    wanted = CameraControls(9_000, 2.0)

    assert to_libcamera(available, Optics(), wanted) == mode | {
        "ExposureTime": 9_000,
        "AnalogueGain": 2.0,
        "AfMode": 2,
        "AfSpeed": 1,
    }


@pytest.mark.parametrize(
    ("available", "mode"),
    [
        pytest.param(STEERED_CAMERA, {"AeEnable": True}, id="older"),
        pytest.param(NEWER_CAMERA, {"ExposureTimeMode": 0, "AnalogueGainMode": 0}, id="newer"),
    ],
)
def test_controls_that_are_not_requested_become_automatic(
    available: dict[str, tuple[object, object, object]], mode: dict[str, object]
):
    assert to_libcamera(available, Optics(), CameraControls()) == mode | {"AfMode": 2, "AfSpeed": 1}


@pytest.mark.parametrize("available", [{}, AUTOFOCUS_CAMERA, WITHOUT_EXPOSURE])
def test_a_camera_without_both_exposure_and_gain_keeps_its_automatic(
    available: dict[str, tuple[object, object, object]],
):
    named = to_libcamera(available, Optics(), CameraControls(9_000, 2.0, 4.0))

    assert reach_of(available, Optics()).exposure_us is None
    assert not {"AeEnable", "ExposureTime", "ExposureTimeMode", "AnalogueGain"} & set(named)


@pytest.mark.parametrize(
    ("wanted", "exposure_us", "gain", "dioptres"),
    [(CameraControls(1, 0.1, -3.0), 26, 1.125, 0.0), (CameraControls(10**9, 99.0, 99.0), 66_666, 16.0, 15.0)],
)
def test_controls_are_clipped_to_the_limits(
    wanted: CameraControls, exposure_us: int, gain: float, dioptres: float
):
    named = to_libcamera(STEERED_CAMERA, Optics(), wanted)

    assert (named["ExposureTime"], named["AnalogueGain"], named["LensPosition"]) == (
        exposure_us,
        gain,
        dioptres,
    )


def test_the_camera_ignores_the_torch():
    on, off = (to_libcamera(NEWER_CAMERA, Optics(), CameraControls(torch=torch)) for torch in (True, False))

    assert on == off


def test_a_frame_has_its_exposure_settings():
    assert taken({"ExposureTime": 9_000, "AnalogueGain": 2.0, "DigitalGain": 1.5}) == ExposureInfo(9_000, 3.0)
    assert taken({"ExposureTime": 9_000, "AnalogueGain": 2.0}) == ExposureInfo(9_000, 2.0)


@pytest.mark.parametrize("metadata", [{}, {"ExposureTime": 9_000}, {"ExposureTime": 0, "AnalogueGain": 1.0}])
def test_missing_exposure_settings_are_none(metadata: dict[str, float]):
    assert taken(metadata) is None


@pytest.mark.skipif(
    importlib.util.find_spec("picamera2") is not None, reason="the camera's library is installed"
)
def test_without_its_library_the_camera_says_what_to_install():
    with pytest.raises(CameraFault, match=r"picamera2 is missing: install python3-picamera2"):
        PiCamera()
