"""A search in the register of issued codes finds every issued code and no other."""

from __future__ import annotations

import hashlib
import mmap
import struct
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential import register, trust, verify
from terminal.credential.register import Register, RegisterFile
from terminal.model import (
    Credential,
    CredentialFinding,
    Issuance,
    Plate,
    Reason,
    RegisterResult,
    StatusListRef,
)
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed
from tests.terminal.credential.issuing import CREDENTIAL, KEY, KID, MOMENT, NOW_S, TRUST, as_bytes, issue

FROM_S, TO_S = NOW_S - 10**6, NOW_S
DIGESTS = st.binary(min_size=16, max_size=16)
FEW = st.integers(0, 30).map(lambda number: number.to_bytes(16, "big"))
"""Strategy for digests, so few that most searches find one of them."""


def digest(text: str) -> bytes:
    signed = cose.signed_bytes(cose.parse(as_bytes(text)), verify.CONTEXT)
    return hashlib.sha256(signed).digest()[:16]


def file(*digests: bytes, name: str = "苏", from_s: int = FROM_S, to_s: int = TO_S) -> RegisterFile:
    return register.read(f"issued/{name}.bin", register.write(digests, from_s, to_s))


def as_given(*digests: bytes) -> bytes:
    """Return the content of a file with these entries in this order."""
    return register.HEADER.pack(b"VIR1", 16, FROM_S, TO_S, len(digests)) + b"".join(digests)


def unsorted(*digests: bytes) -> RegisterFile:
    """Return a file with these entries in this order, as after damage since it was read."""
    return replace(file(), count=len(digests), content=as_given(*digests))


# Searching one file.


@given(st.sets(DIGESTS | FEW, max_size=60), DIGESTS | FEW)
def test_a_file_has_its_codes_and_no_other(issued: set[bytes], asked: bytes):
    held = file(*issued)
    assert held.count == len(issued)
    assert held.is_sorted()
    assert all(held.search(one) is True for one in issued)
    assert (held.search(asked) is True) is (asked in issued)
    assert held.search(asked) is not None


@settings(max_examples=300)
@given(st.lists(FEW | DIGESTS, max_size=40), FEW | DIGESTS)
def test_whatever_the_order_no_code_is_listed_that_is_not_there(entries: list[bytes], asked: bytes):
    held = unsorted(*entries)
    assert (held.search(asked) is True) <= (asked in entries)
    assert held.is_sorted() is (entries == sorted(set(entries)))
    if held.is_sorted():
        assert held.search(asked) is not None


@pytest.mark.parametrize(("entries", "asked"), [("bac", "0"), ("aaa", "b"), ("cba", "d"), ("cba", "0")])
def test_a_search_that_meets_disorder_claims_nothing(entries: str, asked: str):
    held = unsorted(*(16 * one.encode() for one in entries))
    assert held.search(16 * asked.encode()) is None


@given(st.lists(FEW, min_size=2, max_size=2 * register.SAMPLES - 1, unique=True), st.data())
def test_a_small_file_out_of_order_is_refused(entries: list[bytes], data: st.DataObject):
    entries.sort()
    places = st.integers(0, len(entries) - 1)
    one, other = data.draw(st.tuples(places, places).filter(lambda two: two[0] != two[1]))
    entries[one], entries[other] = entries[other], entries[one]
    with pytest.raises(Malformed, match="out of order"):
        register.read("issued/苏.bin", as_given(*entries))


def test_a_large_file_of_two_halves_or_in_no_order_is_refused():
    digests = [hashlib.sha256(number.to_bytes(4, "big")).digest()[:16] for number in range(10_000)]
    for entries in (digests, sorted(digests[:5000]) + sorted(digests[5000:])):
        with pytest.raises(Malformed, match="out of order"):
            register.read("issued/苏.bin", as_given(*entries))
    assert register.read("issued/苏.bin", as_given(*sorted(digests))).count == 10_000


