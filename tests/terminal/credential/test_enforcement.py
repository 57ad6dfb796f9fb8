"""Enforcement keys open sealed claims of their province and epoch, in their period, until they are wiped."""

from __future__ import annotations

from dataclasses import replace

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.issue import Enforcement, IssueRequest, issue
from terminal.codes import PREFIX
from terminal.credential import claims, enforcement
from terminal.credential.enforcement import EnforcementKey
from terminal.model import Credential, SealedClaims
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed
from tests.terminal.credential.issuing import VEHICLE

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW_S = 1_800_000_000
CLAIMS = SealedClaims("LSVAA4182E2123456", "A12345", "王*")
KEYS = {
    7: EnforcementKey(KEY, NOW_S - 100, NOW_S + 100),
    8: EnforcementKey(OTHER_KEY, NOW_S + 50, NOW_S + 100),
}


def sealed_code(epoch: int = 7, key: bytes = KEY, issuer: str = "苏A") -> tuple[str, Credential]:
    """A code with sealed claims, and its credential."""
    request = IssueRequest(
        replace(VEHICLE, vin_tail=CLAIMS.vin[-6:]), issuer, enforcement=Enforcement(CLAIMS, epoch, key)
    )
    text = issue(request, b"s" * 32, b"c" * 12, NOW_S - 1000)
    message = cose.parse(base45.b45decode(text.removeprefix(PREFIX)))
    credential = claims.parse(message.payload)
    return text, credential


def test_what_is_written_opens_claims():
    held = enforcement.read(enforcement.write("苏", KEYS), "苏")
    assert held.epochs(NOW_S) == {7}
    assert held.open(*sealed_code(), NOW_S) == CLAIMS


@pytest.mark.parametrize(
    ("code", "now_s"),
    [
        (sealed_code(epoch=8, key=OTHER_KEY), NOW_S),
        (sealed_code(epoch=9), NOW_S),
        (sealed_code(key=OTHER_KEY), NOW_S),
        (sealed_code(issuer="粤B"), NOW_S),
        (sealed_code(), NOW_S - 101),
        (sealed_code(), NOW_S + 100),
    ],
    ids=["period of another epoch", "unknown epoch", "wrong key", "province", "too early", "too late"],
)
def test_other_epochs_provinces_keys_and_times_open_nothing(code: tuple[str, Credential], now_s: int):
    assert enforcement.read(enforcement.write("苏", KEYS), "苏").open(*code, now_s) is None


def test_without_a_proven_credential_nothing_opens():
    text, credential = sealed_code()
    held = enforcement.EnforcementKeys("苏", KEYS)
    assert held.open(text, None, NOW_S) is None
    assert not held.may_open(replace(credential, sealed=None), NOW_S)


def test_wiped_keys_are_overwritten_and_open_nothing():
    held = enforcement.EnforcementKeys("苏", KEYS)
    memory = [one.key for one in held._keys.values()]  # noqa: SLF001 - its memory is what is tested
    held.wipe()
    assert memory == [bytearray(32), bytearray(32)]
    assert held.epochs(NOW_S) == frozenset()
    assert held.open(*sealed_code(), NOW_S) is None


@pytest.mark.parametrize(
    "content",
    [
        {1: "粤", 2: {7: [KEY, 1, 2]}},
        {1: "苏苏", 2: {}},
        {1: "苏", 2: [7]},
        {1: "苏", 2: {7: [KEY[1:], 1, 2]}},
        {1: "苏", 2: {7: [KEY, 2, 2]}},
        {1: "苏", 2: {7: [KEY, 1]}},
        {1: "苏", 2: {-1: [KEY, 1, 2]}},
        {1: "苏"},
    ],
)
def test_other_content_is_refused(content: dict[int, cbor.Value]):
    with pytest.raises(Malformed):
        enforcement.read(cbor.write(content), "苏")


def test_an_unknown_province_is_refused():
    with pytest.raises(Malformed):
        enforcement.write("X", KEYS)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_or_read(content: bytes):
    try:
        enforcement.read(content, "苏")
    except Malformed:
        return
