"""The terminal's own trust store as its source of trust (`terminal.credential.trust_source`).

`fetch` and `report` are what the commands `roadside trust update` and `roadside trust show` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keys import floors
from keys.sources import FolderSource, HttpsSource
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
    """Trust from the set in force in a store."""

    store: TrustStore
    selection: Selection
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing loaded."""
        self._watch = Watch(self.store)

    def poll(self) -> TrustInForce | None:
        """Load the set in force if it is another one than at the last call; otherwise this costs one system
        call.

        The first call hashes every file. Later ones skip the files that are read in place, which the update
        hashed before it brought the set into force. If the first set does not verify completely but its
        registry keys do, only these are returned, with the fault. Raises TrustFault, once for each set, if it
        does not verify.
        """
        first = self._watch.seen is None
        if not self._watch.has_changed():
            return None
        try:
            return _in_force(open_current(self.store, self.selection, hash_mapped=first))
        except TrustFault as fault:
            if not first:
                raise
            return _registry_alone(open_registry(self.store), fault)


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
