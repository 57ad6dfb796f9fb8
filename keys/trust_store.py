"""Trust sets on a terminal's disk: complete folders, of which a link names the one in force.

    FOLDER/floors           floors of versions and time (`keys.floors`)
    FOLDER/cache/           python-tuf's own files, never relied on
    FOLDER/staging/         targets being fetched
    FOLDER/sets/NAME/       metadata/ and targets/ of one set, never changed once in force
    FOLDER/current          link to the set in force, replaced atomically

The disk is untrusted input: opening a set verifies its metadata from the embedded root, its versions against
the floors, and every file against its length and hash. Files that the metadata does not list are ignored.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from keys import floors
from keys.selection import REQUIRED, wanted
from keys.trust_metadata import VerifiedMetadata, verify_metadata
from terminal.credential import trust
from terminal.errors import TrustFault
from terminal.services.mapped_file import map_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tuf.api.metadata import TargetFile

    from keys.selection import Selection
    from keys.trust_metadata import Reader
    from terminal.credential.register import Content

MAPPED = ("issued/", "offline/")
"""Targets that are read in place, and never loaded."""
MOST_LOADED = 1 << 23
"""Greatest length of a target that is loaded, bytes."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TrustStore:
    """A folder of trust sets, and the root (bytes of its metadata file) that was embedded at enrolment."""

    folder: Path
    embedded_root: bytes = field(repr=False)

    @property
    def current(self) -> Path:
        """The link to the set in force."""
        return self.folder / "current"

    @property
    def floors_file(self) -> Path:
        """The file of floors."""
        return self.folder / "floors"

    @property
    def suspect(self) -> Path:
        """A file that is there if a file of the set in force is damaged: the next update replaces it."""
        return self.folder / "suspect"


@dataclass(frozen=True, slots=True)
class InstalledSet:
    """A set on disk that was verified."""

    generation: str
    """Name of its folder."""
    metadata: VerifiedMetadata = field(repr=False)
    loaded: Mapping[str, bytes] = field(repr=False)
    """Content of the targets that are loaded, by name."""
    mapped: Mapping[str, Path] = field(repr=False)
    """Files of the targets that are read in place, by name."""
    missing: tuple[str, ...]
    """Targets that the terminal should have, but that this set was installed without."""
    made_s: int
    """Unix time, s."""
    serial: int

    def floors(self) -> floors.Floors:
        """Return versions, time and serial of this set as floors."""
        return self.metadata.floors(self.made_s, self.serial)

    def trust_set(self) -> trust.TrustSet:
        """Load issuer keys, status lists and register. Raises TrustFault if the set is invalid."""
        issued = {name: _mapped(file) for name, file in self.mapped.items() if name.startswith("issued/")}
        return trust.load(self.loaded, issued)

    def registry_keys(self) -> trust.RegistryKeys:
        """Load the registry's keys. Raises TrustFault."""
        return trust.load_registry(self.loaded[trust.REGISTRY_TARGET])

    def verify_mapped(self) -> None:
        """Hash every file that is read in place. Raises TrustFault for the first that is not as signed."""
        for name, file in self.mapped.items():
            verify_file(file, self.metadata.target_files[name], name)


def generation(store: TrustStore) -> str | None:
    """Return the name of the set in force, None if there is none: one system call, to notice a new set."""
    try:
        return Path(os.readlink(store.current)).name  # noqa: PTH115 - Path.readlink costs ten times as much
    except OSError:
        return None


@dataclass(slots=True)
class Watch:
    """Notices that another set has come into force; cheap enough for every turn of a loop."""

    store: TrustStore
    seen: str | None = None
    """The generation that was loaded last."""

    def has_changed(self) -> bool:
        """Return True once for each new generation."""
        now = generation(self.store)
        changed = now is not None and now != self.seen
        self.seen = now if changed else self.seen
        return changed


def open_current(store: TrustStore, selection: Selection, *, hash_mapped: bool = True) -> InstalledSet:
    """Verify the set in force, offline. Raises TrustFault if there is none, or it is invalid or rolled back.

    `hash_mapped` False leaves out the hashes of the files that are read in place, which the caller then has
    to verify by `InstalledSet.verify_mapped` before it relies on them (about a second for 400 MB).
    """
    name = generation(store)
    if name is None:
        raise TrustFault("no trust set has been installed")
    installed = open_set(store, store.folder / "sets" / name, selection)
    _require_floors(store, installed)
    if hash_mapped:
        installed.verify_mapped()
    return installed


