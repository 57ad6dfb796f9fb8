"""Frame statistics measure brightness, sharpness and speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.camera.metering import around, default_box, measure
from terminal.ports import ExposureInfo, Frame
from tests.pictures import code, scene

if TYPE_CHECKING:
    from terminal.model import Luma

SIZE = (1280, 720)
BOX = default_box(*SIZE)
PICTURE = scene((code("VI1:A CODE TO FOLLOW", pixels=8), 500, 220), ground=120)


def frame(luma: Luma, number: int = 0) -> Frame:
    return Frame(luma, number / 30, number, ExposureInfo(5_000, 2.0))


def test_tones_are_those_of_the_box():
    luma = np.full((720, 1280), 255, np.uint8)
    left, top, width, height = BOX
    luma[top : top + height, left : left + width // 2] = 200
    luma[top : top + height, left + width // 2 : left + 3 * width // 4] = 10

    seen, _ = measure(frame(luma), BOX, None)

    assert (seen.box.low, seen.box.middle, seen.box.bright) == (10, 200, 255)
    assert seen.box.clipped == pytest.approx(0.25, abs=0.02)
    assert seen.box.black == pytest.approx(0.25, abs=0.02)


def test_light_is_exposure_by_gain_where_the_camera_tells():
    luma = np.full((720, 1280), 10, np.uint8)

    assert measure(frame(luma), BOX, None)[0].light == 10_000
    assert measure(Frame(luma, 0.0, 0), BOX, None)[0].light is None


@settings(deadline=None, max_examples=30)
@given(across=st.integers(-40, 40), down=st.integers(-20, 20))
def test_speed_is_measured(across: int, down: int):
    _, glance = measure(frame(PICTURE), BOX, None)
    moved = np.roll(PICTURE, (down, across), (0, 1))

    seen, _ = measure(frame(moved, 1), BOX, glance)

    assert seen.speed_px_s == pytest.approx(30 * np.hypot(across, down), abs=45)


@pytest.mark.parametrize("factor", [0.4, 1.4])
def test_a_change_of_exposure_is_no_motion(factor: float):
    _, glance = measure(frame(PICTURE), BOX, None)
    lighter = cv2.convertScaleAbs(PICTURE, alpha=factor)

    seen, _ = measure(frame(np.asarray(lighter, np.uint8), 1), BOX, glance)

    assert seen.speed_px_s == pytest.approx(0, abs=5)


def test_speed_is_unknown_without_features():
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280), np.uint8)
    for first, second in ((noise, noise[::-1]), (np.zeros_like(noise),) * 2):
        _, glance = measure(frame(first), BOX, None)
        assert measure(frame(second, 1), BOX, glance)[0].speed_px_s is None


def test_speed_is_unknown_for_another_size_or_no_time():
    _, glance = measure(frame(PICTURE), BOX, None)

    assert measure(frame(PICTURE), BOX, glance)[0].speed_px_s is None
    small = PICTURE[::2, ::2]
    assert measure(frame(small, 1), default_box(640, 360), glance)[0].speed_px_s is None


def test_soft_is_less_sharp_than_edges_and_noise_is_sharpest():
    noise = np.random.default_rng(1).normal(120, 30, (720, 1280)).clip(0, 255).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(PICTURE, (0, 0), 8), np.uint8)

    ranked = [measure(frame(luma), BOX, None)[0].sharpness for luma in (soft, PICTURE, noise)]

    assert ranked == sorted(ranked)
    assert ranked[0] < 0.1 < ranked[1] < 0.5 < ranked[2]


def test_frames_are_measured_without_a_copy():
    padded = np.zeros((720, 1536), np.uint8)
    padded[:, :1280] = PICTURE
    view = padded[:, :1280]
    view.flags.writeable = False

    assert measure(frame(view), BOX, None)[0] == measure(frame(PICTURE), BOX, None)[0]


@settings(deadline=None, max_examples=60)
@given(width=st.integers(1, 90), height=st.integers(1, 90), level=st.integers(0, 255))
def test_frames_of_any_size_are_measured(width: int, height: int, level: int):
    luma = np.full((height, width), level, np.uint8)

    _, glance = measure(frame(luma), default_box(width, height), None)
    seen, _ = measure(frame(luma, 1), default_box(width, height), glance)

    assert (seen.box.low, seen.box.middle, seen.box.bright) == (level,) * 3
    assert seen.speed_px_s is None


def test_the_box_around_a_code_is_in_the_frame():
    assert around((90, 50), (220, 190), *SIZE) == (90, 50, 130, 140)
    assert around((-30, -20), (60, 70), *SIZE) == (0, 0, 60, 70)
    assert around((1200, 600), (1300, 760), *SIZE) == (1200, 600, 80, 120)


@pytest.mark.parametrize(("from_", "to"), [((5, 5), (9, 9)), ((-90, 5), (-9, 99)), ((1290, 5), (1400, 99))])
def test_a_tiny_code_falls_back_to_the_default_box(from_: tuple[int, int], to: tuple[int, int]):
    assert around(from_, to, *SIZE) == default_box(*SIZE)
