"""Upload of journals: batches in chain order, and the registry's receipts for each journal.

Wire format, section 6. Keys 3 and 4 of a receipt name the last record of a journal that the registry holds,
also if it refused the batch. A record counts as uploaded if they have our own hash.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import Fault, JournalFork, RecordRefused, UploadFault
from terminal.registry.messages import Batch, Receipt, Reception
from terminal.registry.upload_batches import (
    IN_VAIN,
    NO_JOURNAL,
    Accepted,
    ReceiptRefusal,
    RecordSource,
    batch_after,
    seconds_to_wait,
)
from terminal.registry.upload_turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.ports import Outgoing


@dataclass(slots=True)
class _Run:
    """State of one run."""

    halted: set[bytes] = field(default_factory=set)
    """Ids of the journals that cannot go on."""
    singly: dict[bytes, int] = field(default_factory=dict)
    """By journal: the record up to which it is sent record by record, because a batch was refused."""
    furthest: dict[bytes, int] = field(default_factory=dict)
    """By journal: the last record that had a receipt in this run."""
    in_vain: Counter[bytes] = field(default_factory=Counter)
    """By journal: number of successive receipts without progress."""


class Journals:
    """Journals of one terminal, oldest first; the last one is in use."""

    def __init__(self, terminal: str, sources: Sequence[RecordSource], tell: Callable[[Fault], None]) -> None:
        """`tell` is called with each fault that stops a journal."""
        self.sources = sources
        self.turns = Turns[Batch]()
        self._terminal, self._tell = terminal, tell
        self._run = _Run()

    def begin(self) -> None:
        """Begin a run; halted journals are tried again."""
        self.turns.forget()
        self._run = _Run()

    def pending(self) -> int:
        """Return the number of records without a receipt."""
        return sum(source.head.seq - source.receipted for source in self.sources)

    def names(self) -> list[bytes]:
        """Return the ids of the journals that have records to send in this run."""
        return [
            source.head.journal_id
            for source in self.sources
            if source.head.seq > source.receipted and source.head.journal_id not in self._run.halted
        ]

    def send(self, now_s: float, post: Callable[[Batch], Outgoing]) -> Outgoing | None:
        """Return the next message, made by `post`; None while all journals must wait. Raises JournalFault."""
        if self.turns.waits(now_s):
            return None
        while (name := self.turns.next(self.names(), now_s)) is not None:
            source, out = self._source(name), self.turns.out(name)
            if source is None:
                return None
            if out is not None and out.what.first == source.receipted + 1:
                return self.turns.again(out, now_s)
            alone = source.receipted < self._run.singly.get(name, 0)
            batch = batch_after(source, source.receipted, self._terminal, most=1 if alone else None)
            if batch is not None:
                return self.turns.send(name, post(batch), batch, now_s)
            self._run.halted.add(name)  # its medium fails there; the rest is tried in the next run
        return None

    def settle(self, receipt: Receipt, batch: Batch, now_s: float) -> Accepted | ReceiptRefusal:
        """Apply the receipt of a batch. Raises JournalFault."""
        source, name = self._source(batch.journal_id), batch.journal_id
        later = receipt.result in (Reception.NOT_NOW, Reception.REFUSED)
        if source is None or receipt.journal_id not in ((name, NO_JOURNAL) if later else (name,)):
            return ReceiptRefusal.OTHER_JOURNAL
        before, taken = source.receipted, Accepted(receipt)
        if receipt.journal_id == name:
            found = self._hold(receipt, source, answers=True)
            if isinstance(found, ReceiptRefusal):
                self._count(source, before)
                return found
            taken = found
        self.turns.settle(name)
        if receipt.result is Reception.NOT_NOW:
            self.turns.put_off(name, now_s + seconds_to_wait(receipt))
        elif receipt.result is Reception.REFUSED and source.receipted < batch.last:
            self._refuse(source, batch)
        else:
            self._count(source, before)
        return taken

    def take(self, receipt: Receipt) -> Accepted | ReceiptRefusal:
        """Apply a receipt that answers no batch of this run: it came in a file, or with pieces.

        Raises JournalFault.
        """
        source = self._source(receipt.journal_id)
        if source is None:
            return ReceiptRefusal.OTHER_JOURNAL
        if receipt.result is Reception.REFUSED:
            self._tell(UploadFault(f"the registry refuses what it was sent after record {receipt.seq}"))
        return self._hold(receipt, source, answers=False)

    def _hold(self, receipt: Receipt, source: RecordSource, *, answers: bool) -> Accepted | ReceiptRefusal:
        """Apply a receipt's statement on what the registry holds of a journal.

        A receipt that answers no batch may be old: only one for a gap withdraws an earlier receipt.
        """
        before, seq, result = source.receipted, receipt.seq, receipt.result
        if result is Reception.FORK or seq > source.head.seq:
            source.mark_receipted(seq, receipt.hash, receipt.received_ms)
            self._halt(source, JournalFork(f"at record {min(seq, source.head.seq)}"))
        elif result in (Reception.NOT_NOW, Reception.REFUSED):
            source.mark_receipted(seq, receipt.hash, receipt.received_ms)
        elif seq >= before or not (answers or result is Reception.GAP):
            if source.hash_at(seq) != receipt.hash:
                return ReceiptRefusal.HASH
            source.mark_receipted(seq, receipt.hash, receipt.received_ms)
        elif source.hash_at(seq) is None:
            self._halt(
                source, UploadFault(f"the registry lacks records after {seq} that are not here any more")
            )
        elif not source.withdraw_receipt(seq, receipt.hash):
            return ReceiptRefusal.HASH
        return Accepted(receipt, max(0, source.receipted - before))

    def _count(self, source: RecordSource, before: int) -> None:
        """Halt a journal after IN_VAIN successive receipts without progress."""
        run, name = self._run, source.head.journal_id
        if source.receipted > run.furthest.get(name, before):
            run.furthest[name] = source.receipted
            run.in_vain[name] = 0
        elif source.receipted <= before:
            run.furthest.setdefault(name, before)
            run.in_vain[name] += 1
            if run.in_vain[name] > IN_VAIN and name not in run.halted:
                self._halt(
                    source, UploadFault(f"the registry does not keep the records after {source.receipted}")
                )

    def _refuse(self, source: RecordSource, batch: Batch) -> None:
        """Send a refused batch record by record; a record refused alone ends its journal's upload."""
        if len(batch.records) > 1:
            self._run.singly[batch.journal_id] = batch.last
            return
        source.refuse(batch.first)
        self._halt(source, RecordRefused(f"record {batch.first} of journal {batch.journal_id.hex()}"))

    def _source(self, journal_id: bytes) -> RecordSource | None:
        return next((one for one in self.sources if one.head.journal_id == journal_id), None)

    def _halt(self, source: RecordSource, fault: Fault) -> None:
        self._run.halted.add(source.head.journal_id)
        self._tell(fault)
