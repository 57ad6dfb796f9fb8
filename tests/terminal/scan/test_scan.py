"""Pictures are scanned: marks are preferred, each text is returned once, and no picture raises."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from terminal import scan
from terminal.codes import Scan
from tests.pictures import code, scene
from tests.vectors_on_disk import case

if TYPE_CHECKING:
    from terminal.model import Luma

PHOTOGRAPHS = Path(__file__).parents[2] / "photographs"
OURS = case("good 苏A12345 02")["text"]
OTHER_OF_OURS = case("good 苏B00001 01")["text"]
FOREIGN = "https://example.invalid/12123?c=1"

with (PHOTOGRAPHS / "manifest.csv").open(newline="", encoding="utf-8") as file:
    LISTED = list(csv.DictReader(file))


def both(luma: Luma) -> list[str | None]:
    """Return the texts that a live frame's steps and a photograph's steps select."""
    return [None if found is None else found.text for found in (scan.read(luma), scan.read_still(luma))]


def texts(found: Scan | None) -> set[str | None]:
    """Return every text read; only None if there is none."""
    return {None} if found is None else {code.text for code in found.codes}


@pytest.mark.parametrize("row", LISTED, ids=[row["file"] for row in LISTED])
def test_listed_photographs_are_still_read(row: dict[str, str]):
    luma = np.asarray(Image.open(PHOTOGRAPHS / row["file"]).convert("L"))
    expected = None if row["read_by"] == "none" else row["text"]
    live = texts(scan.read(luma, float("inf"), lambda: 0.0))
    assert expected in live or (row["read_by"] == "still" and live == {None})
    assert expected in texts(scan.read_still(luma))


def test_every_photograph_is_listed_with_its_licence():
    assert {row["file"] for row in LISTED} == {path.name for path in PHOTOGRAPHS.glob("*.jpg")}
    assert {row["licence"] for row in LISTED} == {"Apache-2.0"}


def test_a_code_is_read_with_its_corners_in_pixels_of_the_frame():
    picture = code(OURS)
    found = scan.read(scene((picture, 600, 200)))
    assert found is not None
    assert (found.text, found.others) == (OURS, ())
    height, width = picture.shape
    quiet = 4 * 4
    expected = [
        (600 + quiet, 200 + quiet),
        (600 + width - quiet, 200 + quiet),
        (600 + width - quiet, 200 + height - quiet),
        (600 + quiet, 200 + height - quiet),
    ]
    assert np.abs(np.subtract(found.corners, expected)).max() <= 4


@pytest.mark.parametrize("factor", [3, 4])
def test_corners_of_a_large_photograph_are_in_its_own_pixels(factor: int):
    small = scene((code(OURS), 600, 200))
    large = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    near, far = scan.read_still(small), scan.read_still(np.asarray(large, np.uint8))
    assert near is not None
    assert far is not None
    assert np.abs(np.subtract(far.corners, np.multiply(near.corners, factor))).max() <= 2 * factor


def test_a_mark_is_preferred_to_a_larger_code():
    luma = scene((code(FOREIGN, pixels=12), 50, 100), (code(OURS), 800, 200))
    for found in (scan.read(luma), scan.read_still(luma)):
        assert found is not None
        assert [seen.text for seen in found.codes] == [OURS, FOREIGN]


def test_the_larger_of_two_marks_is_preferred():
    luma = scene((code(OURS, pixels=3), 50, 100), (code(OTHER_OF_OURS, pixels=6), 700, 100))
    found = scan.read(luma)
    assert found is not None
    assert [seen.text for seen in found.codes] == [OTHER_OF_OURS, OURS]


def test_the_same_code_twice_counts_once():
    found = scan.read(scene((code(OURS), 50, 100), (code(OURS), 700, 100)))
    assert found is not None
    assert (found.text, found.others) == (OURS, ())


def test_a_mark_beside_a_clearer_code_is_still_searched():
    bright, picture = code(FOREIGN, pixels=8), code(OURS)
    width = picture.shape[1]
    across = np.linspace(0.8, 0.4, width)  # no single threshold separates black from white
    band = np.where(np.abs(np.arange(width) - width / 2) < width / 6, 0.24, 0.8)  # found, not corrected
    for shade in (across, band):
        found = scan.read(scene((bright, 50, 100), ((picture * shade).astype(np.uint8), 700, 200)))
        assert found is not None
        assert [seen.text for seen in found.codes] == [OURS, FOREIGN]


def test_a_damaged_code_is_not_read_partially():
    picture = code(OURS)
    picture[60:180, 60:180] = 128
    assert both(scene((picture, 600, 200))) == [None, None]


@pytest.mark.parametrize("level", ["L", "M", "Q"])
@pytest.mark.parametrize("turn", range(4))
def test_any_level_and_any_way_up_is_read(level: str, turn: int):
    assert both(scene((np.rot90(code(OURS, level=level), turn), 400, 100))) == [OURS, OURS]


def test_an_inverted_code_is_read():
    assert both(255 - scene((code(OURS), 600, 200))) == [OURS, OURS]


def test_a_small_code_in_a_large_photograph_is_found_at_full_size():
    assert both(scene((code(OURS, pixels=3), 3000, 2000), size=(3000, 4000)))[1] == OURS


@pytest.mark.parametrize("text", ["Ä ü 中文 🚗", "a\r\nb\tc", "{1}\\000026", "(01)04912345123459"])
def test_the_text_is_returned_as_encoded(text: str):
    assert both(scene((code(text, pixels=6), 400, 100))) == [text, text]


def views() -> dict[str, Luma]:
    """Return the same scene in every memory layout that arrays allow."""
    luma = scene((code(OURS), 600, 200))
    wide = np.zeros((720, 4096), np.uint8)
    wide[:, 100:1380] = luma
    spread = np.zeros((1440, 2560), np.uint8)
    spread[::2, ::2] = luma
    sealed = luma.copy()
    sealed.flags.writeable = False
    return {
        "rows apart": wide[:, 100:1380],
        "pixels apart": spread[::2, ::2],
        "rows in reverse": luma[::-1].copy()[::-1],
        "columns in reverse": luma[:, ::-1].copy()[:, ::-1],
        "columns first": np.asfortranarray(luma),
        "read-only": sealed,
    }


@pytest.mark.parametrize("layout", views())
def test_any_layout_in_memory_is_read(layout: str):
    assert both(views()[layout]) == [OURS, OURS]


@pytest.mark.parametrize(
    "shape", [(0, 0), (0, 9), (9, 0), (1, 1), (1, 3000), (3000, 1), (20, 20), (21, 21), (41, 43), (22, 3000)]
)
@pytest.mark.parametrize("value", [0, 255])
def test_a_blank_picture_gives_no_text(shape: tuple[int, int], value: int):
    assert both(np.full(shape, value, np.uint8)) == [None, None]


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(0, 300), st.integers(0, 300)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(0, 2**32 - 1),
)
def test_scanning_never_raises(shape: tuple[int, int], steps: tuple[int, int], seed: int):
    noise = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    for text in both(noise[:: steps[0], :: -steps[1]]):
        assert text is None or text


def test_an_endlessly_repeated_row_is_accepted():
    assert both(np.broadcast_to(np.arange(256, dtype=np.uint8), (400, 256))) == [None, None]
