"""TLS identities: a certificate authority, and short-lived certificates for brokers, terminals and workers.

One authority signs all of them. P-256 is used because every TLS 1.3 library and mosquitto support it. The
`cryptography` library draws keys and serial numbers from the operating system.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys import files, revocations
from terminal.errors import InputFault
from terminal.limits import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    _Extension: TypeAlias = tuple[x509.ExtensionType, bool]
    """An extension and its critical flag."""

AUTHORITY_DAYS = 365
DAYS = 30
"""Lifetime of a terminal's or broker's certificate: short, so that a lost one soon expires."""
RENEWAL_S = 7 * DAY_S
"""Identities with less time left than this are renewed."""
LEEWAY_S = 300
"""Time by which a certificate is valid before it is made, because clocks differ."""
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""Usable as an MQTT topic level and as a common name (RFC 5280, ub-common-name): no spaces, no wildcards."""


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def make_ca(name: str, now_s: int, days: int) -> TlsIdentity:
    """Make an authority that signs end-entity certificates only (path length 0). Raises InputFault."""
    return _self_signed(name, ec.generate_private_key(ec.SECP256R1()), now_s, days)


def renew_ca(ca: TlsIdentity, now_s: int, days: int) -> TlsIdentity:
    """Make an authority's certificate anew with its key: what it issued is valid under both certificates."""
    return _self_signed(common_name(ca.certificate), ca.key, now_s, days)


def issue_server(names: Sequence[str], ca: TlsIdentity, now_s: int, days: int) -> TlsIdentity:
    """Issue a broker's identity for these host names and addresses; the first is also its common name.

    Raises InputFault for an invalid name.
    """
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    key = ec.generate_private_key(ec.SECP256R1())
    purposes: list[_Extension] = [
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (alternatives, False),
    ]
    return TlsIdentity(_sign(names[0], key.public_key(), ca, (now_s, days), purposes), key)


def issue_client(name: str, ca: TlsIdentity, now_s: int, days: int) -> TlsIdentity:
    """Issue the identity of a terminal or worker; `name` is its common name, user name and client id.

    Raises InputFault if the name is not a valid MQTT topic level.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    return TlsIdentity(certify_client(name, key.public_key(), ca, now_s, days), key)


def certify_client(
    name: str, public_key: ec.EllipticCurvePublicKey, ca: TlsIdentity, now_s: int, days: int
) -> x509.Certificate:
    """Issue the certificate of a terminal or worker for a key of its own. Raises as `issue_client`."""
    purposes: list[_Extension] = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]
    return _sign(name, public_key, ca, (now_s, days), purposes)


def save(identity: TlsIdentity, folder: Path, name: str) -> None:
    """Save an identity as `name`.crt and `name`.key (mode 0600) in `folder`.

    Raises InputFault if either file exists; then neither is changed.
    """
    save_files(identity, folder / f"{name}.crt", folder / f"{name}.key")


def save_files(identity: TlsIdentity, certificate: Path, key: Path) -> None:
    """Save an identity in these files, the key with mode 0600. Raises as `save`."""
    secret = identity.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.create(key, 0o600, secret)
    try:
        files.create(certificate, 0o644, identity.certificate.public_bytes(serialization.Encoding.PEM))
    except InputFault:
        key.unlink()
        raise


def load(folder: Path, name: str) -> TlsIdentity:
    """Load the identity from `name`.crt and `name`.key.

    Raises InputFault if it is missing or invalid, or others may read the key.
    """
    return load_files(folder / f"{name}.crt", folder / f"{name}.key")


def load_files(certificate_file: Path, key_file: Path) -> TlsIdentity:
    """Load the identity in these files. Raises as `load`."""
    try:
        files.require_private(key_file)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    except FileNotFoundError as error:
        raise InputFault(f"{error.filename}: no such file") from error
    except (ValueError, TypeError) as error:  # details omitted: the content may be secret
        raise InputFault(f"{certificate_file}: not a certificate with an unencrypted key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise InputFault(f"{certificate_file}: not an identity made by roadside-keys")
    return TlsIdentity(certificate, key)


def load_certificate(path: Path) -> x509.Certificate:
    """Load a certificate in PEM. Raises InputFault."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InputFault(f"{path}: not a certificate") from error


