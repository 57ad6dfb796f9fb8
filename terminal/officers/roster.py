"""Roster of the officers of a unit, as the target `roster/<unit>.sealed` brings it (wire format, section 4).

    target = { running number of a terminal: sealed box to that terminal's X25519 key }
    Roster = { 1: tstr (unit), 2: uint (made, Unix s), 3: [Officer] }
    Officer = { 1: tstr (number, 1 to 12 digits), 2: tstr (name), 3: tstr (PIN verifier),
                ? 4: tstr (verifier of the duress PIN), 5: uint (valid from, Unix s),
                6: uint (valid until, Unix s, exclusive), ? 7: bool (supervisor) }

A verifier is the text that libsodium's `crypto_pwhash_str` makes with Argon2id; it states its own cost. Every
box holds the same roster, so that a terminal opens its own and nobody else's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from terminal.wire import cbor, fields
from terminal.wire.cbor import Malformed, Value
from terminal.wire.schema import Field, Schema, flag, identity, parts, unsigned

LEAST_PIN, MOST_PIN = 6, 12
"""Digits of a PIN."""
MOST_NUMBER = 12
"""Digits of an officer's number."""
MOST_NAME = 32
MOST_OFFICERS = 10_000
MOST_MEMORY_KIB = 256 * 1024
"""Memory, KiB, above which a verifier is refused: checking it would exhaust a terminal."""
MOST_PASSES = 16
_NUMBER = re.compile(rf"[0-9]{{1,{MOST_NUMBER}}}")
_PIN = re.compile(rf"[0-9]{{{LEAST_PIN},{MOST_PIN}}}")
_BASE64 = "[A-Za-z0-9+/]"
_VERIFIER = re.compile(
    rf"\$argon2id\$v=19\$m=([1-9][0-9]{{0,8}}),t=([1-9][0-9]{{0,3}}),p=1\${_BASE64}{{22}}\${_BASE64}{{43}}"
)


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer of the roster; the verifiers are kept out of its repr."""

    number: str
    name: str
    verifier: str = field(repr=False)
    valid_from_s: int
    """Unix time from which the officer may sign in, s."""
    valid_until_s: int
    """Unix time from which the officer no longer may, s."""
    duress_verifier: str | None = field(default=None, repr=False)
    supervisor: bool = False

    def is_valid(self, now_s: float, *, clock_trusted: bool) -> bool:
        """Return True if the officer may sign in at Unix time `now_s`.

        A clock that is not trusted may be behind, so it only shows that a validity has ended.
        """
        return now_s < self.valid_until_s and (not clock_trusted or self.valid_from_s <= now_s)


@dataclass(frozen=True, slots=True)
class Roster:
    """The officers of one unit; no number occurs twice."""

    unit: str
    made_s: int
    """Unix time at which the authority made it, s."""
    officers: tuple[Officer, ...]

    def find(self, number: str) -> Officer | None:
        """Return the officer of this number."""
        return next((one for one in self.officers if one.number == number), None)


def is_number(text: str) -> bool:
    """Return True if a text can be an officer's number."""
    return _NUMBER.fullmatch(text) is not None


def is_pin(text: str) -> bool:
    """Return True if a text can be a PIN."""
    return _PIN.fullmatch(text) is not None


def write(roster: Roster) -> bytes:
    """Encode a roster. Raises ValueError where `read` could not read it back."""
    encoded = cbor.write(_ROSTER.write(roster))
    if read(encoded) != roster:
        raise ValueError("a roster that reads as another")
    return encoded


def read(encoded: bytes) -> Roster:
    """Decode a roster. Raises Malformed for every other input."""
    roster = _ROSTER.read(cbor.read(encoded))
    if not 1 <= len(roster.officers) <= MOST_OFFICERS:
        raise Malformed("a roster without officers, or with too many")
    if len({one.number for one in roster.officers}) < len(roster.officers):
        raise Malformed("two officers with one number")
    for one in roster.officers:
        if one.valid_from_s >= one.valid_until_s:
            raise Malformed("a validity that ends before it begins")
        if one.duress_verifier == one.verifier:
            raise Malformed("a duress PIN that is the PIN")
    return roster


def target_of(unit: str) -> str:
    """Return the name of the target with a unit's roster (wire format, section 4)."""
    return f"roster/{unit}.sealed"


def write_target(boxes: dict[int, bytes]) -> bytes:
    """Encode the target of sealed boxes by the running numbers of their terminals."""
    return cbor.write(dict(boxes))


def box_for(target: bytes, running_number: int) -> bytes | None:
    """Return a terminal's box in the target; None if it has none. Raises Malformed."""
    found = cbor.read(target)
    if type(found) is not dict:
        raise Malformed("not a map")
    box = found.get(running_number)
    return None if box is None else fields.data(box)


def _name(value: Value) -> str:
    name = fields.text(value, 1, MOST_NAME)
    if any(unicodedata.category(one).startswith("C") for one in name) or name != name.strip():
        raise Malformed("not a name")
    return name


def _matching(pattern: re.Pattern[str], value: Value) -> str:
    text = fields.text(value)
    if pattern.fullmatch(text) is None:
        raise Malformed("not a text of the listed form")
    return text


def _verifier(value: Value) -> str:
    text = fields.text(value)
    found = _VERIFIER.fullmatch(text)
    if found is None:
        raise Malformed("not a verifier of Argon2id")
    memory_kib, passes = map(int, found.groups())
    if memory_kib > MOST_MEMORY_KIB or passes > MOST_PASSES:
        raise Malformed("a verifier that costs too much to check")
    return text


_OFFICER = Schema(
    Officer,
    Field(1, "number", lambda value: _matching(_NUMBER, value), identity),
    Field(2, "name", _name, identity),
    Field(3, "verifier", _verifier, identity),
    Field(4, "duress_verifier", _verifier, identity),
    unsigned(5, "valid_from_s"),
    unsigned(6, "valid_until_s"),
    flag(7, "supervisor"),
)
_ROSTER = Schema(
    Roster,
    Field(1, "unit", lambda value: fields.text(value, 1, MOST_NAME), identity),
    unsigned(2, "made_s"),
    parts(3, "officers", _OFFICER),
)
