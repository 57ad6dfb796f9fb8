"""Whoever runs or breaks into the broker learns who talks when, and no plate, officer, VIN or status.

Everything that the broker hands on is recorded by a client that has every right, and its database on disk is
searched too: a client that is away and a registry that is away leave messages in it.
"""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from keys import certificates, files, lab
from keys.files import Algorithm
from scripts.registry import laboratory_keys, sample
from scripts.registry.broker import Broker
from terminal.registry import topics
from terminal.vehicle.tables import STATUS
from terminal.wire.sealed import SealingKeyPair
from tests.scenarios.test_network_faults import connect
from tests.scenarios.test_registry import answered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from paho.mqtt.client import MQTTMessage

    from tests.scenarios.conftest import Desk

OBSERVER = "observer"
DEADLINE_S = 20.0
LOOKUP, ANSWER, BATCH, ORDER = (
    topic("T0001") for topic in (topics.lookup, topics.answer, topics.batch, topics.order)
)
OFFICER = lab.OFFICERS[0].number
SHIFT = """\
show phone.jpg
expect compare ok
press CONFIRM
expect pass ok
press TRIGGER
clear
expect ready
press CONFIRM
type 苏A20002
press CONFIRM
pick 02
expect overdue
"""


@dataclass
class Observer:
    """A client that may subscribe to everything, and what it heard: topic, payload and properties."""

    heard: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    told: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, _client: mqtt.Client, _data: object, message: MQTTMessage) -> None:
        """Keep a message with all that the broker knows of it."""
        properties: Any = message.properties
        said = str(properties.json()).encode() + getattr(properties, "CorrelationData", b"")
        with self.told:
            self.heard.append((message.topic, bytes(message.payload), said))
            self.told.notify_all()

    def payloads(self, topic: str) -> list[bytes]:
        """Return the payloads heard on a topic."""
        return [payload for heard, payload, _ in list(self.heard) if heard == topic]

    def wait_for(self, topic: str, count: int) -> None:
        """Wait until so many messages were heard on a topic."""
        with self.told:
            assert self.told.wait_for(lambda: len(self.payloads(topic)) >= count, DEADLINE_S)

    def said_by_terminals_and_workers(self) -> bytes:
        """Return every byte heard but the hot list's, which is for everybody."""
        public = topics.hotlist(sample.PROVINCE)
        return b"\n".join(b"\0".join([t.encode(), p, said]) for t, p, said in self.heard if t != public)


def with_observer(access: str) -> str:
    """Return an access list with one more client, which may read everything."""
    state = json.loads(access)
    kinds = ("publishClientReceive", "subscribePattern")
    rights = [{"acltype": kind, "topic": "#", "allow": True} for kind in kinds]
    state["roles"].append({"rolename": OBSERVER, "acls": rights})
    state["clients"].append({"username": OBSERVER, "roles": [{"rolename": OBSERVER}]})
    return json.dumps(state)


