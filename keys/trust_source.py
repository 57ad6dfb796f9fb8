"""The terminal's own trust store as its source of trust (`terminal.credential.trust_source`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.trust_store import Watch, open_current, open_registry
from terminal.credential.trust import NO_TRUST
from terminal.credential.trust_source import TrustInForce
from terminal.errors import TrustFault

if TYPE_CHECKING:
    from keys.selection import Selection
    from keys.trust_store import InstalledSet, TrustStore


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
