"""Withdrawing one credential and a million, with sizes against the entropy bound."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from keys.trustset import STATUS_BITS
from keys.withdrawals import entropy_bound, read_places, sizes, withdraw
from terminal.errors import InputFault


def bits_of(content: Path, number: int) -> bytes:
    return (content / "status" / f"{number}.bin").read_bytes()


def test_one_is_withdrawn_and_the_rest_stay(tmp_path: Path):
    withdraw(tmp_path, [(1, 7)])
    (size,) = withdraw(tmp_path, [(1, 9), (1, 7)])
    assert (size.places, size.withdrawn) == (STATUS_BITS, 2)
    assert bits_of(tmp_path, 1)[:2] == bytes([0b10000000, 0b10])


def test_a_list_grows_as_needed(tmp_path: Path):
    (size,) = withdraw(tmp_path, [(3, STATUS_BITS)])
    assert size.places == STATUS_BITS + 8


def test_a_million_are_withdrawn_near_the_entropy_bound(tmp_path: Path):
    drawn = random.Random(1).sample(range(8_000_000), 1_000_000)  # noqa: S311 - the same places every time
    path = tmp_path / "places"
    path.write_text("".join(f"1:{index}\n" for index in drawn))
    (size,) = withdraw(tmp_path, read_places(path))
    assert size.withdrawn == 1_000_000
    assert size.bound <= size.compressed <= size.raw <= 1_000_000
    assert size.raw < 2 * size.bound


@pytest.mark.parametrize("line", ["1", "1:x", "x:1", "1:99999999", "", "1:1 2"])
def test_a_line_that_is_no_place_is_refused(tmp_path: Path, line: str):
    path = tmp_path / "places"
    path.write_text(f"1:1\n{line}\n")
    with pytest.raises(InputFault, match="line 2"):
        withdraw(tmp_path, read_places(path))
    assert not (tmp_path / "status").exists()


def test_the_bound_is_the_number_of_ways_to_choose():
    exact = math.log2(math.comb(10_000, 1000)) / 8
    assert exact <= entropy_bound(10_000, 1000) <= exact * 1.01
    assert entropy_bound(0, 0) == entropy_bound(8, 0) == entropy_bound(8, 8) == 0
    assert sizes({}) == []