def open_registry(store: TrustStore) -> InstalledSet:
    """Verify of the set in force only what a terminal needs to reach the registry and to keep records.

    For a set of which another file is damaged: `loaded` has `set.cbor` and `registry.cbor` alone. Raises
    TrustFault.
    """
    name = generation(store)
    if name is None:
        raise TrustFault("no trust set has been installed")
    folder = store.folder / "sets" / name
    metadata = verify_metadata(store.embedded_root, folder_reader(folder / "metadata"))
    loaded: dict[str, bytes] = {}
    for target in (trust.SET_TARGET, trust.REGISTRY_TARGET):
        if target not in metadata.target_files:
            raise TrustFault(f"{target} missing")
        loaded[target] = _load(folder / "targets" / target, metadata.target_files[target], target)
    made_s, serial = trust.read_set(loaded[trust.SET_TARGET])
    installed = InstalledSet(name, metadata, loaded, {}, (), made_s, serial)
    _require_floors(store, installed)
    return installed


def _require_floors(store: TrustStore, installed: InstalledSet) -> None:
    record = floors.load(store.floors_file)
    if record is not None:
        record.installed.after(installed.metadata.keys()).require(installed.floors(), "the set in force")


def open_set(store: TrustStore, folder: Path, selection: Selection) -> InstalledSet:
    """Verify the set in `folder`, but for floors and the hashes of mapped files. Raises TrustFault."""
    metadata = verify_metadata(store.embedded_root, folder_reader(folder / "metadata"))
    names = wanted(metadata.target_files, selection)
    loaded: dict[str, bytes] = {}
    mapped: dict[str, Path] = {}
    for name in names:
        file, info = folder / "targets" / name, metadata.target_files[name]
        if not file.is_file():
            continue
        if name.startswith(MAPPED):
            if file.stat().st_size != info.length:
                raise TrustFault(f"{name}: not as long as signed")
            mapped[name] = file
        else:
            loaded[name] = _load(file, info, name)
    if absent := [name for name in REQUIRED if name not in loaded]:
        raise TrustFault(f"{', '.join(absent)} missing")
    made_s, serial = trust.read_set(loaded[trust.SET_TARGET])
    missing = tuple(name for name in names if name not in loaded and name not in mapped)
    return InstalledSet(folder.name, metadata, loaded, mapped, missing, made_s, serial)


def folder_reader(folder: Path) -> Reader:
    """Return a reader of the metadata files in a folder. It raises TrustFault for what cannot be read."""

    def read(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrustFault(f"{folder / name}: {error.strerror}") from error

    return read


def verify_file(file: Path, info: TargetFile, name: str) -> None:
    """Raise TrustFault unless the file has the length and SHA-256 that were signed."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
            length = opened.tell()
    except OSError as error:
        raise TrustFault(f"{name}: {error.strerror}") from error
    if length != info.length or digest.hexdigest() != sha256_of(info, name):
        raise TrustFault(f"{name}: not the bytes that were signed")


def sha256_of(info: TargetFile, name: str) -> str:
    """Return the signed SHA-256 of a target in hex. Raises TrustFault if none was signed."""
    if "sha256" not in info.hashes:
        raise TrustFault(f"{name}: signed without SHA-256")
    return info.hashes["sha256"]


def _load(file: Path, info: TargetFile, name: str) -> bytes:
    if info.length > MOST_LOADED:
        raise TrustFault(f"{name}: {info.length} bytes are too many")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TrustFault(f"{name}: {error.strerror}") from error
    if len(content) != info.length or hashlib.sha256(content).hexdigest() != sha256_of(info, name):
        raise TrustFault(f"{name}: not the bytes that were signed")
    return content


def _mapped(file: Path) -> Content:
    try:
        with file.open("rb") as opened:
            return map_file(opened.fileno()) if file.stat().st_size else b""
    except OSError as error:
        raise TrustFault(f"{file.name}: {error.strerror}") from error
