"""Strict CBOR: deterministic encoding only (RFC 8949 section 4.2.1; wire format, section 1).

Accepted: 64-bit integers, byte strings, NFC text, arrays, maps with integer keys, true, false and null. A tag
is accepted in outermost position only, and only the one that the caller names.
"""

from __future__ import annotations

import unicodedata
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[int, Value] | None"

MAX_DEPTH = 6
_INT_LIMIT = 1 << 63
_SIMPLE: dict[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}


class Malformed(ValueError):  # noqa: N818 - it classifies received bytes; usually not an error of the program
    """Raised when bytes are not the deterministic encoding of a message; the text says where they differ."""


def read(data: bytes, *, tag: int | None = None) -> Value:
    """Decode the one value that `data` encodes; with `tag`, that tag must come first.

    Raises Malformed for any other input. Two different inputs never decode to the same value.
    """
    at = 0
    if tag is not None:
        prefix = _head(6, tag)
        if not data.startswith(prefix):
            raise Malformed(f"without tag {tag}")
        at = len(prefix)
    value, end = _item(data, at, 0)
    if end != len(data):
        raise Malformed("trailing bytes")
    return value


def byte_string(data: bytes, at: int) -> tuple[bytes, int]:
    """Read the byte string that begins at `at`; return it, and where it ends. Raises Malformed."""
    if at >= len(data) or data[at] >> 5 != 2:
        raise Malformed("not a byte string")
    argument = data[at] & 0x1F
    start = at + 1
    if argument >= 24:
        argument, start = _argument(data, start, argument)
    end = start + argument
    if end > len(data):
        raise Malformed("truncated")
    return data[start:end], end


def write(value: Value, *, tag: int | None = None) -> bytes:
    """Encode `value` deterministically. Raises ValueError or TypeError for a value outside the profile."""
    encoded = _encode(value, 0)
    return encoded if tag is None else _head(6, tag) + encoded


# Decoding: one function per major type, (data, position after the head, argument, depth) -> (value, end).


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if at >= len(data):
        raise Malformed("truncated")
    initial = data[at]
    major = initial >> 5
    argument = initial & 0x1F
    at += 1
    if major == 7:
        if initial not in _SIMPLE:
            raise Malformed("a float or another simple value")
        return _SIMPLE[initial], at
    if argument >= 24:
        argument, at = _argument(data, at, argument)
    return _READERS[major](data, at, argument, depth)


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info > 27:
        raise Malformed("an indefinite or reserved length")
    size = 1 << (info - 24)
    end = at + size
    if end > len(data):
        raise Malformed("truncated")
    argument = int.from_bytes(data[at:end], "big")
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise Malformed("not in its shortest form")
    return argument, end


def _unsigned(_data: bytes, at: int, argument: int, _depth: int) -> tuple[Value, int]:
    if argument >= _INT_LIMIT:
        raise Malformed("an integer over 63 bits")
    return argument, at


def _negative(_data: bytes, at: int, argument: int, _depth: int) -> tuple[Value, int]:
    if argument >= _INT_LIMIT:
        raise Malformed("an integer over 63 bits")
    return -1 - argument, at


def _bytes(data: bytes, at: int, argument: int, _depth: int) -> tuple[Value, int]:
    end = at + argument
    if end > len(data):
        raise Malformed("truncated")
    return data[at:end], end


def _text(data: bytes, at: int, argument: int, _depth: int) -> tuple[Value, int]:
    end = at + argument
    if end > len(data):
        raise Malformed("truncated")
    try:
        text = data[at:end].decode()
    except UnicodeDecodeError as error:
        raise Malformed("text that is not UTF-8") from error
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("text that is not NFC")
    return text, end


def _array(data: bytes, at: int, argument: int, depth: int) -> tuple[Value, int]:
    depth = _deeper(depth)
    items: list[Value] = []
    for _ in range(argument):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, argument: int, depth: int) -> tuple[Value, int]:
    depth = _deeper(depth)
    entries: dict[int, Value] = {}
    previous = b""
    for _ in range(argument):
        start = at
        key, at = _item(data, at, depth)
        if type(key) is not int:
            raise Malformed("a map key that is not an integer")
        encoded = data[start:at]
        if encoded <= previous:
            raise Malformed("duplicate or misordered map keys")
        previous = encoded
        entries[key], at = _item(data, at, depth)
    return entries, at


def _tag(_data: bytes, _at: int, argument: int, _depth: int) -> tuple[Value, int]:
    raise Malformed(f"tag {argument} in an inner position")


_READERS = (_unsigned, _negative, _bytes, _text, _array, _map, _tag)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise Malformed(f"nested more than {MAX_DEPTH} deep")
    return depth + 1


# Encoding: one function per type, (value, depth) -> its encoding.

_SHORT = tuple(bytes((initial,)) for initial in range(256))
"""Heads of one byte, precomputed."""


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return _SHORT[major << 5 | argument]
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return _SHORT[major << 5 | info] + argument.to_bytes(size, "big")
    raise ValueError("an argument over 64 bits")


def _encode(value: Value, depth: int) -> bytes:
    encode = _WRITERS.get(type(value)) or _writer(value)
    return encode(value, depth)


def _encode_simple(value: bool | None, _depth: int) -> bytes:  # noqa: FBT001 - the value itself
    return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]


def _encode_int(value: int, _depth: int) -> bytes:
    if not -_INT_LIMIT <= value < _INT_LIMIT:
        raise ValueError("an integer over 63 bits")
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _encode_bytes(value: bytes, _depth: int) -> bytes:
    return _head(2, len(value)) + value


def _encode_text(value: str, _depth: int) -> bytes:
    if not unicodedata.is_normalized("NFC", value):
        raise ValueError("text that is not NFC")
    encoded = value.encode()
    return _head(3, len(encoded)) + encoded


def _encode_list(value: list[Value], depth: int) -> bytes:
    depth = _deeper(depth)
    return _head(4, len(value)) + b"".join([_encode(item, depth) for item in value])


def _encode_map(value: dict[int, Value], depth: int) -> bytes:
    depth = _deeper(depth)
    if any(type(key) is not int for key in value):
        raise TypeError("a map key that is not an integer")
    encoded = sorted([(_encode_int(key, depth), _encode(item, depth)) for key, item in value.items()])
    return _head(5, len(value)) + b"".join([key + item for key, item in encoded])


_WRITERS: dict[type, Callable[[Any, int], bytes]] = {
    bool: _encode_simple,
    NoneType: _encode_simple,
    int: _encode_int,
    bytes: _encode_bytes,
    str: _encode_text,
    list: _encode_list,
    dict: _encode_map,
}


def _writer(value: object) -> Callable[[Any, int], bytes]:
    """Return the encoder of a subclass's value, such as an enumeration member."""
    for kind, encode in _WRITERS.items():
        if isinstance(value, kind):
            return encode
    raise TypeError(f"{type(value).__name__} is not supported")
