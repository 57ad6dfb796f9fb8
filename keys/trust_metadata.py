"""Offline verification of TUF metadata with `tuf.api.metadata`: no network, no clock, no trusted cache.

The chain starts at the embedded root and continues root by root (TUF specification, section 5.3). Expiry is
not checked here: it limits what may be installed, and `tuf.ngclient` refuses expired metadata then. An
installed set is graded by its age instead (wire format, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from keys.floors import ROLES, Floors
from terminal.errors import TrustFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tuf.api.metadata import TargetFile

    Reader = Callable[[str], bytes | None]
    """The content of a metadata file by name, such as `2.root.json`; None if there is none."""

MOST_ROOTS = 1024
LABORATORY_MARK = "x-roadside-laboratory"
"""Member of a root's signed part, `true` in a laboratory's. All roots of a chain agree in it."""
_Signed = TypeVar("_Signed", Timestamp, Snapshot, Targets)


@dataclass(frozen=True, slots=True)
class VerifiedMetadata:
    """Metadata whose signatures, versions, lengths and hashes agree, and its bytes by file name."""

    root: Root
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets
    files: Mapping[str, bytes]

    @property
    def target_files(self) -> Mapping[str, TargetFile]:
        """Length and hashes of every target of the top-level role; delegations are not used."""
        return self.targets.targets

    @property
    def laboratory(self) -> bool:
        """True if the root marks the repository as a laboratory's."""
        return is_laboratory(self.root)

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Return the key ids of each online role, sorted."""
        return {role: tuple(sorted(self.root.roles[role].keyids)) for role in ROLES}

    def floors(self, made_s: int = 0, serial: int = 0) -> Floors:
        """Return the versions of this metadata as floors, with the time and serial of its `set.cbor`."""
        versions = (self.root.version, self.timestamp.version, self.snapshot.version, self.targets.version)
        return Floors(*versions, made_s, serial, tuple(self.keys()[role] for role in ROLES))


def verify_metadata(embedded_root: bytes, read: Reader) -> VerifiedMetadata:
    """Verify the metadata that `read` gives, from the embedded root on. Raises TrustFault."""
    try:
        root, files = _walk_roots(embedded_root, read)
        timestamp = _signed_by(root, Timestamp, _need(read, "timestamp.json", files))
        snapshot_bytes = _need(read, "snapshot.json", files)
        timestamp.snapshot_meta.verify_length_and_hashes(snapshot_bytes)
        snapshot = _signed_by(root, Snapshot, snapshot_bytes)
        listed = snapshot.meta["targets.json"]
        targets_bytes = _need(read, "targets.json", files)
        listed.verify_length_and_hashes(targets_bytes)
        targets = _signed_by(root, Targets, targets_bytes)
    except (RepositoryError, KeyError, ValueError) as error:
        raise TrustFault(f"trust metadata: {error}") from error
    if (timestamp.snapshot_meta.version, listed.version) != (snapshot.version, targets.version):
        raise TrustFault("trust metadata: versions that do not belong together")
    return VerifiedMetadata(root, timestamp, snapshot, targets, files)


def _walk_roots(embedded: bytes, read: Reader) -> tuple[Root, dict[str, bytes]]:
    metadata = Metadata[Root].from_bytes(embedded)
    root = metadata.signed
    root.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)
    files: dict[str, bytes] = {}
    for version in range(root.version + 1, root.version + MOST_ROOTS):
        name = f"{version}.root.json"
        content = read(name)
        if content is None:
            return root, files
        files[name] = content
        newer = Metadata[Root].from_bytes(content)
        for judge in (root, newer.signed):
            judge.verify_delegate(Root.type, newer.signed_bytes, newer.signatures)
        if newer.signed.version != version:
            raise TrustFault(f"trust metadata: {name} has version {newer.signed.version}")
        if is_laboratory(newer.signed) != is_laboratory(root):
            raise TrustFault(f"trust metadata: {name} turns a laboratory into a field repository, or back")
        root = newer.signed
    raise TrustFault(f"trust metadata: more than {MOST_ROOTS} roots")


def is_laboratory(root: Root) -> bool:
    """Return True if a root, which has to be trusted already, marks a laboratory."""
    return root.unrecognized_fields.get(LABORATORY_MARK) is True


def _signed_by(root: Root, kind: type[_Signed], content: bytes) -> _Signed:
    metadata = Metadata[_Signed].from_bytes(content)
    root.verify_delegate(kind.type, metadata.signed_bytes, metadata.signatures)
    if type(metadata.signed) is not kind:
        raise TrustFault(f"trust metadata: a {metadata.signed.type} in place of a {kind.type}")
    return metadata.signed


def _need(read: Reader, name: str, files: dict[str, bytes]) -> bytes:
    content = read(name)
    if content is None:
        raise TrustFault(f"trust metadata: {name} is missing")
    files[name] = content
    return content
