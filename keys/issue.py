"""Issue inspection credentials from a request, a key, a nonce and a time (wire format, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nacl import bindings

from terminal.credential import claims, verify
from terminal.errors import InputFault
from terminal.model import Credential
from terminal.vehicle import inspection, plate
from terminal.vehicle.compare import VEHICLE_TYPE, is_vin
from terminal.vehicle.plate import has_dot
from terminal.vehicle.tables import KINDS, USES
from terminal.wire import cose

if TYPE_CHECKING:
    from terminal.model import Plate, SealedClaims, StatusListRef, Vehicle


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Claims for enforcement only, and the 32-byte key of `epoch` that they are encrypted with."""

    claims: SealedClaims
    epoch: int
    key: bytes


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """Contents of a credential (wire format, section 3)."""

    vehicle: Vehicle
    issuer: str
    """发证机关, the issuing authority, 1 to 12 characters."""
    status: StatusListRef | None = None
    enforcement: Enforcement | None = None


def default_issuer(number: str) -> str | None:
    """Return the authority that a number names by province and letter, such as 苏A; None if it names none."""
    return number[:2] if has_dot(number) else None


def issue(request: IssueRequest, seed: bytes, cti: bytes, now_s: int) -> str:
    """Issue a credential, signed at `now_s` (Unix time, s) with the 32-byte Ed25519 `seed`, and return its QR
    text.

    `cti` is 12 random bytes, new for every signature, since it is the nonce of the sealed claims. Raises
    InputFault with the part of the request that cannot be signed.
    """
    _require_sound(request)
    try:
        payload = claims.write(_credential(request, seed, cti, now_s))
        return verify.write_text(cose.sign(payload, verify.CONTEXT, seed))
    except ValueError as error:
        raise InputFault(f"the credential cannot be encoded: {error}") from error


def _credential(request: IssueRequest, seed: bytes, cti: bytes, now_s: int) -> Credential:
    protected = cose.protected_of(bindings.crypto_sign_seed_keypair(seed)[0])
    enforcement = request.enforcement
    return Credential(
        issuer=request.issuer,
        expires_s=inspection.end_of_month_s(request.vehicle.valid_through),
        issued_s=now_s,
        cti=cti,
        vehicle=request.vehicle,
        sealed=None
        if enforcement is None
        else claims.seal(
            enforcement.claims, enforcement.epoch, enforcement.key, cti=cti, protected=protected
        ),
        status=request.status,
    )


def _require_sound(request: IssueRequest) -> None:
    """Raise InputFault, worded for the clerk, for likely mistakes; `claims.write` checks everything else."""
    vehicle = request.vehicle
    require_plate(vehicle.plate)
    if not inspection.is_month(vehicle.valid_through):
        raise InputFault("the month of validity is not between 2000-01 and 2199-12")
    if VEHICLE_TYPE.fullmatch(vehicle.vehicle_type) is None:
        raise InputFault("the vehicle type is not a letter and two letters or digits, such as K33")
    if vehicle.use not in USES:
        raise InputFault(f"the use is not one of {' '.join(USES)}")
    if vehicle.first_registered is not None and not inspection.is_day(vehicle.first_registered):
        raise InputFault("the day of first registration does not exist")
    if request.enforcement is not None and not is_vin(request.enforcement.claims.vin):
        raise InputFault("the VIN is not 17 characters of 0-9 and A-Z without I, O and Q")


def require_plate(identity: Plate) -> None:
    """Raise InputFault, worded for the clerk, for a plate that no credential is issued for."""
    kind = KINDS.get(identity.kind)
    if kind is not None and not kind.credential:
        raise InputFault(f"no credential is issued for plate kind {kind.code} {kind.name_zh}")
    if not plate.may_carry_credential(identity):
        raise InputFault(
            "a number is 5 to 10 of 0-9, A-Z and Chinese characters, a kind two digits, such as"
            f" {' '.join(KINDS)}"
        )
