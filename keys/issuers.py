"""Issuer keys of a repository: request, enrolment, scope, rotation, compromise (wire format, section 4).

A request proves possession of the key: the key itself signs a COSE_Sign1, context roadside/possession/1, over

    { 1: bstr .size 32 (public key), 2: [tstr (scope)], 3: uint (iat from), 4: uint (iat to),
      5: uint (made, Unix s) }
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nacl import bindings

from keys import files, trustset
from terminal.credential import trust
from terminal.credential.trust import ISSUERS_TARGET, IssuerKey
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed
from terminal.wire.fields import KEY_SIZE, array, data, entries, text, uint

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

POSSESSION = b"roadside/possession/1"
REQUEST_S = 14 * DAY_S
"""A request is accepted for this long after it was made, s."""
AHEAD_S = 300


@dataclass(frozen=True, slots=True)
class IssuerEnrolmentRequest:
    """An issuer's request: key, scopes and period asked for, and when it was made (Unix time, s)."""

    key: IssuerKey
    made_s: int


def request(seed: bytes, scopes: Iterable[str], from_s: int, until_s: int, now_s: int) -> bytes:
    """Return a request to enrol the key of the 32-byte `seed`, signed by it."""
    public_key, _ = bindings.crypto_sign_seed_keypair(seed)
    payload = cbor.write({1: public_key, 2: list(scopes), 3: from_s, 4: until_s, 5: now_s})
    return cose.sign(payload, POSSESSION, seed)


def read_request(message: bytes, now_s: int) -> IssuerEnrolmentRequest:
    """Verify a request. Raises InputFault unless the key it names signed it, and recently."""
    try:
        parts = cose.parse(message)
        fields = entries(cbor.read(parts.payload), frozenset({1, 2, 3, 4, 5}))
        public_key = data(fields[1], KEY_SIZE)
        scopes = tuple(text(scope, 1, 12) for scope in array(fields[2]))
        key = IssuerKey(public_key, scopes, uint(fields[3]), uint(fields[4]))
        found = IssuerEnrolmentRequest(key, uint(fields[5]))
    except Malformed as error:
        raise InputFault(f"not a request to enrol an issuer: {error}") from error
    signed = cose.signed_bytes(parts, POSSESSION)
    if (
        not cose.is_full_order_point(public_key)
        or parts.kid != cose.key_id(public_key)
        or not cose.is_signed(parts.signature, signed, public_key)
    ):
        raise InputFault("the request was not signed by the key it names")
    if not -AHEAD_S <= now_s - found.made_s <= REQUEST_S:
        raise InputFault("the request is older than 14 days, or from a time to come; ask for a new one")
    return found


def load(content: Path) -> dict[bytes, IssuerKey]:
    """Load the issuer keys of a repository's content by kid; none if there is no file. Raises TrustFault."""
    path = content / ISSUERS_TARGET
    if not path.exists():
        return {}
    return trust.load_issuers(path.read_bytes())


def save(content: Path, keys: Iterable[IssuerKey]) -> None:
    """Write the issuer keys, if a terminal would accept them. Raises TrustFault; then nothing is changed."""
    encoded = trustset.issuers_target(keys)
    trust.load_issuers(encoded)
    files.replace(content / ISSUERS_TARGET, encoded)


def enrol(content: Path, found: IssuerEnrolmentRequest, scopes: tuple[str, ...] | None = None) -> bytes:
    """Add the key of a request, with these scopes in place of those asked for; return its kid.

    Other keys of the same scope stay valid, which is how a key is rotated. Raises InputFault, TrustFault.
    """
    keys = load(content)
    kid = cose.key_id(found.key.public_key)
    if kid in keys:
        raise InputFault(f"key {kid.hex()} is enrolled already")
    save(content, [*keys.values(), found.key if scopes is None else replace(found.key, scopes=scopes)])
    return kid


def change(
    content: Path,
    kid: bytes,
    *,
    scopes: tuple[str, ...] | None = None,
    until_s: int | None = None,
    compromised_since_s: int | None = None,
) -> IssuerKey:
    """Change a key's scopes, end, or the time since which it is compromised (Unix time, s); return it.

    A compromise is never taken back: a new key is enrolled instead. Raises InputFault, TrustFault.
    """
    keys = load(content)
    if kid not in keys:
        raise InputFault(f"no issuer key {kid.hex()}")
    key = keys[kid]
    if compromised_since_s is not None:
        earlier = key.compromised_since_s
        since_s = compromised_since_s if earlier is None else min(earlier, compromised_since_s)
        key = replace(key, compromised_since_s=since_s)
    if scopes is not None:
        key = replace(key, scopes=scopes)
    if until_s is not None:
        key = replace(key, issues_until_s=until_s)
    keys[kid] = key
    save(content, keys.values())
    return key
