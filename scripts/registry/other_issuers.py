"""Verification of other issuers' codes, by an adapter for each format; a code of no known format is
unverifiable.

The one adapter here, `JS1`, is a stand-in of our own for a provincial system whose format is not published; a
real registry replaces it by its issuers' verification:

    JS1:<number>;<kind>;<valid through, yyyymm>;<issued, Unix s>;<signature>

The signature is Ed25519 over the UTF-8 text before its semicolon, in base64url without padding.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nacl import bindings

from terminal.model import CredentialFinding, Plate
from terminal.vehicle import inspection
from terminal.vehicle.plate import may_carry_credential
from terminal.wire import cose

if TYPE_CHECKING:
    from collections.abc import Mapping

_JS1 = re.compile(
    r"(?P<signed>JS1:(?P<number>[0-9A-Z\u4e00-\u9fff]{5,10});(?P<kind>[0-9A-Z]{2});"
    r"(?P<month>[0-9]{6});(?P<issued>[0-9]{1,12}));(?P<signature>[A-Za-z0-9_-]{85}[AQgw])",
    re.ASCII,
)
_PREFIX = re.compile("[A-Z0-9]{1,8}(?=:)", re.ASCII)
_AHEAD_S = 300


@dataclass(frozen=True, slots=True)
class CodeRead:
    """Finding for another issuer's code; the vehicle is named only if the code proves it."""

    finding: CredentialFinding
    plate: Plate | None = None


class Adapter(Protocol):
    """Verifier of one format."""

    def __call__(self, text: str, now_s: float) -> CodeRead:
        """Verify a code of this format at `now_s` (Unix s). Never raises, for any text."""


@dataclass(frozen=True, slots=True)
class OtherIssuers:
    """Adapters by the prefix of their codes, up to the first colon."""

    adapters: Mapping[str, Adapter]

    def verify(self, text: str, now_s: float) -> CodeRead:
        """Verify a code's text at `now_s` (Unix s). Never raises."""
        prefix = _PREFIX.match(text)
        adapter = None if prefix is None else self.adapters.get(prefix[0])
        return CodeRead(CredentialFinding.UNVERIFIABLE) if adapter is None else adapter(text, now_s)


def js1_adapter(public_key: bytes) -> Adapter:
    """Return the stand-in's adapter for its issuer's Ed25519 key (32 bytes)."""

    def verify(text: str, now_s: float) -> CodeRead:
        parts = _JS1.fullmatch(text)
        if parts is None:
            return CodeRead(CredentialFinding.UNREADABLE)
        signature = base64.urlsafe_b64decode(parts["signature"] + "==")
        if not cose.is_signed(signature, parts["signed"].encode(), public_key):
            return CodeRead(CredentialFinding.FAILED)
        return _judge(parts, now_s)

    return verify


def _judge(parts: re.Match[str], now_s: float) -> CodeRead:
    """Judge a code with a valid signature in the order of wire format, section 3: form, time, month."""
    plate, month = Plate(parts["number"], parts["kind"]), int(parts["month"])
    well_formed = may_carry_credential(plate) and inspection.is_month(month)
    if not well_formed or int(parts["issued"]) > now_s + _AHEAD_S:
        return CodeRead(CredentialFinding.UNVERIFIABLE)
    past = now_s >= inspection.end_of_month_s(month)
    return CodeRead(CredentialFinding.PAST if past else CredentialFinding.CURRENT, plate)


def js1_code(plate: Plate, month: int, issued_s: int, seed: bytes) -> str:
    """Return a stand-in's code for a vehicle, month of validity (yyyymm), time of issue and issuer's seed."""
    signed = f"JS1:{plate.number};{plate.kind};{month:06};{issued_s}"
    secret_key = bindings.crypto_sign_seed_keypair(seed)[1]
    signature = bindings.crypto_sign(signed.encode(), secret_key)[: cose.SIGNATURE_SIZE]
    return f"{signed};{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
