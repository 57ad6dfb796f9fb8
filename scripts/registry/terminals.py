"""Terminals that the registry answers, by their signing key: each key has one owner with one state."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from terminal.credential.trust import TERMINALS_TARGET
from terminal.errors import TrustFault
from terminal.registry import topics
from terminal.wire import cbor, cose, sealed
from terminal.wire.cbor import Malformed
from terminal.wire.fields import KEY_SIZE, array, data, text, uint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from terminal.wire.cbor import Value

ACTIVE = "active"
"""The only state in which a terminal is answered."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal as listed in target `terminals.cbor`."""

    id: str
    public_key: bytes
    """Ed25519, 32 bytes."""
    province: str
    state: str
    sealing_key: bytes
    """X25519, 32 bytes: what is sent to it is sealed to this key."""


def load_from(trust: Path) -> Mapping[bytes, Terminal]:
    """Load the terminals of a trust set's folder, by kid. Raises TrustFault, as `load`."""
    try:
        return load((trust / TERMINALS_TARGET).read_bytes())
    except OSError as error:
        raise TrustFault(f"terminals.cbor: {error.strerror}") from error


def identity_of(trust: Path) -> tuple[int, int, int] | None:
    """Return which folder a trust set is in, wherever a link leads now; None where there is none."""
    try:
        found = trust.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns


def load(content: bytes) -> Mapping[bytes, Terminal]:
    """Decode the terminals of target `terminals.cbor`, by kid (wire format, section 4).

    Raises TrustFault; then none of it is used.
    """
    try:
        listed = cbor.read(content)
        if type(listed) is not dict:
            raise Malformed("not a map")
        terminals = [_terminal(number, entry) for number, entry in listed.items()]
    except ValueError as error:
        raise TrustFault(f"terminals.cbor: {error}") from error
    by_kid = {cose.key_id(terminal.public_key): terminal for terminal in terminals}
    if len(by_kid) < len(terminals) or len({terminal.id for terminal in terminals}) < len(terminals):
        raise TrustFault("terminals.cbor: two terminals with one key or one id")
    return MappingProxyType(by_kid)


def _terminal(number: int, entry: Value) -> Terminal:
    uint(number)
    name, public_key, province, state, sealing_key = array(entry, 5)
    terminal = Terminal(
        text(name), data(public_key, KEY_SIZE), text(province), text(state), data(sealing_key, KEY_SIZE)
    )
    if not cose.is_full_order_point(terminal.public_key):
        raise Malformed("a public key that is not a full-order point")
    if not sealed.is_sealing_key(terminal.sealing_key):
        raise Malformed("a sealing key of low order")
    topics.lookup(terminal.id)
    return terminal
