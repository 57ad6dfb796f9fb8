"""In-memory registry that stores batches and pieces (wire format, section 6), and helpers for uploads."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from terminal.journal import record
from terminal.journal.entry import Note
from terminal.journal.record import Head
from terminal.ports import Incoming, Outgoing
from terminal.registry import codec
from terminal.registry.messages import Batch, Pieces, Receipt, Reception, StoredPart
from terminal.registry.upload import Uploader
from terminal.registry.upload_batches import MOST_BYTES
from terminal.registry.upload_turns import LONGEST_WAIT_S
from terminal.wire import signed
from tests.terminal.journal.journals import OFFICER, STAMP, TERMINAL_KEY
from tests.terminal.registry.message_strategies import (
    NOW_MS,
    OTHER_KEY,
    OTHER_SIGNER,
    PUBLIC_KEY,
    SIGNER,
    TERMINAL,
    TOPIC,
)

if TYPE_CHECKING:
    from terminal.journal.store import Journal
    from terminal.registry.upload_batches import Pictures, RecordSource

MOST_MESSAGES = 2000
NOTHING = Head(bytes(16), 0, bytes(32))


class Registry:
    """Registry: answers batches and pieces with receipts. SIGNER has its receipt key, OTHER_SIGNER the
    terminal's.

    It stores at most `most` records of a batch; `wait_s` makes it answer `not now`; it refuses what is in
    `unsound` (journal id and seq, or a picture's hash), and sends no receipt for pictures in `unheard`.
    """

    def __init__(self, terminal_key: bytes = TERMINAL_KEY, signer_key: bytes = OTHER_KEY) -> None:
        self.genesis_key, self.keys = terminal_key, signed.by_kid([signer_key])
        self.journals: dict[bytes, list[bytes]] = defaultdict(list)
        self.parts: dict[bytes, bytes] = defaultdict(bytes)
        self.most: int | None = None
        self.wait_s: int | None = None
        self.unsound = set[tuple[bytes, int] | bytes]()
        self.unheard = set[bytes]()

    def hears(self, message: Outgoing) -> bool:
        """Return True if it answers a message."""
        pieces = codec.open_signed(Pieces, message.payload, self.keys)
        return pieces is None or not any(one.sha256 in self.unheard for one in pieces.pieces)

    def receipt(self, message: Outgoing) -> Incoming:
        """Return the signed receipt for a message, after checking the message."""
        return Incoming(TOPIC, codec.sign(self.answer(message.payload), SIGNER), message.correlation)

    def answer(self, payload: bytes) -> Receipt:
        """Return the receipt for a batch or for pieces."""
        assert len(payload) <= MOST_BYTES
        batch = codec.open_signed(Batch, payload, self.keys)
        if batch is not None:
            return self._store(batch)
        pieces = codec.open_signed(Pieces, payload, self.keys)
        assert pieces is not None
        assert pieces.terminal == TERMINAL
        assert len(pieces.pieces) <= 4
        if self.wait_s is not None:
            return replace(receipt_of(NOTHING, Reception.NOT_NOW), wait_s=self.wait_s)
        if any(piece.sha256 in self.unsound for piece in pieces.pieces):
            return receipt_of(NOTHING, Reception.REFUSED)
        for piece in pieces.pieces:
            if piece.offset == len(self.parts[piece.sha256]):
                self.parts[piece.sha256] += piece.content
        held = tuple(StoredPart(piece.sha256, len(self.parts[piece.sha256])) for piece in pieces.pieces)
        return receipt_of(NOTHING, Reception.STORED, held)

    def head(self, journal_id: bytes) -> Head:
        """Return the head of a journal as held here."""
        stored = self.journals[journal_id]
        start = record.genesis(self.genesis_key, journal_id)
        return Head(journal_id, len(stored), record.digest(stored[-1])) if stored else start

    def pictures(self) -> set[bytes]:
        """Return the complete pictures by the hash that names them."""
        return {name for name, held in self.parts.items() if sha256(held).digest() == name}

    def _store(self, batch: Batch) -> Receipt:
        assert batch.terminal == TERMINAL
        assert isinstance(batch.end(), Head)
        stored = self.journals[batch.journal_id]
        if self.wait_s is not None:
            said = receipt_of(self.head(batch.journal_id), Reception.NOT_NOW)
            return replace(said, wait_s=self.wait_s)
        if any((batch.journal_id, seq) in self.unsound for seq in range(batch.first, batch.last + 1)):
            return receipt_of(self.head(batch.journal_id), Reception.REFUSED)
        if batch.first > len(stored) + 1:
            return receipt_of(self.head(batch.journal_id), Reception.GAP)
        known = stored[batch.first - 1 : batch.last]
        start = record.genesis(self.genesis_key, batch.journal_id).hash
        before = batch.before == (record.digest(stored[batch.first - 2]) if batch.first > 1 else start)
        if not before or tuple(known) != batch.records[: len(known)]:
            return receipt_of(self.head(batch.journal_id), Reception.FORK)
        stored.extend(batch.records[len(known) :][: self.most])
        return receipt_of(self.head(batch.journal_id), Reception.STORED)


def receipt_of(head: Head, result: Reception, held: tuple[StoredPart, ...] | None = None) -> Receipt:
    """Return a receipt with the current time."""
    return Receipt(
        terminal=TERMINAL,
        journal_id=head.journal_id,
        seq=head.seq,
        hash=head.hash,
        received_ms=NOW_MS,
        result=result,
        held=held,
    )


def uploader(sources: list[RecordSource], pictures: Pictures | None = None) -> Uploader:
    """Return a started upload."""
    made = Uploader(TERMINAL, OTHER_SIGNER, [PUBLIC_KEY], sources, pictures)
    made.start(0, os.urandom)
    return made


def fill(journal: Journal, sizes: list[int]) -> None:
    """Append records of about `size` bytes each."""
    for size in sizes:
        journal.append(replace(STAMP, officer=OFFICER), Note(seq=1, text="x" * size))


def run(upload: Uploader, registry: Registry, now_s: float = 0) -> list[Outgoing]:
    """Send and receive until nothing is left; return the sent messages."""
    sent = list[Outgoing]()
    while (message := upload.poll(now_s)) is not None:
        sent.append(message)
        assert upload.receive(registry.receipt(message), now_s) is not None
    return sent


def finish(upload: Uploader, registry: Registry, now_s: float) -> list[Outgoing]:
    """Like `run`, for a registry that misses messages: time passes while there is nothing to send."""
    sent = list[Outgoing]()
    while upload.active:
        message = upload.poll(now_s)
        if message is None:
            now_s += LONGEST_WAIT_S
            continue
        sent.append(message)
        assert len(sent) < MOST_MESSAGES, "it does not come to an end"
        if registry.hears(message):
            assert upload.receive(registry.receipt(message), now_s) is not None
    return sent
