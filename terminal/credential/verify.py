"""Verification of inspection credentials (wire format, section 3, "Order of checks").

The first check that fails gives the reason, and none is skipped. Only a wrong signature under a known key is
`failed`; any other failure is "cannot verify" or "cannot read". Never raises, whatever the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import base45

from terminal.codes import PREFIX, is_ours
from terminal.credential import claims, register, trust
from terminal.model import Credential, CredentialFinding, Finding, Issuance, Plate, Reason
from terminal.wire import cose
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.model import RegisterResult, SealedClaims

MAX_BYTES = 480
MAX_TEXT = 724
CLOCK_SKEW_S = 300
CONTEXT = b""

_OTHER_VERSION = re.compile("VI[0-9]+:", re.ASCII)

FINDINGS: dict[Reason, CredentialFinding] = {
    Reason.OK: CredentialFinding.CURRENT,
    Reason.EXPIRED: CredentialFinding.PAST,
    Reason.WITHDRAWN: CredentialFinding.WITHDRAWN,
    Reason.NOT_ISSUED: CredentialFinding.NOT_ISSUED,
    Reason.OTHER_VEHICLE: CredentialFinding.OTHER_VEHICLE,
    Reason.BAD_SIGNATURE: CredentialFinding.FAILED,
    Reason.NO_CODE: CredentialFinding.UNREADABLE,
    Reason.NOT_SHOWN: CredentialFinding.NOT_SHOWN,
    Reason.FOREIGN: CredentialFinding.UNREADABLE,
    Reason.MALFORMED: CredentialFinding.UNREADABLE,
    Reason.OTHER_ISSUER: CredentialFinding.UNVERIFIABLE,
    Reason.FUTURE_VERSION: CredentialFinding.UNVERIFIABLE,
    Reason.UNKNOWN_KEY: CredentialFinding.UNVERIFIABLE,
    Reason.UNSUPPORTED_ALGORITHM: CredentialFinding.UNVERIFIABLE,
    Reason.STALE_TRUST: CredentialFinding.UNVERIFIABLE,
    Reason.UNTRUSTED_CLOCK: CredentialFinding.UNVERIFIABLE,
    Reason.MALFORMED_CLAIMS: CredentialFinding.UNVERIFIABLE,
    Reason.KEY_COMPROMISED: CredentialFinding.UNVERIFIABLE,
    Reason.KEY_OUT_OF_WINDOW: CredentialFinding.UNVERIFIABLE,
    Reason.KEY_OUT_OF_SCOPE: CredentialFinding.UNVERIFIABLE,
    Reason.ISSUED_IN_FUTURE: CredentialFinding.UNVERIFIABLE,
    Reason.STATUS_UNKNOWN: CredentialFinding.UNVERIFIABLE,
}

_PROVEN = frozenset({Reason.OK, Reason.EXPIRED, Reason.WITHDRAWN, Reason.NOT_ISSUED, Reason.OTHER_VEHICLE})
"""Reasons whose claims are proven."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Time of verification: Unix time, s, and if the clock is trusted to decide dates."""

    now_s: float
    clock_trusted: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """Verification policy of a fleet."""

    usable_s: int = trust.USABLE_S
    """Age, s, beyond which a trust set is stale."""
    other_issuers: tuple[re.Pattern[str], ...] = ()
    """Patterns of other issuers' codes, which the registry verifies."""


DEFAULT_POLICY = Policy()


