"""Messages are CBOR maps whose every entry is listed: what is not listed is refused, what is private ignored.

Each reader here takes a CBOR value and gives it back with its type, or raises `cbor.Malformed`
(wire format, section 1).
"""

from __future__ import annotations

from terminal.credential.cbor import Malformed, Value

PRIVATE_BELOW = -65536
"""An unlisted key below this is ignored; any other unlisted key makes the message malformed."""


def entries(
    value: Value, required: frozenset[int], optional: frozenset[int] = frozenset()
) -> dict[int, Value]:
    """The map that `value` is, with all of `required` and no key beyond `optional` and the private ones."""
    if type(value) is not dict:
        raise Malformed("not a map")
    keys = value.keys()
    if not required <= keys:
        raise Malformed(f"without key {min(required - keys)}")
    for key in keys:
        if key not in required and key not in optional and key >= PRIVATE_BELOW:
            raise Malformed(f"unlisted key {key}")
    return value


def uint(value: Value) -> int:
    """A whole number, zero or more."""
    if type(value) is not int or value < 0:
        raise Malformed("not an unsigned integer")
    return value


def text(value: Value, least: int = 0, most: int | None = None) -> str:
    """A text of `least` to `most` characters."""
    if type(value) is not str or len(value) < least or (most is not None and len(value) > most):
        raise Malformed("not a text of the listed length")
    return value


def data(value: Value, size: int | None = None) -> bytes:
    """A byte string, of `size` bytes where one is listed."""
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise Malformed("not a byte string of the listed size")
    return value


def array(value: Value, size: int | None = None) -> list[Value]:
    """An array, of `size` elements where one is listed."""
    if type(value) is not list or (size is not None and len(value) != size):
        raise Malformed("not an array of the listed size")
    return value
