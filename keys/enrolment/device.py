"""The device's side of enrolment: makes keys, asks for an identity, stores it, and renews its certificate.

An enrolment is prepared in a folder beside the identity and replaces it by a rename once it is complete.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from keys import certificates, files, key_store
from keys.enrolment import messages
from keys.enrolment.messages import EnrolmentRequest, RenewalRequest
from terminal import atomic_file, identity
from terminal.errors import EnrolmentFault, IdentityFault
from terminal.limits import DAY_S
from terminal.wire.cbor import Malformed
from terminal.wire.fields import ID_SIZE
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from keys.enrolment.messages import EnrolmentAnswer
    from keys.key_store import FolderStore
    from keys.tpm import Tpm

ROSTER = "roster.sealed"
"""Roster of the unit, as sealed at enrolment; a trust set's own counts as soon as there is one."""
RENEWAL_S = 10 * DAY_S
"""A certificate with less time left than this is renewed, s."""
_CODE, _REQUEST = "enrolment.code", "enrolment.request"


def begin(
    folder: Path, text: str, serial: str, randomness: Callable[[int], bytes], tpm: Tpm | None = None
) -> bytes:
    """Make the keys of a new identity, and return the request to enrol them by the code in `text`.

    `folder` is the identity's, which is not changed yet; `serial` the serial number of this device, and its
    `tpm`, if it has one, protects the keys. With the same code the same request is returned, so that a lost
    answer can be asked for again. Raises EnrolmentFault.
    """
    code = messages.read_code(text)
    if code.serial != serial:
        raise EnrolmentFault(f"the code is for the device with serial number {code.serial}; this is {serial}")
    staged = _staged(folder)
    if (staged / _REQUEST).exists() and (staged / _CODE).read_bytes() == text.encode():
        return (staged / _REQUEST).read_bytes()
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700, parents=True)
    store = key_store.make_keys(staged, randomness, tpm)
    request = EnrolmentRequest(
        public_key=store.public_key,
        sealing_key=store.sealing.public,
        tls_request=store.tls_request(serial),
        serial=serial,
        random=randomness(ID_SIZE),
    )
    content = messages.write_request(request, signer_with(store.public_key, store.sign), code)
    files.replace(staged / _CODE, text.encode(), mode=0o600)
    files.replace(staged / _REQUEST, content)
    return content


def finish(folder: Path, answer: bytes, tpm: Tpm | None = None) -> identity.Identity:
    """Verify the authority's answer and store the identity in place of any earlier one.

    Raises EnrolmentFault if no enrolment was begun, or the answer cannot be believed; then nothing is
    changed.
    """
    staged = _staged(folder)
    if not (staged / _REQUEST).exists():
        raise EnrolmentFault("no enrolment was begun on this device: begin with the code")
    code = messages.read_code((staged / _CODE).read_text(encoding="ascii"))
    store = key_store.open_store(staged, tpm)
    try:
        _, request, _ = messages.split_request((staged / _REQUEST).read_bytes())
        found = messages.read_answer(answer, request, store.sealing, code)
        described = identity.parse(found.description, folder)
        certificate, ca = _certificates(found.certificate, found.ca)
        _require_certificate(certificate, ca, described.number, store)
    except (Malformed, IdentityFault) as error:
        raise EnrolmentFault(f"the answer is not to be believed: {error}") from error
    _write(staged, found, certificate, ca)
    _put_in_place(staged, folder)
    for name in (_CODE, _REQUEST):
        (folder / name).unlink()
    return described


def renewal_is_due(folder: Path, now_s: float) -> bool:
    """Return True if the TLS certificate has less than RENEWAL_S left at Unix time `now_s`. Raises
    InputFault.
    """
    certificate = certificates.load_certificate(folder / identity.TLS_CERTIFICATE)
    return certificate.not_valid_after_utc.timestamp() - now_s < RENEWAL_S


def renewal_request(folder: Path, now_s: int, tpm: Tpm | None = None) -> bytes:
    """Return a request for a new certificate for the same TLS key. Raises IdentityFault, InputFault."""
    number, store = identity.load(folder).number, key_store.open_store(folder, tpm)
    request = RenewalRequest(number, now_s, store.tls_request(number))
    return messages.write_renewal(request, signer_with(store.public_key, store.sign))


