"""Compare text to verdict with bare libsodium over the same bytes, and with Base45 decoding."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import base45
from nacl import bindings

from scripts.benchmarks.rows import Budget, Row, by_turns, row
from terminal.codes import PREFIX
from terminal.credential import trust, verify
from terminal.model import UNCHECKED, CredentialFinding, Subject
from terminal.vehicle.verdict import decide
from terminal.wire import cbor, cose

VECTORS = Path("tests/vectors/credentials.json")
ROUNDS = 300
WHOLE_US = Budget(250)
RATIO = Budget(2.5)


def measure() -> list[Row]:
    """Measure CPU time per text, averaged over all current codes of the vectors in each round."""
    content = json.loads(VECTORS.read_bytes())
    cases = [case for case in content["cases"] if case["reason"] == "ok" and "entered" not in case]
    trusted = _trusted(content["trust"])
    texts = [
        (case["text"], replace(trusted, made_s=case["now"]), verify.Moment(case["now"])) for case in cases
    ]
    encoded = [case["text"].removeprefix(PREFIX).encode() for case in cases]
    signed = [_signed(base45.b45decode(text), trusted) for text in encoded]

    def to_verdict() -> None:
        for text, dated, moment in texts:
            verdict = decide(verify.verify(text, dated, moment), UNCHECKED, Subject.CODE)
            if verdict.finding.finding is not CredentialFinding.CURRENT:
                raise RuntimeError("a valid code was not found current")

    def libsodium() -> None:
        for message, key in signed:
            bindings.crypto_sign_open(message, key)

    def decoding() -> None:
        for text in encoded:
            base45.b45decode(text)

    per_text_us = 1e6 / len(texts)
    ours, bare, decoded = (
        [per_text_us * seconds for seconds in times]
        for times in by_turns((to_verdict, libsodium, decoding), ROUNDS)
    )
    ratios = [(o - d) / b for o, b, d in zip(ours, bare, decoded, strict=True)]
    return [
        row("credential text to verdict", "us", ours, WHOLE_US, note=f"{len(texts)} codes x {ROUNDS}"),
        row("  bare libsodium verification", "us", bare),
        row("  Base45 decoding", "us", decoded),
        row("  without Base45, of libsodium's", "x", ratios, RATIO),
    ]


def _trusted(listed: dict[str, dict[str, str]]) -> trust.TrustSet:
    targets = {
        "set.cbor": cbor.write({1: 0, 2: 0}),
        "issuers.cbor": bytes.fromhex(str(listed["issuers_cbor"])),
    }
    targets |= {f"status/{number}.bin": bytes.fromhex(bits) for number, bits in listed["status"].items()}
    return trust.load(targets, {name: bytes.fromhex(file) for name, file in listed["issued"].items()})


def _signed(message: bytes, trusted: trust.TrustSet) -> tuple[bytes, bytes]:
    parts = cose.parse(message)
    return parts.signature + cose.signed_bytes(parts, verify.CONTEXT), trusted.issuers[parts.kid].public_key