def test_a_memory_map_is_searched_like_bytes(tmp_path: Path):
    issued = sorted(hashlib.sha256(bytes([number])).digest()[:16] for number in range(200))
    path = tmp_path / "file"
    path.write_bytes(register.write(issued[::2], FROM_S, TO_S))
    with path.open("rb") as opened:
        held = register.read("issued/苏.bin", mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    assert held.is_sorted()
    expected = [True, False] * 100
    assert [held.search(one) for one in issued] == expected


# Reading a header.


@pytest.mark.parametrize(
    ("name", "scope"),
    [("苏", "苏"), ("苏A", "苏A"), ("苏A-20261101", "苏A"), ("部-A", "部-A"), ("苏" * 12, "苏" * 12)],
)
def test_a_file_s_scope_is_in_its_name(name: str, scope: str):
    held = file(name=name)
    assert (held.scope, held.from_s, held.to_s, held.target) == (scope, FROM_S, TO_S, f"issued/{name}.bin")


GOOD = register.write([bytes(16)], 5, 7)


@pytest.mark.parametrize(
    ("target", "content", "said"),
    [
        ("issued/.bin", GOOD, "not a name of a target"),
        ("issued/苏/A.bin", GOOD, "not a name of a target"),
        ("issued/" + "苏" * 13 + ".bin", GOOD, "not a name of a target"),
        ("issued/苏-20261131.bin", GOOD, "not a name of a target"),
        ("issued/e\u0301.bin", GOOD, "not a name of a target"),
        ("status/苏.bin", GOOD, "not a name of a target"),
        ("issued/苏.bin", b"", "shorter than its header"),
        ("issued/苏.bin", GOOD[:31], "shorter than its header"),
        ("issued/苏.bin", GOOD[:-1], "do not hold 1 entries"),
        ("issued/苏.bin", GOOD + b"\0", "do not hold 1 entries"),
        ("issued/苏.bin", b"VIR2" + GOOD[4:], "not a register"),
        ("issued/苏.bin", GOOD[:4] + struct.pack("<I", 20) + GOOD[8:], "not a register"),
        ("issued/苏.bin", register.write([], 7, 7), "an empty span"),
        ("issued/苏.bin", register.write([], 8, 7), "an empty span"),
        ("issued/苏.bin", GOOD[:24] + struct.pack("<Q", 2**60 + 1) + GOOD[32:], "do not hold"),
    ],
)
def test_a_wrong_name_header_or_size_is_refused(target: str, content: bytes, said: str):
    with pytest.raises(Malformed, match=said):
        register.read(target, content)


@given(st.text(max_size=20), st.binary(max_size=80), st.booleans())
def test_any_bytes_are_a_file_or_malformed(name: str, content: bytes, headed: bool):  # noqa: FBT001 - drawn
    with suppress(Malformed):
        read = register.read(f"issued/{name}.bin", (GOOD[:24] if headed else b"") + content)
        assert len(read.content) == 32 + 16 * read.count


# Which files cover a code.

CODE = issue(CREDENTIAL)


def searched(*files: RegisterFile, now_s: float = NOW_S) -> RegisterResult:
    return Register.of(files).search(CREDENTIAL, digest(CODE), now_s)


@pytest.mark.parametrize(
    ("name", "from_s", "to_s", "covers"),
    [
        ("苏", CREDENTIAL.issued_s, CREDENTIAL.issued_s + 1, True),
        ("苏A", CREDENTIAL.issued_s, CREDENTIAL.issued_s + 1, True),
        ("苏A-20261120", 0, 2**64 - 1, True),
        ("苏", CREDENTIAL.issued_s + 1, NOW_S, False),
        ("苏", 0, CREDENTIAL.issued_s, False),
        ("苏B", 0, NOW_S, False),
        ("苏AB", 0, NOW_S, False),
        ("A", 0, NOW_S, False),
    ],
)
def test_a_file_covers_by_scope_and_time(name: str, from_s: int, to_s: int, *, covers: bool):
    found = searched(file(name=name, from_s=from_s, to_s=to_s))
    assert found == RegisterResult(missing=(f"issued/{name}.bin",) if covers else ())
    assert found.covered is covers


def test_no_file_covers_a_code_that_has_expired():
    assert searched(file(), now_s=CREDENTIAL.expires_s - 1).covered
    assert searched(file(), now_s=CREDENTIAL.expires_s) == RegisterResult()


def test_a_code_is_searched_in_every_file_that_covers_it():
    files = [file(), file(digest(CODE), name="苏A"), file(name="苏-20261101"), file(name="浙")]
    expected = RegisterResult(("issued/苏A.bin",), ("issued/苏.bin", "issued/苏-20261101.bin"))
    assert searched(*files) == expected
    assert searched(DAMAGED) == RegisterResult(damaged=("issued/苏.bin",))
    assert not searched(DAMAGED).covered


def test_an_authority_of_one_character_is_searched_once():
    found = Register.of([file()]).search(replace(CREDENTIAL, issuer="苏"), bytes(16), NOW_S)
    assert found.missing == ("issued/苏.bin",)


# What follows of it for a code.

OTHER = Plate("苏A12346", "02")
ISSUED, EMPTY, OTHER_PLACE = file(digest(CODE)), file(), file(name="浙")
DAMAGED = unsorted(bytes(16), bytes(16), bytes(16))


@pytest.mark.parametrize(
    ("files", "reason", "compromised"),
    [
        ([], Reason.OK, Reason.KEY_COMPROMISED),
        ([OTHER_PLACE], Reason.OK, Reason.KEY_COMPROMISED),
        ([ISSUED], Reason.OK, Reason.OK),
        ([EMPTY], Reason.NOT_ISSUED, Reason.NOT_ISSUED),
        ([EMPTY, file(digest(CODE), name="苏A")], Reason.OK, Reason.OK),
        ([DAMAGED], Reason.OK, Reason.KEY_COMPROMISED),
        ([DAMAGED, file(name="苏A")], Reason.NOT_ISSUED, Reason.NOT_ISSUED),
        ([DAMAGED, file(digest(CODE), name="苏A")], Reason.OK, Reason.OK),
    ],
)
def test_a_code_is_judged_by_the_files_that_cover_it(
    files: list[RegisterFile], reason: Reason, compromised: Reason
):
    held = replace(TRUST, register=Register.of(files))
    leaked = replace(held, issuers={KID: replace(KEY, compromised_since_s=NOW_S)})
    found = [verify.verify(CODE, trusted, MOMENT) for trusted in (held, leaked)]
    assert [one.reason for one in found] == [reason, compromised]
    assert [one.digest for one in found] == [digest(CODE)] * 2
    accused = [one for one in found if one.reason is Reason.NOT_ISSUED]
    assert all(
        one.finding is CredentialFinding.NOT_ISSUED and one.credential == CREDENTIAL for one in accused
    )
    assert all(one.register.covered and not one.register.listed for one in accused)


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (replace(CREDENTIAL, issuer="粤B"), Reason.KEY_OUT_OF_SCOPE),
        (replace(CREDENTIAL, issued_s=NOW_S + 301), Reason.ISSUED_IN_FUTURE),
        (replace(CREDENTIAL, status=StatusListRef(3, 2)), Reason.WITHDRAWN),
        (replace(CREDENTIAL, status=StatusListRef(4, 2)), Reason.STATUS_UNKNOWN),
        (CREDENTIAL, Reason.NOT_ISSUED),
    ],
)
def test_checks_before_the_register_give_their_reason_first(credential: Credential, reason: Reason):
    everywhere = [file(name=scope, to_s=2**62) for scope in ("苏", "粤")]
    trusted = replace(TRUST, register=Register.of(everywhere))
    assert verify.verify(issue(credential), trusted, MOMENT, entered=OTHER).reason is reason


