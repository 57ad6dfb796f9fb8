"""Workers behind a real broker share requests, answer each once, publish the hot list, and log no plate."""

from __future__ import annotations

import logging
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nacl.utils import random as random_bytes
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import select

from keys import certificates, lab
from keys.files import Algorithm, load, load_public, load_seed
from scripts.registry import hotlist, sample
from scripts.registry.admission import Refusal
from scripts.registry.answers import Publication
from scripts.registry.bounds import Refused
from scripts.registry.broker import Broker
from scripts.registry.database import Database, register
from scripts.registry.faults import BrokerFault, DatabaseFault
from scripts.registry.journals.tables import INCIDENT, RECORD
from scripts.registry.service import Service, TerminalCache
from scripts.registry.tables import WITNESS
from scripts.registry.worker import ANSWER_EXPIRY_S, Worker, WorkerSettings
from terminal.errors import InputFault, TrustFault
from terminal.journal.entry import Ages
from terminal.journal.record import Head
from terminal.model import Plate
from terminal.registry import codec, topics
from terminal.registry.messages import (
    Chunk,
    Health,
    HotlistChange,
    HotlistEntry,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    Pieces,
    Reception,
    StoredPart,
)
from terminal.wire import signed
from terminal.wire.sealed import SealingKeyPair, seal
from terminal.wire.signed import by_kid
from tests.scripts.registry.journal_batches import BATCH_TOPIC, JOURNAL, Journal
from tests.scripts.registry.journal_batches import read as read_receipt
from tests.scripts.registry.link_clients import DEADLINE_S, EVERYTHING, HOTLISTS, Bare, Ends
from tests.scripts.registry.request_fixtures import (
    ANSWER_KEYS,
    ANSWER_SIGNER,
    DAY,
    HOTLIST_SEED,
    LOOKUP_TOPIC,
    NOW_MS,
    OTHERS,
    RECEIPT_SIGNER,
    REQUEST,
    T0001,
    T0002,
    boxed,
    key_of,
    listed,
    lookup_pairs,
    public,
    signer_of,
    unboxed,
)
from tests.scripts.registry.request_fixtures import RECORD as VEHICLE

ROOT = Path(__file__).parents[3]
NAMES = ("W0001", "W0002")
STOLEN = HotlistEntry(Plate("苏A88888", "02"), "C")


