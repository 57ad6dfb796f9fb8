"""Trust set: issuer keys with their scopes and periods, status lists and the register of issued codes.

Targets and encodings are those of wire format, section 4. An invalid set is refused as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from terminal.credential import register
from terminal.credential.register import Register
from terminal.errors import TrustFault
from terminal.limits import TRUST_FRESH_H, TRUST_USABLE_H
from terminal.vehicle.tables import PROVINCES
from terminal.wire import cbor, cose, sealed
from terminal.wire.cbor import Malformed, Value
from terminal.wire.fields import KEY_SIZE, array, data, entries, text, uint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.credential.register import Content

FRESH_S, USABLE_S = 3600 * TRUST_FRESH_H, 3600 * TRUST_USABLE_H
"""Greatest ages of a fresh and of a usable trust set, s, unless the settings name others."""
SET_TARGET, ISSUERS_TARGET, REGISTRY_TARGET = "set.cbor", "issuers.cbor", "registry.cbor"
"""Names of targets (wire format, section 4)."""
TERMINALS_TARGET = "terminals.cbor"
_STATUS_TARGET = re.compile(r"status/([0-9]+)\.bin", re.ASCII)


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An issuer key: the authorities it may sign for, and the period."""

    public_key: bytes
    scopes: tuple[str, ...]
    issues_from_s: int
    """First iat allowed, Unix time, s."""
    issues_until_s: int
    """First iat no longer allowed, Unix time, s."""
    compromised_since_s: int | None = None
    algorithm: int = cose.ED25519

    def covers(self, issuer: str) -> bool:
        """Return True if `issuer` is one of the key's authorities, or belongs to one of its provinces."""
        return any(
            issuer == scope or (scope in PROVINCES and issuer.startswith(scope)) for scope in self.scopes
        )


@dataclass(frozen=True, slots=True)
class RegistryKeys:
    """The registry's public keys by purpose, newest first."""

    answer: tuple[bytes, ...]
    receipt: tuple[bytes, ...]
    hotlist: tuple[bytes, ...]
    order: tuple[bytes, ...]
    journal: tuple[bytes, ...]
    """X25519 keys that journal records are sealed to."""
    lookup: tuple[bytes, ...]
    """X25519 keys that lookups are sealed to."""


