"""Read typed fields of CBOR messages (wire format, section 1).

Each function takes a decoded CBOR value and returns it with its type, or raises `cbor.Malformed`.
"""

from __future__ import annotations

from terminal.wire.cbor import Malformed, Value

PRIVATE_BELOW = -65536
"""Unlisted keys below this are ignored; any other unlisted key makes a message malformed."""
CTI_SIZE = 12
HASH_SIZE = 32
"""SHA-256."""
CODE_DIGEST_SIZE = 16
"""Digest of a code: the first bytes of SHA-256 over its Sig_structure."""
ID_SIZE = 16
"""Id of a request, journal, entry or order."""
KEY_SIZE = 32
"""Key, public or secret, of Ed25519, X25519 or ChaCha20-Poly1305."""


def entries(
    value: Value, required: frozenset[int], optional: frozenset[int] = frozenset()
) -> dict[int, Value]:
    """Return `value` as a map that has all `required` keys and no others than `optional` and private ones."""
    if type(value) is not dict:
        raise Malformed("not a map")
    keys = value.keys()
    if not required <= keys:
        raise Malformed(f"missing key {min(required - keys)}")
    for key in keys:
        if key not in required and key not in optional and key >= PRIVATE_BELOW:
            raise Malformed(f"unlisted key {key}")
    return value


def uint(value: Value) -> int:
    """Return `value` as an integer, zero or more."""
    if type(value) is not int or value < 0:
        raise Malformed("not an unsigned integer")
    return value


def text(value: Value, least: int = 0, most: int | None = None) -> str:
    """Return `value` as a text of `least` to `most` characters."""
    if type(value) is not str or len(value) < least or (most is not None and len(value) > most):
        raise Malformed("not a text of the listed length")
    return value


def data(value: Value, size: int | None = None) -> bytes:
    """Return `value` as a byte string, of `size` bytes if given."""
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise Malformed("not a byte string of the listed size")
    return value


def array(value: Value, size: int | None = None) -> list[Value]:
    """Return `value` as an array, of `size` elements if given."""
    if type(value) is not list or (size is not None and len(value) != size):
        raise Malformed("not an array of the listed size")
    return value
