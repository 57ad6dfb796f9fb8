"""Messages by which a terminal is enrolled and its TLS certificate renewed (wire format, sections 1 and 2).

    Code      = { 1: bstr .size 16 (secret), 2: bstr .size 32 (digest of root and CA), 3: tstr (serial number
                  of the device), 4: uint (expires, Unix s), ? 5: tstr (HOST:PORT of the service) }
    Request   = { 1: bstr .size 32 (Ed25519 key), 2: bstr .size 32 (X25519 key), 3: bstr (PKCS #10 request of
                  the TLS key, DER), 4: tstr (serial number of the device), 5: bstr .size 16 (random) }
    Answer    = { 1: bstr (identity.json), 2: bstr (certificate, DER), 3: bstr (CA certificate, DER),
                  4: bstr (root.json), ? 5: bstr (sealed roster of the unit) }
    Renewal   = { 6: tstr (terminal), 7: uint (made, Unix s), 3: bstr (PKCS #10 request) }
    Renewed   = { 2: bstr (certificate, DER), 3: bstr (CA certificate, DER) }

A code travels as text: `RE1:` and the Base45 of its CBOR. A request is a COSE_Sign1 by the new key, a renewal
one by the terminal's key, both for the context `roadside/enrol/1`. Whoever holds the secret of a code proves
it by HMAC-SHA-256, under a key of its own in each direction:

    [ id of the code, request, HMAC(request) ]         from the terminal
    [ box, HMAC(SHA-256(request) || box) ]             to it; the box is sealed to its X25519 key

The authority believes the keys because only the code's holder could send them. The terminal believes the
answer for the same reason, and root and CA also by their digest, which it read from the authority's screen or
paper: even somebody who saw the code cannot give it other ones. A renewal is answered by a box alone: a
certificate proves itself by the CA's signature.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import base45

from terminal.errors import EnrolmentFault
from terminal.identity import CODE_PREFIX
from terminal.wire import cbor, cose, sealed
from terminal.wire.cbor import Malformed
from terminal.wire.fields import HASH_SIZE, ID_SIZE, KEY_SIZE, array, data, entries, text, uint

if TYPE_CHECKING:
    from terminal.wire.signed import Signer

CONTEXT = b"roadside/enrol/1"
SECRET_SIZE = 16
CODE_ID_SIZE = 8
MOST_SERIAL = 64
_MOST_ADDRESS = 255


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """One-time code for one device."""

    secret: bytes = field(repr=False)
    """SECRET_SIZE random bytes."""
    digest: bytes
    """`digest_of` the root and the CA that the terminal shall believe."""
    serial: str
    """Serial number of the device."""
    expires_s: int
    """Unix time, s."""
    address: str | None = None
    """HOST:PORT of the authority's service, if it has one."""

    @property
    def id(self) -> bytes:
        """Identifier by which the authority finds the code; it does not give the secret away."""
        return self._derive(b"id")[:CODE_ID_SIZE]

    def authenticate_request(self, request: bytes) -> bytes:
        """Return the authentication code of a request, 32 bytes."""
        return hmac.digest(self._derive(b"request"), request, "sha256")

    def authenticate_answer(self, request: bytes, box: bytes) -> bytes:
        """Return the authentication code of the answer to a request, 32 bytes."""
        return hmac.digest(self._derive(b"answer"), hashlib.sha256(request).digest() + box, "sha256")

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.digest(self.secret, CONTEXT + b" " + purpose, "sha256")


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A device's keys and serial number, signed by the new Ed25519 key."""

    public_key: bytes
    sealing_key: bytes
    tls_request: bytes
    """PKCS #10 in DER, signed by the TLS key."""
    serial: str
    random: bytes


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """All that a terminal stores of the authority."""

    description: bytes
    """identity.json."""
    certificate: bytes
    """DER."""
    ca: bytes
    """DER."""
    root: bytes
    roster: bytes | None = None
    """Roster of the unit, sealed to the terminal as in the target `roster/<unit>.sealed`."""


@dataclass(frozen=True, slots=True)
class RenewalRequest:
    """A terminal's request for a new certificate, signed by its Ed25519 key."""

    terminal: str
    made_s: int
    """Unix time, s."""
    tls_request: bytes


def digest_of(root: bytes, ca: bytes) -> bytes:
    """Return the digest of a root (JSON) and a CA certificate (DER), 32 bytes."""
    parts = (hashlib.sha256(part).digest() for part in (root, ca))
    return hashlib.sha256(b"".join(parts)).digest()


def write_code(code: EnrolmentCode) -> str:
    """Encode a code as text of digits, capital letters and a few signs, as QR symbols hold it best."""
    fields: dict[int, cbor.Value] = {1: code.secret, 2: code.digest, 3: code.serial, 4: code.expires_s}
    if code.address is not None:
        fields[5] = code.address
    encoded: bytes = base45.b45encode(cbor.write(fields))
    return CODE_PREFIX + encoded.decode("ascii")


