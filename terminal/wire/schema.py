"""Message schemas: a dataclass and the map keys of its fields, used for both decoding and encoding.

A field without a default is required; None is encoded by leaving the key out. A large map is a dataclass with
groups of fields: the name "code.cti" means the field `cti` of the dataclass that is the default of `code`.
Decoding is strict and raises Malformed (see `message`); encoding does not validate.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from terminal.wire import fields as message
from terminal.wire.cbor import Malformed, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import IntEnum, StrEnum

    from _typeshed import DataclassInstance

Body = TypeVar("Body")

_LATITUDE_MOST, _LONGITUDE_MOST = 900_000_000, 1_800_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """One map key: the field's name, and the functions that decode and encode its value."""

    key: int
    name: str
    read: Callable[[Value], object]
    write: Callable[[Any], Value]


class Schema(Generic[Body]):
    """Schema of the dataclass `Body`; lists every field of it."""

    def __init__(self, body: type[Body], *of: Field) -> None:
        self.body = body
        self.fields = of
        held = fields(cast("type[DataclassInstance]", body))
        needed = {field.name for field in held if field.default is MISSING}
        self._groups: dict[str, Any] = {
            field.name: field.default for field in held if is_dataclass(field.default)
        }
        self.required = frozenset(field.key for field in of if field.name in needed)
        self.optional = frozenset(field.key for field in of) - self.required

    def read(self, value: Value) -> Body:
        """Decode a message. Raises Malformed for an unlisted or missing key or a value of the wrong type."""
        found = values(self.fields, message.entries(value, self.required, self.optional))
        return self.body(**self._grouped(found))

    def _grouped(self, found: dict[str, Any]) -> dict[str, Any]:
        """Put the fields of groups into their dataclasses."""
        whole = {name: value for name, value in found.items() if "." not in name}
        for group, empty in self._groups.items():
            start = f"{group}."
            inner = {name.removeprefix(start): found[name] for name in found if name.startswith(start)}
            whole[group] = replace(empty, **inner)
        return whole

    def write(self, body: Body) -> dict[int, Value]:
        """Encode a message as a map."""
        return entries(self.fields, body)


def values(of: tuple[Field, ...], found: dict[int, Value]) -> dict[str, Any]:
    """Decode the fields that are present, by name. Raises Malformed."""
    return {field.name: field.read(found[field.key]) for field in of if field.key in found}


def entries(of: tuple[Field, ...], holder: object) -> dict[int, Value]:
    """Encode the fields of `holder` that are not None, by key."""
    held = [(field, attrgetter(field.name)(holder)) for field in of]
    return {field.key: field.write(value) for field, value in held if value is not None}


def identity(value: Value) -> Value:
    """Return the value unchanged."""
    return value


def unsigned(key: int, name: str) -> Field:
    """An integer, zero or more."""
    return Field(key, name, message.uint, identity)


def text(key: int, name: str) -> Field:
    """A text."""
    return Field(key, name, message.text, identity)


def fixed_bytes(key: int, name: str, size: int) -> Field:
    """A byte string of `size` bytes."""
    return Field(key, name, lambda value: message.data(value, size), identity)


def flag(key: int, name: str) -> Field:
    """A boolean."""

    def read(value: Value) -> bool:
        if type(value) is not bool:
            raise Malformed("not true or false")
        return value

    return Field(key, name, read, identity)


def enum(key: int, name: str, words: type[StrEnum]) -> Field:
    """A text that is a member of an enumeration."""

    def read(value: Value) -> StrEnum:
        said = message.text(value)
        if said not in words.__members__.values():
            raise Malformed(f"not a value of {words.__name__}")
        return words(said)

    return Field(key, name, read, str)


def number(key: int, name: str, numbers: type[IntEnum]) -> Field:
    """One number of a vocabulary."""

    def read(value: Value) -> IntEnum:
        if message.uint(value) not in numbers.__members__.values():
            raise Malformed(f"not a number of {numbers.__name__}")
        return numbers(message.uint(value))

    return Field(key, name, read, int)


def location(key: int, name: str) -> Field:
    """Latitude and longitude in 1e-7 degrees, as a tuple."""

    def read(value: Value) -> tuple[int, int]:
        latitude, longitude = message.array(value, 2)
        return _within(latitude, _LATITUDE_MOST), _within(longitude, _LONGITUDE_MOST)

    return Field(key, name, read, list)


def _within(value: Value, most: int) -> int:
    if type(value) is not int or abs(value) > most:
        raise Malformed("not an integer in its range")
    return value


def part(key: int, name: str, schema: Schema[Any]) -> Field:
    """A map with another schema."""
    return Field(key, name, schema.read, schema.write)


def parts(key: int, name: str, schema: Schema[Any]) -> Field:
    """An array of maps with another schema, as a tuple."""
    return Field(
        key,
        name,
        lambda value: tuple(schema.read(item) for item in message.array(value)),
        lambda held: [schema.write(item) for item in held],
    )
