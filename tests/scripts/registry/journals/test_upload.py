"""A terminal's journal on disk reaches the registry completely, by the network and by a stick."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes
from sqlalchemy import select

from keys import lab
from keys.files import Algorithm, load, load_public, load_seed
from scripts.registry import laboratory_keys
from scripts.registry.__main__ import main
from scripts.registry.answers import Publication
from scripts.registry.database import Database
from scripts.registry.journals.tables import INCIDENT, RECORD
from scripts.registry.service import Service
from terminal.journal.entry import Stamp
from terminal.journal.store import Journal
from terminal.ports import Incoming
from terminal.registry.upload import Uploader
from terminal.registry.upload_batches import Accepted
from terminal.wire import cose, signed
from terminal.wire.sealed import SealingKeyPair
from tests.scripts.registry.journal_batches import CHECK
from tests.scripts.registry.request_fixtures import public

NOW_MS = time.time_ns() // 1_000_000
STAMP = Stamp(terminal="T0001", at_ms=NOW_MS, clock_trusted=True, officer="098765", shift="7")
COUNT = 400
"""More than fits into a batch."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a laboratory."""
    made = tmp_path / "lab"
    lab.make(made, NOW_MS // 1000, random_bytes)
    return made


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    """The terminal's journal, with checks in it."""
    opened = Journal.open(
        folder / "state",
        terminal_public_key=public(load_seed(folder / "identity/terminal.key")),
        sealing_key=load_public(folder / "private/journal.key.pub", Algorithm.X25519),
        random=random_bytes,
        stamp=STAMP,
        reserve_bytes=4096,
    )
    for _ in range(COUNT):
        opened.append(STAMP, CHECK)
    yield opened
    opened.close()


@pytest.fixture
def desk(folder: Path) -> Iterator[Service]:
    """A worker's service."""
    database = Database(f"sqlite:///{folder}/registry.sqlite")
    database.prepare(NOW_MS)
    yield laboratory_keys.service(folder, database)
    database.close()


@pytest.fixture
def upload(folder: Path, journal: Journal) -> Uploader:
    """The terminal's upload, which trusts the laboratory's receipt key."""
    signer = signed.signer(load_seed(folder / "identity/terminal.key"))
    return Uploader("T0001", signer, [load_public(folder / "private/receipt.key.pub")], [journal])


def stored(desk: Service) -> list[bytes]:
    """Return the registry's records; there must be no incident."""
    with desk.database.reading() as connection:
        assert connection.execute(select(INCIDENT)).all() == []
        return list(connection.execute(select(RECORD.c.record).order_by(RECORD.c.seq)).scalars())


def test_every_record_is_uploaded_in_batches_and_receipted(
    desk: Service, journal: Journal, upload: Uploader, folder: Path, capsys: pytest.CaptureFixture[str]
):
    sealing = SealingKeyPair.of(load(folder / "identity/sealing.key", Algorithm.X25519))
    upload.start(0, random_bytes)
    batches = 0
    while (message := upload.poll(0)) is not None:
        delivery = (message.topic, message.payload, NOW_MS, message.correlation or b"")
        desk.deliver(*delivery)  # the broker may deliver it twice
        out = desk.deliver(*delivery)
        assert isinstance(out, Publication)
        batches += 1
        payload = sealing.open(out.payload)
        assert payload is not None
        assert isinstance(upload.receive(Incoming(out.topic, payload, out.correlation), 0), Accepted)
    assert batches > 1
    assert upload.pending() == 0
    assert stored(desk) == [*journal.records(0)]
    assert main(["--lab", str(folder), "count"]) == 0
    assert f"{COUNT} records, last {journal.head.hash.hex()}" in capsys.readouterr().out


def test_a_stick_carries_the_journal_there_and_the_receipts_back(
    desk: Service, journal: Journal, upload: Uploader, folder: Path
):
    stick, back = folder / "stick.cbor", folder / "receipts.cbor"
    stick.write_bytes(b"".join(upload.messages()))
    assert main(["--lab", str(folder), "import", str(stick), "--receipts", str(back)]) == 0
    assert stored(desk) == [*journal.records(0)]
    for message in cose.split(back.read_bytes()):
        assert isinstance(upload.take(message), Accepted)
    assert upload.pending() == 0
    assert [*upload.messages()] == []
