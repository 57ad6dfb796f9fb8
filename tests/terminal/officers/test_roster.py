"""Rosters are read strictly: what is written is read back, and everything else is refused."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import pwhash

from terminal.officers import roster as rosters
from terminal.officers.roster import MOST_MEMORY_KIB, Officer, Roster
from terminal.wire import cbor
from terminal.wire.cbor import Malformed
from tests.terminal.officers.rosters import DURESS_PIN, FROM_S, PIN, UNTIL_S, officer, roster, verifier

_BASE64 = string.ascii_letters + string.digits + "+/"
VERIFIERS = st.builds(
    lambda memory, passes, salt, digest: f"$argon2id$v=19$m={memory},t={passes},p=1${salt}${digest}",
    st.integers(8, MOST_MEMORY_KIB),
    st.integers(1, 16),
    st.text(_BASE64, min_size=22, max_size=22),
    st.text(_BASE64, min_size=43, max_size=43),
)


@st.composite
def officers(draw: st.DrawFn) -> Officer:
    """Any officer that a roster can have."""
    begins_s = draw(st.integers(0, 1 << 40))
    kept = draw(VERIFIERS)
    return Officer(
        draw(st.text(string.digits, min_size=1, max_size=12)),
        draw(st.text("王李张abc·-", min_size=1, max_size=32)),
        kept,
        begins_s,
        begins_s + draw(st.integers(1, 1 << 40)),
        draw(st.none() | VERIFIERS.filter(lambda other: other != kept)),
        draw(st.booleans()),
    )


ROSTERS = st.builds(
    Roster,
    st.text("苏A01", min_size=1, max_size=32),
    st.integers(0, 1 << 40),
    st.lists(officers(), min_size=1, max_size=5, unique_by=lambda one: one.number).map(tuple),
)


@st.composite
def damaged(draw: st.DrawFn, encoded: bytes) -> bytes:
    """An encoding with one byte replaced by others."""
    place = draw(st.integers(0, len(encoded) - 1))
    return encoded[:place] + draw(st.binary(max_size=3)) + encoded[place + 1 :]


@given(ROSTERS)
def test_what_is_written_is_read_back(made: Roster):
    assert rosters.read(rosters.write(made)) == made


@given(st.binary(max_size=200) | ROSTERS.flatmap(lambda made: damaged(rosters.write(made))))
def test_any_bytes_are_a_roster_or_refused(content: bytes):
    try:
        found = rosters.read(content)
    except Malformed:
        return
    assert rosters.read(rosters.write(found)) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"number": ""},
        {"number": "1" * 13},
        {"number": "12a"},
        {"number": "１２"},
        {"name": ""},
        {"name": " 王"},
        {"name": "王\n明"},
        {"name": "王" * 33},
        {"verifier": "271828"},
        {"verifier": verifier(PIN).replace("argon2id", "argon2i")},
        {"verifier": verifier(PIN).replace("m=8,", f"m={MOST_MEMORY_KIB + 1},")},
        {"verifier": verifier(PIN).replace("m=8,", "m=08,")},
        {"verifier": verifier(PIN).replace("t=1,", "t=17,")},
        {"verifier": verifier(PIN) + "\n"},
        {"duress_verifier": "314159"},
        {"duress_verifier": verifier(PIN)},
        {"valid_until_s": FROM_S},
    ],
    ids=str,
)
def test_officer_outside_the_form_is_refused(changes: dict[str, object]):
    number = str(changes.pop("number", "012345"))
    with pytest.raises((Malformed, ValueError)):
        rosters.write(roster(officer(number, **changes)))


def test_rosters_without_officers_or_with_one_number_twice_are_refused():
    for made in (Roster("苏A01", FROM_S, ()), roster(officer(), officer(name="李"))):
        with pytest.raises((Malformed, ValueError)):
            rosters.write(made)


def test_verifier_is_libsodiums_own():
    """The form that is accepted is the one that `crypto_pwhash_str` writes, at any cost."""
    for passes, memory in ((1, 8192), (2, 64 << 20), (3, 1 << 20)):
        kept = pwhash.argon2id.str(PIN.encode(), passes, memory).decode()
        made = roster(officer(verifier=kept))
        assert rosters.read(rosters.write(made)) == made


def test_target_has_a_box_for_each_terminal():
    target = rosters.write_target({2: b"two", 7: b"seven"})
    assert rosters.box_for(target, 7) == b"seven"
    assert rosters.box_for(target, 3) is None
    for other in (b"", cbor.write([1]), cbor.write({7: "text"}), target + b"\0"):
        with pytest.raises(Malformed):
            rosters.box_for(other, 7)


@pytest.mark.parametrize(
    ("now_s", "trusted", "valid"),
    [
        (FROM_S, True, True),
        (FROM_S - 1, True, False),
        (UNTIL_S - 1, True, True),
        (UNTIL_S, True, False),
        (UNTIL_S, False, False),
        (0, False, True),  # a clock that has lost its time shows no beginning
    ],
)
def test_validity_needs_the_time_that_can_show_it(now_s: float, trusted: bool, valid: bool):  # noqa: FBT001 - a table's column
    assert officer().is_valid(now_s, clock_trusted=trusted) is valid


def test_no_verifier_is_in_a_repr():
    assert "argon2" not in repr(roster())


def test_pins_and_numbers_are_digits():
    assert rosters.is_pin(PIN)
    assert rosters.is_pin(DURESS_PIN)
    assert not any(map(rosters.is_pin, ("", "12345", "1" * 13, "12345a", "１２３４５６", "123456\n")))
    assert rosters.is_number("1")
    assert not any(map(rosters.is_number, ("", "a", "1" * 13, "1\n")))


def test_officer_is_found_by_number():
    listed = roster(officer("1"), officer("2", name="李"))
    assert listed.find("2") == replace(officer("2"), name="李")
    assert listed.find("3") is None
