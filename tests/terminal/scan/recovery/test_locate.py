"""Symbols are located by three finders, or by two if the third is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays

from terminal.scan.recovery.decode import recover
from terminal.scan.recovery.locate import locate
from tests.terminal.scan.sheets import corners, leaning, noised, printed, symbol

if TYPE_CHECKING:
    from terminal.model import Luma

TEXT = "VI1:" + "7WFNN8 3M5TXK%CS.OQR*B4L" * 3


def _read(luma: Luma) -> str | None:
    texts = (recover(luma, place.corners, place.version) for place in locate(luma))
    return next((text for text in texts if text is not None), None)


@pytest.mark.parametrize("turns", range(4))
def test_three_finders_place_a_symbol_by_its_own_corners_however_it_lies(turns: int):
    code = symbol(TEXT, 5)
    sheet = np.ascontiguousarray(np.rot90(printed(code), -turns))
    best = locate(sheet)[0]
    assert best.version == 5
    own = np.roll(np.array(corners(code)), -turns, axis=0)
    assert np.abs(np.array(best.corners) - own).max() < 3


@pytest.mark.parametrize("lost", [(0, 0), (0, 1), (1, 0)])
def test_two_finders_place_a_symbol_whose_third_is_torn_off(lost: tuple[int, int]):
    code = symbol(TEXT, 6, "Q")
    hurt = code.copy()
    rows, columns = (slice(-9, None) if end else slice(9) for end in lost)
    hurt[rows, columns] = 255
    assert _read(printed(hurt)) == TEXT


@pytest.mark.parametrize("narrowed", [0.8, 0.6])
def test_a_sheet_leaning_far_back_is_read(narrowed: float):
    sheet = noised(leaning(printed(symbol(TEXT, 5)), narrowed), np.random.default_rng(1), 2)
    assert _read(sheet) == TEXT


def test_nothing_is_located_where_no_finder_is():
    grey = np.full((300, 400), 120, np.uint8)
    assert locate(grey) == []
    assert locate(noised(grey, np.random.default_rng(4), 20)) == []


@settings(deadline=None)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=90)))
def test_locating_never_raises(luma: Luma):
    assert _read(luma) is None
