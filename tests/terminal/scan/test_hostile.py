"""Pictures of any size, stride and content are scanned within bounds and are never modified."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.images.from_bytes import LAYOUTS
from terminal import scan
from tests.pictures import code, scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma

ROOT = Path(__file__).parents[3]
OURS = "VI1:" + "0123456789ABCDEF" * 13
MOST_MIB = 400
"""Memory that scanning 100 megapixels may take in addition to the picture."""


def looks(luma: Luma) -> list[str | None]:
    """Return the texts that each way of scanning gives; the picture must stay unchanged."""
    before = luma.copy()
    followed, memory = scan.read_next(luma, scan.START, 1.0)
    again, _ = scan.read_next(luma, memory, 1.0)
    found = [scan.read(luma, 1.0), scan.read_still(luma), followed, again]
    assert (luma == before).all()
    return [None if one is None else one.text for one in found]


NOTHING = [None] * 4


@pytest.mark.parametrize("length", [0, 1, 2, 20, 21, 22, 1280, 30_000, 2**17])
@pytest.mark.parametrize("across", [0, 1, 2, 20, 21])
@pytest.mark.parametrize("value", [0, 255])
def test_narrow_pictures_give_no_text(length: int, across: int, value: int):
    assert looks(np.full((length, across), value, np.uint8)) == NOTHING
    assert looks(np.full((across, length), value, np.uint8)) == NOTHING


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (3, 4000), (4000, 3)])
def test_narrow_stripes_give_no_text(size: tuple[int, int]):
    finder = np.array([0, 255, 0, 0, 0, 255, 0, 255], np.uint8)
    assert looks(np.resize(finder, size)) == NOTHING


@pytest.mark.parametrize("side", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("size", [(720, 1280), (97, 1001)])
def test_checks_and_bars_like_finder_patterns_give_no_text(side: int, size: tuple[int, int]):
    rows, columns = np.indices(size) // side
    finder = np.array([1, 0, 1, 1, 1, 0, 1, 0], np.uint8)
    for dark in ((rows + columns) % 2, finder[columns % 8], finder[rows % 8] & finder[columns % 8]):
        assert looks(np.where(dark, 0, 255).astype(np.uint8)) == NOTHING


def test_endless_finder_patterns_give_no_text():
    finder = np.ones((9, 9), np.uint8) * 255
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    assert looks(np.tile(finder, (80, 142))) == NOTHING
    assert looks(np.tile(np.kron(finder, np.ones((3, 3), np.uint8)), (26, 47))) == NOTHING


@pytest.mark.parametrize("number", range(len(LAYOUTS) - 1))
def test_a_code_is_read_in_any_memory_layout(number: int):
    assert looks(LAYOUTS[number](scene((code(OURS), 200, 100)))) == [OURS] * 4


def test_zero_strides_give_no_text():
    row = np.resize(np.array([0, 255, 0, 0, 0, 255, 0, 255], np.uint8), 300)
    assert looks(np.broadcast_to(row, (300, 300))) == NOTHING
    assert looks(np.broadcast_to(row[:, None], (300, 300))) == NOTHING
    assert looks(np.broadcast_to(np.uint8(7), (300, 300))) == NOTHING


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(0, 120), st.integers(0, 120)),
    st.tuples(st.sampled_from([-3, -1, 1, 2]), st.sampled_from([-2, -1, 1, 3])),
    st.integers(0, 2**32 - 1),
)
def test_noise_of_any_shape_and_stride_gives_no_text(
    shape: tuple[int, int], steps: tuple[int, int], seed: int
):
    noise = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    assert looks(noise[:: steps[0], :: steps[1]]) == NOTHING


@settings(deadline=None, max_examples=25)
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 400)), st.tuples(st.integers(0, 300), st.integers(0, 300))
)
def test_a_cropped_code_gives_its_text_or_none(size: tuple[int, int], at: tuple[int, int]):
    part = code(OURS)[at[0] : at[0] + size[0], at[1] : at[1] + size[1]]
    assert set(looks(part)) <= {None, OURS}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda luma: luma.astype(np.float64),
        lambda luma: luma.astype(np.uint16),
        lambda luma: np.dstack([luma] * 3),
        lambda luma: luma[0],
        lambda luma: luma[None],
        lambda luma: luma.tolist(),
    ],
)
@pytest.mark.parametrize(
    "look", [scan.read, scan.read_still, lambda luma: scan.read_next(luma, scan.START, 1.0)]
)
def test_arrays_that_are_no_picture_raise(wrong: Callable[[Luma], Luma], look: Callable[[Luma], object]):
    with pytest.raises((TypeError, ValueError, AttributeError, cv2.error)):
        look(wrong(scene((code(OURS), 200, 100))))


LARGE = {
    "black": "np.zeros((10_000, 10_000), np.uint8)",
    "noise": "np.random.default_rng(1).integers(0, 256, (10_000, 10_000), np.uint8)",
    "chequers": "np.tile(np.array([[0, 255], [255, 0]], np.uint8), (5_000, 5_000))",
    "one row": "np.tile(np.array([0, 255, 0, 0, 0, 255, 0, 255], np.uint8), (1, 12_500_000))",
    "two columns": "np.tile(np.array([[0, 255]], np.uint8), (50_000_000, 1))",
    "a view of every other pixel": "np.zeros((10_000, 20_000), np.uint8)[:, ::2]",
}


@pytest.mark.parametrize("content", LARGE)
@pytest.mark.parametrize("look", ["read(luma)", "read_still(luma)", "read_next(luma, scan.START, 0.003)[0]"])
def test_memory_is_bounded_for_a_hundred_megapixels(content: str, look: str):
    program = (
        "import resource, numpy as np\nfrom terminal import scan\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"luma = {LARGE[content]}\nassert luma.size == 100_000_000\n"
        f"scan.read(luma[:64, :64])\nbefore = peak()\nfound = scan.{look}\n"
        "print(found, (peak() - before) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found, more = done.stdout.split()
    assert found == "None"
    assert int(more) <= MOST_MIB


def test_a_code_in_a_corner_of_a_hundred_megapixels_is_read_as_a_photograph():
    luma = scene((code(OURS, pixels=6), 9_000, 9_300), size=(10_000, 10_000))
    found = scan.read_still(luma)
    assert found is not None
    assert found.text == OURS
