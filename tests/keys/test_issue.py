"""Issued codes verify, contain what was requested, and open for enforcement only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from keys.issue import Enforcement, IssueRequest, default_issuer, issue
from terminal.credential import claims, verify
from terminal.credential.trust import IssuerKey, TrustSet
from terminal.errors import InputFault
from terminal.model import CredentialFinding, Plate, Reason, SealedClaims, StatusListRef, Vehicle
from terminal.vehicle.inspection import end_of_month_s
from terminal.vehicle.tables import KINDS, PROVINCES, USES
from terminal.wire import cose

NOW_S = 1_790_000_000
SEED, CTI, EPOCH_KEY = bytes(32), bytes(12), bytes(range(32))
PUBLIC = bindings.crypto_sign_seed_keypair(SEED)[0]
VEHICLE = Vehicle(Plate("苏A12345", "02"), "K33", "A", 202708)
REQUEST = IssueRequest(VEHICLE, "苏A")
CLAIMS = SealedClaims("LSVAU2180E2184322", "123456", "王*")


def trusted(*, withdrawn: bytes = bytes(16)) -> TrustSet:
    key = IssuerKey(PUBLIC, tuple(PROVINCES), 0, NOW_S + 1_000)
    return TrustSet({cose.key_id(PUBLIC): key}, status={1: withdrawn}, made_s=NOW_S, serial=1)


@st.composite
def requests(draw: st.DrawFn) -> IssueRequest:
    kind = draw(st.sampled_from([kind for kind in KINDS.values() if kind.credential]))
    numbers = (
        st.from_regex(kind.pattern, fullmatch=True)
        if kind.pattern
        else st.from_regex("[0-9A-Z一-龥]{5,10}", fullmatch=True)
    )
    days = st.dates(date(1990, 1, 1), date(2026, 1, 1)).map(lambda day: int(day.strftime("%Y%m%d")))
    vehicle = Vehicle(
        plate=Plate(draw(numbers), kind.code),
        vehicle_type=draw(st.from_regex("[A-Z][0-9A-Z]{2}", fullmatch=True)),
        use=draw(st.sampled_from(list(USES))),
        valid_through=draw(st.integers(2027, 2199)) * 100 + draw(st.integers(1, 12)),
        colour=draw(st.none() | st.from_regex("[A-Z]{1,3}", fullmatch=True)),
        vin_tail=draw(st.none() | st.from_regex("[0-9A-HJ-NPR-Z]{6}", fullmatch=True)),
        first_registered=draw(st.none() | days),
    )
    status = draw(st.none() | st.builds(StatusListRef, st.just(1), st.integers(0, 127)))
    enforcement = draw(st.none() | st.just(Enforcement(CLAIMS, 3, EPOCH_KEY)))
    return IssueRequest(vehicle, draw(st.sampled_from(list(PROVINCES))) + "A", status, enforcement)


@settings(deadline=None)
@given(requests(), st.binary(min_size=12, max_size=12))
def test_issued_codes_are_current_and_as_requested(request: IssueRequest, cti: bytes):
    text = issue(request, SEED, cti, NOW_S)
    finding = verify.verify(text, trusted(), verify.Moment(NOW_S), entered=request.vehicle.plate)
    assert finding.reason is Reason.OK
    assert finding.finding is CredentialFinding.CURRENT
    credential = finding.credential
    assert credential is not None
    assert credential.vehicle == request.vehicle
    assert credential.expires_s == end_of_month_s(request.vehicle.valid_through)
    assert (credential.issuer, credential.issued_s) == (request.issuer, NOW_S)
    assert (credential.cti, credential.status) == (cti, request.status)
    opened = verify.open_sealed(text, {3: EPOCH_KEY})
    assert opened == (CLAIMS if request.enforcement else None)


def test_a_code_that_is_issued_lasts_through_the_month_and_no_longer():
    text = issue(REQUEST, SEED, CTI, NOW_S)
    end_s = end_of_month_s(202708)
    fresh = replace(trusted(), made_s=end_s)
    assert verify.verify(text, fresh, verify.Moment(end_s - 1)).reason is Reason.OK
    assert verify.verify(text, fresh, verify.Moment(end_s)).reason is Reason.EXPIRED


def test_the_same_request_twice_is_two_codes():
    one, other = (issue(REQUEST, SEED, cti, NOW_S) for cti in (CTI, bytes(range(12))))
    assert one != other


def test_a_withdrawn_place_is_found_withdrawn():
    text = issue(replace(REQUEST, status=StatusListRef(1, 10)), SEED, CTI, NOW_S)
    bits = bytes((0, 1 << 2, *bytes(14)))
    assert verify.verify(text, trusted(withdrawn=bits), verify.Moment(NOW_S)).reason is Reason.WITHDRAWN


def test_sealed_claims_open_under_no_other_key_or_epoch():
    text = issue(replace(REQUEST, enforcement=Enforcement(CLAIMS, 1, EPOCH_KEY)), SEED, CTI, NOW_S)
    assert verify.open_sealed(text, {1: EPOCH_KEY}) == CLAIMS
    assert verify.open_sealed(text, {1: bytes(32)}) is None
    assert verify.open_sealed(text, {2: EPOCH_KEY}) is None


def test_sealed_claims_are_bound_to_the_key_that_signed_them():
    sealed = issue(replace(REQUEST, enforcement=Enforcement(CLAIMS, 1, EPOCH_KEY)), SEED, CTI, NOW_S)
    moved = verify.verify(sealed, trusted(), verify.Moment(NOW_S)).credential
    assert moved is not None
    resigned = cose.sign(claims.write(moved), verify.CONTEXT, bytes(range(32)))
    assert verify.open_sealed(verify.write_text(resigned), {1: EPOCH_KEY}) is None


def vehicle(**changes: object) -> IssueRequest:
    return replace(REQUEST, vehicle=replace(VEHICLE, **changes))  # type: ignore[arg-type]  # fields of any type


def sealing(secret: SealedClaims) -> IssueRequest:
    return replace(REQUEST, enforcement=Enforcement(secret, 1, EPOCH_KEY))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (vehicle(plate=Plate("苏A12", "02")), "a number is 5 to 10 of"),
        (vehicle(plate=Plate("苏A1234i", "02")), "a number is 5 to 10 of"),
        (vehicle(plate=Plate("苏A12345", "7")), "a kind two digits, such as 01 02"),
        (vehicle(plate=Plate("WJ苏12345", "31")), "no credential is issued for plate kind 31 武警号牌"),
        (vehicle(valid_through=202713), "not between 2000-01 and 2199-12"),
        (vehicle(valid_through=199912), "not between 2000-01 and 2199-12"),
        (vehicle(vehicle_type="33"), "the vehicle type"),
        (vehicle(use="W"), "the use is not one of A B C"),
        (vehicle(first_registered=20210229), "day of first registration does not exist"),
        (vehicle(colour="red"), "cannot be encoded"),
        (vehicle(vin_tail="18432O"), "cannot be encoded"),
        (replace(REQUEST, issuer=""), "cannot be encoded"),
        (replace(REQUEST, issuer="苏" * 13), "cannot be encoded"),
        (sealing(SealedClaims("LSVAU2180E218432")), "VIN is not 17"),
        (sealing(SealedClaims(CLAIMS.vin, owner="王" * 200)), "a credential of [0-9]+ bytes, over 480"),
        (sealing(SealedClaims(CLAIMS.vin, owner="e\u0301")), "not NFC"),
    ],
)
def test_invalid_requests_are_refused_with_a_reason(request_: IssueRequest, said: str):
    with pytest.raises(InputFault, match=said):
        issue(request_, SEED, CTI, NOW_S)


@pytest.mark.parametrize(
    ("number", "issuer"),
    [("苏A12345", "苏A"), ("苏0112345", None), ("123456使", None), ("临12345", None), ("苏", None)],
)
def test_the_authority_is_taken_from_a_number_that_names_one(number: str, issuer: str | None):
    assert default_issuer(number) == issuer


def test_the_limit_of_the_text_is_that_of_its_bytes():
    assert len(verify.write_text(bytes(verify.MAX_BYTES))) == verify.MAX_TEXT