@pytest.fixture
def workers(
    broker: Broker, tls: Path, desk: Callable[[str], Service], caplog: pytest.LogCaptureFixture
) -> Iterator[tuple[Service, Service]]:
    """Two running workers; yields the services of W0001 and W0002."""
    caplog.set_level(logging.INFO)
    ready: queue.Queue[str] = queue.Queue()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "takes requests" in record.getMessage():
                ready.put(record.getMessage())

    listener = Listener()
    logging.getLogger("registry.worker").addHandler(listener)
    desks = (desk("W0001"), desk("W0002"))
    with desks[0].database.transaction() as connection:
        register(connection, sample.vehicles(1, DAY, 0))
    stopping = threading.Event()
    posts = [
        WorkerSettings("127.0.0.1", broker.port, name, tls, EVERYTHING, publishes_hotlist=True)
        for name in NAMES
    ]
    threads = [
        threading.Thread(target=Worker(post, one).run, args=(stopping,))
        for post, one in zip(posts, desks, strict=True)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        ready.get(timeout=DEADLINE_S)
    yield desks
    stopping.set()
    for thread in threads:
        thread.join(DEADLINE_S)
    logging.getLogger("registry.worker").removeHandler(listener)


@pytest.fixture
def terminal(broker: Broker, ends: Ends) -> Bare:
    """A client as T0001, subscribed to its answers."""
    bare = ends.bare(broker, "T0001", "T0001")
    bare.next("connack")
    assert not bare.subscribe(topics.answer("T0001")).is_failure
    return bare


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def question(number: int) -> LookupRequest:
    """Return a request made now."""
    return replace(REQUEST, id=number.to_bytes(16, "big"), sent_ms=now_ms())


def ask(terminal: Bare, request: LookupRequest) -> None:
    """Publish a request, and do not wait for the acknowledgement: the answer may come first."""
    upload(terminal, topics.lookup(request.terminal), boxed(request), request.id)


def heard(terminal: Bare) -> tuple[str, LookupAnswer]:
    """Return the worker that signed the next answer, and the answer."""
    message = terminal.next("message")
    assert isinstance(message, MQTTMessage)
    signed_answer = unboxed(bytes(message.payload), message.topic.rpartition("/")[2])
    for name in NAMES:
        answer = codec.open_signed(LookupAnswer, signed_answer, by_kid([public(key_of(name))]))
        if answer is not None:
            properties: Any = message.properties  # paho sets received properties as attributes
            assert properties.CorrelationData == answer.id
            assert 0 < properties.MessageExpiryInterval <= ANSWER_EXPIRY_S
            return name, answer
    raise AssertionError("no worker signed it")


def test_two_workers_share_the_requests_and_answer_each_once(
    workers: tuple[Service, Service], terminal: Bare, caplog: pytest.LogCaptureFixture
):
    asked = [question(number) for number in range(12)]
    for one in asked:
        ask(terminal, one)
    answers = [heard(terminal) for _ in asked]
    assert {answer.id for _, answer in answers} == {one.id for one in asked}
    assert {answer.result for _, answer in answers} == {LookupResult.FOUND}
    assert Counter(name for name, _ in answers).keys() == {*NAMES}
    assert len(workers) == len(NAMES)
    assert "T0001: found" in caplog.text
    for secret in ("苏A12345", "12345", REQUEST.officer):
        assert secret not in caplog.text


def test_a_request_that_comes_again_is_answered_by_neither_worker(
    workers: tuple[Service, Service], terminal: Bare
):
    first, later = question(0), [question(number) for number in range(1, 9)]
    ask(terminal, first)
    assert heard(terminal)[1].id == question(0).id
    for _ in range(4):
        ask(terminal, first)
    for one in later:
        ask(terminal, one)
    # Each worker takes its requests in order: once both answered a later one, both had the repeated one.
    answers = [heard(terminal) for _ in later]
    assert {name for name, _ in answers} == {*NAMES}
    assert {answer.id for _, answer in answers} == {one.id for one in later}
    assert sum(desk.bounds.refused[Refused("T0001", "lookup", Refusal.SEEN)] for desk in workers) == 4
    assert len(workers) == len(NAMES)


def test_whatever_response_topic_is_asked_for_the_answer_goes_to_the_terminal_s_own(
    workers: tuple[Service, Service], broker: Broker, terminal: Bare, ends: Ends
):
    other = ends.bare(broker, "T0002", "T0002")
    other.next("connack")
    other.subscribe(topics.answer("T0002"))
    elsewhere = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
    elsewhere.ResponseTopic = topics.answer("T0002")
    elsewhere.CorrelationData = question(1).id
    terminal.client.publish(LOOKUP_TOPIC, boxed(question(1)), qos=1, properties=elsewhere)
    assert heard(terminal)[1].id == question(1).id
    own = replace(question(2), terminal="T0002")
    ask(other, own)
    assert heard(other)[1].id == own.id
    assert len(workers) == len(NAMES)


def receipt(terminal: Bare) -> tuple[bytes, bytes]:
    """Return the next receipt's bytes and its Correlation Data."""
    message = terminal.next("message")
    assert isinstance(message, MQTTMessage)
    properties: Any = message.properties
    return unboxed(bytes(message.payload)), properties.CorrelationData


def upload(terminal: Bare, topic: str, payload: bytes, correlation: bytes) -> None:
    """Publish as a terminal uploads."""
    with_id = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
    with_id.CorrelationData = correlation
    terminal.client.publish(topic, payload, qos=1, properties=with_id)


def test_two_workers_store_each_record_once_whichever_gets_it(
    workers: tuple[Service, Service], terminal: Bare, caplog: pytest.LogCaptureFixture
):
    journal = Journal().fill(12)
    batches = {number.to_bytes(16, "big"): journal.sent(number, number) for number in range(1, 13)}
    receipts: dict[bytes, bytes] = {}
    rounds = 0
    while len(receipts) < len(batches):  # a batch that overtakes another is a gap, and is sent again
        rounds += 1
        assert rounds <= len(batches)
        due = [number for number in batches if number not in receipts]
        for number in due:
            upload(terminal, BATCH_TOPIC, batches[number], number)
            upload(terminal, BATCH_TOPIC, batches[number], number)
        for _ in range(2 * len(due)):
            message, number = receipt(terminal)
            if read_receipt(message).result is Reception.STORED:
                assert receipts.setdefault(number, message) == message
    with workers[0].database.reading() as connection:
        held = connection.execute(select(RECORD.c.record).order_by(RECORD.c.seq)).scalars().all()
        assert connection.execute(select(INCIDENT)).all() == []
    assert held == journal.records
    assert "12345" not in caplog.text


def test_evidence_is_receipted_and_a_head_in_a_health_message_is_kept(
    workers: tuple[Service, Service], terminal: Bare
):
    name = sha256(b"sealed").digest()
    pieces = Pieces(terminal="T0001", pieces=(Chunk(name, 0, 6, b"sealed"),))
    upload(terminal, topics.health("T0001"), codec.sign(health(9), signer_of("T0001")), b"")
    upload(terminal, topics.pieces("T0001"), codec.sign(pieces, signer_of("T0001")), b"i" * 16)
    message, number = receipt(terminal)
    assert (read_receipt(message).held, number) == ((StoredPart(name, 6),), b"i" * 16)
    # Each worker takes its messages in order; after two more of each kind both have had the health message.
    for count in range(1, 9):
        ask(terminal, replace(question(count), head=Head(JOURNAL, 1, b"h" * 32)))
    assert {heard(terminal)[0] for _ in range(8)} == {*NAMES}
    with workers[0].database.reading() as connection:
        assert connection.execute(select(WITNESS.c.seq)).scalars().all() == [9]


def health(seq: int) -> Health:
    """Return a health message of T0001 with this many records."""
    return Health(
        terminal="T0001",
        at_ms=now_ms(),
        state="ready",
        version="1",
        ages=Ages(),
        unreceipted=0,
        head=Head(JOURNAL, seq, b"h" * 32),
    )


def test_a_change_of_the_hot_list_is_told_to_whoever_listens(
    workers: tuple[Service, Service], broker: Broker, ends: Ends, caplog: pytest.LogCaptureFixture
):
    bare = ends.bare(broker, "T0002", "T0002")
    bare.next("connack")
    bare.subscribe(HOTLISTS)
    with workers[0].database.transaction() as connection:
        change = hotlist.put(connection, "苏", [STOLEN], now_ms())
    keys = by_kid([public(HOTLIST_SEED)])
    while True:
        message = bare.next("message")
        told = codec.open_signed(HotlistChange, bytes(message.payload), keys)
        assert told is not None
        if told.vehicles:
            break
    assert told == change
    assert STOLEN.plate.number not in caplog.text


def test_a_database_that_is_away_is_said_to_be_unavailable(trust: Path, caplog: pytest.LogCaptureFixture):
    signers = (ANSWER_SIGNER, ANSWER_SIGNER, RECEIPT_SIGNER)
    nowhere = Database("sqlite:////nowhere/x.sqlite")
    service = Service(nowhere, TerminalCache(trust), OTHERS, lookup_pairs, *signers)
    out = service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, REQUEST.id)
    assert isinstance(out, Publication)
    assert out.result is LookupResult.UNAVAILABLE
    assert codec.open_signed(LookupAnswer, unboxed(out.payload), ANSWER_KEYS) == LookupAnswer(
        id=REQUEST.id, answered_ms=NOW_MS, result=LookupResult.UNAVAILABLE, terminal="T0001"
    )
    for topic, message in (
        (BATCH_TOPIC, Journal().fill(1).sent(1, 1)),
        (topics.health("T0001"), codec.sign(health(1), signer_of("T0001"))),
    ):
        assert service.deliver(topic, message, NOW_MS) is Refusal.UNAVAILABLE
    with pytest.raises(DatabaseFault):
        service.due(NOW_MS)
    assert "R01" in caplog.text
    assert "12345" not in caplog.text


