"""Claims of an inspection credential (wire format, section 3)."""

from __future__ import annotations

import re

from nacl import bindings
from nacl.exceptions import CryptoError

from terminal.model import Credential, Plate, Sealed, SealedClaims, StatusListRef, Vehicle
from terminal.vehicle import inspection, plate
from terminal.vehicle.compare import VIN_CHARACTER
from terminal.wire import cbor
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import CTI_SIZE, array, data, entries, text, uint

_VEHICLE, _SEALED, _STATUS = -70001, -70002, -70003
_REQUIRED = frozenset({1, 4, 6, 7, _VEHICLE})
_OPTIONAL = frozenset({_SEALED, _STATUS})
_VEHICLE_REQUIRED = frozenset({1, 2, 3, 4, 5})
_VEHICLE_OPTIONAL = frozenset({6, 7, 8})
_COLOUR = re.compile("[A-Z]{1,3}")
_VIN_TAIL = re.compile(VIN_CHARACTER + "{6}")


def parse(payload: bytes) -> Credential:
    """Decode a credential's payload. Raises Malformed."""
    claims = entries(cbor.read(payload), _REQUIRED, _OPTIONAL)
    vehicle = _vehicle(claims[_VEHICLE])
    expires_s = uint(claims[4])
    if expires_s != inspection.end_of_month_s(vehicle.valid_through):
        raise Malformed("exp disagrees with the month of validity")
    return Credential(
        issuer=text(claims[1], 1, 12),
        expires_s=expires_s,
        issued_s=uint(claims[6]),
        cti=data(claims[7], CTI_SIZE),
        vehicle=vehicle,
        sealed=_sealed(claims[_SEALED]) if _SEALED in claims else None,
        status=_status(claims[_STATUS]) if _STATUS in claims else None,
    )


def write(credential: Credential) -> bytes:
    """Encode a credential's payload. Raises Malformed if `parse` would reject it."""
    vehicle = credential.vehicle
    optional: dict[int, Value] = {6: vehicle.colour, 7: vehicle.vin_tail, 8: vehicle.first_registered}
    described: dict[int, Value] = {
        1: vehicle.plate.number,
        2: vehicle.plate.kind,
        3: vehicle.vehicle_type,
        4: vehicle.use,
        5: vehicle.valid_through,
    }
    described |= {key: value for key, value in optional.items() if value is not None}
    claims: dict[int, Value] = {
        1: credential.issuer,
        4: credential.expires_s,
        6: credential.issued_s,
        7: credential.cti,
        _VEHICLE: described,
    }
    if credential.sealed is not None:
        claims[_SEALED] = [credential.sealed.epoch, credential.sealed.ciphertext]
    if credential.status is not None:
        claims[_STATUS] = [credential.status.list, credential.status.index]
    payload = cbor.write(claims)
    parse(payload)
    return payload


def seal(claims: SealedClaims, epoch: int, key: bytes, *, cti: bytes, protected: bytes) -> Sealed:
    """Encrypt claims with the 32-byte enforcement key of `epoch` (RFC 8439; the nonce is `cti`).

    `protected` is the content of the protected header, which is the associated data (wire format, section 3).
    """
    plain: dict[int, Value] = {1: claims.vin, 2: claims.engine_tail, 3: claims.owner}
    payload = cbor.write({number: value for number, value in plain.items() if value is not None})
    return Sealed(epoch, bindings.crypto_aead_chacha20poly1305_ietf_encrypt(payload, protected, cti, key))


def unseal(sealed: Sealed, key: bytes, *, cti: bytes, protected: bytes) -> SealedClaims | None:
    """Decrypt the claims for enforcement; None if that fails, which never changes the finding."""
    if len(sealed.ciphertext) < bindings.crypto_aead_chacha20poly1305_ietf_ABYTES:
        return None
    try:
        payload = bindings.crypto_aead_chacha20poly1305_ietf_decrypt(sealed.ciphertext, protected, cti, key)
        claims = entries(cbor.read(payload), frozenset({1}), frozenset({2, 3}))
        vin, engine_tail, owner = [text(claims[key]) if key in claims else None for key in (1, 2, 3)]
    except (CryptoError, Malformed):
        return None
    return SealedClaims(vin or "", engine_tail, owner)


def _vehicle(value: Value) -> Vehicle:
    vehicle = entries(value, _VEHICLE_REQUIRED, _VEHICLE_OPTIONAL)
    identity = Plate(text(vehicle[1]), text(vehicle[2]))
    if not plate.may_carry_credential(identity):
        raise Malformed("a number or kind that no credential can have")
    valid_through = uint(vehicle[5])
    if not inspection.is_month(valid_through):
        raise Malformed("not a month of validity")
    return Vehicle(
        plate=identity,
        vehicle_type=text(vehicle[3], 3, 3),
        use=text(vehicle[4], 1, 1),
        valid_through=valid_through,
        colour=_matching(vehicle[6], _COLOUR) if 6 in vehicle else None,
        vin_tail=_matching(vehicle[7], _VIN_TAIL) if 7 in vehicle else None,
        first_registered=_day(vehicle[8]) if 8 in vehicle else None,
    )


def _matching(value: Value, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(text(value)) is None:
        raise Malformed("a text that does not match its pattern")
    return text(value)


def _day(value: Value) -> int:
    if not inspection.is_day(uint(value)):
        raise Malformed("not a valid day")
    return uint(value)


def _sealed(value: Value) -> Sealed:
    epoch, ciphertext = array(value, 2)
    return Sealed(uint(epoch), data(ciphertext))


def _status(value: Value) -> StatusListRef:
    number, index = array(value, 2)
    return StatusListRef(uint(number), uint(index))
