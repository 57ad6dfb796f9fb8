"""Read the terminals that an authority lists in the target `terminals.cbor` (wire format, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.trustset import ListedTerminal
from terminal.credential.trust import TERMINALS_TARGET
from terminal.errors import InputFault
from terminal.wire import cbor
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import KEY_SIZE, array, data, text, uint
from terminal.wire.sealed import is_sealing_key

if TYPE_CHECKING:
    from pathlib import Path

ACTIVE, WITHDRAWN = "active", "withdrawn"
"""States of a terminal; only an active one is answered."""


def load(content: Path) -> dict[int, ListedTerminal]:
    """Load the terminals in a repository's content, by running number. Raises InputFault."""
    path = content / TERMINALS_TARGET
    try:
        return _terminals(cbor.read(path.read_bytes()))
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except Malformed as error:
        raise InputFault(f"{path}: {error}") from error


def _terminals(value: Value) -> dict[int, ListedTerminal]:
    if type(value) is not dict:
        raise Malformed("not a map")
    return {uint(number): _terminal(value[number]) for number in value}


def _terminal(value: Value) -> ListedTerminal:
    name, public_key, province, state, sealing_key = array(value, 5)
    found = ListedTerminal(
        text(name, 1, 64),
        data(public_key, KEY_SIZE),
        data(sealing_key, KEY_SIZE),
        text(province),
        text(state),
    )
    if not is_sealing_key(found.sealing_key):
        raise Malformed(f"{found.name} has no valid X25519 key")
    return found
