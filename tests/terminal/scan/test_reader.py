"""Frames are read within their budget and reproducibly; codes are read at any place and angle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal import scan
from terminal.scan.search import FrameSearch
from terminal.scan.steps import EVERY, EXTRAS, survey_s
from terminal.scan.time_budget import Timer
from tests.pictures import code, scene
from tests.vectors_on_disk import case

if TYPE_CHECKING:
    from terminal.codes import Scan
    from terminal.model import Luma

OURS = case("good 苏A12345 02")["text"]
OTHER_OF_OURS = case("good 苏B00001 01")["text"]
FOREIGN = "https://example.invalid/12123?c=1"


class Ticks:
    """A clock that advances by `step_s` each time it is read."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return self.asked * self._step_s


def texts(found: Scan | None) -> list[str]:
    return [] if found is None else [seen.text for seen in found.codes]


def ways(luma: Luma) -> Iterator[list[str]]:
    """Yield the texts of a frame, of a series' first frame and of a photograph, with unlimited time."""
    yield texts(scan.read(luma, math.inf, lambda: 0.0))
    yield texts(scan.read_next(luma, scan.START, math.inf, lambda: 0.0)[0])
    yield texts(scan.read_still(luma))


def noise(seed: int, spread: float = 20) -> Luma:
    grain = np.random.default_rng(seed).normal(128, spread, (720, 1280))
    return np.asarray(np.clip(grain, 0, 255), np.uint8)


def turned(picture: Luma, degrees: float, frame: tuple[int, int] = (720, 1280)) -> Luma:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix[:, 2] += (frame[1] / 2 - width / 2, frame[0] / 2 - height / 2)
    return np.asarray(cv2.warpAffine(picture, matrix, frame[::-1], borderValue=(180,)), np.uint8)


def test_without_budget_nothing_is_scanned():
    assert scan.read(scene((code(OURS), 600, 200)), 0.0, Ticks(1e-6)) is None


@settings(deadline=None, max_examples=30)
@given(st.floats(1e-4, 0.1), st.floats(1e-6, 5e-3), st.integers(0, 9))
def test_no_step_starts_after_the_budget_and_only_one_overruns(budget_s: float, tick_s: float, seed: int):
    clock = Ticks(tick_s)
    scan.read(noise(seed), budget_s, clock)
    # The clock is read before and after a step that runs, and once for a step that is refused.
    most = math.ceil(budget_s / tick_s) + 2 * len(EVERY) + 4
    assert clock.asked <= most


@settings(deadline=None)
@given(st.floats(1e-4, 1), st.floats(1e-5, 1e-2), st.floats(0.1, 20))
def test_a_slow_machine_gets_fewer_steps(budget_s: float, expected_s: float, pace: float):
    now = [0.0]
    timer = Timer(budget_s, lambda: now[0], pace)
    fits = timer.allows(expected_s)
    assert fits == Timer(budget_s, lambda: 0.0, 2 * pace).allows(expected_s / 2)
    assert not (fits and expected_s * pace > budget_s)
    now[0] += expected_s * pace * 10
    timer.charge(expected_s)
    assert timer.pace > pace


def test_a_series_learns_how_slow_its_machine_is():
    luma = noise(1)
    _, after_fast = scan.read_next(luma, scan.START, 1.0, Ticks(1e-6))
    _, after_slow = scan.read_next(luma, scan.START, 1.0, Ticks(1e-3))
    assert after_slow.pace > 1 > after_fast.pace


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 9), st.integers(0, 12), st.booleans())
def test_the_same_memory_and_frame_give_the_same_scan_and_memory(seed: int, turn: int, foreign: bool):  # noqa: FBT001 - drawn
    memory = scan.SeriesState(turn=turn, foreign=foreign)
    luma = noise(seed)
    luma[100:400, 200:500] = code(FOREIGN)[0:1, 0:1]
    before = luma.copy()
    first, second = (scan.read_next(luma, memory, 0.01, Ticks(1e-4)) for _ in range(2))
    assert first == second
    assert (luma == before).all()


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_a_code_is_read_at_any_angle(degrees: int):
    for found in ways(turned(code(OURS), degrees)):
        assert found == [OURS]