def test_an_answer_is_given_where_the_head_that_its_request_names_cannot_be_kept(
    desk: Callable[[str], Service],
):
    service = desk("W0001")
    with service.database.transaction() as connection:
        register(connection, (VEHICLE,))
        connection.exec_driver_sql("DROP TABLE witness")
    posted: list[Publication] = []
    out = service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, REQUEST.id, posted.append)
    assert posted == [out]
    assert posted[0].result is LookupResult.FOUND
    with pytest.raises(DatabaseFault):
        service.keep_heads()
    service.keep_heads()
    assert service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, REQUEST.id) is Refusal.SEEN


def test_what_may_go_is_posted_once_and_a_refusal_never(desk: Callable[[str], Service]):
    service = desk("W0001")
    posted: list[Publication] = []
    journal = Journal().fill(1)
    for topic, message in ((LOOKUP_TOPIC, boxed(REQUEST)), (BATCH_TOPIC, journal.sent(1, 1))):
        first = service.deliver(topic, message, NOW_MS, REQUEST.id, posted.append)
        assert posted.pop() == first
    assert service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, REQUEST.id, posted.append) is Refusal.SEEN
    assert posted == []


def test_a_record_that_no_message_can_hold_is_said_to_be_unavailable(desk: Callable[[str], Service]):
    service = desk("W0001")
    spoilt = replace(VEHICLE, brand="e\u0301")  # not NFC
    with service.database.transaction() as connection:
        register(connection, (spoilt,))
    out = service.deliver(LOOKUP_TOPIC, boxed(REQUEST), NOW_MS, REQUEST.id)
    assert isinstance(out, Publication)
    assert out.result is LookupResult.UNAVAILABLE


