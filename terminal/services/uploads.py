"""Upload of a terminal's journals and pictures, and removal of what was uploaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from terminal.journal.evidence import Evidence
from terminal.journal.retention import RETENTION_S
from terminal.journal.set_aside import SetAsideJournal, set_aside
from terminal.registry.upload import Uploader
from terminal.registry.upload_batches import due
from terminal.screens.values import Notice, Sending, UploadProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.credential.trust import RegistryKeys
    from terminal.errors import Fault
    from terminal.journal.entry import Stamp
    from terminal.journal.recovery import SetAside
    from terminal.journal.store import Journal
    from terminal.ports import Clock, Incoming, Link
    from terminal.wire.signed import Signer


@dataclass(frozen=True, slots=True)
class Upload:
    """The upload with the journals and pictures that it sends. Every method may raise JournalFault."""

    state_dir: Path
    journal: Journal
    predecessors: list[SetAsideJournal]
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

    def trust(self, keys: RegistryKeys) -> None:
        """Count receipts by these keys, and seal records and pictures to the newest, from now on."""
        self.journal.seal_to(keys.journal[0])
        self.evidence.seal_to(keys.journal[0])
        self.uploader.trust(keys.receipt)

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


@dataclass(slots=True)
class UploadService:
    """Sends recorded checks and pictures to the registry, on request and by itself.

    Its methods may raise JournalFault.
    """

    uploading: Upload
    clock: Clock
    link: Link | None
    random: Callable[[int], bytes]
    interval_s: float
    """Time between two uploads that start by themselves, s."""
    retention_s: float
    """Age at which a receipted record is removed, s."""
    _last_s: float | None = field(default=None, init=False)
    _total: int = field(default=0, init=False)
    """Number of records without a receipt when the upload was started."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults that keep journals or pictures from being uploaded, one of a code."""
        return tuple({fault.code: fault for fault in self.uploading.uploader.faults.values()}.values())

    @property
    def sending(self) -> Sending | None:
        """State of the upload for the bar; None if none is under way."""
        active = self.uploading.uploader.active or self.faults
        return self.progress().state if active else None

    def begin(self) -> None:
        """Start the upload, unless it is under way."""
        uploader = self.uploading.uploader
        if not uploader.active:
            self._last_s = self.clock.monotonic_s()
            self._total = uploader.pending()
            uploader.start(self._last_s, self.random)

    def poll(self) -> None:
        """Send what is due, start an upload when due, and then remove records past retention."""
        uploader, now_s = self.uploading.uploader, self.clock.monotonic_s()
        online = self.link is not None and self.link.state.up
        left = uploader.pending() > 0 or uploader.pictures_left
        if left and due(now_s, self._last_s, online=online, interval_s=self.interval_s):
            self.begin()
            self._last_s = now_s
            self.uploading.remove_old(
                self.clock.now_s(), clock_trusted=self.clock.trusted(), retention_s=self.retention_s
            )
        message = uploader.poll(now_s) if online and uploader.active else None
        if message is not None and self.link is not None:
            self.link.send(message)

    def receive(self, incoming: Incoming) -> bool:
        """Take a message of the answer topic if it is the upload's; return True if it was."""
        return self.uploading.uploader.receive(incoming, self.clock.monotonic_s()) is not None

    def progress(self) -> UploadProgress:
        """Return the progress of the upload."""
        uploader = self.uploading.uploader
        pending, told = uploader.pending(), uploader.progress
        faults = self.faults
        fault = faults[0] if faults else None
        total = max(self._total, pending)
        return UploadProgress(
            sent=total - pending,
            total=total,
            seconds_left=told.left_s if told else None,
            state=self._state(pending, stalled=told is not None and told.stalled),
            fault=Notice.of(fault) if fault else None,
        )

    def close(self) -> None:
        """Close the files of earlier journals."""
        self.uploading.close()

    def _state(self, pending: int, *, stalled: bool) -> Sending:
        if self.faults:
            return Sending.FAULT
        if not pending:
            return Sending.DONE
        if self.link is None or not self.link.state.up:
            return Sending.OFFLINE
        waits = stalled or not self.uploading.uploader.active
        return Sending.WAITING if waits else Sending.SENDING
