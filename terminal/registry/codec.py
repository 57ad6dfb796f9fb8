"""Encode, decode, sign and verify the registry's messages (wire format, sections 5 and 6).

Each kind of message is a map of listed keys; the schemas at the end are the format. Each kind is signed for
a context of its own, so that a message of one kind never passes for another (section 2).
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from terminal.journal import record
from terminal.journal.codec import ages
from terminal.journal.record import Head
from terminal.model import CredentialFinding, EarlierAlarm, Issuance, Plate, RefusalReason
from terminal.registry.messages import (
    Batch,
    Chunk,
    CodeClaims,
    CodeQuestion,
    Command,
    Health,
    HotlistChange,
    HotlistEntry,
    HotlistQuestion,
    Kind,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    Message,
    Order,
    Pieces,
    PlateQuestion,
    Purpose,
    Question,
    Receipt,
    Reception,
    StoredPart,
    VehicleRecord,
    VinQuestion,
)
from terminal.wire import cbor, schema, signed
from terminal.wire.cbor import Malformed, Value
from terminal.wire.cose import KID_SIZE
from terminal.wire.fields import (
    CODE_DIGEST_SIZE,
    CTI_SIZE,
    HASH_SIZE,
    ID_SIZE,
    array,
    data,
    entries,
    text,
    uint,
)
from terminal.wire.schema import Field, Schema, enum, fixed_bytes, flag, number, part, parts, unsigned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.wire.cose import Sign1
    from terminal.wire.signed import Signer

CODE_CLAIMS = -70_001
"""Private key of a plate question: issuer, iat and exp of the code shown. A registry that does not know the
key ignores it (wire format, section 1).
"""
MOST_EARLIER_ALARMS = 5


def write(message: Message) -> bytes:
    """Encode a message as a payload. Raises ValueError if `read` would not return an equal message."""
    shape, _ = _KINDS[type(message)]
    payload = cbor.write(shape.write(message))
    if read(type(message), payload) != message:
        raise ValueError("the payload reads as another message")
    return payload


def read(kind: type[Kind], payload: bytes) -> Kind:
    """Decode a payload as a message of this kind. Raises Malformed for any other input."""
    shape, _ = _KINDS[kind]
    message: Kind = shape.read(cbor.read(payload))
    match message:
        case LookupAnswer():
            _require_consistent(message)
        case Receipt(wait_s=wait_s, result=result) if wait_s is not None and result is not Reception.NOT_NOW:
            raise Malformed("a receipt with a wait, but another result than not now")
        case Batch(first=first, last=last, records=held) if not held or last - first + 1 != len(held):
            raise Malformed("a batch whose records are not those from its first to its last")
        case _:
            pass
    return message


def sign(message: Message, signer: Signer) -> bytes:
    """Encode and sign a message for its context. Raises ValueError as `write` does."""
    _, context = _KINDS[type(message)]
    return signer(write(message), context)


def open_signed(kind: type[Kind], message: bytes, keys: Mapping[bytes, bytes]) -> Kind | None:
    """Verify and decode a message of this kind; None unless one of `keys` (by kid) signed it.

    Raises Malformed if it is signed, but not of the listed form: then the signer is at fault.
    """
    _, context = _KINDS[kind]
    payload = signed.open_signed(message, context, keys)
    return None if payload is None else read(kind, payload)


def read_signed(kind: type[Kind], parts: Sign1, key: bytes) -> Kind | None:
    """Verify and decode a parsed message with the Ed25519 key (32 bytes) that its key id names.

    None if the key did not sign it. Raises Malformed as `open_signed` does.
    """
    _, context = _KINDS[kind]
    return read(kind, parts.payload) if signed.is_by(parts, context, key) else None


def is_writable(said: str) -> bool:
    """Return True if a message can carry a text unchanged: it is NFC and has no lone surrogates."""
    return unicodedata.is_normalized("NFC", said) and not any("\ud800" <= one <= "\udfff" for one in said)


def _require_consistent(answer: LookupAnswer) -> None:
    """Require the keys of each result (section 5): a record or changes for found, records for several."""
    found = (answer.record is not None, answer.records is not None, answer.changes is not None)
    listed: dict[LookupResult, tuple[tuple[bool, bool, bool], ...]] = {
        LookupResult.FOUND: ((True, False, False), (False, False, True)),
        LookupResult.SEVERAL_KINDS: ((False, True, False),),
    }
    if found not in listed.get(answer.result, ((False, False, False),)):
        raise Malformed("an answer whose content does not fit its result")
    if answer.more is not None and answer.changes is None:
        raise Malformed("more changes announced, without changes")
    if answer.refusal is not None and answer.result is not LookupResult.REFUSED:
        raise Malformed("a reason for a refusal, with another result")
    if answer.earlier_alarms is not None and answer.record is None:
        raise Malformed("earlier alarms without a record")
    if answer.records is not None:
        kinds = {record.kind for record in answer.records}
        if len(kinds) < max(2, len(answer.records)) or len({record.number for record in answer.records}) != 1:
            raise Malformed("several kinds, but not different kinds of one number")


# Values that are neither plain nor described by a schema.


def _head(key: int, name: str) -> Field:
    def read_head(value: Value) -> Head:
        journal_id, seq, digest = array(value, 3)
        return Head(data(journal_id, ID_SIZE), uint(seq), data(digest, HASH_SIZE))

    return Field(key, name, read_head, Head.value)


def _read_question(value: Value) -> Question:
    if type(value) is not dict:
        raise Malformed("not a map")
    if 1 in value:
        return _PLATE_QUESTION.read(value)
    if 3 in value:
        return CodeQuestion(text(entries(value, frozenset({3}))[3]))
    if 4 in value:
        province, epoch, first = array(entries(value, frozenset({4}))[4], 3)
        return HotlistQuestion(text(province), uint(epoch), uint(first))
    return VinQuestion(text(entries(value, frozenset({5}))[5]))


def _write_question(question: Question) -> Value:
    match question:
        case PlateQuestion():
            return _PLATE_QUESTION.write(question)
        case CodeQuestion(code_text):
            return {3: code_text}
        case HotlistQuestion(province, epoch, first):
            return {4: [province, epoch, first]}
        case VinQuestion(vin):
            return {5: vin}


def _read_claims(value: Value) -> CodeClaims:
    issuer, issued_s, expires_s = array(value, 3)
    return CodeClaims(text(issuer, 1, 12), uint(issued_s), uint(expires_s))


def _write_claims(claims: CodeClaims) -> Value:
    return [claims.issuer, claims.issued_s, claims.expires_s]


def _read_listed(value: Value) -> tuple[HotlistEntry, ...]:
    lines = [[text(item) for item in array(line, 3)] for line in array(value)]
    return tuple(HotlistEntry(Plate(number, kind), letters) for number, kind, letters in lines)


def _write_listed(vehicles: tuple[HotlistEntry, ...]) -> Value:
    return [[one.plate.number, one.plate.kind, one.letters] for one in vehicles]


def _read_earlier(value: Value) -> tuple[EarlierAlarm, ...]:
    lines = [array(line, 3) for line in array(value)]
    if len(lines) > MOST_EARLIER_ALARMS:
        raise Malformed("more earlier alarms than the format allows")
    return tuple(
        EarlierAlarm(uint(day), text(result), None if reason is None else text(reason))
        for day, result, reason in lines
    )


def _write_earlier(alarms: tuple[EarlierAlarm, ...]) -> Value:
    return [[one.day, one.result, one.reason] for one in alarms]


def _read_records(value: Value) -> tuple[bytes, ...]:
    held = tuple(data(encoded) for encoded in array(value))
    for encoded in held:
        record.read(encoded)
    return held


def _read_pieces(value: Value) -> tuple[Chunk, ...]:
    lines = [array(line, 4) for line in array(value)]
    pieces = tuple(
        Chunk(data(name, HASH_SIZE), uint(at), uint(total), data(part)) for name, at, total, part in lines
    )
    if any(not one.content or one.offset + len(one.content) > one.total for one in pieces):
        raise Malformed("a piece that is empty or exceeds its picture")
    return pieces


def _write_pieces(pieces: tuple[Chunk, ...]) -> Value:
    return [[one.sha256, one.offset, one.total, one.content] for one in pieces]


def _read_held(value: Value) -> tuple[StoredPart, ...]:
    lines = [array(line, 2) for line in array(value)]
    return tuple(StoredPart(data(name, HASH_SIZE), uint(size)) for name, size in lines)


def _write_held(held: tuple[StoredPart, ...]) -> Value:
    return [[one.sha256, one.size] for one in held]


_PLATE_QUESTION = Schema(
    PlateQuestion,
    schema.text(1, "number"),
    schema.text(2, "kind"),
    fixed_bytes(3, "code_digest", CODE_DIGEST_SIZE),
    Field(CODE_CLAIMS, "code_claims", _read_claims, _write_claims),
)
_REQUEST = Schema(
    LookupRequest,
    fixed_bytes(1, "id", ID_SIZE),
    unsigned(2, "sent_ms"),
    schema.text(3, "terminal"),
    schema.text(4, "officer"),
    Field(5, "question", _read_question, _write_question),
    enum(6, "why", Purpose),
    schema.location(7, "location"),
    _head(8, "head"),
)
_RECORD = Schema(
    VehicleRecord,
    schema.text(1, "number"),
    schema.text(2, "kind"),
    schema.text(3, "vehicle_type"),
    schema.text(4, "use"),
    unsigned(5, "valid_through"),
    schema.text(6, "letters"),
    schema.text(7, "colour"),
    schema.text(8, "vin_tail"),
    schema.text(9, "brand"),
    unsigned(10, "details.first_registered"),
    unsigned(11, "details.scrap_date"),
    fixed_bytes(12, "newest_cti", CTI_SIZE),
    unsigned(13, "details.inspected"),
    schema.text(14, "details.station"),
    flag(15, "details.exempt"),
    unsigned(16, "details.insured_until"),
    unsigned(17, "details.violations"),
    unsigned(18, "details.seats"),
    schema.text(19, "details.energy"),
)
_CHANGE = Schema(
    HotlistChange,
    schema.text(1, "province"),
    unsigned(2, "seq"),
    unsigned(3, "at_ms"),
    Field(4, "vehicles", _read_listed, _write_listed),
    unsigned(5, "epoch"),
)
_ANSWER = Schema(
    LookupAnswer,
    fixed_bytes(1, "id", ID_SIZE),
    unsigned(2, "answered_ms"),
    number(3, "result", LookupResult),
    part(4, "record", _RECORD),
    parts(5, "records", _RECORD),
    schema.text(6, "terminal"),
    parts(7, "changes", _CHANGE),
    enum(8, "finding", CredentialFinding),
    flag(9, "more"),
    number(10, "issuance", Issuance),
    Field(11, "earlier_alarms", _read_earlier, _write_earlier),
    enum(12, "refusal", RefusalReason),
)
_HEALTH = Schema(
    Health,
    schema.text(1, "terminal"),
    unsigned(2, "at_ms"),
    schema.text(3, "state"),
    schema.text(4, "version"),
    ages(5, "ages"),
    unsigned(6, "unreceipted"),
    unsigned(7, "battery_percent"),
    unsigned(8, "self_test_ms"),
    _head(9, "head"),
)
_ORDER = Schema(
    Order,
    schema.text(1, "terminal"),
    fixed_bytes(2, "kid", KID_SIZE),
    fixed_bytes(3, "id", ID_SIZE),
    unsigned(4, "made_ms"),
    enum(5, "command", Command),
)
_BATCH = Schema(
    Batch,
    schema.text(1, "terminal"),
    fixed_bytes(2, "journal_id", ID_SIZE),
    unsigned(3, "first"),
    unsigned(4, "last"),
    fixed_bytes(5, "before", HASH_SIZE),
    Field(6, "records", _read_records, list),
)
_PIECES = Schema(Pieces, schema.text(1, "terminal"), Field(2, "pieces", _read_pieces, _write_pieces))
_RECEIPT = Schema(
    Receipt,
    schema.text(1, "terminal"),
    fixed_bytes(2, "journal_id", ID_SIZE),
    unsigned(3, "seq"),
    fixed_bytes(4, "hash", HASH_SIZE),
    unsigned(5, "received_ms"),
    number(6, "result", Reception),
    Field(7, "held", _read_held, _write_held),
    unsigned(8, "wait_s"),
)
_KINDS: dict[type[Any], tuple[Schema[Any], bytes]] = {
    LookupRequest: (_REQUEST, signed.LOOKUP),
    LookupAnswer: (_ANSWER, signed.ANSWER),
    HotlistChange: (_CHANGE, signed.HOTLIST),
    Health: (_HEALTH, signed.HEALTH),
    Order: (_ORDER, signed.ORDER),
    Batch: (_BATCH, signed.BATCH),
    Pieces: (_PIECES, signed.PIECES),
    Receipt: (_RECEIPT, signed.RECEIPT),
}
