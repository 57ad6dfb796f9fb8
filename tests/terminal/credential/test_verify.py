"""Verification never raises, never passes a changed code, and gives the reason of the first failing check."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential import claims, trust, verify
from terminal.model import CredentialFinding, Finding, Plate, Reason, StatusListRef
from terminal.wire import cbor, cose
from tests.terminal.credential.issuing import (
    CREDENTIAL,
    KEY,
    KID,
    MOMENT,
    NOW_S,
    PLATE,
    SEED,
    TRUST,
    as_bytes,
    as_text,
    issue,
    text_of,
    valid_through,
)
from tests.terminal.wire.cbor_values import VALUES, mutated

GOOD = issue(CREDENTIAL)
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
UNREADABLE, UNVERIFIABLE = CredentialFinding.UNREADABLE, CredentialFinding.UNVERIFIABLE


def find(text: str) -> Finding:
    return verify.verify(text, TRUST, MOMENT)


def test_a_good_code_is_current():
    signed = cose.signed_bytes(cose.parse(as_bytes(GOOD)), verify.CONTEXT)
    digest = hashlib.sha256(signed).digest()[:16]
    assert find(GOOD) == Finding(CredentialFinding.CURRENT, Reason.OK, CREDENTIAL, digest)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(max_size=60).map("VI1:".__add__),
    st.text(BASE45, max_size=800).map("VI1:".__add__),
    st.binary(max_size=481).map(as_text),
    VALUES.map(lambda value: as_text(cbor.write(value, tag=18))),
)


@settings(deadline=None, max_examples=500)
@given(TEXTS)
def test_any_text_gives_a_finding_that_accuses_nobody(text: str):
    finding = find(text)
    assert finding.finding in (UNREADABLE, UNVERIFIABLE)
    assert finding.credential is None


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=100), VALUES.map(cbor.write), mutated(st.just(claims.write(CREDENTIAL)))))
def test_any_payload_that_an_issuer_signs_gives_a_finding(payload: bytes):
    finding = find(text_of(payload))
    assert finding.finding is not CredentialFinding.FAILED
    if finding.credential is None:
        assert finding.finding in (UNREADABLE, UNVERIFIABLE)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from([1, 4, 6, 7, -70001, -70002, -70003]), st.integers(0, 8), VALUES)
def test_any_value_in_the_place_of_any_claim_gives_a_finding(claim: int, of_vehicle: int, value: cbor.Value):
    content = cbor.read(claims.write(CREDENTIAL))
    assert isinstance(content, dict)
    vehicle = content[-70001]
    assert isinstance(vehicle, dict)
    content |= {-70001: {**vehicle, of_vehicle: value}} if of_vehicle else {claim: value}
    try:
        payload = cbor.write(content)
    except cbor.Malformed:  # nested too deep by now
        return
    find(text_of(payload))


def test_a_day_in_a_year_beyond_any_calendar_is_malformed():
    content = cbor.read(claims.write(CREDENTIAL))
    assert isinstance(content, dict)
    vehicle = content[-70001]
    assert isinstance(vehicle, dict)
    payload = cbor.write(content | {-70001: {**vehicle, 8: 2**62}})
    assert find(text_of(payload)).reason is Reason.MALFORMED_CLAIMS


@settings(deadline=None, max_examples=500)
@given(mutated(st.just(as_bytes(GOOD))))
def test_changed_bytes_are_never_current(message: bytes):
    if message != as_bytes(GOOD):
        assert find(as_text(message)).credential is None


def test_no_single_changed_bit_is_ever_current():
    message = as_bytes(GOOD)
    for bit in range(8 * len(message)):
        changed = bytearray(message)
        changed[bit // 8] ^= 1 << bit % 8
        assert find(as_text(bytes(changed))).credential is None, bit


def test_no_single_changed_dropped_or_added_character_is_ever_current():
    for at, character in enumerate(GOOD):
        here = BASE45.find(character)
        others = {BASE45[(here + step) % 45] for step in (1, 7, 22, 44)} | {"a", "\n", "０", "\0"}
        texts = [GOOD[:at] + other + GOOD[at + 1 :] for other in others]
        texts += [GOOD[:at] + GOOD[at + 1 :], GOOD[: at + 1] + GOOD[at:], GOOD[:at]]
        for text in texts:
            assert text == GOOD or find(text).credential is None, at
    for added in BASE45 + "\n\0 ":
        assert find(GOOD + added).credential is None
        assert find(added + GOOD).credential is None


@pytest.mark.parametrize("context", [b"roadside/answer/1", b"roadside/possession/1", b" "])
def test_a_message_of_another_context_fails(context: bytes):
    text = as_text(cose.sign(claims.write(CREDENTIAL), context, SEED))
    assert find(text).reason is Reason.BAD_SIGNATURE


def test_every_reason_has_one_finding_and_only_proven_ones_carry_claims():
    assert verify.FINDINGS.keys() == set(Reason)
    assert {reason for reason in Reason if verify.FINDINGS[reason] is CredentialFinding.FAILED} == {
        Reason.BAD_SIGNATURE
    }


# Each check in turn: everything after it fails as well, and its reason is the one given.

LATER = replace(CREDENTIAL, issued_s=NOW_S + 301)
OUT_OF_SCOPE = replace(CREDENTIAL, issuer="粤B")
WITHDRAWN = replace(CREDENTIAL, status=StatusListRef(3, 2))
OTHER = Plate("苏A12346", "02")


UNTRUSTED = verify.Moment(NOW_S, clock_trusted=False)
EXPIRED = verify.Moment(CREDENTIAL.expires_s)
STALE = replace(TRUST, made_s=NOW_S - 604_801)
USABLE = replace(TRUST, made_s=NOW_S - 604_800)
AT_EXPIRY = replace(TRUST, made_s=CREDENTIAL.expires_s)


def with_key(base: trust.TrustSet, **changes: int) -> trust.TrustSet:
    return replace(base, issuers={KID: replace(KEY, **changes)})  # type: ignore[arg-type]  # only fields that are numbers


@pytest.mark.parametrize(
    ("text", "trusted", "moment", "reason"),
    [
        (issue(LATER), replace(STALE, issuers={}), UNTRUSTED, Reason.UNKNOWN_KEY),
        (GOOD[:-3] + "000", with_key(STALE, algorithm=-47), UNTRUSTED, Reason.UNSUPPORTED_ALGORITHM),
        (as_text(cose.sign(b"", b"x", SEED)), STALE, UNTRUSTED, Reason.BAD_SIGNATURE),
        (text_of(b""), STALE, UNTRUSTED, Reason.STALE_TRUST),
        (text_of(b""), USABLE, UNTRUSTED, Reason.UNTRUSTED_CLOCK),
        (text_of(b""), USABLE, MOMENT, Reason.MALFORMED_CLAIMS),
        (
            issue(OUT_OF_SCOPE),
            with_key(TRUST, compromised_since_s=NOW_S, issues_from_s=NOW_S),
            MOMENT,
            Reason.KEY_COMPROMISED,
        ),
        (issue(OUT_OF_SCOPE), with_key(TRUST, issues_from_s=NOW_S), MOMENT, Reason.KEY_OUT_OF_WINDOW),
        (issue(replace(LATER, issuer="粤B")), TRUST, MOMENT, Reason.KEY_OUT_OF_SCOPE),
        (issue(replace(LATER, status=StatusListRef(3, 2))), TRUST, MOMENT, Reason.ISSUED_IN_FUTURE),
        (issue(replace(CREDENTIAL, status=StatusListRef(3, 16))), AT_EXPIRY, EXPIRED, Reason.STATUS_UNKNOWN),
        (issue(replace(CREDENTIAL, status=StatusListRef(4, 0))), AT_EXPIRY, EXPIRED, Reason.STATUS_UNKNOWN),
        (issue(WITHDRAWN), AT_EXPIRY, EXPIRED, Reason.WITHDRAWN),
        (GOOD, AT_EXPIRY, EXPIRED, Reason.OTHER_VEHICLE),
    ],
)
def test_the_first_check_that_fails_gives_the_reason(
    text: str, trusted: trust.TrustSet, moment: verify.Moment, reason: Reason
):
    finding = verify.verify(text, trusted, moment, entered=OTHER)
    assert (finding.reason, finding.finding) == (reason, verify.FINDINGS[reason])


def test_the_month_ends_with_its_last_second():
    text = issue(valid_through(202611))
    end_s = 1_796_054_400  # 2026-12-01 00:00 in Asia/Shanghai
    trusted = replace(TRUST, made_s=end_s)
    assert verify.verify(text, trusted, verify.Moment(end_s - 0.001)).reason is Reason.OK
    assert verify.verify(text, trusted, verify.Moment(end_s)).reason is Reason.EXPIRED


@pytest.mark.parametrize(
    ("entered", "reason"),
    [
        (PLATE, Reason.OK),
        (None, Reason.OK),
        (OTHER, Reason.OTHER_VEHICLE),
        (Plate(PLATE.number, "01"), Reason.OTHER_VEHICLE),
    ],
)
def test_a_code_is_for_the_kind_and_number_together(entered: Plate | None, reason: Reason):
    assert verify.verify(GOOD, TRUST, MOMENT, entered=entered).reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TMRI:1234", Reason.OTHER_ISSUER),
        ("TMRI:1234\n", Reason.FOREIGN),
        ("xTMRI:1234", Reason.FOREIGN),
        ("VI3:1", Reason.OTHER_ISSUER),
        ("VI4:1", Reason.FUTURE_VERSION),
        ("VI1:1", Reason.MALFORMED),
        ("VI:1", Reason.FOREIGN),
        ("VI１:1", Reason.FOREIGN),
    ],
)
def test_whose_code_it_is(text: str, reason: Reason):
    policy = verify.Policy(other_issuers=(re.compile("TMRI:[0-9]+"), re.compile("VI[31]:1")))
    assert verify.verify(text, TRUST, MOMENT, policy=policy).reason is reason


def test_a_fleet_may_set_how_old_a_trust_set_may_be():
    def find_at(age_s: int) -> Reason:
        trusted = replace(TRUST, made_s=NOW_S - age_s)
        return verify.verify(GOOD, trusted, MOMENT, policy=verify.Policy(usable_s=60)).reason

    assert (find_at(60), find_at(61)) == (Reason.OK, Reason.STALE_TRUST)


def test_a_code_of_480_bytes_is_read_and_none_longer_is_written():
    base = cbor.read(claims.write(CREDENTIAL))
    assert isinstance(base, dict)
    by_size = {}
    for padding, filler in product(range(150, 350), (0, 24)):  # lengths of lengths leave gaps
        payload = cbor.write(base | {-70_010: bytes(padding), -70_011: filler})
        signed = cose.sign(payload, b"", SEED)
        by_size[len(signed)] = signed
    text = verify.write_text(by_size[480])
    assert len(text) == 724
    assert find(text).reason is Reason.OK
    assert find(as_text(by_size[481])).reason is Reason.MALFORMED
    with pytest.raises(ValueError, match="481"):
        verify.write_text(by_size[481])


def test_sealed_claims_open_only_where_there_are_some_and_never_raise():
    for text in ("", "VI1:", GOOD, text_of(b""), as_text(b"")):
        assert verify.open_sealed(text, {1: bytes(32)}) is None


def test_a_key_s_window_includes_its_first_second_and_not_its_last():
    def find_at(issued_s: int) -> Reason:
        key = replace(KEY, issues_from_s=1000, issues_until_s=2000)
        trusted = replace(TRUST, issuers={KID: key})
        return verify.verify(issue(replace(CREDENTIAL, issued_s=issued_s)), trusted, MOMENT).reason

    outside = Reason.KEY_OUT_OF_WINDOW
    assert [find_at(at) for at in (999, 1000, 1999, 2000)] == [outside, Reason.OK, Reason.OK, outside]
