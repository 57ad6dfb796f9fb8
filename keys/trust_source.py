"""The terminal's own trust store as its source of trust (`terminal.credential.trust_source`).

`fetch` and `report` are what the commands `roadside trust update` and `roadside trust show` do.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root

from keys import floors
from keys.sources import FolderSource, HttpsSource
from keys.trust_metadata import is_laboratory
from keys.trust_store import TrustStore, Watch, open_current, open_registry
from keys.update import update
from terminal.credential.trust import NO_TRUST
from terminal.credential.trust_source import TrustInForce, TrustReport, UpdateReport
from terminal.errors import TrustFault

if TYPE_CHECKING:
    from keys.selection import Selection
    from keys.trust_store import InstalledSet

FOLDER = "trust"
"""The store's folder in a terminal's state folder."""


@dataclass(slots=True)
class StoredTrust:
    """Trust from the set in force in a store.

    1. Metadata and every target that is loaded are verified before they are used, offline.
    2. The files that are read in place (the register of issued codes, offline lists) may have a gigabyte.
       Those of the first set are hashed before they are used as well: by a thread if `beside`, so that a
       terminal is at work meanwhile, without them. Those of later sets were hashed by the update.
    3. Of a first set with a damaged file only the registry's keys are used, with the fault. The next update
       replaces the file.
    """

    store: TrustStore
    selection: Selection
    beside: bool = False
    _watch: Watch = field(init=False)
    _hashing: Future[None] | None = field(default=None, init=False)
    _held: InstalledSet | None = field(default=None, init=False)
    """The set whose files are being hashed."""

    def __post_init__(self) -> None:
        """Begin with nothing loaded."""
        self._watch = Watch(self.store)

    @property
    def laboratory(self) -> bool:
        """True if the embedded root marks a laboratory; then every later one does."""
        try:
            return is_laboratory(Metadata[Root].from_bytes(self.store.embedded_root).signed)
        except RepositoryError:
            return False  # such a root verifies nothing

    def poll(self) -> TrustInForce | None:
        """Load the set in force if it is another one than at the last call; otherwise this costs one system
        call. A set whose files have been hashed is returned a second time, with them.

        Raises TrustFault, once for each set, if it does not verify.
        """
        first = self._watch.seen is None
        if self._watch.has_changed():
            self._hashing = self._held = None
            return self._first() if first else _in_force(self._open())
        if self._held is None or self._hashing is None or not self._hashing.done():
            return None
        held, hashing = self._held, self._hashing
        self._hashing = self._held = None
        try:
            hashing.result()
        except TrustFault as fault:
            return self._damaged(fault)
        return _in_force(held)

    def _open(self) -> InstalledSet:
        return open_current(self.store, self.selection, hash_mapped=False)

    def _first(self) -> TrustInForce:
        try:
            held = self._open()
            if not self.beside:
                held.verify_mapped()
                return _in_force(held)
        except TrustFault as fault:
            return self._damaged(fault)
        self._held, self._hashing = held, Future()
        Thread(target=_hash, args=(held, self._hashing), daemon=True).start()
        return _in_force(replace(held, mapped={}))

    def _damaged(self, fault: TrustFault) -> TrustInForce:
        with suppress(OSError):
            self.store.suspect.touch()
        return _registry_alone(open_registry(self.store), fault)


def _hash(held: InstalledSet, done: Future[None]) -> None:
    try:
        held.verify_mapped()
    except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
        done.set_exception(error)
    else:
        done.set_result(None)


def _in_force(installed: InstalledSet) -> TrustInForce:
    return TrustInForce(
        trust_set=installed.trust_set(),
        registry_keys=installed.registry_keys(),
        targets=installed.loaded,
        mapped=installed.mapped,
        laboratory=installed.metadata.laboratory,
        generation=installed.generation,
    )


def _registry_alone(installed: InstalledSet, fault: TrustFault) -> TrustInForce:
    """Return only the registry's keys, of a set that is damaged elsewhere."""
    return TrustInForce(
        trust_set=NO_TRUST,
        registry_keys=installed.registry_keys(),
        targets={},
        mapped={},
        laboratory=installed.metadata.laboratory,
        generation=installed.generation,
        fault=fault,
    )


def terminal_store(state: Path, root_file: Path) -> TrustStore:
    """Return the store in a terminal's state folder. Raises TrustFault if its root cannot be read."""
    try:
        return TrustStore(state / FOLDER, root_file.read_bytes())
    except OSError as error:
        raise TrustFault(f"{root_file}: {error.strerror}; enrol this terminal") from error


def fetch(store: TrustStore, selection: Selection, origin: str, ca_file: Path, now_s: float) -> UpdateReport:
    """Update a store from an address that begins with https://, or from a folder.

    `now_s` is the trusted time (Unix time, s), or its floor; the newest signed time that was seen is a floor
    as well. Raises LinkFault and TrustFault, as `keys.update.update`, and ConfigFault for another address.
    """
    seen = floors.load(store.floors_file)
    floor_s = 0 if seen is None else seen.seen.made_s
    remote = urlsplit(origin).scheme in ("http", "https")
    source = HttpsSource(origin, ca_file) if remote else FolderSource(Path(origin))
    done = update(store, source, selection, max(now_s, floor_s))
    held = done.installed
    return UpdateReport(done.changed, done.fetched, held.serial, held.made_s)


def report(store: TrustStore, selection: Selection) -> TrustReport:
    """Verify the set in force, every file of it, and describe it. Raises TrustFault."""
    held = open_current(store, selection)
    metadata = held.metadata
    signed = {"root": metadata.root, "timestamp": metadata.timestamp, "snapshot": metadata.snapshot}
    lengths = {name: metadata.target_files[name].length for name in sorted((*held.loaded, *held.mapped))}
    return TrustReport(
        generation=held.generation,
        laboratory=metadata.laboratory,
        made_s=held.made_s,
        serial=held.serial,
        versions={role: one.version for role, one in signed.items()} | {"targets": metadata.targets.version},
        targets=lengths,
        missing=held.missing,
    )
