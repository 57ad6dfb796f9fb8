"""Fetch a new trust set with `tuf.ngclient`, and bring it into force.

1. python-tuf refreshes the metadata, root by root from the embedded root, at the time that the caller gives.
2. The bytes it cached are verified again on their own (`keys.trust_metadata`), and refused below the floors;
   then the floors of what was seen rise.
3. Targets that the set in force lacks are staged in `staging/`, resumed where an earlier try ended, synced
   chunk by chunk, and verified. The others are verified again and linked.
4. The whole set is made in a folder of its own, loaded as the terminal will load it, and synced.
5. One atomic rename of a link brings it into force; then the floors of what is installed rise.

A failure at any step leaves the set in force as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater

from keys import floors
from keys.register_order import require_sorted
from keys.selection import REQUIRED, wanted
from keys.trust_metadata import verify_metadata
from keys.trust_store import InstalledSet, generation, open_current, open_set, sha256_of, verify_file
from terminal import atomic_file
from terminal.errors import LinkFault, TrustFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuf.api.metadata import TargetFile

    from keys.selection import Selection
    from keys.sources import Source
    from keys.trust_metadata import VerifiedMetadata
    from keys.trust_store import TrustStore

SYNC_BYTES = 1 << 23
"""A staged file is synced after this many bytes, and resumed at a multiple of it."""


@dataclass(frozen=True, slots=True)
class Update:
    """Result of an update."""

    installed: InstalledSet
    changed: bool
    """True if another set came into force."""
    fetched: int
    """Bytes of targets that were fetched."""


def update(store: TrustStore, source: Source, selection: Selection, now_s: float) -> Update:
    """Bring the newest set of `source` into force; `now_s` is the trusted time (Unix time, s), or its floor.

    Raises LinkFault if the source cannot be read, and TrustFault if what it has is refused; the set in force
    then stays.
    """
    try:
        with _alone(store):
            return _update(store, source, selection, now_s)
    except DownloadError as error:
        raise LinkFault(f"trust set: {error}") from error
    except RepositoryError as error:
        raise TrustFault(f"trust set refused: {error}") from error
    except OSError as error:
        raise TrustFault(f"trust set not installed: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class _Job:
    """A new set to be made from verified metadata; `before` is the set in force."""

    store: TrustStore
    source: Source
    metadata: VerifiedMetadata
    names: tuple[str, ...]
    before: InstalledSet | None


def _update(store: TrustStore, source: Source, selection: Selection, now_s: float) -> Update:
    before = _usable(store, selection)
    record = _record(store, before)
    metadata = _refresh(store, source, now_s)
    seen = record.seen.after(metadata.keys())
    seen.require(metadata.floors(seen.made_s, seen.serial), "trust set refused")
    seen = seen.raised(metadata.floors())
    floors.save(store.floors_file, floors.FloorRecord(seen, record.installed))
    job = _Job(store, source, metadata, wanted(metadata.target_files, selection), before)
    if before is not None and _is_same(before, job) and not store.suspect.exists():
        return Update(before, changed=False, fetched=0)
    installed, fetched = _install(job, selection, seen)
    least = record.installed.after(metadata.keys()).raised(installed.floors())
    floors.save(store.floors_file, floors.FloorRecord(seen.raised(installed.floors()), least))
    store.suspect.unlink(missing_ok=True)
    for part in _folder(store, "staging").iterdir():
        part.unlink(missing_ok=True)
    return Update(installed, changed=True, fetched=fetched)


def _install(job: _Job, selection: Selection, least: floors.Floors) -> tuple[InstalledSet, int]:
    """Make a set and bring it into force; return it with the bytes fetched."""
    store = job.store
    sets = _folder(store, "sets")
    for folder in sets.iterdir():  # older sets, and leftovers of a crash
        if folder.name != generation(store):
            shutil.rmtree(folder, ignore_errors=True)
    staged = Path(mkdtemp(dir=sets, prefix=f"{job.metadata.targets.version}-"))
    try:
        fetched = _fill(job, staged)
        installed = _accepted(store, staged, selection)
        least.require(installed.floors(), "trust set refused")
        _sync_tree(staged)
        _switch(store, staged)
    finally:
        if generation(store) != staged.name:
            shutil.rmtree(staged, ignore_errors=True)
    return installed, fetched


def _usable(store: TrustStore, selection: Selection) -> InstalledSet | None:
    """Return the set in force; None if there is none that verifies, which this update then replaces."""
    try:
        return open_current(store, selection, hash_mapped=False)
    except TrustFault:
        return None


def _record(store: TrustStore, before: InstalledSet | None) -> floors.FloorRecord:
    """Return the floors; where their file is lost, those of the verified set in force."""
    record = floors.load(store.floors_file)
    if record is None:
        least = floors.Floors() if before is None else before.floors()
        record = floors.FloorRecord(least, least)
    return record


def _refresh(store: TrustStore, source: Source, now_s: float) -> VerifiedMetadata:
    cache = _folder(store, "cache")
    updater = Updater(str(cache), f"{source.base}metadata/", fetcher=source, bootstrap=store.embedded_root)
    trusted = updater._trusted_set  # noqa: SLF001 - python-tuf has no argument for the time, nor names its root
    trusted.reference_time = datetime.fromtimestamp(now_s, UTC)  # not the system clock, which may be wrong
    updater.refresh()
    roots = {f"{version}.root.json" for version in range(trusted.root.version + 1)}

    def read(name: str) -> bytes | None:
        if name.endswith(".root.json"):  # may be a torn file of a root that the source does not have
            return (cache / "root_history" / name).read_bytes() if name in roots else None
        return (cache / name).read_bytes()

    return verify_metadata(store.embedded_root, read)


def _is_same(before: InstalledSet, job: _Job) -> bool:
    one, other = (
        (held.root.version, held.snapshot.version, held.targets.version)
        for held in (before.metadata, job.metadata)
    )
    return one == other and {*before.loaded, *before.mapped} == set(job.names)


def _fill(job: _Job, staged: Path) -> int:
    """Write every file of the new set; return the bytes fetched."""
    (staged / "metadata").mkdir()
    for name, content in job.metadata.files.items():
        (staged / "metadata" / name).write_bytes(content)
    if absent := [name for name in REQUIRED if name not in job.names]:
        raise TrustFault(f"trust set refused: {', '.join(absent)} missing")
    fetched = 0
    for name in job.names:
        info = job.metadata.target_files[name]
        file = staged / "targets" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not _link_from(job, name, info, file):
            fetched += _stage(job, name, info, file)
    return fetched


def _link_from(job: _Job, name: str, info: TargetFile, file: Path) -> bool:
    """Link a target from the set in force if it is the same and still as signed."""
    before = job.before
    if before is None or before.metadata.target_files.get(name) != info:
        return False
    held = job.store.folder / "sets" / before.generation / "targets" / name
    try:
        verify_file(held, info, name)
    except TrustFault:
        return False
    os.link(held, file)
    return True


def _stage(job: _Job, name: str, info: TargetFile, file: Path) -> int:
    """Fetch a target, resuming an earlier try; verify it and move it to `file`. Returns the bytes fetched."""
    digest = sha256_of(info, name)
    part = _folder(job.store, "staging") / f"{digest}.part"
    folder, _, base = name.rpartition("/")
    path = f"targets/{folder}{'/' if folder else ''}{digest}.{base}"
    fetched, resumed = _append(part, job.source, path, info)
    try:
        verify_file(part, info, name)
    except TrustFault:
        part.unlink()
        if not resumed:
            raise
        again, _ = _append(part, job.source, path, info)  # the earlier attempt left a torn file
        fetched += again
        try:
            verify_file(part, info, name)
        except TrustFault:
            part.unlink()
            raise
    part.chmod(0o400)
    part.replace(file)
    return fetched


def _append(part: Path, source: Source, path: str, info: TargetFile) -> tuple[int, bool]:
    """Fetch the rest of a staged file. Returns the bytes fetched, and True if there was a beginning."""
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as opened:
        size = opened.seek(0, os.SEEK_END)
        start = 0 if size > info.length else size if size == info.length else size - size % SYNC_BYTES
        opened.truncate(start)
        opened.seek(start)
        at = start
        for chunk in source.read(path, start) if start < info.length else ():
            if at + len(chunk) > info.length:
                raise TrustFault(f"{path}: longer than signed")
            opened.write(chunk)
            if (at + len(chunk)) // SYNC_BYTES != at // SYNC_BYTES:
                opened.flush()
                os.fsync(descriptor)
            at += len(chunk)
        opened.flush()
        os.fsync(descriptor)
    return at - start, start > 0


def _accepted(store: TrustStore, staged: Path, selection: Selection) -> InstalledSet:
    """Open a new set as the terminal will, and load everything in it once. Raises TrustFault."""
    installed = open_set(store, staged, selection)
    trusted = installed.trust_set()
    installed.registry_keys()
    for file in trusted.register.files:
        require_sorted(installed.mapped[file.target], file.target)
    return installed


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            atomic_file.sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    folder.chmod(0o700)
    atomic_file.sync_folder(folder)
    atomic_file.sync_folder(folder.parent)


def _switch(store: TrustStore, staged: Path) -> None:
    link = store.folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("sets", staged.name))
    link.replace(store.current)
    atomic_file.sync_folder(store.folder)


def _folder(store: TrustStore, name: str) -> Path:
    folder = store.folder / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(store: TrustStore) -> Iterator[None]:
    """Hold the store's lock, so that two updates never run at once. Raises TrustFault if another one does."""
    store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (store.folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrustFault("another process is updating the trust set") from error
        yield
