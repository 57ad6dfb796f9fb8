"""Strict CBOR: each value has one encoding, and only that one is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.wire import cbor
from tests.terminal.wire.cbor_values import VALUES, mutated, same

# RFC 8949, appendix A: accepted by the profile.
RFC_8949 = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1_000_000, "1a000f4240"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\1\2\3\4", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
]

# RFC 8949, appendix A and section 3: not well-formed, not deterministic, or outside the profile.
REFUSED = {
    "nothing": "",
    "a half float": "f90000",
    "a single float": "fa47c35000",
    "a double float": "fb3ff199999999999a",
    "undefined": "f7",
    "a simple value": "f0",
    "a simple value of two bytes": "f8ff",
    "a break": "ff",
    "a tag": "c001",
    "a tag within": "81c001",
    "a bignum": "c249010000000000000000",
    "an integer over 63 bits": "1b8000000000000000",
    "a negative integer over 63 bits": "3b8000000000000000",
    "the widest integer": "1bffffffffffffffff",
    "23 in two bytes": "1817",
    "255 in three bytes": "1900ff",
    "65535 in five bytes": "1a0000ffff",
    "32 bits in nine bytes": "1b00000000ffffffff",
    "-1 in two bytes": "3800",
    "a byte string's length in two bytes": "580161",
    "a text's length in two bytes": "780161",
    "an array's length in two bytes": "980101",
    "a map's length in two bytes": "b8010101",
    "an indefinite byte string": "5f4101ff",
    "an indefinite text": "7f6161ff",
    "an indefinite array": "9fff",
    "an indefinite map": "bfff",
    "a reserved argument": "1c",
    "a reserved length": "5d",
    "a truncated argument": "19 00",
    "a truncated byte string": "4401",
    "a truncated text": "6261",
    "a truncated array": "8201",
    "a map without its last value": "a101",
    "a byte string of four gigabytes": "5affffffff",
    "an array of 2^62 items": "9b4000000000000000",
    "bytes left over": "0000",
    "text that is not UTF-8": "61ff",
    "a surrogate in UTF-8": "63eda080",
    "overlong UTF-8": "62c080",
    "text that is not NFC": "6365cc81",
    "a map with a text key": "a1616101",
    "a map with a byte string key": "a1416101",
    "a map with a true key": "a1f501",
    "a map with a null key": "a1f601",
    "a map with an array key": "a18001",
    "a key twice": "a201010102",
    "keys misordered": "a202010101",
    "keys ordered by value and not by encoding": "a220010001",
    "nested seven deep": "81818181818180",
}


@pytest.mark.parametrize(("value", "encoded"), RFC_8949)
def test_the_standard_s_examples_are_read_and_written(value: cbor.Value, encoded: str):
    assert cbor.write(value) == bytes.fromhex(encoded)
    assert same(cbor.read(bytes.fromhex(encoded)), value)


@pytest.mark.parametrize("encoded", REFUSED.values(), ids=REFUSED)
def test_every_other_encoding_is_refused(encoded: str):
    with pytest.raises(cbor.Malformed):
        cbor.read(bytes.fromhex(encoded))


@settings(deadline=None)
@given(VALUES)
def test_values_round_trip_with_their_types(value: cbor.Value):
    encoded = cbor.write(value)
    assert same(cbor.read(encoded), value)
    assert same(cbor.read(cbor.write(value, tag=18), tag=18), value)


def test_true_and_1_are_told_apart():
    assert cbor.read(b"\xf5") is True
    assert type(cbor.read(b"\x01")) is int


@settings(deadline=None, max_examples=500)
@given(st.one_of(st.binary(max_size=40), mutated(VALUES.map(cbor.write))))
def test_no_two_byte_strings_read_to_one_value(encoded: bytes):
    try:
        value = cbor.read(encoded)
    except cbor.Malformed:
        return
    assert cbor.write(value) == encoded


@settings(deadline=None)
@given(VALUES, st.data())
def test_no_prefix_of_an_encoding_is_valid(value: cbor.Value, data: st.DataObject):
    encoded = cbor.write(value)
    with pytest.raises(cbor.Malformed):
        cbor.read(encoded[: data.draw(st.integers(0, len(encoded) - 1))])


def test_the_expected_tag_must_come_first():
    assert cbor.read(bytes.fromhex("d280"), tag=18) == []
    for encoded in ("80", "d180", "d3 80", "d2d280", "d81280", "81d280"):
        with pytest.raises(cbor.Malformed):
            cbor.read(bytes.fromhex(encoded), tag=18)


def test_six_levels_are_read_and_written_and_the_tag_is_none_of_them():
    six: cbor.Value = [[[[[{1: 0}]]]]]
    assert same(cbor.read(cbor.write(six, tag=18), tag=18), six)
    with pytest.raises(cbor.Malformed):
        cbor.write([six])


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "e\u0301"])
def test_no_value_outside_the_profile_is_written(value: cbor.Value):
    with pytest.raises(ValueError, match=r"NFC|63 bits"):
        cbor.write(value)


@pytest.mark.parametrize("value", [1.5, (1,), {"a": 1}, {True: 1}, object(), bytearray(b"a")])
def test_no_type_outside_the_profile_is_written(value: object):
    with pytest.raises(TypeError):
        cbor.write(value)  # type: ignore[arg-type]  # no value of CBOR