def apply_renewal(folder: Path, answer: bytes, tpm: Tpm | None = None) -> datetime:
    """Verify and store a renewed certificate; return the time at which it ends.

    A CA certificate that was renewed with the old key of the CA is taken over. Raises IdentityFault, and
    EnrolmentFault for an answer that is not to be believed; then nothing is changed.
    """
    number, store = identity.load(folder).number, key_store.open_store(folder, tpm)
    before = certificates.load_certificate(folder / identity.TLS_CERTIFICATE)
    trusted = certificates.load_certificate(folder / identity.CA)
    try:
        certificate, ca = _open_renewed(store, answer)
        _require_same_ca(ca, trusted)
        _require_certificate(certificate, ca, number, store)
        _require_later(certificate, before)
    except Malformed as error:
        raise EnrolmentFault(f"the answer is not to be believed: {error}") from error
    if ca != trusted:
        files.replace(folder / identity.CA, certificates.pem(ca))
    files.replace(folder / identity.TLS_CERTIFICATE, certificates.pem(certificate))
    return certificate.not_valid_after_utc


@dataclass(frozen=True, slots=True)
class DeviceEnrolment:
    """Enrolment of this device; see `terminal.commands.enrol.Enrolment`."""

    folder: Path
    """Of the identity."""
    serial: Callable[[], str]
    """Returns the serial number of the device. Raises EnrolmentFault."""
    randomness: Callable[[int], bytes]
    tpm: Tpm | None = None
    """The device's TPM, if it has one."""

    def begin(self, code: str) -> tuple[bytes, str | None]:
        """See `terminal.commands.enrol.Enrolment`."""
        request = begin(self.folder, code, self.serial(), self.randomness, self.tpm)
        return request, messages.read_code(code).address

    def finish(self, answer: bytes) -> str:
        """See `terminal.commands.enrol.Enrolment`."""
        return finish(self.folder, answer, self.tpm).number

    def renewal_is_due(self, now_s: float) -> bool:
        """See `terminal.commands.enrol.Enrolment`."""
        return renewal_is_due(self.folder, now_s)

    def renewal_request(self, now_s: float) -> bytes:
        """See `terminal.commands.enrol.Enrolment`."""
        return renewal_request(self.folder, int(now_s), self.tpm)

    def renew(self, answer: bytes) -> datetime:
        """See `terminal.commands.enrol.Enrolment`."""
        return apply_renewal(self.folder, answer, self.tpm)


def _open_renewed(store: FolderStore, answer: bytes) -> tuple[x509.Certificate, x509.Certificate]:
    opened = store.open_sealed(answer)
    if opened is None:
        raise Malformed("a box that this terminal cannot open")
    return _certificates(*messages.read_renewed(opened))


def _require_same_ca(ca: x509.Certificate, trusted: x509.Certificate) -> None:
    if ca.public_key() != trusted.public_key() or ca.subject != trusted.subject:
        raise Malformed("by another CA; enrol again to change the CA")


def _require_later(certificate: x509.Certificate, before: x509.Certificate) -> None:
    if certificate.not_valid_after_utc <= before.not_valid_after_utc:
        raise Malformed("a certificate that ends no later than the one in use")


def _certificates(certificate: bytes, ca: bytes) -> tuple[x509.Certificate, x509.Certificate]:
    try:
        return x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(ca)
    except ValueError as error:
        raise Malformed("not a certificate") from error


def _require_certificate(
    certificate: x509.Certificate, ca: x509.Certificate, number: str, store: FolderStore
) -> None:
    try:
        ca.verify_directly_issued_by(ca)
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Malformed("a certificate that the CA did not issue") from error
    if certificates.common_name(certificate) != number or certificate.public_key() != store.tls_public_key():
        raise Malformed("another terminal's certificate")


def _write(staged: Path, found: EnrolmentAnswer, certificate: x509.Certificate, ca: x509.Certificate) -> None:
    files.replace(staged / identity.DESCRIPTION, found.description)
    files.replace(staged / identity.TLS_CERTIFICATE, certificates.pem(certificate))
    files.replace(staged / identity.CA, certificates.pem(ca))
    files.replace(staged / identity.ROOT, found.root)
    if found.roster is not None:
        files.replace(staged / ROSTER, found.roster, mode=0o600)


def _put_in_place(staged: Path, folder: Path) -> None:
    _, before = identity.staging_folders(folder)
    shutil.rmtree(before, ignore_errors=True)
    atomic_file.sync_folder(staged)
    if folder.exists():
        folder.replace(before)
    staged.replace(folder)
    atomic_file.sync_folder(folder.parent)
    shutil.rmtree(before, ignore_errors=True)


def _staged(folder: Path) -> Path:
    return identity.staging_folders(folder)[0]
