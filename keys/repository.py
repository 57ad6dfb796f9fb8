"""An authority's TUF repository and the ceremonies that change its root.

    DIR/private/      encrypted keys of the online roles: targets, snapshot, timestamp
    DIR/roots/        N.root.json, every accepted root
    DIR/draft.json    a root that still lacks signatures
    DIR/content/      the targets to publish, as plain files (`keys.publishing`)
    DIR/public/       the published repository, a folder that any web server can serve

Root keys are never in this folder. A root needs at least LEAST_ROOT_KEYS keys and THRESHOLD signatures, and
more keys than signatures, so that one key may be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.api.serialization.json import JSONSerializer

from keys import files, role_keys
from keys.floors import ROLES
from keys.trust_metadata import LABORATORY_MARK
from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from securesystemslib.signer import Key, Signer

    from keys.role_keys import Ask, Cost, Randomness

LEAST_ROOT_KEYS = 3
THRESHOLD = 2
ROOT_DAYS = 730
"""Validity of a root, days. A terminal that comes back later needs a root renewed in the meantime."""
SERIALIZER = JSONSerializer(compact=False)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's folder."""

    folder: Path

    @property
    def content(self) -> Path:
        """Folder of the targets to publish."""
        return self.folder / "content"

    @property
    def public(self) -> Path:
        """Folder of the published repository."""
        return self.folder / "public"

    @property
    def private(self) -> Path:
        """Folder of the online roles' keys."""
        return self.folder / "private"

    @property
    def draft(self) -> Path:
        """Root that lacks signatures."""
        return self.folder / "draft.json"

    def root_file(self, version: int) -> Path:
        """Return the file of an accepted root."""
        return self.folder / "roots" / f"{version}.root.json"

    def newest_root(self) -> Metadata[Root] | None:
        """Load the newest accepted root, None before the first. Raises InputFault."""
        version = 0
        while self.root_file(version + 1).exists():
            version += 1
        return _load_root(self.root_file(version)) if version else None

    def accepted_root(self) -> Root:
        """Load the newest accepted root. Raises InputFault if there is none."""
        root = self.newest_root()
        if root is None:
            raise InputFault(f"{self.folder}: the first root has not been signed yet")
        return root.signed


@dataclass(frozen=True, slots=True)
class RootChange:
    """Changes for the next root."""

    add: tuple[Key, ...] = ()
    """Root keys to add."""
    remove: frozenset[str] = frozenset()
    """Ids of root keys to take away."""
    threshold: int | None = None
    renew: tuple[str, ...] = ()
    """Online roles that get a new key; the old one stops counting."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures on a draft of a root."""

    version: int
    signed: frozenset[str]
    """Ids of root keys, old and new, that have signed."""
    missing: int
    """Signatures still needed for the new root's own threshold."""
    missing_before: int
    """Signatures still needed for the threshold of the root before."""

    @property
    def accepted(self) -> bool:
        """True if the root is in force."""
        return not self.missing and not self.missing_before


@dataclass(frozen=True, slots=True)
class KeyMaking:
    """Parameters for making keys: source of passphrases, randomness, and cost of the hash of a passphrase."""

    ask: Ask
    randomness: Randomness = field(repr=False)
    cost: Cost = role_keys.MODERATE


def init(  # noqa: PLR0913 - the parts of a new repository
    repository: Repository,
    root_keys: Iterable[Key],
    threshold: int,
    making: KeyMaking,
    now_s: float,
    *,
    laboratory: bool = False,
) -> None:
    """Make the folder with new online keys and the draft of root 1. Raises InputFault if it exists.

    With `laboratory`, the root is marked, and with it every screen of a terminal that embeds it.
    """
    if repository.folder.exists() and any(repository.folder.iterdir()):
        raise InputFault(f"{repository.folder} exists and is not empty")
    root = Root(
        version=1,
        expires=_after(now_s, ROOT_DAYS),
        consistent_snapshot=True,
        unrecognized_fields={LABORATORY_MARK: True} if laboratory else None,
    )
    for key in root_keys:
        root.add_key(key, Root.type)
    root.roles[Root.type].threshold = threshold
    _require_spare(root)
    for name in ("content", "public", "roots"):
        (repository.folder / name).mkdir(parents=True)
    repository.private.mkdir(mode=0o700)
    for role in ROLES:
        root.add_key(_new_online_key(repository, role, 1, making), role)
    _save(repository.draft, Metadata(root))


