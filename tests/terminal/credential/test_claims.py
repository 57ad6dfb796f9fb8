"""Claims are decoded as encoded, and payloads outside the format are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential import claims
from terminal.model import Credential, Plate, Sealed, SealedClaims, StatusListRef, Vehicle
from terminal.vehicle import inspection
from terminal.vehicle.tables import PROVINCES
from terminal.wire import cbor
from tests.terminal.credential.issuing import CREDENTIAL, VEHICLE
from tests.terminal.wire.cbor_values import mutated

UINTS = st.integers(0, 2**63 - 1)
MONTHS = st.builds(lambda year, month: year * 100 + month, st.integers(2000, 2199), st.integers(1, 12))
LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
PLATES = st.one_of(
    st.builds(
        lambda province, letter, digits: Plate(f"{province}{letter}{digits:05}", "02"),
        st.sampled_from(sorted(PROVINCES)),
        st.sampled_from("ABCDEFGHJKLMNOPQ"),
        st.integers(0, 99_999),
    ),
    st.text("0123456789ABCXYZ临试中文", min_size=5, max_size=10).map(lambda number: Plate(number, "20")),
)
DAYS = st.dates().map(lambda day: day.year * 10_000 + day.month * 100 + day.day)


@st.composite
def credentials(draw: st.DrawFn) -> Credential:
    vehicle = Vehicle(
        plate=draw(PLATES),
        vehicle_type=draw(st.sampled_from(["K33", "M21", "???"])),
        use=draw(st.sampled_from("ABCZ中")),
        valid_through=draw(MONTHS),
        colour=draw(st.none() | st.text("ABJZ", min_size=1, max_size=3)),
        vin_tail=draw(st.none() | st.text(LETTERS, min_size=6, max_size=6)),
        first_registered=draw(st.none() | DAYS),
    )
    return Credential(
        issuer=draw(st.text("苏粤AB", min_size=1, max_size=12)),
        expires_s=inspection.end_of_month_s(vehicle.valid_through),
        issued_s=draw(UINTS),
        cti=draw(st.binary(min_size=12, max_size=12)),
        vehicle=vehicle,
        sealed=draw(st.none() | st.builds(Sealed, UINTS, st.binary(max_size=80))),
        status=draw(st.none() | st.builds(StatusListRef, UINTS, UINTS)),
    )


@settings(deadline=None)
@given(credentials())
def test_what_is_written_is_read_back(credential: Credential):
    assert claims.parse(claims.write(credential)) == credential


@settings(deadline=None, max_examples=300)
@given(mutated(credentials().map(claims.write)))
def test_changed_claims_are_parsed_or_refused(payload: bytes):
    try:
        credential = claims.parse(payload)
    except cbor.Malformed:
        return
    assert credential.expires_s == inspection.end_of_month_s(credential.vehicle.valid_through)
    public = {key: value for key, value in cbor.read(payload).items() if key >= -70003}  # type: ignore[union-attr]  # a map
    assert cbor.read(claims.write(credential)).keys() == public.keys()  # type: ignore[union-attr]  # a map


@pytest.mark.parametrize(
    "credential",
    [
        replace(CREDENTIAL, issuer=""),
        replace(CREDENTIAL, issuer="苏" * 13),
        replace(CREDENTIAL, cti=bytes(11)),
        replace(CREDENTIAL, issued_s=-1),
        replace(CREDENTIAL, expires_s=CREDENTIAL.expires_s - 1),
        replace(CREDENTIAL, status=StatusListRef(-1, 0)),
        replace(CREDENTIAL, vehicle=replace(VEHICLE, plate=Plate("苏A12345", "31"))),
        replace(CREDENTIAL, vehicle=replace(VEHICLE, colour="")),
        replace(CREDENTIAL, vehicle=replace(VEHICLE, vin_tail="12345O")),
        replace(CREDENTIAL, vehicle=replace(VEHICLE, first_registered=20230229)),
    ],
)
def test_only_valid_claims_are_encoded(credential: Credential):
    with pytest.raises(cbor.Malformed):
        claims.write(credential)


@pytest.mark.parametrize(("key", "accepted"), [(-65537, True), (-70000, True), (-65536, False), (99, False)])
def test_private_claims_are_ignored_and_unlisted_ones_refused(key: int, accepted: bool):  # noqa: FBT001 - the row's answer
    content = cbor.read(claims.write(CREDENTIAL))
    assert isinstance(content, dict)
    payload = cbor.write({**content, key: True})
    if accepted:
        assert claims.parse(payload) == CREDENTIAL
    else:
        with pytest.raises(cbor.Malformed):
            claims.parse(payload)


SEALED = SealedClaims("LSVAB2A16JN0H2345", "A12345", "张*")
KEY, CTI, PROTECTED = bytes(range(32)), bytes(12), b"protected"


@pytest.mark.parametrize("plain", [SEALED, SealedClaims("LSVAB2A16JN0H2345")])
def test_sealed_claims_open_under_their_key(plain: SealedClaims):
    sealed = claims.seal(plain, 7, KEY, cti=CTI, protected=PROTECTED)
    assert claims.unseal(sealed, KEY, cti=CTI, protected=PROTECTED) == plain


def test_sealed_claims_open_under_no_other_key():
    sealed = claims.seal(SEALED, 7, KEY, cti=CTI, protected=PROTECTED)
    changed = [
        Sealed(7, sealed.ciphertext[:at] + bytes((byte ^ 1,)) + sealed.ciphertext[at + 1 :])
        for at, byte in enumerate(sealed.ciphertext)
    ]
    cut = [Sealed(7, sealed.ciphertext[:size]) for size in range(len(sealed.ciphertext))]
    for other in [*changed, *cut]:
        assert claims.unseal(other, KEY, cti=CTI, protected=PROTECTED) is None
    assert claims.unseal(sealed, bytes(32), cti=CTI, protected=PROTECTED) is None
    assert claims.unseal(sealed, KEY, cti=bytes(11) + b"\1", protected=PROTECTED) is None
    assert claims.unseal(sealed, KEY, cti=CTI, protected=b"another") is None