def ensure_identities(folder: Path, clients: Sequence[str], now_s: int) -> list[str]:
    """Ensure that `folder` holds a laboratory's identities, valid for a week more: ca, broker and `clients`.

    Returns the names of those that were made or renewed. Raises InputFault for an invalid file or name.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    made: list[str] = []
    authority = _standing(_paths(folder, "ca"), None, now_s)
    if authority is None:
        authority = make_ca("laboratory", now_s, AUTHORITY_DAYS)
        _renew(authority, _paths(folder, "ca"))
        made.append("ca")
    for name in ("broker", *clients):
        paths = _paths(folder, name)
        if name != "broker":
            made += [name] if ensure_client(paths, name, authority, now_s) else []
        elif _standing(paths, authority, now_s) is None:
            _renew(issue_server(["localhost", "127.0.0.1"], authority, now_s, DAYS), paths)
            made.append(name)
    revocations.ensure(folder, authority, now_s)
    return made


def ensure_client(paths: tuple[Path, Path], name: str, ca: TlsIdentity, now_s: int) -> bool:
    """Ensure that `paths` (certificate, key) hold an identity of `name` by `ca`, valid for a week more.

    Returns True if it was made or renewed. Raises InputFault for an invalid file or name.
    """
    if _standing(paths, ca, now_s) is not None:
        return False
    _renew(issue_client(name, ca, now_s, DAYS), paths)
    return True


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.crt", folder / f"{name}.key"


def _standing(paths: tuple[Path, Path], ca: TlsIdentity | None, now_s: int) -> TlsIdentity | None:
    """Load an identity if it is present, valid for a week more and signed by `ca` (None: by itself)."""
    if not paths[0].exists():
        return None
    identity = load_files(*paths)
    begins_s = identity.certificate.not_valid_before_utc.timestamp()
    ends_s = identity.certificate.not_valid_after_utc.timestamp()
    try:
        identity.certificate.verify_directly_issued_by((ca or identity).certificate)
    except (ValueError, InvalidSignature):
        return None
    return identity if begins_s <= now_s <= ends_s - RENEWAL_S else None


def _renew(identity: TlsIdentity, paths: tuple[Path, Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    save_files(identity, *paths)


def _self_signed(name: str, key: ec.EllipticCurvePrivateKey, now_s: int, days: int) -> TlsIdentity:
    extensions: list[_Extension] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
    ]
    builder = _builder(name, key.public_key(), now_s, days, extensions)
    return TlsIdentity(builder.issuer_name(_common_name(name)).sign(key, hashes.SHA256()), key)


def _sign(
    name: str,
    public_key: ec.EllipticCurvePublicKey,
    ca: TlsIdentity,
    validity: tuple[int, int],
    purposes: Sequence[_Extension],
) -> x509.Certificate:
    authority = ca.key.public_key()
    extensions: list[_Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), False),
        *purposes,
    ]
    builder = _builder(name, public_key, *validity, extensions)
    return builder.issuer_name(ca.certificate.subject).sign(ca.key, hashes.SHA256())


def _builder(
    name: str,
    public_key: ec.EllipticCurvePublicKey,
    now_s: int,
    days: int,
    extensions: Sequence[_Extension],
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(now_s, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_common_name(name))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(seconds=LEEWAY_S))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder


def der(certificate: x509.Certificate) -> bytes:
    """Encode a certificate in DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """Encode a certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def common_name(certificate: x509.Certificate) -> str:
    """Return the common name of a certificate, empty if it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def require_name(name: str) -> None:
    """Raise InputFault for a name that cannot be a common name and a level of a topic."""
    if not _NAME.fullmatch(name):
        raise InputFault("a name has 1 to 64 letters, digits, dots, underscores and hyphens")


def _common_name(name: str) -> x509.Name:
    require_name(name)
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
