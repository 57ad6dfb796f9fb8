"""Numbers that public validators judge wrongly are judged rightly here (GA 36-2018 and later)."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import Plate
from terminal.vehicle.plate import (
    LONGEST,
    SYMBOLS,
    can_be,
    can_be_kind,
    fits,
    fits_a_pattern,
    has_dot,
    kinds_of,
    kinds_offered,
    may_carry_credential,
    missing,
    red_places,
    symbols_after,
)
from terminal.vehicle.tables import KINDS, PROVINCES

GOOD = [
    *(f"苏A{letter}12345:52" for letter in "DABCEFGHJK"),  # every energy letter, small
    *(f"苏A12345{letter}:51" for letter in "DABCEFGHJK"),  # and large, where it comes last
    "苏ADA1234:52",
    "宁D12345:02",  # an issuing letter that a public table lacks
    "云V12345:02",
    "藏H12345:02",
    "藏J12345:02",
    "新S12345:02",
    "冀S12345:02",
    "冀X12345:02",  # Xiong'an: in no public table
    "京O12345:02",  # internal series
    "苏AA1234:02",
    "苏A1234A:02",
    "苏A99Z9X:02",
    "苏AAB123:02",
    "苏A1234挂:15",
    "苏AAB12挂:15",
    "苏A1234学:16",
    "苏A1234试:18",
    "苏A1234警:23",
    "粤Z1234港:26",
    "粤Z1234澳:27",
    "123456使:03",
    "沪22478领:04",
    "沪A1234领:04",
    "WJ01234:31",
    "WJ苏1234T:31",
    "苏0112345:14",
    "苏X1234应急:X1",
    "应急苏123X:X2",
    "民航A1234:X3",
]

BAD = [
    "使A12345:02",  # a province class that holds 使 and 领
    "领A12345:02",
    "AA12345:02",  # or A-Z
    "1A12345:02",
    "x苏A12345:02",  # patterns without anchors
    "苏A12345x:02",
    "苏A12345\n:02",
    "苏A12345&:02",  # `&` typed for `$`
    "苏A123456:02",
    "苏AABC12:02",  # three letters and more in the sequence
    "苏AABCDE:02",
    "苏A1A2B3:02x",
    "苏ABC12D:02",
    "苏AABC1挂:15",
    "苏AI1234:02",
    "苏A1234O:02",
    "苏I12345:02",  # I issues nothing
    "苏A1234:02",
    "苏AD12345:02",  # a new-energy number is of another kind
    "苏A12345:52",
    "苏AL12345:52",
    "苏AD1234A:52",
    "苏AD12345D:51",
    "苏A1234L:51",
    "苏A12345:15",
    "苏A1234挂:02",
    "苏Z1234港:26",
    "粤A1234港:26",
    "粤Z1234澳:26",
    "苏a12345:02",
    "苏Ａ12345:02",  # full width
    "苏A１2345:02",
    "苏A٣2345:02",  # a digit of another script
    "苏A\u200b12345:02",
    " 苏A12345:02",
    "苏A1234 :02",
    "台A12345:02",  # no province of the registry
    ":02",
    "苏A12345:",
    "苏A12345:2",
    "苏A12345:98",
    "苏A12345:０2",
]


def plate(text: str) -> Plate:
    number, _, kind = text.rpartition(":")
    return Plate(number, kind)


@pytest.mark.parametrize("text", GOOD)
def test_a_real_number_fits_its_kind(text: str):
    assert fits(plate(text))


@pytest.mark.parametrize("text", BAD)
def test_a_number_that_no_such_plate_has_does_not_fit(text: str):
    assert not fits(plate(text))


def test_a_number_is_no_key_since_it_fits_ten_kinds():
    fitting = {code for code, kind in KINDS.items() if kind.pattern and fits(Plate("粤B12345", code))}
    assert fitting == {"01", "02", "05", "06", "07", "08", "11", "12", "13", "22"}


@pytest.mark.parametrize("province", PROVINCES)
def test_the_issuing_letter_is_no_ground_to_refuse(province: str):
    refused = [letter for letter in ascii_uppercase if not fits(Plate(f"{province}{letter}12345", "02"))]
    assert refused == ["I"]


def test_there_are_31_provinces():
    assert "".join(PROVINCES) == "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"


WITHOUT_PATTERN = sorted(code for code, kind in KINDS.items() if kind.pattern is None)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("12345", True),
        ("1234", False),
        ("临A12345678", True),
        ("1" * 11, False),
        ("1234a", False),
        ("", False),
    ],
)
def test_a_kind_without_a_pattern_takes_5_to_10_characters(number: str, expected: bool):  # noqa: FBT001 - the row's answer
    assert WITHOUT_PATTERN
    assert all(fits(Plate(number, code)) is expected for code in WITHOUT_PATTERN)


def test_chinese_characters_are_u4e00_to_u9fff():
    ends = {character: fits(Plate(f"1234{character}", "20")) for character in "\u4dff\u4e00\u9fff\ua000"}
    assert list(ends.values()) == [False, True, True, False]


@pytest.mark.parametrize("kind", ["31", "32", "41", "42", "43", "99", "X1", "X2", "X3", "zz"])
def test_no_credential_is_for_a_kind_of_another_authority(kind: str):
    assert not any(may_carry_credential(Plate(text.rpartition(":")[0], kind)) for text in GOOD)


@given(st.text(max_size=12), st.text(max_size=3) | st.sampled_from(sorted(KINDS)))
def test_a_number_that_fits_a_kind_with_credentials_may_be_in_one(number: str, kind: str):
    one = Plate(number, kind)
    assert may_carry_credential(one) >= (fits(one) and KINDS[kind].credential)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("京AA0001Z:52", True),  # an automated vehicle's: no table has the form
        ("渝AD0001Z:02", True),
        ("苏A1234I:02", True),
        ("苏A12345:98", True),  # a kind that no table has
        ("苏A1234:02", True),
        ("苏A12:02", False),
        ("苏A123456789:02", False),
        ("苏A1234a:02", False),
        ("苏A12345:9", False),
        ("苏A12345:999", False),
        ("苏A12345:０2", False),
        ("苏A12345:X4", False),
    ],
)
def test_a_credential_may_name_numbers_and_kinds_that_no_table_has(text: str, *, expected: bool):
    assert may_carry_credential(plate(text)) is expected


NUMBERS = st.one_of([st.from_regex(kind.pattern, fullmatch=True) for kind in KINDS.values() if kind.pattern])


def _symbols(number: str) -> list[str]:
    """Split a number into the symbols that it is typed with."""
    typed: list[str] = []
    while number:
        symbol = next(symbol for symbol in (number[:2], number[0]) if symbol in SYMBOLS)
        typed.append(symbol)
        number = number.removeprefix(symbol)
    return typed


@given(NUMBERS)
def test_every_number_of_a_kind_can_be_typed_symbol_by_symbol(number: str):
    so_far = ""
    for symbol in _symbols(number):
        assert symbol in symbols_after(so_far), so_far
        so_far += symbol
    assert kinds_of(number)
    assert len(number) <= LONGEST


@given(NUMBERS, st.integers(0, LONGEST))
def test_a_symbol_that_may_follow_leads_to_a_whole_number(number: str, length: int):
    """Typing the first symbol that may follow completes a number before it is too long."""
    so_far = "".join(_symbols(number)[:length])
    while (following := sorted(symbols_after(so_far))) and len(so_far) < LONGEST:
        so_far += following[0]
    assert any(KINDS[kind].pattern for kind in kinds_of(so_far))


@pytest.mark.parametrize(
    ("number", "may", "may_not"),
    [
        ("粤", "BO0", "I粤学"),
        ("粤B", "0AZ", "OI学"),
        ("粤B1234", "学警领挂5C临", "港澳使"),
        ("粤Z1234", "港澳", "使"),
        ("粤B12345", "ABK临", "0LX学"),
        ("224578", "使", "0领"),
        ("WJ", "0粤", "A"),
        ("民航12345", "", "0A"),
    ],
)
def test_what_may_follow(number: str, may: str, may_not: str):
    assert set(may) <= symbols_after(number)
    assert not set(may_not) & symbols_after(number)


@pytest.mark.parametrize(
    ("number", "count"),
    [
        ("粤B1", 4),
        ("粤", 6),
        ("粤B1234", 1),
        ("粤B12345", 0),
        ("粤BD12345", 0),
        ("粤01123", 1),  # a consulate's has seven
        ("粤01123A", 1),  # a tractor's eight
        ("WJ", 5),
        ("WJ粤", 5),
        ("应急", 5),
        ("12345", 2),
        ("", None),
        ("B1", None),
        ("粤B12345678", None),
        ("粤BOI", None),
    ],
)
def test_how_many_characters_are_missing(number: str, count: int | None):
    assert missing(number) == count


@given(NUMBERS, st.integers(1, LONGEST))
def test_whatever_is_missing_can_be_added(number: str, length: int):
    so_far = "".join(_symbols(number)[:length])
    count = missing(so_far)
    assert count is not None
    assert count <= max(0, 8 - len(so_far))
    assert len(so_far) + count in (7, 8)


def test_a_number_of_many_kinds_names_them_all_and_those_without_a_pattern_last():
    assert kinds_of("粤B12345") == ("01", "02", "05", "06", "07", "08", "11", "12", "13", "22", "20", "21")
    assert kinds_of("粤B1") == ()


@pytest.mark.parametrize("number", ["渝AD0001Z", "京AA0001Z"])
def test_automated_vehicles_are_new_energy_vehicles(number: str):
    assert fits_a_pattern(number)
    assert kinds_offered(number) == kinds_of(number) == ("52", "20", "21")


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        ("渝AD00Z1Z", ("14", "22", "25", "51", "52", "20", "21")),
        ("粤BABOI5", ("01", "02", "05", "06", "07", "08", "11", "12", "13", "22", "20", "21")),
        ("粤BAOI警", ("01", "02", "05", "06", "07", "08", "11", "12", "13", "22", "23", "24", "20", "21")),
        ("粤BABCDEFGH", ("14", "22", "25", "51", "52", "20", "21")),
    ],
)
def test_a_number_that_fits_no_pattern_has_kinds_to_pick_from_all_the_same(
    number: str, kinds: tuple[str, ...]
):
    assert can_be(number)
    assert not fits_a_pattern(number)
    assert kinds_offered(number) == kinds


def test_the_temporary_plate_s_pattern_takes_nearly_any_number_and_hides_no_kind():
    assert kinds_of("粤BABCDE") == ("22", "20", "21")
    assert {"02", "22"} <= set(kinds_offered("粤BABCDE"))
    assert kinds_offered("粤B1234临") == ("22", "20", "21")


@pytest.mark.parametrize(
    "number", ["粤B12", "粤BABCDEFGHI", "粤b12345", "粤B 1234", "粤B1234é", "", "粤B12345\n"]
)
def test_a_number_of_another_length_or_alphabet_can_be_none(number: str):
    assert not can_be(number)


@pytest.mark.parametrize(
    ("code", "can"), [("02", True), ("98", True), ("X1", True), ("2", False), ("小", False)]
)
def test_a_kind_has_two_characters(code: str, *, can: bool):
    assert can_be_kind(code) is can


@pytest.mark.parametrize(
    ("number", "kind", "red"),
    [
        ("京A1234警", "23", [6]),
        ("京A12345", "23", []),
        ("WJ粤1234X", "31", [0, 1]),
        ("AB12345", "32", [0, 1]),
        ("京X1234应急", "X1", [6, 7]),
        ("苏A12345", "02", []),
        ("苏A12345", "77", []),
    ],
)
def test_the_characters_of_a_kind_that_are_red(number: str, kind: str, red: list[int]):
    assert list(red_places(Plate(number, kind))) == red


@pytest.mark.parametrize(
    ("number", "dot"), [("苏A12345", True), ("苏0112345", False), ("WJ粤1234X", False), ("224578使", False)]
)
def test_a_dot_comes_after_a_province_and_a_letter(number: str, dot: bool):  # noqa: FBT001 - the row's answer
    assert has_dot(number) is dot