@dataclass(frozen=True, slots=True)
class TrustSet:
    """Trust set of a terminal."""

    issuers: Mapping[bytes, IssuerKey]
    made_s: int
    """Unix time at which the set was made, s."""
    serial: int = 0
    status: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))
    register: Register = field(default_factory=Register)
    """The register of issued codes."""

    def age_s(self, now_s: float) -> float:
        """Return the seconds since the set was made; negative by a clock that is behind."""
        return now_s - self.made_s

    def is_withdrawn(self, number: int, index: int) -> bool | None:
        """Return the bit of a status list, least significant first; None if the list does not contain it."""
        bits = self.status.get(number, b"")
        return None if index >= 8 * len(bits) else bool(bits[index // 8] >> index % 8 & 1)


NO_TRUST = TrustSet(MappingProxyType({}), made_s=0)
"""The trust set of a terminal that has none: every code is by an unknown key."""


def load(targets: Mapping[str, bytes], issued: Mapping[str, Content] | None = None) -> TrustSet:
    """Load a trust set from its targets by name; `issued` are the register's files, possibly memory-mapped.

    Raises TrustFault, and then no part of the set is used.
    """
    try:
        made_s, serial = read_set(targets[SET_TARGET])
        issuers = load_issuers(targets[ISSUERS_TARGET])
        if REGISTRY_TARGET in targets:
            _require_apart(issuers, load_registry(targets[REGISTRY_TARGET]))
        return TrustSet(
            issuers=MappingProxyType(issuers),
            made_s=made_s,
            serial=serial,
            status=MappingProxyType(_status_lists(targets)),
            register=Register.of(register.read(*target) for target in (issued or {}).items()),
        )
    except KeyError as error:
        raise TrustFault(f"{error.args[0]} is missing") from error
    except ValueError as error:
        raise TrustFault(str(error)) from error


def load_registry(content: bytes) -> RegistryKeys:
    """Load the keys from target `registry.cbor`. Raises TrustFault."""
    try:
        groups = entries(cbor.read(content), frozenset(range(1, 7)))
        keys = [tuple(data(key, KEY_SIZE) for key in array(groups[number])) for number in range(1, 7)]
        for key in (key for group in keys[:4] for key in group):
            _require_point(key)
        for key in (key for group in keys[4:] for key in group):
            _require_sealing_key(key)
        if any(len(set(group)) != len(group) for group in keys):
            raise Malformed("the same key twice")  # noqa: TRY301 - worded below
    except Malformed as error:
        raise TrustFault(f"registry.cbor: {error}") from error
    if not keys[4]:
        raise TrustFault("registry.cbor: no journal-sealing key")
    if not keys[5]:
        raise TrustFault("registry.cbor: no lookup-sealing key")
    return RegistryKeys(*keys)


def read_set(content: bytes) -> tuple[int, int]:
    """Read target `set.cbor`: the time at which the set was made (Unix time, s), and its serial.

    Raises TrustFault.
    """
    try:
        fields = entries(cbor.read(content), frozenset({1, 2}))
        return uint(fields[1]), uint(fields[2])
    except Malformed as error:
        raise TrustFault(f"set.cbor: {error}") from error


def _status_lists(targets: Mapping[str, bytes]) -> dict[int, bytes]:
    lists: dict[int, bytes] = {}
    for name, bits in targets.items():
        if name.startswith("status/"):
            found = _STATUS_TARGET.fullmatch(name)
            if found is None:
                raise Malformed(f"{name}: not a name of a target")
            lists[int(found[1])] = bits
    return lists


def load_issuers(content: bytes) -> dict[bytes, IssuerKey]:
    """Load the keys from target `issuers.cbor` by kid.

    Raises TrustFault for a key that is no full-order point, two records for one kid, an empty or repeated
    scope, or an empty period.
    """
    keys: dict[bytes, IssuerKey] = {}
    try:
        for record in array(cbor.read(content)):
            key = _issuer(record)
            if cose.key_id(key.public_key) in keys:
                raise Malformed("two issuer keys with the same key id")  # noqa: TRY301 - worded below
            keys[cose.key_id(key.public_key)] = key
    except Malformed as error:
        raise TrustFault(f"issuers.cbor: {error}") from error
    return keys


def _issuer(record: Value) -> IssuerKey:
    fields = entries(record, frozenset({1, 2, 3, 4}), frozenset({5, 6}))
    algorithm = fields.get(6, cose.ED25519)
    if type(algorithm) is not int:
        raise Malformed("an algorithm that is not an integer")
    public_key = data(fields[1])
    if algorithm == cose.ED25519:
        _require_point(public_key)
    scopes = tuple(text(scope, 1, 12) for scope in array(fields[2]))
    if not scopes:
        raise Malformed("an issuer key without a scope")
    if len(set(scopes)) != len(scopes):
        raise Malformed("an issuer key with the same scope twice")
    if uint(fields[3]) >= uint(fields[4]):
        raise Malformed("an issuer key with an empty period")
    return IssuerKey(
        public_key=public_key,
        scopes=scopes,
        issues_from_s=uint(fields[3]),
        issues_until_s=uint(fields[4]),
        compromised_since_s=uint(fields[5]) if 5 in fields else None,
        algorithm=algorithm,
    )


def _require_apart(issuers: Mapping[bytes, IssuerKey], keys: RegistryKeys) -> None:
    """Raise TrustFault if a key is both an issuer's and the registry's."""
    shared = {key.public_key for key in issuers.values()} & {
        *(*keys.answer, *keys.receipt, *keys.hotlist, *keys.order)
    }
    if shared:
        raise TrustFault(f"key {cose.key_id(min(shared)).hex()} is both an issuer's and the registry's")


def _require_sealing_key(public_key: bytes) -> None:
    if not sealed.is_sealing_key(public_key):
        raise Malformed("a sealing key of low order")


def _require_point(public_key: bytes) -> None:
    if not cose.is_full_order_point(public_key):
        raise Malformed("a public key that is not a full-order point")