def rotate(repository: Repository, change: RootChange, making: KeyMaking, now_s: float) -> int:
    """Draft the next root and return its version; it counts once it is signed. Raises InputFault.

    It must be signed by the threshold of the root before and by its own.
    """
    root = repository.accepted_root()
    if repository.draft.exists():
        raise InputFault(f"{repository.draft} waits for signatures; sign it or remove it first")
    for key_id in change.remove:
        if key_id not in root.roles[Root.type].keyids:
            raise InputFault(f"{key_id} is no key of root {root.version}")
        root.revoke_key(key_id, Root.type)
    for key in change.add:
        root.add_key(key, Root.type)
    root.version += 1
    root.expires = _after(now_s, ROOT_DAYS)
    root.roles[Root.type].threshold = change.threshold or root.roles[Root.type].threshold
    _require_spare(root)
    for role in change.renew:
        old = list(root.roles[role].keyids)
        root.add_key(_new_online_key(repository, role, root.version, making), role)
        for key_id in old:
            root.revoke_key(key_id, role)
    _save(repository.draft, Metadata(root))
    return root.version


def sign_root(repository: Repository, signer: Signer) -> Signatures:
    """Add one signature to the draft; once there are enough, it is the root in force. Raises InputFault."""
    draft = _load_root(repository.draft)
    before = repository.newest_root()
    known = set(draft.signed.roles[Root.type].keyids)
    known |= set(before.signed.roles[Root.type].keyids) if before else set()
    if signer.public_key.keyid not in known:
        raise InputFault("this key is a root key neither of the draft nor of the root before")
    try:
        draft.sign(signer, append=True)
    except RepositoryError as error:
        raise InputFault(f"the draft could not be signed: {error}") from error
    found = signatures(draft, before)
    if found.accepted:
        _save(repository.root_file(found.version), draft)
        repository.draft.unlink()
    else:
        _save(repository.draft, draft)
    return found


def signatures(draft: Metadata[Root], before: Metadata[Root] | None) -> Signatures:
    """Count the valid signatures on a draft."""
    content = draft.signed_bytes
    own = draft.signed.get_verification_result(Root.type, content, draft.signatures)
    old = (before or draft).signed.get_verification_result(Root.type, content, draft.signatures)
    signed = frozenset({*own.signed, *old.signed})
    return Signatures(draft.signed.version, signed, max(0, own.missing), max(0, old.missing))


def online_signers(repository: Repository, root: Root, ask: Ask) -> Mapping[str, Signer]:
    """Load the signers of the online roles of `root`, by role. Raises InputFault."""
    held = {
        role_keys.load_public(file).key.keyid: file.with_suffix("")
        for file in sorted(repository.private.glob("*.pub"))
    }
    signers = {}
    for role in ROLES:
        found = [held[key_id] for key_id in root.roles[role].keyids if key_id in held]
        if not found:
            raise InputFault(f"{repository.private} has no key for role {role} of root {root.version}")
        signers[role] = role_keys.load_signer(found[0], ask)
    return signers


def _new_online_key(repository: Repository, role: str, version: int, making: KeyMaking) -> Key:
    path = repository.private / f"{role}-{version}.key"
    for leftover in (path, path.with_name(f"{path.name}.pub")):
        leftover.unlink(missing_ok=True)  # of an abandoned draft; no root names it
    return role_keys.create(path, making.ask(str(path)), making.randomness, making.cost).key


def _require_spare(root: Root) -> None:
    role = root.roles[Root.type]
    count = len(role.keyids)
    if count < LEAST_ROOT_KEYS or not THRESHOLD <= role.threshold < count:
        raise InputFault(
            f"{role.threshold} of {count} root keys: at least {THRESHOLD} of {LEAST_ROOT_KEYS} are needed,"
            " and more keys than signatures, so that one lost key stops nothing"
        )


def _after(now_s: float, days: int) -> datetime:
    return datetime.fromtimestamp(int(now_s), UTC) + timedelta(days=days)


def _load_root(path: Path) -> Metadata[Root]:
    try:
        return Metadata[Root].from_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise InputFault(f"{path}: there is no such root") from error
    except RepositoryError as error:
        raise InputFault(f"{path}: {error}") from error


def _save(path: Path, root: Metadata[Root]) -> None:
    files.replace(path, root.to_bytes(SERIALIZER))
