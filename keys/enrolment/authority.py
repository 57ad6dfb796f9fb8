"""The authority's side of enrolment: gives out codes, answers requests, renews and withdraws.

It needs the folder of the CA (`roadside-keys tls`) and that of the TUF repository. A terminal is put into the
repository's content, `terminals.cbor`, and is answered by the registry from the next publication on.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from keys import certificates, files, revocations, terminals, trustset
from keys.enrolment import messages
from keys.enrolment.messages import SECRET_SIZE, EnrolmentAnswer, EnrolmentCode
from keys.enrolment.records import CodeRecord, Profile, Records, TerminalRecord
from keys.terminals import ACTIVE, WITHDRAWN
from keys.trustset import ListedTerminal
from terminal import identity
from terminal.credential.enforcement import target_of
from terminal.credential.trust import TERMINALS_TARGET
from terminal.errors import IdentityFault, InputFault
from terminal.limits import DAY_S
from terminal.officers import roster as rosters
from terminal.wire import cbor, cose, sealed
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keys.certificates import TlsIdentity
    from keys.repository import Repository

_SIGNED = b"\xd2"
"""First byte of a COSE_Sign1, which a renewal is; a request to enrol is an array."""
_AHEAD_S = DAY_S
"""A renewal may be made so much later than the authority's clock says, s."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The CA's folder and the repository."""

    folder: Path
    repository: Repository

    @property
    def records(self) -> Records:
        """Codes and terminals."""
        return Records(self.folder / "enrolment")

    def offer(
        self,
        profile: Profile,
        serial: str,
        expires_s: int,
        address: str | None,
        randomness: Callable[[int], bytes],
    ) -> EnrolmentCode:
        """Give out a code for the device with this serial number, valid until `expires_s` (Unix s).

        An unused code for the same terminal counts no more. Raises InputFault.
        """
        _require_sound(profile, self.folder)
        if not 1 <= len(serial) <= messages.MOST_SERIAL:
            raise InputFault(f"a serial number has 1 to {messages.MOST_SERIAL} characters")
        version = self.repository.accepted_root().version
        ca = certificates.der(certificates.load(self.folder, "ca").certificate)
        digest = messages.digest_of(self.repository.root_file(version).read_bytes(), ca)
        code = EnrolmentCode(randomness(SECRET_SIZE), digest, serial, expires_s, address)
        with self.records.lock():
            self._require_free(profile)
            self._void_codes(profile.terminal)
            self.records.save_code(code.id, CodeRecord(messages.write_code(code), profile, version))
        return code

    def next_number(self) -> int:
        """Return the lowest running number above all that were given. Raises InputFault, TrustFault."""
        given = [*self._listed(), *(record.profile.number for record in self.records.codes().values())]
        return max(given, default=0) + 1

    def answer(self, content: bytes, now_s: int) -> bytes:
        """Answer a request to enrol, or a renewal. Raises InputFault with the reason of a refusal."""
        try:
            with self.records.lock():
                if content[:1] == _SIGNED:
                    return self._renew(content, now_s)
                return self._enrol(content, now_s)
        except Malformed as error:
            raise InputFault(f"refused: {error}") from error

    def withdraw(self, terminal: str, now_s: int) -> int:
        """Withdraw a terminal: its keys, its certificates, its unused codes, and what is sealed to it.

        Returns the number of certificates put on the revocation list. Raises InputFault, TrustFault.
        """
        with self.records.lock():
            listed = self._listed()
            number = next((one for one, entry in listed.items() if entry.name == terminal), None)
            if number is None:
                raise InputFault(f"no terminal {terminal}")
            self._save_listed(listed | {number: replace(listed[number], state=WITHDRAWN)})
            self._void_codes(terminal)
            self._remove_enforcement(terminal)
            record = self.records.terminals().get(terminal)
            if record is not None:
                self._leave_roster(record.profile)
            standing = record.standing(now_s) if record else ()
            self._revoke(standing, now_s)
            return len(standing)

    def terminals(self) -> dict[int, ListedTerminal]:
        """Return the terminals of the repository's content by running number. Raises TrustFault."""
        return self._listed()

    def _enrol(self, content: bytes, now_s: int) -> bytes:
        code_id, message, authentication = messages.split_request(content)
        record = self.records.codes().get(code_id)
        if record is None:
            raise Malformed("no such code; it may have been replaced")
        code = messages.read_code(record.code)
        if not hmac.compare_digest(code.authenticate_request(message), authentication):
            raise Malformed("not authenticated by the code")
        digest = hashlib.sha256(message).hexdigest()
        if record.request == digest and record.answer is not None:
            return bytes.fromhex(record.answer)  # the answer was lost on the way
        if record.request is not None:
            raise Malformed("the code was used already")
        if now_s >= code.expires_s:
            raise Malformed("the code has expired")
        request = messages.read_request(message)
        if request.serial != code.serial:
            raise Malformed("the code is for a device with another serial number")
        answer = self._admit(record, request, now_s)
        sealed_answer = messages.write_answer(answer, message, request.sealing_key, code)
        self.records.save_code(code_id, replace(record, request=digest, answer=sealed_answer.hex()))
        return sealed_answer

    def _admit(self, record: CodeRecord, request: messages.EnrolmentRequest, now_s: int) -> EnrolmentAnswer:
        profile, listed = record.profile, self._listed()
        if any(
            entry.public_key == request.public_key and entry.name != profile.terminal
            for entry in listed.values()
        ):
            raise Malformed("another terminal has this key")
        ca = certificates.load(self.folder, "ca")
        certificate = self._certify(profile.terminal, request.tls_request, ca, now_s)
        before = self.records.terminals().get(profile.terminal)
        if before is not None:
            self._revoke(before.standing(now_s), now_s)
            self._remove_enforcement(profile.terminal)  # it is sealed to the key before
        entry = ListedTerminal(
            profile.terminal, request.public_key, request.sealing_key, profile.province, ACTIVE
        )
        self.records.save_terminal(TerminalRecord(profile, request.serial, (_validity(certificate),)))
        self._save_listed(listed | {profile.number: entry})
        return EnrolmentAnswer(
            description=_description(profile, self.folder),
            certificate=certificates.der(certificate),
            ca=certificates.der(ca.certificate),
            root=self.repository.root_file(record.root_version).read_bytes(),
            roster=self._seal_roster(profile, request.sealing_key),
        )

    def _renew(self, message: bytes, now_s: int) -> bytes:
        kid = cose.parse(message).kid
        entry = next((one for one in self._listed().values() if cose.key_id(one.public_key) == kid), None)
        if entry is None or entry.state != ACTIVE:
            raise Malformed("not an active terminal")
        request = messages.read_renewal(message, entry.public_key)
        record = self.records.terminals().get(entry.name)
        if record is None or request.terminal != entry.name:
            raise Malformed("another terminal's renewal")
        if not record.renewed_s < request.made_s <= now_s + _AHEAD_S:
            raise Malformed("not later than the last renewal, or from a time to come")
        ca = certificates.load(self.folder, "ca")
        certificate = self._certify(entry.name, request.tls_request, ca, now_s)
        kept = (*record.standing(now_s), _validity(certificate))
        self.records.save_terminal(replace(record, certificates=kept, renewed_s=request.made_s))
        return messages.write_renewed(
            certificates.der(certificate), certificates.der(ca.certificate), entry.sealing_key
        )

    def _certify(self, name: str, tls_request: bytes, ca: TlsIdentity, now_s: int) -> x509.Certificate:
        try:
            request = x509.load_der_x509_csr(tls_request)
        except ValueError as error:
            raise Malformed("not a request for a certificate") from error
        key = request.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Malformed("a TLS key of another kind than P-256")
        if not request.is_signature_valid:
            raise Malformed("a request for a certificate that its key did not sign")
        return certificates.certify_client(name, key, ca, now_s, certificates.DAYS)

    def _seal_roster(self, profile: Profile, sealing_key: bytes) -> bytes | None:
        """Seal the unit's roster to a terminal, for its answer and for the next publication."""
        roster = self.records.roster(profile.unit)
        if roster is None:
            return None
        box = sealed.seal(roster, sealing_key)
        path, boxes = self._roster(profile.unit)
        path.parent.mkdir(exist_ok=True)
        files.replace(path, cbor.write(boxes | {profile.number: box}))
        return rosters.write_target({profile.number: box})

    def _remove_enforcement(self, terminal: str) -> None:
        (self.repository.content / target_of(terminal)).unlink(missing_ok=True)

    def _leave_roster(self, profile: Profile) -> None:
        path, boxes = self._roster(profile.unit)
        if boxes.pop(profile.number, None) is not None:
            files.replace(path, cbor.write(boxes))

    def _roster(self, unit: str) -> tuple[Path, dict[int, cbor.Value]]:
        """Return the target of a unit's roster, and its boxes by running number."""
        path = self.repository.content / rosters.target_of(unit)
        boxes = cbor.read(path.read_bytes()) if path.exists() else {}
        if type(boxes) is not dict:
            raise InputFault(f"{path}: not a map")
        return path, boxes

    def _require_free(self, profile: Profile) -> None:
        listed = self._listed()
        for number, entry in listed.items():
            if (number == profile.number) != (entry.name == profile.terminal):
                raise InputFault(f"{entry.name} has number {number}; a terminal keeps its number")
        for record in self.records.codes().values():
            if record.profile.number == profile.number and record.profile.terminal != profile.terminal:
                raise InputFault(f"number {profile.number} is promised to {record.profile.terminal}")

    def _void_codes(self, terminal: str) -> None:
        for code_id, record in self.records.codes().items():
            if record.profile.terminal == terminal:
                self.records.remove_code(code_id)

    def _revoke(self, standing: tuple[tuple[int, int], ...], now_s: int) -> None:
        ca = certificates.load(self.folder, "ca")
        revocations.withdraw(self.folder, ca, [number for number, _ in standing], now_s)

    def _listed(self) -> dict[int, ListedTerminal]:
        content = self.repository.content
        return terminals.load(content) if (content / TERMINALS_TARGET).exists() else {}

    def _save_listed(self, listed: dict[int, ListedTerminal]) -> None:
        files.replace(self.repository.content / TERMINALS_TARGET, trustset.terminals_target(listed))


def _description(profile: Profile, folder: Path) -> bytes:
    described = asdict(profile)
    number = described.pop("number")
    return identity.write(
        identity.Identity(number=described.pop("terminal"), running_number=number, folder=folder, **described)
    )


def _require_sound(profile: Profile, folder: Path) -> None:
    try:
        _description(profile, folder)
        certificates.require_name(profile.terminal)
    except IdentityFault as fault:
        raise InputFault(fault.detail) from fault


def _validity(certificate: x509.Certificate) -> tuple[int, int]:
    return certificate.serial_number, int(certificate.not_valid_after_utc.timestamp())
