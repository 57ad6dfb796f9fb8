"""A shape is a dataclass and the listed keys of its map; the same table reads a message and writes it.

A field that its dataclass gives no default is required; None is a key left out. Reading is strict (see
`message`) and raises Malformed; writing is exact, and takes what reading would give.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from terminal.credential import message
from terminal.credential.cbor import Malformed, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import IntEnum, StrEnum

    from _typeshed import DataclassInstance

Body = TypeVar("Body")

_LATITUDE_MOST, _LONGITUDE_MOST = 900_000_000, 1_800_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """One listed key: the dataclass's name for it, how its value is read, and how it is written."""

    key: int
    name: str
    read: Callable[[Value], object]
    write: Callable[[Any], Value]


class Shape(Generic[Body]):
    """A dataclass with its fields by key. `Body` must be a dataclass; every field of it is listed."""

    def __init__(self, body: type[Body], *of: Field) -> None:
        self.body = body
        self.fields = of
        held = fields(cast("type[DataclassInstance]", body))
        needed = {field.name for field in held if field.default is MISSING}
        self.required = frozenset(field.key for field in of if field.name in needed)
        self.optional = frozenset(field.key for field in of) - self.required

    def read(self, value: Value) -> Body:
        """The message that `value` is. Raises Malformed for anything unlisted, missing or of another type."""
        return self.body(**values(self.fields, message.entries(value, self.required, self.optional)))

    def write(self, body: Body) -> dict[int, Value]:
        """The map of a message."""
        return entries(self.fields, body)


def values(of: tuple[Field, ...], found: dict[int, Value]) -> dict[str, Any]:
    """What those of the fields say that are there, by name. Raises Malformed."""
    return {field.name: field.read(found[field.key]) for field in of if field.key in found}


def entries(of: tuple[Field, ...], holder: object) -> dict[int, Value]:
    """The entries of the fields as `holder` has them, without those that are None."""
    held = [(field, getattr(holder, field.name)) for field in of]
    return {field.key: field.write(value) for field, value in held if value is not None}


def same(value: Value) -> Value:
    """A value that is written as it is."""
    return value


def unsigned(key: int, name: str) -> Field:
    """A whole number, zero or more."""
    return Field(key, name, message.uint, same)


def text(key: int, name: str) -> Field:
    """A text."""
    return Field(key, name, message.text, same)


def octets(key: int, name: str, size: int) -> Field:
    """A byte string of `size` bytes."""
    return Field(key, name, lambda value: message.data(value, size), same)


def flag(key: int, name: str) -> Field:
    """True or false."""

    def read(value: Value) -> bool:
        if type(value) is not bool:
            raise Malformed("not true or false")
        return value

    return Field(key, name, read, same)


def word(key: int, name: str, words: type[StrEnum]) -> Field:
    """One word of a vocabulary."""

    def read(value: Value) -> StrEnum:
        said = message.text(value)
        if said not in words.__members__.values():
            raise Malformed(f"not a word of {words.__name__}")
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
    """Latitude and longitude in 1e-7 degrees, held as a tuple."""

    def read(value: Value) -> tuple[int, int]:
        latitude, longitude = message.array(value, 2)
        return _within(latitude, _LATITUDE_MOST), _within(longitude, _LONGITUDE_MOST)

    return Field(key, name, read, list)


def _within(value: Value, most: int) -> int:
    if type(value) is not int or abs(value) > most:
        raise Malformed("not an integer in its range")
    return value


def part(key: int, name: str, shape: Shape[Any]) -> Field:
    """A map of another shape."""
    return Field(key, name, shape.read, shape.write)


def parts(key: int, name: str, shape: Shape[Any]) -> Field:
    """An array of maps of another shape, held as a tuple."""
    return Field(
        key,
        name,
        lambda value: tuple(shape.read(item) for item in message.array(value)),
        lambda held: [shape.write(item) for item in held],
    )
