"""The written form of entries: one map of listed keys for each body (wire format, section 6).

The tables at the end are the format: a field's number, its name in `entry`, and its type. A field that its
dataclass gives no default is required; None is a key left out.
"""

from __future__ import annotations

import unicodedata
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any

from terminal.credential import cbor
from terminal.credential.cbor import Malformed, Value
from terminal.credential.message import array, data, entries, text, uint
from terminal.journal.entry import (
    Ages,
    Body,
    Check,
    Confirmation,
    Entry,
    Event,
    EventKind,
    Note,
    Opened,
    Refinement,
    Session,
    SessionStep,
    Stamp,
)
from terminal.model import CredentialFinding, How, Outcome, Reason, Subject, VehicleFinding

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

_ID_SIZE = 16
_CTI_SIZE = 12
_HASH_SIZE = 32
_LATITUDE_MOST, _LONGITUDE_MOST = 900_000_000, 1_800_000_000


def write_entry(entry: Entry) -> bytes:
    """The bytes of an entry. Raises ValueError where `read_entry` could not read them back.

    Texts are brought into the one form that is accepted, since no record may fail for what a code says.
    """
    form = next(form for form in _FORMS if form.body is type(entry.body))
    written = _write(_STAMP, entry.stamp)
    written |= {2: entry.journal_id, 3: entry.seq, 4: entry.id}
    written |= {10: _FORMS.index(form), 11: _write(form.fields, entry.body)}
    encoded = cbor.write(written)
    read_entry(encoded)
    return encoded


def read_entry(encoded: bytes) -> Entry:
    """The entry that `encoded` is, in whole. Raises Malformed for every other input."""
    found = entries(cbor.read(encoded), frozenset(range(1, 12)))
    number = uint(found[10])
    if number >= len(_FORMS):
        raise Malformed("an unlisted type of entry")
    form = _FORMS[number]
    body: Body = form.body(**_read(form.fields, entries(found[11], form.required, form.optional)))
    if (
        isinstance(body, Check | Refinement)
        and body.finding is CredentialFinding.CURRENT
        and body.code_text is not None
    ):
        raise Malformed("the text of a code that is current")
    return Entry(
        data(found[2], _ID_SIZE), _seq(found[3]), _uuid7(found[4]), Stamp(**_read(_STAMP, found)), body
    )


# Fields: how one value is read, and how it is written.


@dataclass(frozen=True, slots=True)
class _Field:
    key: int
    name: str
    read: Callable[[Value], object]
    write: Callable[[Any], Value]


class _Form:
    """A body's class with its fields by number."""

    def __init__(self, body: type[Body], *of: _Field) -> None:
        self.body = body
        self.fields = of
        needed = {field.name for field in fields(body) if field.default is MISSING}
        self.required = frozenset(field.key for field in of if field.name in needed)
        self.optional = frozenset(field.key for field in of) - self.required


def _read(of: tuple[_Field, ...], found: dict[int, Value]) -> dict[str, Any]:
    return {field.name: field.read(found[field.key]) for field in of if field.key in found}


def _write(of: tuple[_Field, ...], holder: object) -> dict[int, Value]:
    values = [(field, getattr(holder, field.name)) for field in of]
    return {field.key: field.write(value) for field, value in values if value is not None}


def _same(value: Value) -> Value:
    return value


def _accepted(value: str) -> str:
    return unicodedata.normalize("NFC", value.encode(errors="replace").decode())


def _number(key: int, name: str) -> _Field:
    return _Field(key, name, uint, _same)


def _text(key: int, name: str) -> _Field:
    return _Field(key, name, text, _accepted)


def _flag(key: int, name: str) -> _Field:
    def read(value: Value) -> bool:
        if type(value) is not bool:
            raise Malformed("not true or false")
        return value

    return _Field(key, name, read, _same)


def _bytes(key: int, name: str, size: int) -> _Field:
    return _Field(key, name, lambda value: data(value, size), _same)


def _one_of(key: int, name: str, words: type[StrEnum]) -> _Field:
    def read(value: Value) -> StrEnum:
        word = text(value)
        if word not in words.__members__.values():
            raise Malformed(f"not a word of {words.__name__}")
        return words(word)

    return _Field(key, name, read, str)


def _seq(value: Value) -> int:
    if uint(value) == 0:
        raise Malformed("no record has number 0")
    return uint(value)


def _uuid7(value: Value) -> bytes:
    found = data(value, _ID_SIZE)
    if found[6] >> 4 != 7 or found[8] >> 6 != 2:
        raise Malformed("not a UUIDv7")
    return found


def _integer(value: Value, most: int) -> int:
    if type(value) is not int or abs(value) > most:
        raise Malformed("not an integer in its range")
    return value


def _location(value: Value) -> tuple[int, int]:
    latitude, longitude = array(value, 2)
    return _integer(latitude, _LATITUDE_MOST), _integer(longitude, _LONGITUDE_MOST)


def _ages(value: Value) -> Ages:
    return Ages(*(None if age is None else uint(age) for age in array(value, 3)))


def _pictures(value: Value) -> tuple[bytes, ...]:
    return tuple(data(picture, _HASH_SIZE) for picture in array(value))


_REFERS = _Field(1, "seq", _seq, _same)
_JUDGED = (
    _one_of(2, "finding", CredentialFinding),
    _one_of(3, "reason", Reason),
    _one_of(4, "vehicle", VehicleFinding),
    _one_of(5, "outcome", Outcome),
    _one_of(6, "subject", Subject),
    _text(7, "number"),
    _text(8, "kind"),
    _bytes(9, "cti", _CTI_SIZE),
    _Field(10, "location", _location, list),
    _Field(11, "ages", _ages, lambda ages: [ages.trust_s, ages.offline_s, ages.hotlist_s]),
    _number(12, "trust_serial"),
    _text(13, "code_text"),
    _bytes(14, "request_id", _ID_SIZE),
    _text(15, "letters"),
    _number(16, "valid_through"),
)
_NOTE = (
    _text(2, "action"),
    _text(3, "text"),
    _Field(4, "pictures", _pictures, list),
    _flag(5, "mistaken"),
)
_FORMS = (
    _Form(Check, _one_of(1, "how", How), *_JUDGED),
    _Form(Refinement, _REFERS, *_JUDGED),
    _Form(Note, _REFERS, *_NOTE),
    _Form(Session, _one_of(1, "step", SessionStep)),
    _Form(Opened, _REFERS, _text(2, "reason")),
    _Form(Confirmation, _REFERS, _text(2, "by"), _text(3, "result")),
    _Form(Event, _one_of(1, "kind", EventKind), _text(2, "text")),
)
_STAMP = (
    _text(1, "terminal"),
    _number(5, "at_ms"),
    _flag(6, "clock_trusted"),
    _text(7, "officer"),
    _text(8, "shift"),
    _flag(9, "duress"),
)
