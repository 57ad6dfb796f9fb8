"""Upload of a terminal's journals and pictures, and removal of what was uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from terminal.journal.evidence import Evidence
from terminal.journal.retention import RETENTION_S
from terminal.journal.set_aside import Predecessor, set_aside
from terminal.registry.upload import Uploader

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.credential.trust import RegistryKeys
    from terminal.journal.entry import Stamp
    from terminal.journal.recovery import SetAside
    from terminal.journal.store import Journal
    from terminal.wire.signed import Signer


@dataclass(frozen=True, slots=True)
class Uploading:
    """Upload of a terminal. Every method may raise JournalFault."""

    state_dir: Path
    journal: Journal
    predecessors: list[Predecessor]
    evidence: Evidence
    uploader: Uploader

    @classmethod
    def open(
        cls, state_dir: Path, journal: Journal, terminal: str, signer: Signer, keys: RegistryKeys
    ) -> Self:
        """Set up the upload of an open journal, readable earlier journals, and pictures.

        `terminal` is its number, `signer` that of its Ed25519 key.
        """
        evidence = Evidence(state_dir, keys.journal[0])
        before = set_aside(state_dir, journal)
        uploader = Uploader(terminal, signer, keys.receipt, [*before, journal], evidence)
        return cls(state_dir, journal, before, evidence, uploader)

    def remove_old(self, now_s: float, *, clock_trusted: bool, retention_s: float = RETENTION_S) -> None:
        """Remove what was receipted longer than `retention_s` ago; nothing while the clock is not trusted."""
        if clock_trusted:
            before_ms = int(1e3 * (now_s - retention_s))
            while self.journal.remove(before_ms):
                pass
            self.evidence.remove(before_ms)

    def renew(self, stamp: Stamp) -> SetAside | None:
        """Replace a journal of which the registry refuses a record for good; None if there is nothing to do.

        No record number of the old journal may still be in use.
        """
        set_aside_now = self.journal.renew(stamp)
        if set_aside_now is not None:
            self.close()
            self.predecessors[:] = set_aside(self.state_dir, self.journal)
            self.uploader.replace_sources([*self.predecessors, self.journal])
        return set_aside_now

    def left(self) -> tuple[int, int]:
        """Return the numbers of records and of pictures without a receipt."""
        return self.uploader.pending(), len(self.evidence.pending())

    def close(self) -> None:
        """Close the files of earlier journals; the current journal belongs to the caller."""
        for one in self.predecessors:
            one.close()
