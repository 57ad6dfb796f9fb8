"""Floors: the least versions and times that a terminal still accepts, kept on disk with fsync.

python-tuf keeps its rollback protection in cached metadata that it writes without fsync, so that a power cut
can make it forget (TUF specification, sections 5.4 to 5.6). This file does not depend on that cache.

A floor of a role holds while every key of the role that was valid when it was set is still valid. When the
root takes one of these keys away, the floors it could have driven up fall, as the specification requires for
recovery from a fast-forward attack (section 5.3.11): otherwise a thief of an online key could publish version
2^31 and lock every terminal out for ever.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from terminal import atomic_file
from terminal.errors import TrustFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROLES = ("timestamp", "snapshot", "targets")
_AFTER = {"timestamp": ROLES, "snapshot": ("snapshot", "targets"), "targets": ("targets",)}
"""The floors that a thief of a role's key can drive up."""


@dataclass(frozen=True, slots=True)
class Floors:
    """Least version of each role, least time and serial of `set.cbor`; zeros accept anything."""

    root: int = 0
    timestamp: int = 0
    snapshot: int = 0
    targets: int = 0
    made_s: int = 0
    """Unix time, s."""
    serial: int = 0
    keys: tuple[tuple[str, ...], ...] = ((), (), ())
    """Key ids of timestamp, snapshot and targets when their floors were set, sorted."""

    def after(self, keys: Mapping[str, tuple[str, ...]]) -> Floors:
        """Return the floors that still hold under a root which gives each role these key ids."""
        kept = self
        for role, before in zip(ROLES, self.keys, strict=True):
            if not set(before) <= set(keys[role]):
                fallen = {name: 0 if name in _AFTER[role] else getattr(kept, name) for name in ROLES}
                kept = replace(
                    kept,
                    timestamp=fallen["timestamp"],
                    snapshot=fallen["snapshot"],
                    targets=fallen["targets"],
                    made_s=0,
                    serial=0,
                )
        return kept

    def require(self, other: Floors, where: str) -> None:
        """Raise TrustFault if anything in `other` is below these floors, which have to hold for its root."""
        for name in ("root", *ROLES, "made_s", "serial"):
            least, found = getattr(self, name), getattr(other, name)
            if found < least:
                raise TrustFault(f"{where}: {name} {found} is older than {least}, which was seen before")

    def raised(self, other: Floors) -> Floors:
        """Return floors that are no lower than either; the keys are those of `other`."""
        names = ("root", *ROLES, "made_s", "serial")
        return Floors(
            **{name: max(getattr(self, name), getattr(other, name)) for name in names}, keys=other.keys
        )


@dataclass(frozen=True, slots=True)
class FloorRecord:
    """Both sets of floors.

    `seen` is raised as soon as metadata has been verified, and bounds what may be fetched. `installed` is
    raised after a set has come into force, and bounds what may be in force: a crash between the two leaves
    the old set usable.
    """

    seen: Floors = Floors()
    installed: Floors = Floors()


def load(path: Path) -> FloorRecord | None:
    """Load the floors; None if the file is missing or damaged. Raises TrustFault if it cannot be read."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrustFault(f"{path}: {error.strerror}") from error
    if digest != _digest(body):
        return None
    fields = json.loads(body)
    return FloorRecord(*(_floors(fields[name]) for name in ("seen", "installed")))


def save(path: Path, record: FloorRecord) -> None:
    """Write the floors and sync them to disk, atomically. Raises TrustFault."""
    body = json.dumps(asdict(record), sort_keys=True).encode()
    try:
        atomic_file.replace(path, _digest(body) + b"\n" + body)
    except OSError as error:
        raise TrustFault(f"{path}: {error.strerror}") from error


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _floors(fields: dict[str, Any]) -> Floors:
    keys = tuple(tuple(ids) for ids in fields.pop("keys"))
    return Floors(**fields, keys=keys)