def read_code(written: str) -> EnrolmentCode:
    """Parse a code. Raises EnrolmentFault; the text is not repeated, because it holds a secret."""
    if not written.startswith(CODE_PREFIX):
        raise EnrolmentFault(f"not an enrolment code: it begins with {CODE_PREFIX}")
    try:
        content = base45.b45decode(written.removeprefix(CODE_PREFIX))
        found = entries(cbor.read(content), frozenset({1, 2, 3, 4}), frozenset({5}))
        return EnrolmentCode(
            data(found[1], SECRET_SIZE),
            data(found[2], HASH_SIZE),
            text(found[3], 1, MOST_SERIAL),
            uint(found[4]),
            text(found[5], 1, _MOST_ADDRESS) if 5 in found else None,
        )
    except ValueError as error:
        raise EnrolmentFault("a damaged enrolment code: read or type it again") from error


def write_request(request: EnrolmentRequest, signer: Signer, code: EnrolmentCode) -> bytes:
    """Encode, sign and authenticate a request."""
    payload = cbor.write(
        {
            1: request.public_key,
            2: request.sealing_key,
            3: request.tls_request,
            4: request.serial,
            5: request.random,
        }
    )
    message = signer(payload, CONTEXT)
    return cbor.write([code.id, message, code.authenticate_request(message)])


def split_request(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the code's id, the signed request and its authentication code. Raises Malformed."""
    code_id, message, authentication = array(cbor.read(content), 3)
    return data(code_id, CODE_ID_SIZE), data(message), data(authentication, HASH_SIZE)


def read_request(message: bytes) -> EnrolmentRequest:
    """Parse and verify a signed request. Raises Malformed unless the key that it names signed it."""
    parts = cose.parse(message)
    found = entries(cbor.read(parts.payload), frozenset({1, 2, 3, 4, 5}))
    request = EnrolmentRequest(
        data(found[1], KEY_SIZE),
        data(found[2], KEY_SIZE),
        data(found[3]),
        text(found[4], 1, MOST_SERIAL),
        data(found[5], ID_SIZE),
    )
    if not cose.is_full_order_point(request.public_key) or not sealed.is_sealing_key(request.sealing_key):
        raise Malformed("a key of low order")
    _require_signature(parts, request.public_key)
    return request


def write_answer(answer: EnrolmentAnswer, request: bytes, sealing_key: bytes, code: EnrolmentCode) -> bytes:
    """Encode, seal and authenticate the answer to a signed request."""
    fields: dict[int, cbor.Value] = {
        1: answer.description,
        2: answer.certificate,
        3: answer.ca,
        4: answer.root,
    }
    if answer.roster is not None:
        fields[5] = answer.roster
    box = sealed.seal(cbor.write(fields), sealing_key)
    return cbor.write([box, code.authenticate_answer(request, box)])


def read_answer(
    content: bytes, request: bytes, pair: sealed.SealingKeyPair, code: EnrolmentCode
) -> EnrolmentAnswer:
    """Verify, open and parse the answer to a signed request.

    Raises Malformed unless the holder of the code's secret answered this request, with the root and the CA of
    the code's digest.
    """
    box, authentication = array(cbor.read(content), 2)
    expected = code.authenticate_answer(request, data(box))
    if not hmac.compare_digest(expected, data(authentication, HASH_SIZE)):
        raise Malformed("an answer by somebody without the code, or to another request")
    opened = pair.open(data(box))
    if opened is None:
        raise Malformed("a box that this terminal cannot open")
    found = entries(cbor.read(opened), frozenset({1, 2, 3, 4}), frozenset({5}))
    answer = EnrolmentAnswer(
        description=data(found[1]),
        certificate=data(found[2]),
        ca=data(found[3]),
        root=data(found[4]),
        roster=data(found[5]) if 5 in found else None,
    )
    if not hmac.compare_digest(digest_of(answer.root, answer.ca), code.digest):
        raise Malformed("another root or CA than the code's")
    return answer


def write_renewal(request: RenewalRequest, signer: Signer) -> bytes:
    """Encode and sign a renewal."""
    payload = cbor.write({3: request.tls_request, 6: request.terminal, 7: request.made_s})
    return signer(payload, CONTEXT)


def read_renewal(message: bytes, public_key: bytes) -> RenewalRequest:
    """Parse and verify a renewal. Raises Malformed unless `public_key` signed it."""
    parts = cose.parse(message)
    _require_signature(parts, public_key)
    found = entries(cbor.read(parts.payload), frozenset({3, 6, 7}))
    return RenewalRequest(text(found[6], 1), uint(found[7]), data(found[3]))


def write_renewed(certificate: bytes, ca: bytes, sealing_key: bytes) -> bytes:
    """Encode and seal the answer to a renewal: certificate and CA certificate, DER."""
    return sealed.seal(cbor.write({2: certificate, 3: ca}), sealing_key)


def read_renewed(opened: bytes) -> tuple[bytes, bytes]:
    """Parse an opened answer to a renewal: certificate and CA certificate, DER. Raises Malformed."""
    found = entries(cbor.read(opened), frozenset({2, 3}))
    return data(found[2]), data(found[3])


def _require_signature(parts: cose.Sign1, public_key: bytes) -> None:
    signed = cose.signed_bytes(parts, CONTEXT)
    if parts.kid != cose.key_id(public_key) or not cose.is_signed(parts.signature, signed, public_key):
        raise Malformed("not signed by the key that it names")
