"""Enforcement keys: open the sealed claims of credentials (wire format, section 3, "Sealed").

They reach a terminal as the target `enforcement/<terminal>.sealed`, a libsodium sealed box to its X25519 key
(section 4). The content is deterministic CBOR:

    { 1: tstr (province), 2: { epoch: [bstr .size 32 (key), uint (from, Unix s), uint (until, Unix s)] } }

A key opens the claims that the authorities of the province sealed under its epoch. The terminal uses it from
`from` until `until`, exclusive, so that a lost terminal opens nothing for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.credential.verify import open_sealed
from terminal.vehicle.tables import PROVINCES
from terminal.wire import cbor
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import KEY_SIZE, array, data, entries, text, uint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.model import Credential, SealedClaims


@dataclass(frozen=True, slots=True)
class EnforcementKey:
    """A key of one epoch, and the period in which a terminal uses it, Unix s."""

    key: bytes | bytearray
    """32 bytes; a bytearray on a terminal, so that it can be overwritten."""
    from_s: int
    until_s: int
    """Exclusive."""


class EnforcementKeys:
    """The enforcement keys of a terminal for its province, until they are wiped.

    `wipe` overwrites the keys in place. It cannot reach copies that Python or libsodium made on the way, such
    as the decrypted target, whose memory is freed but not overwritten. Memory is never written to a swap file
    or a core dump (`roadside.service`).
    """

    def __init__(self, province: str, keys: Mapping[int, EnforcementKey]) -> None:
        """Keep the keys by epoch in memory that can be overwritten."""
        self.province = province
        self._keys = {
            epoch: EnforcementKey(bytearray(one.key), one.from_s, one.until_s) for epoch, one in keys.items()
        }

    def epochs(self, now_s: float) -> frozenset[int]:
        """Return the epochs whose keys may be used at `now_s` (trusted time, Unix s)."""
        return frozenset(epoch for epoch, one in self._keys.items() if one.from_s <= now_s < one.until_s)

    def may_open(self, credential: Credential | None, now_s: float) -> bool:
        """Return True if a verified credential has sealed claims of this province and of a usable epoch."""
        return (
            credential is not None
            and credential.sealed is not None
            and credential.issuer[0] == self.province
            and credential.sealed.epoch in self.epochs(now_s)
        )

    def open(self, code: str, credential: Credential | None, now_s: float) -> SealedClaims | None:
        """Open the sealed claims of a verified credential, whose text is `code`; None if that fails."""
        if not self.may_open(credential, now_s):
            return None
        return open_sealed(code, {epoch: bytes(one.key) for epoch, one in self._keys.items()})

    def wipe(self) -> None:
        """Overwrite the keys with zeros, and forget them."""
        for one in self._keys.values():
            if isinstance(one.key, bytearray):
                one.key[:] = bytes(len(one.key))
        self._keys.clear()


def target_of(terminal: str) -> str:
    """Return the name of a terminal's target."""
    return f"enforcement/{terminal}.sealed"


def write(province: str, keys: Mapping[int, EnforcementKey]) -> bytes:
    """Encode the content of a target. Raises Malformed if `read` would refuse it."""
    listed: dict[int, Value] = {
        epoch: [bytes(one.key), one.from_s, one.until_s] for epoch, one in keys.items()
    }
    content = cbor.write({1: province, 2: listed})
    read(content, province)
    return content


def read(content: bytes, province: str) -> EnforcementKeys:
    """Decode the content of a target for a terminal of `province`. Raises Malformed."""
    found = entries(cbor.read(content), frozenset({1, 2}))
    if text(found[1], 1, 1) != province or province not in PROVINCES:
        raise Malformed("enforcement keys of another province")
    listed = found[2]
    if type(listed) is not dict:
        raise Malformed("not a map")
    return EnforcementKeys(province, {uint(epoch): _key(listed[epoch]) for epoch in listed})


def _key(value: Value) -> EnforcementKey:
    key, from_s, until_s = array(value, 3)
    if uint(from_s) >= uint(until_s):
        raise Malformed("a period that is empty")
    return EnforcementKey(data(key, KEY_SIZE), uint(from_s), uint(until_s))
