"""Recovery reads symbols on bent sheets, and never reads a text that no symbol contains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from terminal.scan.recovery.decode import BENDS, LIVE_BENDS, recover
from terminal.scan.recovery.function_patterns import Signs, agreement, known, modules, repainted
from tests.terminal.scan.sheets import corners, noised, printed, symbol, waved

if TYPE_CHECKING:
    from terminal.model import Luma

TEXT = "VI1:" + "7WFNN8 3M5TXK%CS.OQR*B4L" * 12
VERSION = 10


def _plain(picture: Luma) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [barcode.text for barcode in found]


def _signs(picture: Luma) -> Signs:
    return np.where(picture < 128, 1, -1).astype(np.float32)


@pytest.mark.parametrize("version", range(1, 41))
def test_every_symbol_shows_the_function_patterns_of_its_version(version: int):
    for level in "LMQH":
        signs = _signs(symbol(f"{version}{level}", version, level))
        assert signs.shape == (modules(version),) * 2
        assert agreement(signs, version) == 1
        assert (repainted(signs, version) == signs).all()


@pytest.mark.parametrize("level", "LMQH")
def test_damaged_format_information_is_restored(level: str):
    signs = _signs(symbol("FORMAT", 2, level))
    hurt = signs.copy()
    hurt[8, :6] = 1  # one copy lost, half of it wrong
    hurt[:9, 8] *= 0.2
    assert (repainted(hurt, 2) == signs).all()


def test_a_flat_symbol_is_read_without_adjustment():
    code = symbol(TEXT, VERSION)
    assert recover(printed(code), corners(code), VERSION, bends=0) == TEXT


@pytest.mark.parametrize(("shift", "bends"), [(0.6, LIVE_BENDS), (1.2, BENDS), (1.6, BENDS)])
def test_a_bent_sheet_is_read(shift: float, bends: int):
    code = symbol(TEXT, VERSION)
    sheet = noised(waved(printed(code), shift), np.random.default_rng(3), 4)
    assert recover(sheet, corners(code), VERSION, bends=0) is None
    assert recover(sheet, corners(code), VERSION, bends) == TEXT


def test_an_upside_down_sheet_is_read():
    code = symbol(TEXT, VERSION)
    sheet = printed(code)[::-1, ::-1]
    own = corners(code)
    assert recover(sheet, own[2:] + own[:2], VERSION) == TEXT


def test_a_lost_finder_is_repainted():
    code = symbol("VI1:LOST FINDER", 3, "H")
    hurt = code.copy()
    hurt[:7, :7] = 255
    assert _plain(printed(hurt)) == []
    assert recover(printed(hurt), corners(code), 3) == "VI1:LOST FINDER"


def test_unrecognizable_function_patterns_are_refused():
    code = symbol("VI1:HIDDEN", 3, "H")
    hidden = np.where(known(3) != 0, 255 - code, code).astype(np.uint8)
    assert recover(printed(hidden), corners(code), 3) is None


@pytest.mark.parametrize(("errors", "read"), [(2, "HELLO"), (3, None)])
def test_the_smallest_symbols_keep_their_reserve_against_miscorrection(errors: int, read: str | None):
    code = symbol("HELLO", 1, "L")
    for nth in range(errors):  # the codewords of the last two columns
        code[20 - 4 * nth, 20] ^= 255
    assert _plain(printed(code)) == ["HELLO"]
    assert recover(printed(code), corners(code), 1) == read


@pytest.mark.parametrize("version", [1, 2, 5, 10])
@pytest.mark.parametrize("seed", range(12))
def test_noise_gives_no_text(version: int, seed: int):
    size = modules(version)
    grid = np.random.default_rng(seed).choice(np.array([0, 255], np.uint8), (size, size))
    assert recover(printed(grid), corners(grid), version) is None


@pytest.mark.parametrize("version", [1, 2, 5, 10])
@pytest.mark.parametrize("seed", range(12))
def test_noise_with_valid_function_patterns_gives_no_text(version: int, seed: int):
    size = modules(version)
    random = np.random.default_rng(seed)
    grid = np.where(random.random((size, size)) < 0.5, 0, 255)
    grid = np.where(known(version) > 0, 0, np.where(known(version) < 0, 255, grid)).astype(np.uint8)
    assert recover(printed(grid), corners(grid), version) is None


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0, 1),
    st.sampled_from(["across", "down", "scattered"]),
    st.sampled_from([(1, 12), (5, 60), (10, 280)]),
)
def test_recovery_of_mixed_codes_gives_one_text_or_none(share: float, how: str, size: tuple[int, int]):
    version, length = size
    texts = ["VI1:" + "A" * (length - 4), "VI1:" + "B9" * ((length - 4) // 2)]
    one, other = (symbol(text, version) for text in texts)
    across, down = np.meshgrid(*[np.arange(len(one)) / len(one)] * 2)
    scattered = np.random.default_rng(1).random(one.shape)
    where = {"across": across, "down": down, "scattered": scattered}[how]
    mixed = np.where(where < share, one, other).astype(np.uint8)
    assert recover(printed(mixed), corners(mixed), version) in {None, *texts}


_ANYWHERE = st.floats(-300, 300, width=32) | st.floats(width=32)
_FOUR = st.lists(st.tuples(_ANYWHERE, _ANYWHERE), min_size=4, max_size=4)
_PICTURES = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=90))


@settings(deadline=None)
@given(_PICTURES, _FOUR, st.none() | st.integers(-2, 45), st.integers(0, 9))
def test_recovery_never_raises(luma: Luma, four: list[tuple[float, float]], version: int | None, bends: int):
    assert recover(luma, four, version, bends) is None


@settings(deadline=None, max_examples=50)
@given(_PICTURES, st.integers(1, 12), st.tuples(*[st.floats(-9, 9)] * 8))
def test_recovery_never_raises_for_valid_corners(luma: Luma, version: int, off: tuple[float, ...]):
    side = 4.0 * modules(version)
    square = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    four = [(x + off[2 * nth], y + off[2 * nth + 1]) for nth, (x, y) in enumerate(square)]
    assert recover(luma, four, version) is None
