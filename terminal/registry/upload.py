"""Upload of a terminal's journals and pictures (wire format, section 6).

1. A record counts as uploaded only after a verified receipt whose hash equals our own.
2. Records never wait for pictures.
3. What the registry refuses or postpones holds back nothing else.

Nothing is sent or received here: bytes, time and randomness are arguments, and messages to send are results.
Only the last receipt must survive a restart; the journal stores it.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.errors import UploadFault
from terminal.ports import Outgoing
from terminal.registry import codec, topics
from terminal.registry.dropped import Dropped
from terminal.registry.messages import Batch, Chunk, Pieces, Receipt, Reception
from terminal.registry.upload_batches import (
    NO_JOURNAL,
    Accepted,
    Pictures,
    ReceiptRefusal,
    ReceiptResult,
    RecordSource,
    TransferRate,
    batch_after,
    due,
    pieces_of,
)
from terminal.registry.upload_journals import Journals
from terminal.registry.upload_pictures import PictureQueue
from terminal.registry.upload_turns import FIRST_WAIT_S, LONGEST_WAIT_S
from terminal.wire.cbor import Malformed
from terminal.wire.fields import ID_SIZE
from terminal.wire.signed import by_kid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from terminal.errors import Fault
    from terminal.ports import Incoming
    from terminal.registry.upload_turns import Out
    from terminal.wire.signed import Signer

__all__ = [
    "FIRST_WAIT_S",
    "LONGEST_WAIT_S",
    "Accepted",
    "Pictures",
    "ReceiptRefusal",
    "ReceiptResult",
    "RecordSource",
    "TransferRate",
    "Uploader",
    "due",
]

_SETTLED = 32


@dataclass(slots=True)
class _Run:
    """Progress of one run, which begins with `start`."""

    since_s: float
    now_s: float
    total_bytes: int
    random: Callable[[int], bytes]
    records: int = 0
    sent_bytes: int = 0


class Uploader:
    """Upload of one terminal's journals, oldest first, and of its pictures.

    One batch and, while no batch waits for its first receipt, one piece are sent at a time. `dropped` counts
    refused receipts by reason; `faults` has the faults to show, by code. Every method may raise JournalFault;
    nothing is lost then, and `poll` can be called again.
    """

    def __init__(
        self,
        terminal: str,
        signer: Signer,
        receipt_keys: Iterable[bytes],
        sources: Sequence[RecordSource],
        pictures: Pictures | None = None,
    ) -> None:
        """`sources` end with the journal in use. Raises ValueError for a number unusable in topics."""
        self.dropped: Counter[ReceiptRefusal] = Counter()
        self.faults: dict[str, Fault] = {}
        self.pictures_left = True
        """False if the last run ended with a receipt for every picture."""
        self._terminal, self._signer = terminal, signer
        self._pictures = pictures
        self._journals = Journals(terminal, sources, self._fault)
        self._queue = PictureQueue(pictures, self._fault)
        self._topics = (topics.batch(terminal), topics.pieces(terminal), topics.answer(terminal))
        self._settled: deque[bytes] = deque(maxlen=_SETTLED)
        self._run: _Run | None = None
        self.trust(receipt_keys)

    def trust(self, receipt_keys: Iterable[bytes]) -> None:
        """Accept receipts signed by these keys only (Ed25519, 32 bytes each)."""
        self._keys = by_kid(receipt_keys)

    def replace_sources(self, sources: Sequence[RecordSource]) -> None:
        """Upload these journals from now on, after one was set aside; the last is the one in use."""
        self._journals.sources = sources

    @property
    def active(self) -> bool:
        """True while an upload is under way."""
        return self._run is not None

    def pending(self) -> int:
        """Return the number of records without a receipt."""
        return self._journals.pending()

    def start(self, now_s: float, random: Callable[[int], bytes]) -> None:
        """Start a run at `now_s` (monotonic, s); halted journals are tried again.

        `random` returns so many random bytes.
        """
        sizes = [source.pending()[1] for source in self._journals.sources]
        total_bytes = sum(sizes) + self._queue.pending_bytes()
        self._run = _Run(now_s, now_s, total_bytes, random)
        self.faults.clear()
        self._journals.begin()
        self._queue.begin()

    def stop(self) -> None:
        """End the run; the next one continues after the last receipt."""
        self._run = None
        self._journals.turns.forget()
        self._queue.turns.forget()

    def poll(self, now_s: float) -> Outgoing | None:
        """Return the message to send now; None while waiting for a receipt, or with nothing to send.

        A run ends if there is nothing to send within LONGEST_WAIT_S.
        """
        if self._run is None:
            return None
        self._run.now_s = now_s
        message = self._journals.send(now_s, self._message)
        if message is None and not self._journals.turns.waits(now_s):
            message = self._queue.send(now_s, self._message)
        if message is None and not self._goes_on(now_s):
            self.pictures_left = self._queue.pending_bytes() > 0
            self.stop()
        return message

    def receive(self, incoming: Incoming, now_s: float) -> ReceiptResult | None:
        """Take a message of the answer topic; None if it is no receipt: then it may be an answer."""
        out = self._journals.turns.find(incoming.correlation) or self._queue.turns.find(incoming.correlation)
        receipt = self._opened(incoming.payload)
        if receipt is None:
            return self._drop(ReceiptRefusal.UNSIGNED) if out is not None else None
        if isinstance(receipt, ReceiptRefusal):
            return self._drop(receipt)
        if self._run is None or out is None:
            again = incoming.correlation in self._settled
            return self._drop(ReceiptRefusal.DUPLICATE if again else ReceiptRefusal.LATE)
        self._run.now_s = now_s
        taken = self._settle(receipt, out, self._run)
        if isinstance(taken, ReceiptRefusal):
            return self._drop(taken)
        self._settled.append(out.message.correlation or b"")
        return taken

    def take(self, message: bytes) -> ReceiptResult:
        """Apply a receipt from a file, which answers no message that was sent here."""
        receipt = self._opened(message)
        if receipt is None or isinstance(receipt, ReceiptRefusal):
            return self._drop(receipt or ReceiptRefusal.UNSIGNED)
        self._queue.take(receipt)
        if receipt.journal_id == NO_JOURNAL and receipt.result is Reception.REFUSED:
            self._fault(UploadFault("the registry refuses a picture for good"))
        if receipt.journal_id == NO_JOURNAL:
            return Accepted(receipt) if receipt.held else self._drop(ReceiptRefusal.WRONG)
        taken = self._journals.take(receipt)
        if isinstance(taken, ReceiptRefusal):
            dropped = self._drop(taken)
            return Accepted(receipt) if receipt.held else dropped
        return taken

    def messages(self) -> Iterator[bytes]:
        """Yield everything without a receipt as signed batches and pieces, for a file."""
        for source in self._journals.sources:
            seq = source.receipted
            while batch := batch_after(source, seq, self._terminal):
                yield codec.sign(batch, self._signer)
                seq = batch.last
        for piece in pieces_of(self._pictures) if self._pictures else ():
            yield codec.sign(Pieces(terminal=self._terminal, pieces=(piece,)), self._signer)

    def put_off_s(self, now_s: float) -> float | None:
        """Return the seconds until the registry takes more, if it postponed all that is left; else None."""
        journals = self._journals
        names = journals.names()
        waits = [journals.turns.put_off_s(names, now_s) if names else None, self._queue.put_off_s(now_s)]
        left = [bool(names), bool(self._queue.names())]
        if not any(left) or any(there and wait is None for there, wait in zip(left, waits, strict=True)):
            return None
        return min(wait for wait in waits if wait is not None)

    @property
    def progress(self) -> TransferRate | None:
        """Progress of the run; None without one."""
        run = self._run
        if run is None:
            return None
        return TransferRate(
            run.records,
            run.records + self.pending(),
            run.sent_bytes,
            run.total_bytes,
            run.now_s - run.since_s,
            stalled=self._stalled(run.now_s),
        )

    def _goes_on(self, now_s: float) -> bool:
        if self._journals.turns.busy or self._queue.turns.busy:
            return True
        put_off_s = self.put_off_s(now_s)
        return put_off_s is not None and put_off_s <= LONGEST_WAIT_S

    def _stalled(self, now_s: float) -> bool:
        names = self._journals.names()
        if names:
            turns = self._journals.turns
            return turns.stalled or turns.put_off_s(names, now_s) is not None
        return self._queue.turns.stalled or self._queue.put_off_s(now_s) is not None

    def _message(self, what: Batch | Chunk) -> Outgoing:
        if self._run is None:
            raise ValueError("not started")
        if isinstance(what, Batch):
            topic, payload = self._topics[0], codec.sign(what, self._signer)
        else:
            pieces = Pieces(terminal=self._terminal, pieces=(what,))
            topic, payload = self._topics[1], codec.sign(pieces, self._signer)
        correlation = self._run.random(ID_SIZE)
        return Outgoing(topic, payload, correlation=correlation, response_topic=self._topics[2])

    def _opened(self, message: bytes) -> Receipt | ReceiptRefusal | None:
        try:
            receipt = codec.open_signed(Receipt, message, self._keys)
        except Malformed:
            return ReceiptRefusal.MALFORMED
        if receipt is not None and receipt.terminal != self._terminal:
            return ReceiptRefusal.OTHER_TERMINAL
        return receipt

    def _settle(self, receipt: Receipt, out: Out[Batch] | Out[Chunk], run: _Run) -> Accepted | ReceiptRefusal:
        """Apply the receipt of a sent message; one with key 7 counts for journals and pictures."""
        what = out.what
        if isinstance(what, Chunk):
            return self._of_piece(receipt, what, run)
        self._queue.take(receipt)
        taken = self._journals.settle(receipt, what, run.now_s)
        if isinstance(taken, Accepted):
            run.records += taken.records
            run.sent_bytes += sum(map(len, what.records[: taken.records]))
        return taken

    def _of_piece(self, receipt: Receipt, piece: Chunk, run: _Run) -> Accepted | ReceiptRefusal:
        taken = self._queue.settle(receipt, piece, run.now_s)
        if isinstance(taken, ReceiptRefusal):
            return taken
        held = next((one.size for one in receipt.held or () if one.sha256 == piece.sha256), 0)
        run.sent_bytes += max(0, held - piece.offset)
        if receipt.journal_id == NO_JOURNAL:
            return taken
        beside = self._journals.take(receipt)
        if isinstance(beside, ReceiptRefusal):
            self.dropped[beside] += 1
            return taken
        run.records += beside.records
        return beside

    def _fault(self, fault: Fault) -> None:
        self.faults[fault.code] = fault

    def _drop(self, why: ReceiptRefusal) -> Dropped[ReceiptRefusal]:
        self.dropped[why] += 1
        return Dropped(why)
