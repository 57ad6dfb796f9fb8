"""Every case of the test vectors has its expected result, and foreign vectors agree as their README says."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from terminal.commands import output
from terminal.credential import trust, verify
from terminal.errors import TrustFault
from terminal.model import Plate, Reason
from terminal.wire import cbor, cose
from tests.terminal.credential.issuing import MOMENT, TRUST, as_text
from tests.vectors_on_disk import EXTERNAL, credentials, read_json, trust_set

if TYPE_CHECKING:
    from pathlib import Path

CASES = credentials()["cases"]
ENFORCEMENT = {int(epoch): bytes.fromhex(key) for epoch, key in credentials()["trust"]["enforcement"].items()}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_is_found_as_expected(case: dict[str, Any]):
    entered = Plate(**case["entered"]) if "entered" in case else None
    moment = verify.Moment(case["now"], case["clock_trusted"])
    trusted = trust_set(case["now"] - case["trust_age_s"])

    finding = verify.verify(case["text"], trusted, moment, entered=entered)

    assert (finding.reason, finding.finding) == (case["reason"], case["finding"])
    opened = verify.open_sealed(case["text"], ENFORCEMENT)
    found = output.fields(finding.credential, opened) or {}
    expected = case.get("fields", {})
    assert {name: found[name] for name in expected} == expected


def test_the_vectors_reach_every_reason_that_a_text_alone_can_give():
    assert {case["reason"] for case in CASES} == set(Reason) - {
        Reason.NO_CODE,
        Reason.NOT_SHOWN,
        Reason.OTHER_ISSUER,
    }


WYCHEPROOF = [
    (group["publicKey"]["pk"], test)
    for group in read_json(EXTERNAL / "wycheproof-ed25519" / "ed25519_test.json")["testGroups"]
    for test in group["tests"]
]


def test_wycheproof_has_all_its_tests():
    assert len(WYCHEPROOF) == 151


@pytest.mark.parametrize(("public_key", "test"), WYCHEPROOF, ids=[test["tcId"] for _, test in WYCHEPROOF])
def test_signatures_are_judged_as_wycheproof_says(public_key: str, test: dict[str, str]):
    signature, message, key = (bytes.fromhex(of) for of in (test["sig"], test["msg"], public_key))
    assert cose.is_signed(signature, message, key) is (test["result"] == "valid")


DATED = {"set.cbor": cbor.write({1: 0, 2: 0})}
SPECCHECK = [
    case
    for name in ("cases.json", "scripts-cases.json")
    for case in read_json(EXTERNAL / "ed25519-speccheck" / name)
]


@pytest.mark.parametrize("case", SPECCHECK)
def test_no_edge_case_of_ed25519_passes_both_the_trust_set_and_the_signature(case: dict[str, str]):
    key, message, signature = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
    assert not (cose.is_full_order_point(key) and cose.is_signed(signature, message, key))
    if not cose.is_full_order_point(key):
        with pytest.raises(TrustFault):
            trust.load(DATED | {"issuers.cbor": cbor.write([{1: key, 2: ["苏"], 3: 0, 4: 1}])})


def test_the_key_that_libsodium_alone_accepts_is_refused_when_the_set_is_loaded():
    case = SPECCHECK[3]
    key, message, signature = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
    assert cose.is_signed(signature, message, key)
    assert not cose.is_full_order_point(key)


COSE_WG = sorted([*EXTERNAL.glob("cose-wg-eddsa/*.json"), *EXTERNAL.glob("cose-wg-sign1-tests/*.json")])


@pytest.mark.parametrize("path", COSE_WG, ids=[path.stem for path in COSE_WG])
def test_no_shape_of_the_working_group_s_examples_is_ours(path: Path):
    message = bytes.fromhex(read_json(path)["output"]["cbor"])
    with pytest.raises(cbor.Malformed):
        cose.parse(message)
    assert verify.verify(as_text(message), TRUST, MOMENT).reason is Reason.MALFORMED


def parts(envelope: bytes) -> list[Any]:
    """Return protected, unprotected, payload and signature of a COSE_Sign1 with any headers."""
    read = cbor.read(envelope, tag=18)
    assert isinstance(read, list)
    return read


def test_the_working_group_s_ed25519_signature_itself_checks():
    example = read_json(EXTERNAL / "cose-wg-eddsa" / "eddsa-sig-01.json")
    protected, _, payload, signature = parts(bytes.fromhex(example["output"]["cbor"]))
    signed = cose.signed_bytes(cose.Sign1(protected, b"", payload, signature), b"")
    assert signed.hex().upper() == example["intermediates"]["ToBeSign_hex"]
    key = bytes.fromhex(example["input"]["sign0"]["key"]["x_hex"])
    assert cose.is_signed(signature, signed, key)


AGENTRUST = [read_json(path) for path in sorted(EXTERNAL.glob("agentrust-cose-ed25519/AM-*.json"))]
ENVELOPES = {case["id"]: bytes.fromhex(case["envelope_hex"]) for case in AGENTRUST if "envelope_hex" in case}


@pytest.mark.parametrize("name", ENVELOPES)
def test_no_envelope_of_another_profile_is_ours_though_some_are_valid_there(name: str):
    with pytest.raises(cbor.Malformed):
        cose.parse(ENVELOPES[name])


def test_the_envelope_with_an_unprotected_header_differs_from_the_good_one_by_that_alone():
    good, added = parts(ENVELOPES["AM-VEC-COSE-001"]), parts(ENVELOPES["AM-VEC-COSE-005"])
    assert (good[1], good[0], good[2:]) == ({}, added[0], added[2:])
    assert added[1] == {4: bytes(32)}


UNJUDGED = {
    "AM-VEC-COSE-006",  # untagged
    "AM-VEC-COSE-007",  # trailing bytes
    "AM-VEC-COSE-008",  # no payload
    "AM-VEC-COSE-014",  # no envelope
}


def test_signatures_of_another_profile_are_judged_as_it_says():
    key = base64.urlsafe_b64decode(
        read_json(EXTERNAL / "agentrust-cose-ed25519" / "keys.json")["public_key_b64url"] + "="
    )
    judged = [case for case in AGENTRUST if case["id"] not in UNJUDGED]
    assert len(judged) == 11
    for case in judged:
        protected, _, payload, signature = parts(ENVELOPES[case["id"]])
        signed = cose.signed_bytes(cose.Sign1(protected, b"", payload, signature), b"")
        assert cose.is_signed(signature, signed, key) is case.get("signature_valid", True), case["id"]


CLAIM_169 = sorted(EXTERNAL.glob("mosip-claim169-jeremi/*/*.json"))


@pytest.mark.parametrize("path", CLAIM_169, ids=[path.stem for path in CLAIM_169])
@pytest.mark.parametrize("prefix", ["", "VI1:"])
def test_codes_of_another_scheme_accuse_nobody(path: Path, prefix: str):
    finding = verify.verify(prefix + read_json(path)["qr_data"], TRUST, MOMENT)
    assert finding.reason is (Reason.MALFORMED if prefix else Reason.FOREIGN)


TWO_D_DOC = sorted(EXTERNAL.glob("2d-doc-spec-samples/*.txt"))


@pytest.mark.parametrize("path", TWO_D_DOC, ids=[path.stem for path in TWO_D_DOC])
def test_codes_of_other_countries_are_foreign(path: Path):
    assert verify.verify(path.read_text(), TRUST, MOMENT).reason is Reason.FOREIGN


def test_a_signature_of_no_bytes_is_refused():
    unsigned = cbor.write([cbor.write({1: -19, 4: bytes(8)}), {}, b"", b""], tag=18)
    assert verify.verify(as_text(unsigned), TRUST, MOMENT).reason is Reason.MALFORMED
