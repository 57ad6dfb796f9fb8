"""Over a real broker, a picture without a receipt does not hold back other uploads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from scripts.registry.answers import Publication
from scripts.registry.broker import Broker
from scripts.registry.service import Service
from terminal.journal.entry import Stamp
from terminal.journal.evidence import Evidence
from terminal.journal.store import Journal
from terminal.ports import Incoming, Outgoing
from terminal.registry import codec, topics
from terminal.registry.messages import Pieces
from terminal.registry.upload import Uploader
from terminal.registry.upload_turns import FIRST_WAIT_S
from terminal.wire.signed import by_kid
from tests.scripts.registry.journal_batches import CHECK
from tests.scripts.registry.link_clients import Ear, Ends
from tests.scripts.registry.request_fixtures import NOW_MS, RECEIPT_SEED, T0001, public, signer_of, unboxed
from tests.terminal.journal.journals import REGISTRY

STAMP = Stamp(terminal="T0001", at_ms=NOW_MS, clock_trusted=True, officer="098765", shift="7")
SEALING = bytes(REGISTRY.public_key)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The terminal's journal, with one check in it."""
    opened = Journal.open(
        tmp_path / "state",
        terminal_public_key=T0001.public_key,
        sealing_key=SEALING,
        random=random_bytes,
        stamp=STAMP,
        reserve_bytes=4096,
    )
    opened.append(STAMP, CHECK)
    yield opened
    opened.close()


class Exchange:
    """A terminal's upload and a worker that gives no receipt for one picture; time is a number."""

    def __init__(
        self, terminal: Ear, worker: Ear, upload: Uploader, service: Service, unheard: bytes
    ) -> None:
        self.terminal, self.worker, self.upload, self.service = terminal, worker, upload, service
        self.unheard = unheard
        self.now_s = 0.0
        upload.start(0, random_bytes)

    def once(self) -> str | None:
        """Send one message and take its receipt if there is one; return the message's topic."""
        message = self.upload.poll(self.now_s)
        if message is None:
            return None
        self.terminal.link.send(message)
        came = self.worker.next(Incoming)
        assert (came.topic, came.payload) == (message.topic, message.payload)
        pieces = codec.open_signed(Pieces, came.payload, by_kid([T0001.public_key]))
        if pieces is None or pieces.pieces[0].sha256 != self.unheard:
            letter = self.service.deliver(came.topic, came.payload, NOW_MS, came.correlation or b"")
            assert isinstance(letter, Publication)
            self.worker.link.send(letter_of(letter))
            receipt = self.terminal.next(Incoming)
            opened = replace(receipt, payload=unboxed(receipt.payload))
            assert self.upload.receive(opened, self.now_s) is not None
        return message.topic


def letter_of(letter: Publication) -> Outgoing:
    """Return the worker's message as it is sent."""
    return Outgoing(letter.topic, letter.payload, letter.correlation)


def test_records_and_other_pictures_arrive_past_a_picture_without_a_receipt(
    broker: Broker, ends: Ends, desk: Callable[[str], Service], journal: Journal, tmp_path: Path
):
    evidence = Evidence(tmp_path / "state", SEALING)
    unheard, other = evidence.keep(b"first" * 30_000), evidence.keep(b"second")
    upload = Uploader("T0001", signer_of("T0001"), [public(RECEIPT_SEED)], [journal], evidence)
    worker = ends.worker(broker)
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    exchange = Exchange(terminal, worker, upload, desk("W0001"), unheard)
    batch, pieces = topics.batch("T0001"), topics.pieces("T0001")
    assert [exchange.once(), exchange.once(), exchange.once()] == [batch, pieces, None]
    journal.append(STAMP, CHECK)
    assert exchange.once() == batch
    assert journal.unreceipted() == 0
    exchange.now_s += FIRST_WAIT_S
    assert exchange.once() == pieces
    assert [name for name, _ in evidence.pending()] == [unheard]
    journal.append(STAMP, CHECK)
    assert exchange.once() == batch
    assert journal.unreceipted() == 0
    assert other not in dict(evidence.pending())
