"""The check character of a vehicle identification number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.vehicle.vin import CHARACTERS, CHECK_PLACE, VIN_LENGTH, check_character, is_vin

VINS = st.text(CHARACTERS, min_size=VIN_LENGTH, max_size=VIN_LENGTH)


@pytest.mark.parametrize(
    ("vin", "character"),
    [
        ("1M8GDM9AXKP042788", "X"),  # the example of the standard's literature
        ("5GZCZ43D13S812715", "1"),
        ("11111111111111111", "1"),
    ],
)
def test_numbers_that_are_right(vin: str, character: str):
    assert vin[CHECK_PLACE] == character
    assert check_character(vin) == character


@given(VINS)
def test_every_number_has_a_check_character_that_it_does_not_depend_on(vin: str):
    character = check_character(vin)
    assert character in "0123456789X"
    assert check_character(vin[:CHECK_PLACE] + character + vin[CHECK_PLACE + 1 :]) == character
    assert is_vin(vin)


@given(VINS, st.integers(0, VIN_LENGTH - 1), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_noticed(vin: str, place: int, digit: str):
    """No weight divides the modulus, so that a digit in place of another always changes the remainder."""
    if place != CHECK_PLACE and vin[place].isdigit() and vin[place] != digit:
        assert check_character(vin[:place] + digit + vin[place + 1 :]) != check_character(vin)
