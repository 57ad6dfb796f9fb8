"""Enforcement keys of a province, sealed to each of its terminals (wire format, section 4, `enforcement/`).

The keys are files of `keys.files` (ChaCha20-Poly1305), one an epoch. Issuers seal claims with the newest.
Terminals get each for a short period, which sealing and publishing again prolongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys import files, terminals
from keys.selection import is_target
from terminal.credential import enforcement
from terminal.credential.enforcement import EnforcementKey, target_of
from terminal.credential.trust import TERMINALS_TARGET
from terminal.errors import InputFault
from terminal.wire.cbor import Malformed
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """Result of sealing: terminals that get keys, and withdrawn ones whose keys were removed."""

    sealed: tuple[str, ...]
    removed: tuple[str, ...]


def seal_keys(content: Path, province: str, keys: Mapping[int, EnforcementKey]) -> SealedKeys:
    """Write the targets of a province's active terminals in a repository's content; remove withdrawn ones'.

    `keys` are by epoch, and take the place of those sealed before. Raises InputFault for an unknown province,
    an empty period, and if no active terminal of the province is listed.
    """
    try:
        plain = enforcement.write(province, keys)
    except Malformed as error:
        raise InputFault(f"enforcement keys: {error}") from error
    listed = [one for one in terminals.load(content).values() if one.province == province]
    active = [one for one in listed if one.state == terminals.ACTIVE]
    if not active:
        raise InputFault(f"{TERMINALS_TARGET} lists no active terminal of {province}")
    for one in active:
        name = target_of(one.name)
        if not is_target(name):
            raise InputFault(f"terminal {one.name}: not a name that a target can have")
        (content / name).parent.mkdir(exist_ok=True)
        files.replace(content / name, seal(plain, one.sealing_key))
    withdrawn = [one.name for one in listed if one.state != terminals.ACTIVE]
    removed = tuple(name for name in withdrawn if (content / target_of(name)).exists())
    for name in removed:
        (content / target_of(name)).unlink()
    return SealedKeys(tuple(one.name for one in active), removed)
