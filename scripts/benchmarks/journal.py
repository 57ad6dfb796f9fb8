"""Compare committing a record with a bare insert of its bytes, and an upload with a bare publish.

Sealing, from the entry to the record's bytes, is measured separately, since a bare insert gets those bytes
for nothing.
"""

from __future__ import annotations

import os
import sqlite3
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from nacl import bindings
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from drivers.clock import ManualClock
from keys import lab
from keys.key_store import open_store
from scripts.benchmarks.rows import Budget, Row, row
from scripts.campaigns.upload_terminal import check
from scripts.registry import laboratory_keys
from scripts.registry.access import uploads_name
from scripts.registry.broker import Broker
from terminal import config
from terminal.commands import upload
from terminal.journal import database, record
from terminal.journal.codec import write_entry
from terminal.journal.entry import Entry, Stamp
from terminal.journal.record import Record
from terminal.journal.store import Journal
from terminal.registry import topics
from terminal.rigs import link_of, trust_source
from terminal.services.trust_service import access
from terminal.services.uploads import Upload
from terminal.wire.sealed import seal
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.config import Config
    from terminal.journal.record import Head

ROUNDS, ROUND = 40, 50
"""ROUNDS rounds of ROUND records of each kind, alternating, so that a slow disk affects both."""
RECORDS = 10_000
RATIO = Budget(1.3)
WORKER, TERMINAL = "W0001", "T0001"
_STAMP = Stamp(
    terminal=TERMINAL, at_ms=1_700_000_000_000, clock_trusted=True, officer="000001", shift="2024-031"
)
_BARE = "CREATE TABLE record (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT"


def measure() -> list[Row]:
    """Measure wall time: of a record on this disk, and of 10,000 records to a registry on loopback."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lab.make(root / "lab", int(time.time()), os.urandom)
        return [*_committed(root), *_uploaded(root)]


def _committed(root: Path) -> list[Row]:
    secret = bindings.crypto_box_keypair()[0]
    whole, sealed, bare = list[float](), list[float](), list[float]()
    journal = _open(root / "measured", bytes(range(32)), secret)
    with closing(journal), closing(_bare(root / "bare.sqlite")) as db:
        for _ in range(ROUNDS):
            begun_s = time.perf_counter()
            for seq in range(ROUND):
                journal.append(_STAMP, check(seq))
            whole.append(1e3 * (time.perf_counter() - begun_s) / ROUND)
            sealing_s, inserting_s = _sealed_and_inserted(db, journal.head, secret)
            sealed.append(1e3 * sealing_s / ROUND)
            bare.append(1e3 * inserting_s / ROUND)
    ratios = [
        (all_ms - sealed_ms) / bare_ms for all_ms, sealed_ms, bare_ms in zip(whole, sealed, bare, strict=True)
    ]
    return [
        row("a record committed, synced", "ms", whole, note=_rate(whole)),
        row("  of which sealing: entry, box, hash", "ms", sealed),
        row("  bare SQLite insert of the same bytes", "ms", bare, note=_rate(bare)),
        row("  without sealing, times the bare insert", "x", ratios, RATIO),
    ]


def _sealed_and_inserted(db: sqlite3.Connection, head: Head, sealing_key: bytes) -> tuple[float, float]:
    """Return the seconds that a round's sealing and its bare inserts take.

    They alternate as in an append, because the processor's caches are cold after each sync.
    """
    sealing_s = inserting_s = 0.0
    for seq in range(ROUND):
        begun_s = time.perf_counter()
        encoded = _seal(head, sealing_key, seq)
        sealed_s = time.perf_counter()
        db.execute("INSERT INTO record VALUES (NULL, ?)", (encoded,))
        inserting_s += time.perf_counter() - sealed_s
        sealing_s += sealed_s - begun_s
    return sealing_s, inserting_s


def _seal(head: Head, sealing_key: bytes, seq: int) -> bytes:
    """Return a check's record, sealed as before a commit."""
    name = record.uuid7(_STAMP.at_ms, os.urandom(10))
    entry = write_entry(Entry(head.journal_id, head.seq + 1, name, _STAMP, check(seq)))
    encoded = record.write(Record(head.seq + 1, head.hash, seal(entry, sealing_key)))
    record.digest(encoded)
    return encoded


def _rate(times_ms: list[float]) -> str:
    return f"{1e3 / statistics.median(times_ms):.0f} a second"


