"""Credentials for tests, signed with keys used nowhere else."""

from __future__ import annotations

from dataclasses import replace

import base45
from nacl import bindings

from terminal.credential import claims, trust, verify
from terminal.model import Credential, Plate, Vehicle
from terminal.vehicle import inspection
from terminal.wire import cose

SEED = bytes(range(32))
PUBLIC_KEY = bindings.crypto_sign_seed_keypair(SEED)[0]
KID = cose.key_id(PUBLIC_KEY)
NOW_S = 1_795_320_000  # 2026-11-22 in Asia/Shanghai
MOMENT = verify.Moment(NOW_S)
PLATE = Plate("苏A12345", "02")
KEY = trust.IssuerKey(PUBLIC_KEY, ("苏",), issues_from_s=NOW_S - 10**8, issues_until_s=NOW_S + 10**8)
TRUST = trust.TrustSet({KID: KEY}, status={3: bytes((0b0000_0100, 0))}, made_s=NOW_S - 3600)
VEHICLE = Vehicle(PLATE, "K33", "A", 202708)
CREDENTIAL = Credential(
    issuer="苏A",
    expires_s=inspection.end_of_month_s(202708),
    issued_s=NOW_S - 86_400,
    cti=bytes(12),
    vehicle=VEHICLE,
)


def valid_through(yyyymm: int) -> Credential:
    """Return the credential with another month of validity."""
    vehicle = replace(VEHICLE, valid_through=yyyymm)
    return replace(CREDENTIAL, vehicle=vehicle, expires_s=inspection.end_of_month_s(yyyymm))


def text_of(payload: bytes) -> str:
    """Return the QR text of a payload, signed."""
    return as_text(cose.sign(payload, b"", SEED))


def issue(credential: Credential) -> str:
    """Return the QR text of a credential, signed."""
    return text_of(claims.write(credential))


def as_text(message: bytes) -> str:
    """Return a message as QR text, whatever its length."""
    return "VI1:" + str(base45.b45encode(message), "ascii")


def as_bytes(text: str) -> bytes:
    """Return the message of a QR text."""
    return bytes(base45.b45decode(text.removeprefix("VI1:")))
