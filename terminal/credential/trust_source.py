"""Port of the terminal's trust: the sets that come into force, wherever they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from terminal.credential.trust import RegistryKeys, TrustSet
    from terminal.errors import TrustFault


@dataclass(frozen=True, slots=True)
class TrustInForce:
    """A verified trust set with everything that came with it (wire format, section 4)."""

    trust_set: TrustSet
    registry_keys: RegistryKeys
    targets: Mapping[str, bytes] = field(repr=False)
    """Content of the targets that are loaded, by name, such as `rules/...` and `roster/...`."""
    mapped: Mapping[str, Path] = field(repr=False)
    """Files of the targets that are read in place, by name: `offline/...` and `issued/...`."""
    laboratory: bool
    """The signed root marks the set as a laboratory's."""
    generation: str
    """Name of the set on this terminal's disk."""
    fault: TrustFault | None = None
    """The set is damaged: only its registry keys are used, and `trust_set` is empty."""


class TrustSource(Protocol):
    """The trust sets that come into force on this terminal."""

    @property
    def laboratory(self) -> bool:
        """True if the root of this terminal's enrolment marks a laboratory; known without a trust set."""

    def poll(self) -> TrustInForce | None:
        """Return the set in force if it is another one than at the last call; one system call if it is not.

        None also while there is no set. Raises TrustFault, once for each set, for one that does not verify.
        """


@dataclass(frozen=True, slots=True)
class TrustReport:
    """A verified trust set in words for administrators."""

    generation: str
    laboratory: bool
    made_s: int
    """Unix time, s."""
    serial: int
    versions: Mapping[str, int]
    """Version of each role's metadata: root, timestamp, snapshot, targets."""
    targets: Mapping[str, int]
    """Length of each target that was taken, bytes, by name."""
    missing: tuple[str, ...]
    """Targets that this terminal should have and has not."""


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """Result of an update that succeeded."""

    changed: bool
    """True if another set came into force."""
    fetched: int
    """Bytes of targets that were fetched."""
    serial: int
    made_s: int
    """Unix time, s."""
