"""A trust set is loaded as a whole or refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential import trust
from terminal.errors import TrustFault
from terminal.wire import cbor
from tests.terminal.credential.issuing import KID, PUBLIC_KEY

RECORD: dict[int, cbor.Value] = {1: PUBLIC_KEY, 2: ["苏"], 3: 0, 4: 10}
SMALL_ORDER = bytes(32)
X25519 = bytes([9] + [0] * 31)
"""A valid X25519 key that is not a full-order Ed25519 point."""


DATED = {"set.cbor": cbor.write({1: 1000, 2: 7})}


def load(*records: cbor.Value) -> trust.TrustSet:
    return trust.load({"issuers.cbor": cbor.write(list(records)), **DATED})


def test_a_record_is_read_whole():
    key = load({**RECORD, 5: 3, 6: -47}).issuers[KID]
    assert key == trust.IssuerKey(PUBLIC_KEY, ("苏",), 0, 10, 3, -47)


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {**RECORD, 1: SMALL_ORDER},
        {**RECORD, 1: PUBLIC_KEY[:-1]},
        {**RECORD, 1: b"\xed" + b"\xff" * 30 + b"\x7f"},
        {**RECORD, 2: []},
        {**RECORD, 2: [""]},
        {**RECORD, 2: ["苏", "粤", "苏"]},
        {**RECORD, 2: ["苏" * 13]},
        {**RECORD, 3: 5, 4: 5},
        {**RECORD, 3: -1},
        {**RECORD, 4: True},
        {**RECORD, 5: None},
        {**RECORD, 6: None},
        {**RECORD, 7: 0},
    ],
)
def test_one_bad_record_makes_the_set_invalid(record: cbor.Value):
    with pytest.raises(TrustFault):
        load(record)


def test_a_key_of_both_an_issuer_and_the_registry_makes_the_set_invalid():
    with pytest.raises(TrustFault, match="both an issuer's and the registry's"):
        trust.load({"issuers.cbor": cbor.write([RECORD]), "registry.cbor": registry(), **DATED})


def test_two_records_of_one_key_make_the_set_invalid():
    with pytest.raises(TrustFault):
        load(RECORD, {**RECORD, 2: ["粤"]})


@pytest.mark.parametrize(
    "targets",
    [
        {},
        {"issuers.cbor": b""},
        {"issuers.cbor": b"\x80\x00"},
        {"issuers.cbor": b"\x80", "set.cbor": b"\x80"},
        {"issuers.cbor": b"\x80", "status/x.bin": b""},
        {"issuers.cbor": b"\x80", "status/\u0663.bin": b""},
    ],
)
def test_a_bad_target_makes_the_set_invalid(targets: dict[str, bytes]):
    with pytest.raises(TrustFault):
        trust.load(DATED | targets)


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=20))
def test_any_bytes_are_a_set_or_a_fault(issuers: bytes, made: bytes):
    with suppress(TrustFault):
        assert trust.load({"issuers.cbor": issuers, "set.cbor": made}).made_s >= 0


def test_the_set_says_when_it_was_made_or_is_refused():
    dated = load()
    assert (dated.made_s, dated.serial, dated.age_s(1600)) == (1000, 7, 600)
    with pytest.raises(TrustFault, match=r"set\.cbor is missing"):
        trust.load({"issuers.cbor": b"\x80"})


@pytest.mark.parametrize(
    ("scope", "issuer", "covered"),
    [
        ("苏", "苏", True),
        ("苏", "苏A", True),
        ("苏", "苏ABC", True),
        ("苏", "粤A", False),
        ("苏A", "苏A", True),
        ("苏A", "苏B", False),
        ("苏A", "苏AB", False),
        ("苏A", "苏", False),
        ("部", "部A", False),  # no province
        ("部A", "部A", True),
    ],
)
def test_a_scope_is_an_authority_or_a_province(scope: str, issuer: str, covered: bool):  # noqa: FBT001 - the row's answer
    assert load({**RECORD, 2: ["藏", scope]}).issuers[KID].covers(issuer) is covered


@given(st.binary(min_size=1, max_size=40), st.integers(0, 400))
def test_a_status_bit_is_the_least_significant_first(bits: bytes, index: int):
    known = int.from_bytes(bits, "little") >> index & 1
    expected = bool(known) if index < 8 * len(bits) else None
    trusted = trust.TrustSet({}, 0, status={3: bits})
    assert trusted.is_withdrawn(3, index) is expected
    assert trusted.is_withdrawn(4, index) is None


def test_a_bad_file_of_the_register_makes_the_set_invalid():
    with pytest.raises(TrustFault, match="shorter than its header"):
        trust.load({"issuers.cbor": b"\x80", **DATED}, {"issued/苏.bin": b""})


def registry(**changed: cbor.Value) -> bytes:
    groups: dict[int, cbor.Value] = {number: [PUBLIC_KEY] for number in range(1, 7)}
    return cbor.write(groups | {int(name[1:]): value for name, value in changed.items()})


def test_the_registry_s_keys_are_read_by_purpose():
    other = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    keys = trust.load_registry(registry(_1=[other, PUBLIC_KEY], _5=[X25519], _6=[X25519]))
    assert keys.answer == (other, PUBLIC_KEY)
    assert keys.order == (PUBLIC_KEY,)
    assert keys.journal == keys.lookup == (X25519,)
    assert trust.load_registry(registry()).lookup == (PUBLIC_KEY,)


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"\x80",
            registry(_1=[SMALL_ORDER]),
            registry(_4=[b"short"]),
            registry(_5=[]),
            registry(_6=[]),
            cbor.write({number: [PUBLIC_KEY] for number in range(1, 6)}),
        ),
        *(registry(_5=[SMALL_ORDER]), registry(_6=[b"\x01" + bytes(31)]), registry(_5=[X25519, X25519])),
        *(registry(_1=[PUBLIC_KEY, PUBLIC_KEY]), registry(_7=[PUBLIC_KEY])),
    ],
)
def test_a_bad_registry_target_is_a_fault(content: bytes):
    with pytest.raises(TrustFault, match=r"registry\.cbor"):
        trust.load_registry(content)
