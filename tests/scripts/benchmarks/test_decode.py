"""The decoder comparison uses the same frames in every run, and counts only texts that are in a frame."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.benchmarks.decode import corpus
from scripts.benchmarks.decode.readers import READERS, agrees, look
from scripts.images import hand_motion
from terminal import scan
from terminal.scan.transforms import rows
from tests.pictures import code, scene

if TYPE_CHECKING:
    from scripts.benchmarks.decode.readers import Reader
    from terminal.model import Luma

TEXT = "VI1:A TEXT OF OURS 0123456789"
SIDE = 200
NOISE = np.random.default_rng(0)
SMALL = 4_096
"""Allocations, bytes, below the size of a picture or a large part of one."""


def framed_code() -> Luma:
    """Return a code in the middle of a frame."""
    picture = code(TEXT, pixels=6)
    height, width = picture.shape
    return scene((picture, (corpus.WIDTH - width) // 2, (corpus.HEIGHT - height) // 2))


def grain(frame: Luma) -> float:
    """Return the standard deviation of differences between neighbouring pixels."""
    return float(np.diff(frame.astype(np.float64), axis=0).std())


def test_the_same_seed_gives_the_same_frames_and_another_gives_others():
    first, again, other = (list(hand_motion.frames(framed_code(), seed, 3)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_frames_of_a_series_differ_and_are_frames():
    frames = list(hand_motion.frames(framed_code(), 3))
    assert len(frames) == hand_motion.COUNT
    assert {(frame.shape, frame.dtype) for frame in frames} == {((720, 1280), np.dtype(np.uint8))}
    assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(frames))


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 900), st.integers(1, 1600), st.integers(0, 2**32 - 1))
def test_a_picture_of_any_size_can_be_held_before_the_camera(height: int, width: int, seed: int):
    picture = np.full((height, width), 200, np.uint8)
    (frame,) = hand_motion.frames(picture, seed, 1)
    assert frame.shape == (720, 1280)


def test_a_hand_that_arrives_blurs_more_than_one_that_rests():
    stripes = np.tile(np.repeat(np.array([40, 220], np.uint8), 2), (720, 320))
    sharper = 0
    for seed in range(4):
        frames = list(hand_motion.frames(stripes, seed))
        early, late = (np.mean([frame.std() for frame in part]) for part in (frames[:2], frames[-10:]))
        sharper += int(late > early)
    assert sharper >= 3


def test_the_sensor_adds_noise_that_changes_from_frame_to_frame():
    flat = np.full((720, 1280), 128, np.uint8)
    one, two = hand_motion.frames(flat, 4, 2)
    middle = np.s_[200:500, 400:900]
    assert grain(one[middle]) > 1.5
    correlation = np.corrcoef(one[middle].ravel(), two[middle].ravel())[0, 1]
    assert abs(correlation) < 0.1


def test_a_picture_that_fits_is_whole_and_unscaled_in_its_frame():
    picture = NOISE.integers(0, 256, (300, 500), np.uint8)
    frame = corpus.framed(picture)
    assert np.array_equal(frame[210:510, 390:890], picture)
    frame[210:510, 390:890] = corpus.SURROUNDINGS
    assert (frame == corpus.SURROUNDINGS).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_a_picture_of_any_size_is_framed_whole(height: int, width: int):
    frame = corpus.framed(np.full((height, width), 255, np.uint8))
    assert frame.shape == (720, 1280)
    seen = frame == 255
    down, across = seen.any(axis=1).sum(), seen.any(axis=0).sum()
    scale = min(1280 / width, 720 / height, 1)
    assert abs(down - height * scale) <= 1
    assert abs(across - width * scale) <= 1


def test_halves_share_no_photograph_and_are_near_to_equal():
    held = list(corpus.photographs())
    assert len({sample.luma.tobytes() for sample in held}) == len(held), "a photograph is there twice"
    for coded in (True, False):
        share = np.mean([sample.half == corpus.SCORED for sample in held if sample.coded == coded])
        assert 0.35 < share < 0.65
    assert not any(sample.texts for sample in held if not sample.coded)


@pytest.mark.parametrize("reader", READERS, ids=[reader.name for reader in READERS])
def test_each_reader_reads_a_clear_code_and_nothing_where_there_is_none(reader: Reader):
    assert look(reader, framed_code(), [TEXT]).read
    other = look(reader, framed_code(), ["something else"])
    assert (other.read, other.other) == (False, 1)
    empty = look(reader, np.full((720, 1280), 128, np.uint8), None)
    assert (empty.read, empty.other) == (False, 0)


@pytest.mark.parametrize(
    ("found", "text", "same"),
    [
        ("a b", "a b\n", True),
        ("a\r\nb", "a\nb", True),
        ("http://a.example/1", "http://a.example/2", False),
        ("VI1:AB", "VI1:ab", False),
        ("1.5", "15", False),
        ("探そう 1".encode("cp932").decode("latin-1"), "探そう 1", True),
        ("探そう 1".encode("cp932").decode("latin-1"), "探そう 2", False),
        ("蹬靼翌QR 1", "ﾃﾞｻﾞｲﾝQR\r\n1", True),
        ("蹬靼翌QR 2", "ﾃﾞｻﾞｲﾝQR\r\n1", False),
        ("", "a", False),
    ],
)
def test_ends_of_lines_do_not_count_and_characters_do(found: str, text: str, same: bool):  # noqa: FBT001  # a table's column
    assert agrees(found, [text]) == same


def peak_bytes(luma: Luma) -> int:
    """Return the peak of bytes allocated by Python, NumPy and OpenCV's arrays while a frame is read."""
    scan.read(luma, math.inf, lambda: 0.0)
    tracemalloc.start()
    try:
        found = scan.read(luma, math.inf, lambda: 0.0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found is not None
    assert found.text == TEXT
    return peak


def test_a_view_into_a_camera_s_memory_is_read_without_a_copy():
    plain = framed_code()
    padded = np.zeros((1088, 1344), np.uint8)  # as libcamera pads the rows of a frame
    padded[:720, :1280] = plain
    view = padded[:720, :1280]
    spread = np.zeros((720, 2560), np.uint8)
    spread[:, ::2] = plain
    assert np.shares_memory(rows(view), view)
    assert abs(peak_bytes(view) - peak_bytes(plain)) < SMALL
    # A necessary copy is visible, so the measurement detects copies.
    assert peak_bytes(spread[:, ::2]) - peak_bytes(plain) > plain.nbytes - SMALL