def test_a_code_whose_signature_does_not_fit_has_no_digest():
    for text in (CODE[:-3] + "000", "VI1:", ""):
        assert verify.verify(text, TRUST, MOMENT).digest is None
    stale = replace(TRUST, made_s=0)
    assert verify.verify(CODE, stale, MOMENT).digest == digest(CODE)


@pytest.mark.parametrize(
    ("files", "entered", "now_s", "said", "reason"),
    [
        ([EMPTY], None, NOW_S, Issuance.ISSUED, Reason.OK),
        ([EMPTY], OTHER, NOW_S, Issuance.ISSUED, Reason.OTHER_VEHICLE),
        ([EMPTY], None, NOW_S, Issuance.NEVER_ISSUED, Reason.NOT_ISSUED),
        ([EMPTY], None, NOW_S, Issuance.NOT_KNOWN, Reason.NOT_ISSUED),
        ([], None, NOW_S, Issuance.NEVER_ISSUED, Reason.NOT_ISSUED),
        ([ISSUED], None, NOW_S, Issuance.NEVER_ISSUED, Reason.NOT_ISSUED),
        ([], None, CREDENTIAL.expires_s, Issuance.NEVER_ISSUED, Reason.NOT_ISSUED),
        ([], None, CREDENTIAL.expires_s, Issuance.NOT_KNOWN, Reason.EXPIRED),
        ([], None, NOW_S, Issuance.ISSUED, Reason.OK),
        ([], OTHER, NOW_S, Issuance.NEVER_ISSUED, Reason.OTHER_VEHICLE),
    ],
)
def test_the_registry_s_word_lifts_or_accuses(
    files: list[RegisterFile], entered: Plate | None, now_s: int, said: Issuance, reason: Reason
):
    trusted = replace(TRUST, register=Register.of(files), made_s=now_s)
    moment = verify.Moment(now_s)
    found = verify.verify(CODE, trusted, moment, entered=entered)
    told = verify.with_issuance(found, said, moment, entered)
    assert (told.reason, told.finding) == (reason, verify.FINDINGS[reason])
    assert (told.credential, told.digest, told.register) == (found.credential, found.digest, found.register)


@pytest.mark.parametrize("said", Issuance)
def test_the_registry_s_word_changes_nothing_that_is_not_proven(said: Issuance):
    for text in ("", CODE[:-3] + "000", issue(replace(CREDENTIAL, issuer="粤B"))):
        found = verify.verify(text, TRUST, MOMENT)
        assert verify.with_issuance(found, said, MOMENT, None) == found


def test_a_trust_set_is_searched_by_its_targets_names():
    targets = {"set.cbor": cbor.write({1: NOW_S, 2: 1}), "issuers.cbor": b"\x80"}
    loaded = trust.load(targets, {"issued/苏.bin": ISSUED.content})
    assert loaded.register.files == (ISSUED,)