@pytest.fixture
def broker(laboratory: Path, tmp_path: Path) -> Iterator[Broker]:
    """A broker with the deployed configuration, and a client that has every right."""
    tls = laboratory_keys.identities(laboratory, "W0001", int(time.time()))
    certificates.ensure_identities(tls, [OBSERVER], int(time.time()))
    made = Broker(tmp_path / "broker", tls, with_observer(laboratory_keys.access_list(laboratory)))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def observer(broker: Broker, laboratory: Path) -> Iterator[Observer]:
    """The client, which hears everything from now on."""
    tls = laboratory_keys.tls(laboratory)
    made, ready = Observer(), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, OBSERVER, protocol=mqtt.MQTTv5)
    context = ssl.create_default_context(cafile=tls / "ca.crt")
    context.load_cert_chain(tls / f"{OBSERVER}.crt", tls / f"{OBSERVER}.key")
    client.tls_set_context(context)
    client.on_message = made.listen
    client.on_subscribe = lambda _c, _d, _m, reasons, _p: None if reasons[0].is_failure else ready.set()
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.subscribe("#", qos=1)
    assert ready.wait(DEADLINE_S)
    yield made
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def registry(broker: Broker, laboratory: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The registry as a process, at work."""
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(laboratory)]
    command += ["--database", f"sqlite:///{tmp_path}/registry.sqlite"]
    command += ["serve", "--broker", f"127.0.0.1:{broker.port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("registry:")
        yield process
        process.terminate()


PLATES = ("苏A12345", "苏A20001", "苏A20002")
SECRET = (
    OFFICER,
    *PLATES,
    *(plate[1:] for plate in PLATES),
    "123456",  # the VIN tail of the first, below its brand
    "样车牌",
    "SX7150",
    "VI1:",
    *(row["name_zh"] for row in STATUS.values()),
)
ENCODINGS = ("utf-8", "gb18030", "utf-16-le")


def found(content: bytes) -> set[tuple[str, str]]:
    """Return which secrets are in some bytes, and in which encoding."""
    return {(text, encoding) for text in SECRET for encoding in ENCODINGS if text.encode(encoding) in content}


def opened(path: Path, boxes: list[bytes]) -> bytes:
    """Return what these boxes hold, by the private key in a file."""
    pair = SealingKeyPair.of(files.load(path, Algorithm.X25519))
    return b"".join(pair.open(box) or b"" for box in boxes)


def away(desk: Desk, observer: Observer, broker: Broker, registry: subprocess.Popen[str]) -> bytes:
    """Have a lookup wait for a registry that is away, and its answer for a terminal that is away.

    Returns the broker's database, as it was on disk meanwhile.
    """
    asked = len(observer.payloads(LOOKUP))
    registry.send_signal(signal.SIGSTOP)
    desk.play("press TRIGGER\nclear\nexpect ready\npress CONFIRM\ntype 苏A20001\npress CONFIRM\npick 02")
    observer.wait_for(LOOKUP, asked + 1)
    broker.save()
    first = database_of(broker)
    assert observer.payloads(LOOKUP)[-1] in first
    desk.stop()
    told = len(observer.payloads(ANSWER))
    registry.send_signal(signal.SIGCONT)
    observer.wait_for(ANSWER, told + 1)
    broker.save()
    second = database_of(broker)
    assert observer.payloads(ANSWER)[-1] in second
    return first + second


def ordered(broker: Broker, laboratory: Path) -> None:
    """Send the terminal an order, as an operator does."""
    tool = [sys.executable, "-m", "scripts.registry", "--lab", str(laboratory)]
    command = [*tool, "order", "T0001", "lock", "--broker", f"127.0.0.1:{broker.port}"]
    subprocess.run(command, check=True, capture_output=True)


def database_of(broker: Broker) -> bytes:
    """Return the broker's database as it is on disk."""
    return (broker.folder / "data" / "broker.db").read_bytes()


def test_no_byte_that_passes_the_broker_tells_a_plate_an_officer_a_vin_or_a_status(
    desk: Desk, observer: Observer, broker: Broker, registry: subprocess.Popen[str], laboratory: Path
):
    connect(desk, broker.port)
    desk.play(SHIFT)
    answered(desk)
    on_disk = away(desk, observer, broker, registry)
    app = connect(desk, broker.port)
    app.services.uploads.begin()
    desk.until(lambda: app.services.checks.recorder.unreceipted == 0)
    observer.wait_for(BATCH, 1)
    ordered(broker, laboratory)
    desk.until(lambda: app.services.orders.locked)
    broker.save()
    for content in (observer.said_by_terminals_and_workers(), on_disk, database_of(broker)):
        assert found(content) == set()

    # All of it was said, in boxes.
    asked = found(opened(laboratory / "private/lookup.key", observer.payloads(LOOKUP)))
    assert {(text, "utf-8") for text in (OFFICER, *PLATES)} <= asked
    (order,) = observer.payloads(ORDER)
    assert b"lock" not in order
    assert b"lock" in opened(laboratory / "identity/sealing.key", [order])
    told = found(opened(laboratory / "identity/sealing.key", observer.payloads(ANSWER)))
    assert {(text, "utf-8") for text in (*PLATES, "123456")} <= told