def verify(
    text: str,
    trusted: trust.TrustSet,
    moment: Moment,
    *,
    entered: Plate | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> Finding:
    """Verify a code's text; `entered` is the plate that the officer entered or confirmed, if any.

    Never raises.
    """
    message = _parse(text, policy)  # (1) to (3)
    if isinstance(message, Reason):
        return refuse(message)
    key = trusted.issuers.get(message.kid)
    if key is None:  # (4) The key is in the trust set.
        return refuse(Reason.UNKNOWN_KEY)
    signed = cose.signed_bytes(message, CONTEXT)
    reason = _signature(message, key, signed)  # (4) and (5)
    if reason is not None:
        return refuse(reason)
    digest = register.digest_of(signed)
    reason = _terminal_state(trusted, moment, policy)  # (6)
    if reason is not None:
        return refuse(reason, digest)
    try:
        credential = claims.parse(message.payload)
    except Malformed:  # (7) The claims are well formed, and exp agrees with the month.
        return refuse(Reason.MALFORMED_CLAIMS, digest)
    found = trusted.register.search(credential, digest, moment.now_s)
    reason = (
        _authority(credential, key, found)
        or _standing(credential, found, trusted, moment)
        or _date(credential, moment, entered)
    )
    return Finding(FINDINGS[reason], reason, credential if reason in _PROVEN else None, digest, found)


def with_issuance(finding: Finding, issuance: Issuance, moment: Moment, entered: Plate | None) -> Finding:
    """Apply the registry's word on a code, key 10 of its answer (wire format, section 4).

    `issued` lifts `not_issued`, and checks 12 and 13 give the finding; `never issued` turns `current` and
    `past` into `not_issued`. Any other finding stays.
    """
    reason = finding.reason
    if finding.credential is None:
        return finding
    if issuance is Issuance.ISSUED and reason is Reason.NOT_ISSUED:
        reason = _date(finding.credential, moment, entered)
    elif issuance is Issuance.NEVER_ISSUED and reason in (Reason.OK, Reason.EXPIRED):
        reason = Reason.NOT_ISSUED
    return replace(finding, finding=FINDINGS[reason], reason=reason)


def refuse(reason: Reason, digest: bytes | None = None) -> Finding:
    """Return the finding for a reason that proves no claims."""
    return Finding(FINDINGS[reason], reason, digest=digest)


def open_sealed(text: str, enforcement: Mapping[int, bytes]) -> SealedClaims | None:
    """Decrypt the sealed claims of a verified code with the keys by epoch; None if that fails."""
    message = _parse(text, DEFAULT_POLICY)
    if isinstance(message, Reason):
        return None
    try:
        credential = claims.parse(message.payload)
    except Malformed:
        return None
    sealed = credential.sealed
    if sealed is None or sealed.epoch not in enforcement:
        return None
    return claims.unseal(sealed, enforcement[sealed.epoch], cti=credential.cti, protected=message.protected)


def write_text(message: bytes) -> str:
    """Encode a signed credential as QR text. Raises ValueError if it exceeds MAX_BYTES."""
    if len(message) > MAX_BYTES:
        raise ValueError(f"a credential of {len(message)} bytes, over {MAX_BYTES}")
    return PREFIX + str(base45.b45encode(message), "ascii")


def _parse(text: str, policy: Policy) -> cose.Sign1 | Reason:
    if not is_ours(text):  # (1) The text has the prefix.
        if any(pattern.fullmatch(text) for pattern in policy.other_issuers):
            return Reason.OTHER_ISSUER
        return Reason.FUTURE_VERSION if _OTHER_VERSION.match(text) else Reason.FOREIGN
    if len(text) > MAX_TEXT:  # (2) Length and Base45; b45decode checks the alphabet.
        return Reason.MALFORMED
    try:
        # Bytes, since for a str the library drops trailing newlines, which RFC 9285 does not allow.
        message = base45.b45decode(text[len(PREFIX) :].encode("ascii"))
        return cose.parse(message)  # (3) Strict CBOR, and the structure of COSE_Sign1.
    except ValueError:
        return Reason.MALFORMED


def _signature(message: cose.Sign1, key: trust.IssuerKey, signed: bytes) -> Reason | None:
    if key.algorithm != cose.ED25519:  # (4) The algorithm is supported.
        return Reason.UNSUPPORTED_ALGORITHM
    if not cose.is_signed(message.signature, signed, key.public_key):  # (5) The signature is the issuer's.
        return Reason.BAD_SIGNATURE
    return None


def _terminal_state(trusted: trust.TrustSet, moment: Moment, policy: Policy) -> Reason | None:
    if trusted.age_s(moment.now_s) > policy.usable_s:  # (6) The trust set is recent, and the clock trusted.
        return Reason.STALE_TRUST
    return None if moment.clock_trusted else Reason.UNTRUSTED_CLOCK


def _authority(credential: Credential, key: trust.IssuerKey, found: RegisterResult) -> Reason | None:
    # (8) Codes of a compromised key need the register of issued codes; iat is in the key's period.
    if key.compromised_since_s is not None and not found.covered:
        return Reason.KEY_COMPROMISED
    if not key.issues_from_s <= credential.issued_s < key.issues_until_s:
        return Reason.KEY_OUT_OF_WINDOW
    return None if key.covers(credential.issuer) else Reason.KEY_OUT_OF_SCOPE  # (9) The key covers iss.


def _standing(
    credential: Credential, found: RegisterResult, trusted: trust.TrustSet, moment: Moment
) -> Reason | None:
    if credential.issued_s > moment.now_s + CLOCK_SKEW_S:  # (10) iat is not in the future.
        return Reason.ISSUED_IN_FUTURE
    if credential.status is not None:  # (11) Not withdrawn, and in the register where that covers it.
        withdrawn = trusted.is_withdrawn(credential.status.list, credential.status.index)
        if withdrawn is None:
            return Reason.STATUS_UNKNOWN
        if withdrawn:
            return Reason.WITHDRAWN
    return Reason.NOT_ISSUED if found.missing and not found.listed else None


def _date(credential: Credential, moment: Moment, entered: Plate | None) -> Reason:
    if entered is not None and entered != credential.vehicle.plate:  # (12) The vehicle is the entered one.
        return Reason.OTHER_VEHICLE
    return Reason.EXPIRED if moment.now_s >= credential.expires_s else Reason.OK  # (13) Not expired.
