"""Encoding of journal entries: one schema for each body (wire format, section 6).

The tables at the end define the format: a field's key, its name in `entry`, and its type. A field without a
default is required; None is a key left out.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from terminal.journal.entry import (
    Ages,
    Body,
    Check,
    CodeDigest,
    Confirmation,
    Entry,
    Event,
    EventKind,
    Note,
    Refinement,
    Rules,
    SealedClaimsViewed,
    Session,
    SessionStep,
    Stamp,
)
from terminal.model import (
    CheckOrigin,
    ComparedField,
    CredentialFinding,
    Issuance,
    Outcome,
    PlateInput,
    Reason,
    Subject,
    VehicleFinding,
)
from terminal.wire import cbor, schema
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import CTI_SIZE, HASH_SIZE, ID_SIZE, array, data, entries, text, uint
from terminal.wire.schema import Field, Schema, enum, fixed_bytes, flag, identity, number, unsigned

_SOUNDS = -70001
"""Private key of a note: SHA-256 of its sealed sound clips. Who does not know it ignores it (section 1)."""
RULES_DIGEST_SIZE = 8
"""Bytes of the SHA-256 of the package's tables that stand for them."""


def write_entry(entry: Entry) -> bytes:
    """Encode an entry. Raises ValueError if `read_entry` would reject it.

    Texts are normalized to NFC, since a record must not fail because of a code's text.
    """
    form = next(form for form in _FORMS if form.body is type(entry.body))
    written = schema.entries(_STAMP, entry.stamp)
    written |= {2: entry.journal_id, 3: entry.seq, 4: entry.id}
    written |= {10: _FORMS.index(form), 11: form.write(entry.body)}
    encoded = cbor.write(written)
    read_entry(encoded)
    return encoded


def read_entry(encoded: bytes) -> Entry:
    """Decode an entry. Raises Malformed."""
    found = entries(cbor.read(encoded), frozenset(range(1, 12)))
    if uint(found[10]) >= len(_FORMS):
        raise Malformed("an unlisted entry type")
    body: Body = _FORMS[uint(found[10])].read(found[11])
    return Entry(
        data(found[2], ID_SIZE),
        _seq(found[3]),
        _uuid7(found[4]),
        Stamp(**schema.values(_STAMP, found)),
        body,
    )


# Fields used by the journal only.


def _accepted(value: str) -> str:
    return unicodedata.normalize("NFC", value.encode(errors="replace").decode())


def _text(key: int, name: str) -> Field:
    return Field(key, name, text, _accepted)


def _seq(value: Value) -> int:
    if uint(value) == 0:
        raise Malformed("no record has number 0")
    return uint(value)


def _uuid7(value: Value) -> bytes:
    found = data(value, ID_SIZE)
    if found[6] >> 4 != 7 or found[8] >> 6 != 2:
        raise Malformed("not a UUIDv7")
    return found


def ages(key: int, name: str) -> Field:
    """Ages, s, of trust set, offline list and hot list; null for each that is absent."""

    def read(value: Value) -> Ages:
        return Ages(*(None if age is None else uint(age) for age in array(value, 3)))

    return Field(key, name, read, lambda held: [held.trust_s, held.offline_s, held.hotlist_s])


def _code_text(key: int, name: str) -> Field:
    """Text of a code, or [SHA-256, length in characters] instead."""

    def read(value: Value) -> str | CodeDigest:
        if type(value) is str:
            return value
        sha256, length = array(value, 2)
        return CodeDigest(data(sha256, HASH_SIZE), uint(length))

    def write(held: str | CodeDigest) -> Value:
        return [held.sha256, held.length] if isinstance(held, CodeDigest) else _accepted(held)

    return Field(key, name, read, write)


def _rules(key: int, name: str) -> Field:
    """Serial of a rules file, or [0, first 8 bytes of the tables' SHA-256] for the package's own."""

    def read(value: Value) -> Rules:
        if type(value) is not list:
            if uint(value) == 0:
                raise Malformed("the package's own tables without their digest")
            return Rules(uint(value))
        serial, digest = array(value, 2)
        if uint(serial) != 0:
            raise Malformed("a digest of tables that have a serial")
        return Rules(0, data(digest, RULES_DIGEST_SIZE))

    return Field(key, name, read, lambda held: held.serial if held.digest is None else [0, held.digest])


def _pair(key: int, name: str) -> Field:
    """Two unsigned integers, as a tuple."""

    def read(value: Value) -> tuple[int, int]:
        first, second = array(value, 2)
        return uint(first), uint(second)

    return Field(key, name, read, list)


def _differing(value: Value) -> tuple[ComparedField, ...]:
    said = [text(each) for each in array(value)]
    if not set(said) <= set(ComparedField) or len(set(said)) < len(said):
        raise Malformed("not a list of different compared fields")
    return tuple(map(ComparedField, said))


def _files(value: Value) -> tuple[bytes, ...]:
    return tuple(data(picture, HASH_SIZE) for picture in array(value))


def _disposals(value: Value) -> tuple[str, ...]:
    return tuple(text(each) for each in array(value))


_REFERS = Field(1, "seq", _seq, identity)
_JUDGED = (
    enum(2, "finding", CredentialFinding),
    enum(3, "reason", Reason),
    enum(4, "vehicle", VehicleFinding),
    enum(5, "outcome", Outcome),
    enum(6, "subject", Subject),
    _text(7, "number"),
    _text(8, "kind"),
    fixed_bytes(9, "code.cti", CTI_SIZE),
    schema.location(10, "location"),
    ages(11, "ages"),
    unsigned(12, "trust_serial"),
    _code_text(13, "code.text"),
    fixed_bytes(14, "lookup.request_id", ID_SIZE),
    _text(15, "letters"),
    unsigned(16, "valid_through"),
    _rules(17, "basis.rules"),
    unsigned(18, "basis.clock_s"),
    _pair(19, "lookup.answer"),
    enum(20, "plate_entry", PlateInput),
    Field(21, "differing", _differing, lambda held: [str(each) for each in held]),
    number(22, "code.issuance", Issuance),
    unsigned(23, "basis.offline_day"),
    _pair(24, "basis.hotlist_version"),
    unsigned(25, "basis.settings_serial"),
    Field(26, "belongs_to", _seq, identity),
)
_NOTE = (
    _text(2, "action"),
    _text(3, "text"),
    Field(4, "pictures", _files, list),
    flag(5, "mistaken"),
    Field(_SOUNDS, "sounds", _files, list),
)
_CONFIRMATION = (
    _text(2, "by"),
    _text(3, "result"),
    Field(4, "disposals", _disposals, lambda held: [_accepted(each) for each in held]),
    _text(5, "document"),
    _text(6, "handed_to"),
    _text(7, "reason"),
)
_FORMS: tuple[Schema[Any], ...] = (
    Schema(Check, enum(1, "how", CheckOrigin), *_JUDGED),
    Schema(Refinement, _REFERS, *_JUDGED),
    Schema(Note, _REFERS, *_NOTE),
    Schema(Session, enum(1, "step", SessionStep)),
    Schema(SealedClaimsViewed, _REFERS, _text(2, "reason")),
    Schema(Confirmation, _REFERS, *_CONFIRMATION),
    Schema(Event, enum(1, "kind", EventKind), _text(2, "text")),
)
_STAMP = (
    _text(1, "terminal"),
    unsigned(5, "at_ms"),
    flag(6, "clock_trusted"),
    _text(7, "officer"),
    _text(8, "shift"),
    flag(9, "duress"),
)