def test_a_refused_delivery_says_nothing_of_what_it_was(
    desk: Callable[[str], Service], caplog: pytest.LogCaptureFixture
):
    assert desk("W0001").deliver("roadside/1/lookup/苏A12345", b"098765", NOW_MS) is Refusal.OTHER_TERMINAL
    assert Refusal.OTHER_TERMINAL in caplog.text
    assert "苏" not in caplog.text


def test_a_new_trust_set_counts_at_once_and_an_unsound_one_never(tmp_path: Path):
    for name, content in (("a", listed(T0001)), ("b", listed(T0002)), ("c", b"")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "terminals.cbor").write_bytes(content)
    (tmp_path / "d").mkdir()
    link = tmp_path / "trust"
    link.symlink_to("a")
    roll = TerminalCache(link)
    assert [*roll.terminals().values()] == [T0001]
    for name in "bcd":
        (tmp_path / "next").symlink_to(name)
        (tmp_path / "next").replace(link)
        assert [*roll.terminals().values()] == [T0002]
    with pytest.raises(TrustFault):
        TerminalCache(link)


def test_a_worker_without_an_identity_does_not_start(tmp_path: Path, desk: Callable[[str], Service]):
    with pytest.raises(BrokerFault):
        Worker(WorkerSettings("127.0.0.1", 1, "W0001", tmp_path, EVERYTHING), desk("W0001"))


def test_a_worker_whose_key_others_may_read_does_not_start(
    tmp_path: Path, tls: Path, desk: Callable[[str], Service]
):
    for name in ("ca.crt", "W0001.crt", "W0001.key"):
        (tmp_path / name).write_bytes((tls / name).read_bytes())
        (tmp_path / name).chmod(0o644)
    with pytest.raises(InputFault, match="mode 0644 is wider than 0600"):
        Worker(WorkerSettings("127.0.0.1", 1, "W0001", tmp_path, EVERYTHING), desk("W0001"))


def test_one_command_starts_all_of_it_and_a_signal_ends_it(tmp_path: Path):
    folder = tmp_path / "lab"
    lab.make(folder, int(time.time()), random_bytes)
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(folder), "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        while "W0001 takes requests" not in process.stderr.readline():
            assert process.poll() is None
        certificates.ensure_identities(folder / lab.TLS, ["T0001"], int(time.time()))
        ends = Ends(folder / lab.TLS)
        at = cast("Broker", SimpleNamespace(port=port))  # the command's own broker: only its port is printed
        terminal = ends.bare(at, "T0001", "T0001")
        terminal.next("connack")
        terminal.subscribe(topics.answer("T0001"))
        key = signed.signer(load_seed(folder / "identity/terminal.key"))
        lookup_key = load_public(folder / "private/lookup.key.pub", Algorithm.X25519)
        upload(terminal, LOOKUP_TOPIC, seal(codec.sign(question(1), key), lookup_key), question(1).id)
        box = bytes(terminal.next("message").payload)
        ends.close()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=DEADLINE_S)
    payload = SealingKeyPair.of(load(folder / "identity/sealing.key", Algorithm.X25519)).open(box) or b""
    answer = codec.open_signed(
        LookupAnswer, payload, by_kid([load_public(folder / "private/answer.key.pub")])
    )
    assert answer is not None
    assert answer.record is not None
    assert answer.record.plate == Plate("苏A12345", "02")
    assert process.returncode == 0
    assert "T0001: found" in said
    assert "12345" not in said