def _bare(path: Path) -> sqlite3.Connection:
    """Create a database with the journal's pragmas and one table of records."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        database.require(db, "auto_vacuum", 2)
        db.execute("VACUUM")
    db = database.connect(path)
    db.execute(_BARE)
    return db


def _open(state: Path, owner: bytes, sealing_key: bytes) -> Journal:
    return Journal.open(
        state, terminal_public_key=owner, sealing_key=sealing_key, random=os.urandom, stamp=_STAMP
    )


def _uploaded(root: Path) -> list[Row]:
    folder = root / "lab"
    with _registry(root) as broker:
        settings = _settings(folder, broker.port)
        messages = _recorded(settings)
        uploading_ms = _upload_ms(settings)
        stored = _stored(folder)
        if stored != RECORDS:
            raise RuntimeError(f"{stored} of {RECORDS} records are in the registry")
    publishing_ms = _publish_ms(root, messages)
    size = sum(map(len, messages))
    said = f"{size / RECORDS:.0f} bytes a record, {len(messages)} batches"
    times = f"{uploading_ms / publishing_ms:.0f} times as long until receipted"
    return [
        row(f"{RECORDS} records uploaded over TLS", "ms", [uploading_ms], note=said),
        row("  bare publish of the same bytes, QoS 1", "ms", [publishing_ms], note=times),
    ]


@contextmanager
def _registry(root: Path) -> Iterator[Broker]:
    """Run a broker, and a worker of the reference registry in a process of its own."""
    broker = Broker(root / "broker", root / "lab" / lab.TLS, laboratory_keys.access_list(root / "lab"))
    broker.start()
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(root / "lab"), "serve"]
    command += ["--worker", WORKER, "--broker", f"127.0.0.1:{broker.port}"]
    log = root / "registry.log"
    with log.open("wb") as file:
        worker = subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603 - our own registry
    try:
        while f"{uploads_name(WORKER)} takes requests" not in log.read_text(encoding="utf-8"):
            if worker.poll() is not None:
                raise RuntimeError(f"the registry ended: {log.read_text(encoding='utf-8')}")
            time.sleep(0.05)
        yield broker
    finally:
        worker.terminate()
        worker.wait()
        broker.stop()


def _settings(folder: Path, port: int) -> Config:
    text = (folder / lab.CONFIG).read_text(encoding="utf-8")
    setting = folder / "bench.toml"
    setting.write_text(text.replace(f"port = {lab.BROKER_PORT}", f"port = {port}"), encoding="utf-8")
    return config.read(setting)


def _recorded(settings: Config) -> list[bytes]:
    """Record RECORDS checks and return the batches that hold them."""
    keys, own = access(trust_source(settings)).first.registry_keys, open_store(settings.paths.identity)
    with closing(_open(settings.paths.state, own.public_key, keys.journal[0])) as journal:
        for seq in range(RECORDS):
            journal.append(_STAMP, check(seq))
        work = Upload.open(
            settings.paths.state, journal, TERMINAL, signer_with(own.public_key, own.sign), keys
        )
        with closing(work):
            return list(work.uploader.messages())


def _upload_ms(settings: Config) -> float:
    """Run `roadside upload` and return the time from opening the journal to the last receipt, ms."""
    begun_s = time.perf_counter()
    with redirect_stdout(StringIO()):
        status = upload.run(
            settings,
            ManualClock(time.time()),
            link_of(settings, manual_ack=False),
            open_store,
            access(trust_source(settings)).first.registry_keys,
            upload.UploadTarget(),
        )
    if status != upload.ALL:
        raise RuntimeError("the upload is incomplete")
    return 1e3 * (time.perf_counter() - begun_s)


def _stored(folder: Path) -> int:
    with closing(database.connect_read_only(folder / "registry.sqlite")) as db:
        (count,) = db.execute("SELECT count(*) FROM record").fetchone()
        return int(count)


def _publish_ms(root: Path, messages: list[bytes]) -> float:
    """Publish with bare paho to a broker without subscribers; return the time to the last acknowledgement."""
    tls = root / "lab" / lab.TLS
    broker = Broker(root / "bare", tls, laboratory_keys.access_list(root / "lab"))
    broker.start()
    own = open_store(root / "lab" / lab.IDENTITY).tls
    context = ssl.create_default_context(cafile=own.ca)
    context.load_cert_chain(own.certificate, own.key)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, TERMINAL, protocol=mqtt.MQTTv5)
    client.tls_set_context(context)
    try:
        begun_s = time.perf_counter()
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        for sent in [client.publish(topics.batch(TERMINAL), one, qos=1) for one in messages]:
            sent.wait_for_publish()
        return 1e3 * (time.perf_counter() - begun_s)
    finally:
        client.disconnect()
        client.loop_stop()
        broker.stop()
