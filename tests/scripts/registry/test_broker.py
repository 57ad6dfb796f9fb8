"""The broker's configuration gives each client its own rights only, on the distribution's mosquitto."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.registry.broker import CONFIGURATION, Broker, BrokerError
from terminal.errors import LinkExpired, LinkUnknown, LinkUntrusted
from terminal.ports import Incoming, LinkState, NotSent, Outgoing, Sent, Unsent
from terminal.registry import topics
from tests.scripts.registry.link_clients import EVERYTHING, HOTLISTS, Ends, answer_to, incoming

UP = [topics.lookup, topics.batch, topics.pieces, topics.health, topics.link]
DOWN = [topics.answer, topics.order]
CONNECT = bytes.fromhex("101200044d5154540502003c00000554303030310a")[:-1]
"""MQTT 5 CONNECT of client T0001, clean start."""
PING = bytes.fromhex("c000")


def without(line: str) -> Callable[[str], str]:
    """Return a change of the configuration that removes one line, which must be there."""

    def amend(text: str) -> str:
        amended, count = re.subn(rf"(?m)^{re.escape(line)}\n", "", text)
        assert count == 1
        return amended

    return amend


def test_acknowledgements_are_not_held_back():
    lines = (CONFIGURATION / "roadside.conf").read_text().splitlines()
    assert "set_tcp_nodelay true" in lines


def test_there_is_one_listener_and_it_asks_for_certificates():
    lines = (CONFIGURATION / "roadside.conf").read_text().splitlines()
    assert [line for line in lines if line.startswith(("listener", "port", "bind"))] == ["listener 8883"]
    wanted = {"tls_version tlsv1.3", "require_certificate true", "allow_anonymous false"}
    assert wanted <= set(lines)


@pytest.mark.parametrize("topic", UP)
def test_a_terminal_writes_to_its_own_topics_and_to_no_other_terminal_s(
    broker: Broker, ends: Ends, topic: Callable[[str], str]
):
    worker = ends.worker(broker, *EVERYTHING, topics.every("link"))
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    assert isinstance(terminal.send(Outgoing(topic("T0001"), b"own")), Sent)
    foreign = Outgoing(topic("T0002"), b"foreign")
    assert terminal.send(foreign) == Unsent(foreign, NotSent.DENIED)
    heard = worker.next(Incoming)
    while heard.payload != b"own":
        heard = worker.next(Incoming)
    assert heard.topic == topic("T0001")


@pytest.mark.parametrize("topic", [*DOWN, topics.hotlist])
def test_a_terminal_speaks_for_no_worker(broker: Broker, ends: Ends, topic: Callable[[str], str]):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    for name in ("T0001", "T0002"):
        said = Outgoing(topic(name), b"forged")
        assert terminal.send(said) == Unsent(said, NotSent.DENIED)


@pytest.mark.parametrize("topic", DOWN)
def test_a_terminal_hears_what_is_for_it_and_not_what_is_for_another(
    broker: Broker, ends: Ends, topic: Callable[[str], str]
):
    worker = ends.worker(broker)
    eavesdropper = ends.bare(broker, "T0002", "T0002")
    assert eavesdropper.subscribe(topic("T0001")).is_failure
    assert not eavesdropper.subscribe(topic("T0002")).is_failure
    worker.send(Outgoing(topic("T0001"), b"for T0001"))
    worker.send(Outgoing(topic("T0002"), b"for T0002"))
    # The broker keeps the order of one sender: had the first message been delivered, it would be first.
    assert eavesdropper.next("message").payload == b"for T0002"


def test_a_worker_s_rights_come_by_name_and_not_by_looks(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    worker = ends.worker(broker)
    assert isinstance(worker.send(answer_to("T0001")), Sent)
    assert terminal.next(Incoming) == incoming("T0001")
    lookup = Outgoing(topics.lookup("T0001"), b"a question of its own making")
    assert worker.send(lookup) == Unsent(lookup, NotSent.DENIED)


def test_every_terminal_hears_every_province_s_hot_list(broker: Broker, ends: Ends):
    terminals = [ends.link(ends.line(broker, name, HOTLISTS)) for name in ("T0001", "T0002")]
    for terminal in terminals:
        terminal.up()
    worker = ends.worker(broker)
    assert isinstance(worker.send(Outgoing(topics.hotlist("苏"), b"change")), Sent)
    for terminal in terminals:
        assert terminal.next(Incoming) == Incoming(topics.hotlist("苏"), b"change")


@pytest.mark.parametrize(
    ("identity", "fault"), [("expired", LinkExpired), ("foreign", LinkUnknown), ("broker", LinkUnknown)]
)
def test_a_certificate_that_is_past_or_foreign_or_a_server_s_is_refused_and_the_link_says_so(
    broker: Broker, ends: Ends, identity: str, fault: type[Exception]
):
    terminal = ends.link(ends.line(broker, "T0001", identity=identity))
    assert type(terminal.next(LinkState).fault) is fault


def test_a_broker_of_another_authority_is_not_trusted(broker: Broker, ends: Ends, tls: Path):
    terminal = ends.link(ends.line(broker, "T0001", authority=tls / "foreign-ca.crt"))
    assert type(terminal.next(LinkState).fault) is LinkUntrusted


def test_a_broker_of_another_name_is_not_trusted(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001", host="127.0.0.2"))
    assert not terminal.next(LinkState).up


def test_a_connection_in_clear_is_not_answered(broker: Broker):
    with socket.create_connection(("127.0.0.1", broker.port), timeout=10) as plain:
        plain.sendall(CONNECT)
        heard = b""
        with suppress(ConnectionResetError):
            while more := plain.recv(100):
                heard += more
    assert heard[:1] != b"\x20"  # CONNACK


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_before_1_3_and_a_client_without_certificate_are_refused(
    broker: Broker, tls: Path, version: ssl.TLSVersion
):
    context = ssl.create_default_context(cafile=tls / "ca.crt")
    context.minimum_version = context.maximum_version = version
    if version is ssl.TLSVersion.TLSv1_2:
        context.load_cert_chain(tls / "T0001.crt", tls / "T0001.key")
    with (
        socket.create_connection(("127.0.0.1", broker.port), timeout=10) as plain,
        pytest.raises(ssl.SSLError),
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        secured.recv(1)


def test_nobody_takes_over_a_session_by_its_client_id(broker: Broker, ends: Ends):
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    worker = ends.worker(broker)
    intruder = ends.bare(broker, "T0002", "T0001", clean_start=False)
    flags, _ = intruder.next("connack")
    assert not flags.session_present
    assert isinstance(worker.send(answer_to("T0001")), Sent)
    assert terminal.heard.get(timeout=10) == incoming("T0001")  # and no LinkState before it


def test_without_that_line_of_the_configuration_somebody_does(make_broker: Callable[..., Broker], ends: Ends):
    broker = make_broker(without("use_username_as_clientid true"))
    terminal = ends.link(ends.line(broker, "T0001"))
    terminal.up()
    intruder = ends.bare(broker, "T0002", "T0001", clean_start=False)
    flags, _ = intruder.next("connack")
    assert flags.session_present
    assert not terminal.next(LinkState).up


def test_what_waits_for_our_session_outlives_the_broker_and_a_clean_start_s_does_not(
    broker: Broker, ends: Ends
):
    ours = ends.link(ends.line(broker, "T0001"))
    ours.up()
    ours.link.close()
    clean = ends.bare(broker, "T0002", "T0002", clean_start=True)
    clean.subscribe(topics.answer("T0002"))
    ends.hang_up(clean)
    worker = ends.worker(broker)
    for name in ("T0001", "T0002"):
        assert isinstance(worker.send(answer_to(name)), Sent)
    worker.link.close()

    broker.save()
    broker.kill()
    broker.start()

    back = ends.link(ends.line(broker, "T0001"))
    assert back.next(Incoming) == incoming("T0001")
    flags, _ = ends.bare(broker, "T0002", "T0002", clean_start=False).next("connack")
    assert not flags.session_present


def test_a_broker_that_cannot_start_says_why(make_broker: Callable[..., Broker]):
    with pytest.raises(BrokerError, match="Error"):
        make_broker(lambda text: text.replace("tls_version tlsv1.3", "tls_version tlsv9"))


def test_who_sends_a_larger_packet_than_a_payload_of_96_kib_needs_is_disconnected(broker: Broker, ends: Ends):
    terminal = ends.bare(broker, "T0001", "T0001")
    terminal.next("connack")
    assert not terminal.publish(topics.pieces("T0001"), bytes(96 * 1024)).is_failure
    terminal.client.publish(topics.pieces("T0001"), bytes(97 * 1024), qos=1)
    broker.wait_for("T0001 disconnected due to oversize packet")


def resident_kib(pid: int) -> int:
    """Return the resident memory of a process, KiB (proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


@pytest.fixture
def attacker(broker: Broker, tls: Path) -> Iterator[ssl.SSLSocket]:
    """Open a bare connection of T0001, after its CONNACK."""
    context = ssl.create_default_context(cafile=tls / "ca.crt")
    context.load_cert_chain(tls / "T0001.crt", tls / "T0001.key")
    with (
        socket.create_connection(("127.0.0.1", broker.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(CONNECT)
        assert secured.recv(1) == b"\x20"
        secured.recv(1024)
        yield secured


def subscribe(number: int, topic_filters: Iterable[str]) -> bytes:
    """Return an MQTT 5 SUBSCRIBE with QoS 1."""
    encoded = [each.encode() for each in topic_filters]
    body = number.to_bytes(2, "big") + b"\0"
    body += b"".join(len(each).to_bytes(2, "big") + each + b"\x01" for each in encoded)
    size = len(body)  # three bytes in MQTT's variable length
    assert 1 << 14 <= size < 1 << 21
    return bytes([0x82, size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + body


def test_a_terminal_s_many_subscriptions_do_not_grow_the_broker(broker: Broker, attacker: ssl.SSLSocket):
    before_kib, sent = resident_kib(broker.pid), 0
    for number in range(1, 401):
        packet = subscribe(number, (f"{number}/{each}{'/a' * 30}" for each in range(256)))
        attacker.sendall(packet)
        sent += len(packet)
        answered = b""
        while len(answered) < 262:  # type, length in two bytes, packet id, no properties, 256 reasons
            answered += attacker.recv(4096)
        assert answered.endswith(b"\x87" * 256)  # not authorized
    assert sent > 6_000_000
    assert resident_kib(broker.pid) - before_kib < 16 * 1024


def test_a_terminal_that_reads_nothing_does_not_grow_the_broker(broker: Broker, attacker: ssl.SSLSocket):
    before_kib = resident_kib(broker.pid)
    for _ in range(40):
        attacker.sendall(PING * 25_000)
    assert resident_kib(broker.pid) - before_kib < 16 * 1024


def settings() -> dict[str, str]:
    """Return the shipped configuration by key."""
    lines = (CONFIGURATION / "roadside.conf").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if re.match("[a-z]", line))


def test_connections_memory_and_queues_of_the_broker_have_limits():
    limits = ("max_packet_size", "max_connections", "memory_limit", "max_queued_messages", "max_queued_bytes")
    assert all(int(settings()[name]) > 0 for name in (*limits, "max_inflight_messages"))
    unit = CONFIGURATION.joinpath("roadside-drop-in.conf").read_text(encoding="utf-8")
    assert re.search(r"(?m)^MemoryMax=\d+[MG]$", unit)


def test_a_connection_before_its_connect_does_not_have_the_largest_keepalive():
    """Mosquitto 2.0.21 applies the largest keepalive to a connection that has already ended."""
    assert int(settings()["max_keepalive"]) > 60
