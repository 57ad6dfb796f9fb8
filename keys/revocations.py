"""Certificate revocation list (RFC 5280) of the TLS authority: the broker refuses the certificates in it.

A broker refuses every client once the list's next update is overdue, so the list is renewed long before that,
also without a new withdrawal.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization

from keys import files
from terminal.errors import InputFault
from terminal.limits import DAY_S

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from keys.certificates import TlsIdentity

NAME = "withdrawn.crl"
DAYS = 30
"""Validity of a list."""
RENEWAL_S = 21 * DAY_S
"""A list with less time left than this, s, is renewed."""
_LEEWAY_S = 300
"""Time by which a list is valid before it is made, because clocks differ."""


def ensure(folder: Path, ca: TlsIdentity, now_s: int) -> bool:
    """Ensure that `folder` has a list by `ca` with enough time left; True if it was made.

    Raises InputFault.
    """
    path = folder / NAME
    if path.exists() and _stands(load(path), ca, now_s):
        return False
    withdraw(folder, ca, (), now_s)
    return True


def withdraw(folder: Path, ca: TlsIdentity, serials: Collection[int], now_s: int) -> int:
    """Renew the list with these certificates' serial numbers in addition; return the number of entries.

    Raises InputFault if the list in `folder` is invalid.
    """
    path = folder / NAME
    before = load(path) if path.exists() else None
    held = {} if before is None or not _is_by(before, ca) else {one.serial_number: one for one in before}
    now = datetime.fromtimestamp(now_s, UTC)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
        held.setdefault(serial, entry.build())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(now - timedelta(seconds=_LEEWAY_S))
        .next_update(now + timedelta(days=DAYS))
        .add_extension(x509.CRLNumber(_number(before) + 1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False
        )
    )
    for serial in sorted(held):
        builder = builder.add_revoked_certificate(held[serial])
    made = builder.sign(ca.key, hashes.SHA256())
    files.replace(path, made.public_bytes(serialization.Encoding.PEM))
    return len(held)


def load(path: Path) -> x509.CertificateRevocationList:
    """Load a list in PEM. Raises InputFault."""
    try:
        return x509.load_pem_x509_crl(path.read_bytes())
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InputFault(f"{path}: not a certificate revocation list") from error


def _stands(found: x509.CertificateRevocationList, ca: TlsIdentity, now_s: int) -> bool:
    ends = found.next_update_utc
    return ends is not None and ends.timestamp() - now_s >= RENEWAL_S and _is_by(found, ca)


def _is_by(found: x509.CertificateRevocationList, ca: TlsIdentity) -> bool:
    try:
        return found.is_signature_valid(ca.key.public_key())
    except InvalidSignature:
        return False


def _number(found: x509.CertificateRevocationList | None) -> int:
    """Return a list's number, which rises by one each time; 0 without a list."""
    if found is None:
        return 0
    return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
