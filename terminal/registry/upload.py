"""A record is uploaded when a receipt of the registry names our own hash, and never before.

Wire format, section 6. One message is out at a time; it is sent again until its receipt comes. Nothing is
sent or received here: bytes, time and randomness come in, and what to send goes out. What must outlast a
restart is the last receipt, which the journal keeps.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.credential.cbor import Malformed
from terminal.credential.signed import by_kid
from terminal.errors import Fault, JournalFork, UploadFault
from terminal.model import Outgoing
from terminal.registry import form, topics
from terminal.registry.messages import Batch, Piece, Pieces, Receipt, Reception
from terminal.registry.upload_parts import (
    PIECE_BYTES,
    Drop,
    Dropped,
    Pictures,
    Progress,
    Received,
    Source,
    Taken,
    batch_after,
    due,
    pieces_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from terminal.credential.signed import Signer
    from terminal.model import Incoming

__all__ = ["Drop", "Dropped", "Pictures", "Progress", "Received", "Source", "Taken", "Uploader", "due"]

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 120.0
"""A receipt is waited for so long, twice as long after each time that it did not come."""
_CORRELATION_SIZE = 16
_SETTLED = 32
_IN_VAIN = 3
"""How often in one run the registry may hold no more of a picture after a piece than before."""


@dataclass(slots=True)
class _Out:
    message: Outgoing
    what: Batch | Piece
    until_s: float
    wait_s: float = FIRST_WAIT_S
    again: bool = False


@dataclass(slots=True)
class _Run:
    """What one run met: it starts anew with each `start`."""

    since_s: float = 0.0
    now_s: float = 0.0
    total_bytes: int = 0
    records: int = 0
    sent_bytes: int = 0
    halted: set[bytes] = field(default_factory=set)
    """Journals, by id, that cannot go on."""
    left_out: set[bytes] = field(default_factory=set)
    """Pictures, by name, that cannot go on."""
    at: dict[bytes, int] = field(default_factory=dict)
    """Where each picture goes on."""
    in_vain: Counter[bytes] = field(default_factory=Counter)


class Uploader:
    """The upload of one terminal's journals, oldest first, and then of its pictures.

    `dropped` counts the receipts that did not count; `faults` are to be shown, by code. Verbs may raise
    JournalFault, and then nothing is lost: poll again.
    """

    def __init__(
        self,
        terminal: str,
        signer: Signer,
        receipt_keys: Iterable[bytes],
        sources: Sequence[Source],
        pictures: Pictures | None = None,
    ) -> None:
        """`sources` end with the journal in use. Raises ValueError for an id that no topic can have."""
        self.dropped: Counter[Drop] = Counter()
        self.faults: dict[str, Fault] = {}
        self._terminal, self._signer = terminal, signer
        self._sources, self._pictures = sources, pictures
        self._topics = (topics.batch(terminal), topics.pieces(terminal), topics.answer(terminal))
        self._out: _Out | None = None
        self._settled: deque[bytes] = deque(maxlen=_SETTLED)
        self._run: _Run | None = None
        self._random: Callable[[int], bytes] | None = None
        self.trust(receipt_keys)

    def trust(self, receipt_keys: Iterable[bytes]) -> None:
        """From now on, these receipt keys (Ed25519, 32 bytes each) count and no others."""
        self._keys = by_kid(receipt_keys)

    @property
    def active(self) -> bool:
        """Whether an upload is under way."""
        return self._run is not None

    def pending(self) -> int:
        """How many records no receipt covers."""
        return sum(source.head.seq - source.receipted for source in self._sources)

    def start(self, now_s: float, random: Callable[[int], bytes]) -> None:
        """Begin, or begin anew: what stopped a journal is tried once more. Time is monotonic."""
        sizes = [source.pending()[1] for source in self._sources]
        sizes += [size for _, size in self._pictures.pending()] if self._pictures else []
        self._run = _Run(since_s=now_s, now_s=now_s, total_bytes=sum(sizes))
        self._random, self._out = random, None
        self.faults.clear()

    def stop(self) -> None:
        """Interrupt; it goes on from the last receipt when it is started again."""
        self._run = self._out = None

    def poll(self, now_s: float) -> Outgoing | None:
        """What to send now; None while a receipt is waited for, or where nothing is left to do."""
        run, out = self._run, self._out
        if run is None:
            return None
        run.now_s = now_s
        if out is not None:
            if now_s < out.until_s:
                return None
            out.wait_s, out.again = min(2 * out.wait_s, LONGEST_WAIT_S), True
            out.until_s = now_s + out.wait_s
            return out.message
        what = self._next(run)
        if what is None:
            self.stop()
            return None
        message = self._message(what)
        self._out = _Out(message, what, now_s + FIRST_WAIT_S)
        return message

    def receive(self, incoming: Incoming, now_s: float) -> Received | None:
        """What a message amounts to; None where it is no receipt: then it may be an answer."""
        out = self._out
        ours = out is not None and incoming.correlation == out.message.correlation
        if incoming.topic != self._topics[2]:
            return None
        receipt = self._opened(incoming.payload)
        if receipt is None:
            return self._drop(Drop.UNSIGNED) if ours else None
        if isinstance(receipt, Drop):
            return self._drop(receipt)
        if out is None or not ours:
            again = incoming.correlation in self._settled
            return self._drop(Drop.DUPLICATE if again else Drop.LATE)
        if self._run is not None:
            self._run.now_s = now_s
        taken = self._settle(receipt, out.what)
        if isinstance(taken, Drop):
            return self._drop(taken)
        self._settled.append(out.message.correlation or b"")
        self._out = None
        return taken

    def take(self, message: bytes) -> Received:
        """What a receipt that came by hand amounts to: it belongs to no message that is waited for."""
        receipt = self._opened(message)
        if receipt is None or isinstance(receipt, Drop):
            return self._drop(receipt or Drop.UNSIGNED)
        if receipt.held is not None and self._pictures is not None:
            sizes = dict(self._pictures.pending())
            for one in receipt.held:
                if sizes.get(one.sha256) == one.size:
                    self._pictures.receive(one.sha256, receipt.received_ms)
            return Taken(receipt)
        source = self._source(receipt.journal_id)
        taken = self._of_journal(receipt, source) if source else Drop.OTHER_JOURNAL
        return self._drop(taken) if isinstance(taken, Drop) else taken

    def messages(self) -> Iterator[bytes]:
        """Everything without a receipt, as signed batches and pieces, to be carried by hand."""
        for source in self._sources:
            seq = source.receipted
            while batch := batch_after(source, seq, self._terminal):
                yield form.sign(batch, self._signer)
                seq = batch.last
        for piece in pieces_of(self._pictures) if self._pictures else ():
            yield form.sign(Pieces(terminal=self._terminal, pieces=(piece,)), self._signer)

    @property
    def progress(self) -> Progress | None:
        """How it goes; None while nothing is under way."""
        run, out = self._run, self._out
        if run is None:
            return None
        return Progress(
            run.records,
            run.records + self.pending(),
            run.sent_bytes,
            run.total_bytes,
            run.now_s - run.since_s,
            stalled=out is not None and out.again,
        )

    def _next(self, run: _Run) -> Batch | Piece | None:
        for source in self._sources:
            if source.head.journal_id not in run.halted:
                batch = batch_after(source, source.receipted, self._terminal)
                if batch is not None:
                    return batch
        return self._next_piece(run, self._pictures) if self._pictures else None

    def _next_piece(self, run: _Run, pictures: Pictures) -> Piece | None:
        for name, total in pictures.pending():
            if name in run.left_out:
                continue
            if name not in run.at and not pictures.is_whole(name):
                self._fault(UploadFault("a picture is damaged, and was set aside"))
                continue
            at = run.at.setdefault(name, 0)
            return Piece(name, at, total, pictures.read(name, at, PIECE_BYTES))
        return None

    def _message(self, what: Batch | Piece) -> Outgoing:
        if self._random is None:
            raise ValueError("not started")
        if isinstance(what, Batch):
            topic, payload = self._topics[0], form.sign(what, self._signer)
        else:
            pieces = Pieces(terminal=self._terminal, pieces=(what,))
            topic, payload = self._topics[1], form.sign(pieces, self._signer)
        return Outgoing(
            topic, payload, correlation=self._random(_CORRELATION_SIZE), response_topic=self._topics[2]
        )

    def _opened(self, message: bytes) -> Receipt | Drop | None:
        try:
            receipt = form.open_signed(Receipt, message, self._keys)
        except Malformed:
            return Drop.MALFORMED
        if receipt is not None and receipt.terminal != self._terminal:
            return Drop.OTHER_TERMINAL
        return receipt

    def _settle(self, receipt: Receipt, what: Batch | Piece) -> Taken | Drop:
        if isinstance(what, Piece):
            return self._of_piece(receipt, what)
        source = self._source(receipt.journal_id)
        if source is None or receipt.journal_id != what.journal_id:
            return Drop.OTHER_JOURNAL
        if receipt.result is Reception.STORED and receipt.seq < what.last:
            return Drop.WRONG
        if receipt.result is Reception.GAP and receipt.seq >= what.first - 1:
            return Drop.WRONG
        return self._of_journal(receipt, source)

    def _of_journal(self, receipt: Receipt, source: Source) -> Taken | Drop:
        """What the registry says of a journal, whatever was sent."""
        before, seq = source.receipted, receipt.seq
        if receipt.result is Reception.FORK or seq > source.head.seq:
            self._halt(source, JournalFork(f"at record {min(seq, source.head.seq)}"))
        elif receipt.result is Reception.GAP and source.hash_at(seq) is None:
            self._halt(
                source, UploadFault(f"the registry lacks records after {seq} that are not here any more")
            )
        elif receipt.result is Reception.GAP:
            if not source.take_back(seq, receipt.hash):
                return Drop.HASH
        elif not source.receive(seq, receipt.hash, receipt.received_ms):
            return Drop.HASH
        settled = max(0, source.receipted - before)
        if self._run is not None:
            self._run.records += settled
            if settled and self._out is not None and isinstance(self._out.what, Batch):
                self._run.sent_bytes += sum(map(len, self._out.what.records))
        return Taken(receipt, settled)

    def _of_piece(self, receipt: Receipt, piece: Piece) -> Taken | Drop:
        name, run, pictures = piece.sha256, self._run, self._pictures
        held = next((one.size for one in receipt.held or () if one.sha256 == name), None)
        if held is None or held > piece.total or run is None or pictures is None:
            return Drop.WRONG
        run.sent_bytes += max(0, held - piece.offset)
        run.at[name] = held
        if held == piece.total:
            pictures.receive(name, receipt.received_ms)
        elif held <= piece.offset:
            run.in_vain[name] += 1
            if run.in_vain[name] > _IN_VAIN:
                run.left_out.add(name)
                self._fault(UploadFault("the registry does not keep a picture"))
        return Taken(receipt)

    def _source(self, journal_id: bytes) -> Source | None:
        return next((one for one in self._sources if one.head.journal_id == journal_id), None)

    def _halt(self, source: Source, fault: Fault) -> None:
        if self._run is not None:
            self._run.halted.add(source.head.journal_id)
        self._fault(fault)

    def _fault(self, fault: Fault) -> None:
        self.faults[fault.code] = fault

    def _drop(self, why: Drop) -> Dropped:
        self.dropped[why] += 1
        return Dropped(why)