@pytest.mark.parametrize("left", [0, 1, 2])
@pytest.mark.parametrize("top", [0, 1, 2])
def test_a_code_at_the_frames_edge_is_read(left: int, top: int):
    picture = code(OURS)[16:-16, 16:-16]  # its quiet zone is outside
    height, width = picture.shape
    at = (left * (1280 - width) // 2, top * (720 - height) // 2)
    for found in ways(scene((picture, *at), ground=255)):
        assert found == [OURS]


@pytest.mark.parametrize("how", ["mirrored", "inverted", "mirrored and inverted"])
@pytest.mark.parametrize("pixels", [3, 6])
def test_a_mirrored_or_inverted_code_is_read(how: str, pixels: int):
    luma = scene((code(OURS, pixels=pixels), 500, 100))
    if "mirrored" in how:
        luma = np.ascontiguousarray(luma[:, ::-1])
    if "inverted" in how:
        luma = 255 - luma
    for found in ways(luma):
        assert found == [OURS]


@pytest.mark.parametrize("pixels", [(3, 3), (3, 5), (5, 3), (4, 4)])
def test_two_marks_are_both_returned(pixels: tuple[int, int]):
    luma = scene((code(OURS, pixels=pixels[0]), 40, 100), (code(OTHER_OF_OURS, pixels=pixels[1]), 700, 150))
    for found in ways(luma):
        assert sorted(found) == sorted([OURS, OTHER_OF_OURS])


def test_all_codes_are_returned_marks_first():
    others = [f"https://example.invalid/{number}" for number in range(3)]
    places = [(60, 60), (60, 420), (900, 60)]
    placed = [(code(text, pixels=7), *place) for text, place in zip(others, places, strict=True)]
    for found in ways(scene(*placed, (code(OURS), 800, 400))):
        assert found[0] == OURS
        assert set(found) == {OURS, *others}


def shaded(picture: Luma, least: float) -> Luma:
    """Darken the picture as the edge of a shadow does."""
    shade = np.linspace(1, least, picture.shape[1])
    return np.asarray(picture * shade, np.uint8)


@pytest.mark.parametrize("least", [0.5, 0.25])
@pytest.mark.parametrize("pixels", [4, 8])
def test_a_brighter_code_does_not_hide_a_mark_forever(least: float, pixels: int):
    luma = scene((code(FOREIGN, pixels=pixels), 50, 100), (shaded(code(OURS), least) // 2, 700, 200))
    memory, found = scan.START, []
    for _ in range(3):
        seen, memory = scan.read_next(luma, memory, math.inf, lambda: 0.0)
        found = texts(seen)
        if OURS in found:
            break
    assert set(found) == {OURS, FOREIGN}


def test_a_uniform_frame_takes_no_steps():
    for value in (0, 128, 255):
        clock = Ticks(1e-6)
        assert scan.read(np.full((720, 1280), value, np.uint8), 1.0, clock) is None
        assert clock.asked <= 4


@pytest.mark.parametrize("size", [(720, 1280), (480, 640), (3000, 4000), (64, 64), (63, 900)])
def test_regions_lie_inside_the_frame(size: tuple[int, int]):
    luma = np.random.default_rng(3).integers(0, 256, size, dtype=np.uint8)
    look = FrameSearch(luma)
    look.survey()
    for step in EVERY:
        assert 0 <= look.pixels(step) <= luma.size


def test_remembered_places_are_in_pixels_of_the_frame():
    small = scene((code(OURS), 600, 200))
    large = np.asarray(cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST), np.uint8)
    near, far = (scan.read_next(luma, scan.START, math.inf, lambda: 0.0)[1].seen for luma in (small, large))
    assert near is not None
    assert far is not None
    ends = [(box.left, box.top, box.right, box.bottom) for box in (near, far)]
    assert np.abs(np.subtract(ends[1], np.multiply(ends[0], 2))).max() <= 6


def test_no_regions_are_searched_without_time():
    cost_s = survey_s(1280 * 720)
    assert scan.read(scene((code(OURS), 600, 200)), cost_s, Ticks(cost_s)) is None


@pytest.mark.parametrize("contrast", [12, 40])
def test_a_code_of_low_contrast_is_read(contrast: int):
    faint = np.asarray(100 + code(OURS, pixels=6) // 255 * contrast, np.uint8)
    luma = scene((faint, 500, 60), ground=100 + contrast)
    assert texts(scan.read(luma, math.inf, lambda: 0.0)) == [OURS]
    assert texts(scan.read_still(luma)) == [OURS]


def test_a_series_takes_every_extra_step():
    small = cv2.GaussianBlur(code(OURS, pixels=2), (0, 0), 1)  # only one of the last extra steps reads it
    luma, memory, found = scene((np.asarray(small, np.uint8), 500, 60)), scan.START, None
    for _ in EXTRAS:
        found, memory = scan.read_next(luma, memory, math.inf, lambda: 0.0)
        if found is not None:
            break
    assert texts(found) == [OURS]
    assert memory.turn > len(EXTRAS) // 2
