"""Publish a repository: a folder that any web server can serve, with consistent snapshots (TUF specification,
section 6.2); the same files also work from a USB stick.

Targets are written first and the timestamp last, each file atomically, so that a client which reads during a
publication finds either the old set or the new one whole. The content is first loaded as a terminal loads it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, TypeVar

from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

from keys import files, register_counts, trustset
from keys.repository import SERIALIZER, online_signers
from keys.selection import REQUIRED, is_target
from terminal.credential import trust
from terminal.credential.trust import REGISTRY_TARGET, SET_TARGET
from terminal.errors import InputFault
from terminal.services import rules_in_force
from terminal.services import trust_directory as directory

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from keys.repository import Repository
    from keys.role_keys import Ask

TARGETS_DAYS, SNAPSHOT_DAYS, TIMESTAMP_DAYS = 90, 30, 7
"""Days until metadata may no longer be installed; every publication renews all three."""
KEPT = 3
"""Publications whose files are kept, for clients that are reading them."""
_CHUNK = 1 << 20
_Signed = TypeVar("_Signed", Targets, Snapshot, Timestamp)


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """Result of a publication."""

    serial: int
    targets: int
    """Number of targets."""
    written: int
    """Bytes of new targets."""
    root_days: int
    """Days until the root expires, after which no terminal installs anything."""


def publish(repository: Repository, ask: Ask, now_s: int) -> PublishedSet:
    """Publish the content, with `set.cbor` made at `now_s` (Unix time, s).

    Raises InputFault, TrustFault or RulesFault for content that no terminal would accept, or a register whose
    count is not the authorities' own; then nothing is published.
    """
    root = repository.accepted_root()
    if root.is_expired(datetime.fromtimestamp(now_s, UTC)):
        raise InputFault(
            f"root {root.version} has expired, and no terminal installs a set under it: rotate it"
        )
    serial = _newest_version(repository) + 1
    made = repository.content / SET_TARGET
    if serial > 1 and made.exists() and trust.read_set(made.read_bytes())[0] > now_s:
        raise InputFault(
            "the last set was made later than this; set the clock, which may be wrong now or then"
        )
    files.replace(made, trustset.set_target(now_s, serial))
    _require_sound(repository, now_s)
    return write(repository, ask, now_s)


def write(repository: Repository, ask: Ask, now_s: int) -> PublishedSet:
    """Publish the content without the checks of `publish`, also to test that terminals refuse an unsound set.

    Raises InputFault for a name that is not a target's.
    """
    root = repository.accepted_root()
    serial = _newest_version(repository) + 1
    files.replace(repository.content / SET_TARGET, trustset.set_target(now_s, serial))
    signers = online_signers(repository, root, ask)
    (repository.public / "metadata").mkdir(parents=True, exist_ok=True)
    targets, written = _write_targets(repository)
    for version in range(1, root.version + 1):
        _put(repository, f"{version}.root.json", repository.root_file(version).read_bytes())
    expires = datetime.fromtimestamp(now_s, UTC)
    listed = Targets(serial, expires=expires + timedelta(days=TARGETS_DAYS), targets=targets)
    content = _signed(Metadata(listed), signers["targets"])
    _put(repository, f"{serial}.targets.json", content)
    meta = {"targets.json": MetaFile.from_data(serial, content, ["sha256"])}
    snapshot = Snapshot(serial, expires=expires + timedelta(days=SNAPSHOT_DAYS), meta=meta)
    content = _signed(Metadata(snapshot), signers["snapshot"])
    _put(repository, f"{serial}.snapshot.json", content)
    newest = MetaFile.from_data(serial, content, ["sha256"])
    timestamp = Timestamp(serial, expires=expires + timedelta(days=TIMESTAMP_DAYS), snapshot_meta=newest)
    _put(repository, "timestamp.json", _signed(Metadata(timestamp), signers["timestamp"]))
    _prune(repository, serial)
    return PublishedSet(serial, len(targets), written, (root.expires - expires).days)


def _newest_version(repository: Repository) -> int:
    timestamp = repository.public / "metadata" / "timestamp.json"
    return Metadata[Timestamp].from_bytes(timestamp.read_bytes()).signed.version if timestamp.exists() else 0


def _require_sound(repository: Repository, now_s: int) -> None:
    content = repository.content
    if not (content / REGISTRY_TARGET).exists():
        raise InputFault(f"{content / 'registry.cbor'} is missing")
    trusted = directory.load_directory(content)
    trust.load({name: (content / name).read_bytes() for name in REQUIRED})
    for rules in sorted((content / "rules").glob("*.cbor")):
        rules_in_force.read(f"rules/{rules.name}", rules.read_bytes())
    for file in trusted.register.files:
        register_counts.require_counted(repository.folder, file, content / file.target, now_s)


def _write_targets(repository: Repository) -> tuple[dict[str, TargetFile], int]:
    targets: dict[str, TargetFile] = {}
    written = 0
    for file in sorted(path for path in repository.content.rglob("*") if path.is_file()):
        name = file.relative_to(repository.content).as_posix()
        if not is_target(name):
            raise InputFault(f"{file}: not the name of a target")
        digest, length = _hash(file)
        targets[name] = TargetFile(length, {"sha256": digest}, name)
        place = repository.public / "targets" / file.relative_to(repository.content)
        place = place.with_name(f"{digest}.{place.name}")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            _copy(file, place)
            written += length
    return targets, written


def _hash(file: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest(), opened.tell()


def _copy(source: Path, place: Path) -> None:
    with source.open("rb") as file, NamedTemporaryFile(dir=place.parent, delete=False) as staged:
        try:
            shutil.copyfileobj(file, staged, _CHUNK)
            staged.flush()
            os.fsync(staged.fileno())
            Path(staged.name).chmod(0o644)
            Path(staged.name).replace(place)
        except OSError:
            Path(staged.name).unlink(missing_ok=True)
            raise


def _signed(metadata: Metadata[_Signed], signer: Signer) -> bytes:
    metadata.sign(signer)
    return metadata.to_bytes(SERIALIZER)


def _put(repository: Repository, name: str, content: bytes) -> None:
    path = repository.public / "metadata" / name
    if not path.exists() or path.read_bytes() != content:
        files.replace(path, content)


def _prune(repository: Repository, serial: int) -> None:
    """Remove metadata and targets that none of the newest publications names."""
    metadata = repository.public / "metadata"
    named: set[Path] = set()
    for version in range(max(1, serial - KEPT + 1), serial + 1):
        held = metadata / f"{version}.targets.json"
        if held.exists():
            listed = Metadata[Targets].from_bytes(held.read_bytes()).signed.targets.values()
            named |= {repository.public / "targets" / p for one in listed for p in one.get_prefixed_paths()}
    for version in range(1, max(1, serial - KEPT + 1)):
        for role in ("targets", "snapshot"):
            (metadata / f"{version}.{role}.json").unlink(missing_ok=True)
    for file in (repository.public / "targets").rglob("*"):
        if file.is_file() and file not in named:
            file.unlink()
