"""The link reports being offline as a state, never as an exception, and never waits beyond its limits."""

from __future__ import annotations

import queue
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from drivers import link_faults
from drivers.link import FIRST_PAUSE_S, LONGEST_PAUSE_S, MqttLink, pause_s
from drivers.link_connection import LinkSettings
from drivers.link_outbox import CAPACITY
from keys import certificates
from terminal.errors import LinkFault, LinkIdentityFault, LinkRefused, LinkTakenOver, LinkUntrusted
from terminal.ports import LinkMessage, LinkState, NotSent, Outgoing, Unsent

DEADLINE_S = 20.0


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority, and the identities of a terminal and a server."""
    folder = tmp_path_factory.mktemp("tls")
    now_s = int(time.time())
    ca = certificates.make_ca("laboratory", now_s, 1)
    certificates.save(ca, folder, "ca")
    certificates.save(certificates.issue_client("T0001", ca, now_s, 1), folder, "T0001")
    for name, begins_s in (("server", now_s), ("past", now_s - 9 * 86_400), ("future", now_s + 9 * 86_400)):
        certificates.save(certificates.issue_server(["127.0.0.1"], ca, begins_s, 1), folder, name)
    certificates.save(certificates.issue_server(["other.example"], ca, now_s, 1), folder, "other")
    return folder


@contextmanager
def listening(serve: Callable[[socket.socket], None] | None = None) -> Iterator[int]:
    """Yield the port of a server that runs `serve` on the first connection; without it, it never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    (serve or (lambda _: None))(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(DEADLINE_S)


def line_to(port: int, tls: Path) -> LinkSettings:
    """Return link settings for a port of this machine."""
    return LinkSettings(
        host="127.0.0.1",
        port=port,
        terminal="T0001",
        authority=tls / "ca.crt",
        certificate=tls / "T0001.crt",
        key=tls / "T0001.key",
        status_topic="roadside/1/link/T0001",
        subscriptions=("roadside/1/answer/T0001",),
    )


def first_fault(line: LinkSettings) -> LinkFault | None:
    """Return the fault of the link's first attempt, None if it succeeded."""
    heard: queue.Queue[LinkMessage] = queue.Queue()
    with closing(MqttLink(line)) as link:
        link.open(heard.put)
        state = heard.get(timeout=DEADLINE_S)
    assert isinstance(state, LinkState)
    return state.fault


def test_no_network_is_a_state_and_what_is_past_its_time_is_told_of(tls: Path):
    heard: queue.Queue[LinkMessage] = queue.Queue()
    with listening() as port:
        pass  # and nobody listens there any more
    with closing(MqttLink(line_to(port, tls))) as link:
        assert not link.state.up
        link.open(heard.put)
        state = heard.get(timeout=DEADLINE_S)
        assert isinstance(state, LinkState)
        assert type(state.fault) is LinkFault
        question = Outgoing("roadside/1/lookup/T0001", b"question", expiry_s=0, urgent=True)
        link.send(question)
        # the state is reported once, however many attempts there were
        assert heard.get(timeout=DEADLINE_S) == Unsent(question, NotSent.EXPIRED)
        assert not link.state.up


def test_what_somebody_waits_for_ends_the_pause_and_nothing_else_does(tls: Path):
    heard: queue.Queue[LinkMessage] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        line = line_to(int(server.getsockname()[1]), tls)
        with closing(MqttLink(line, chance=lambda: -1e6)) as link:  # pauses of half a day
            link.open(heard.put)
            server.accept()[0].close()
            assert heard.get(timeout=DEADLINE_S) == link.state
            link.send(Outgoing("roadside/1/batch/T0001", b"", expiry_s=0))
            assert isinstance(heard.get(timeout=DEADLINE_S), Unsent)
            assert select.select([server], [], [], 0)[0] == []
            link.send(Outgoing("roadside/1/lookup/T0001", b"", expiry_s=5, urgent=True))
            server.accept()[0].close()


def test_a_queue_that_is_full_says_so(tls: Path):
    heard: queue.Queue[LinkMessage] = queue.Queue()
    with listening() as port:
        pass
    messages = [Outgoing("roadside/1/batch/T0001", bytes([n])) for n in range(CAPACITY + 1)]
    with closing(MqttLink(line_to(port, tls))) as link:
        for message in messages:
            link.send(message)
        link.open(heard.put)
        told = heard.get(timeout=DEADLINE_S)
        while isinstance(told, LinkState):
            told = heard.get(timeout=DEADLINE_S)
    assert told == Unsent(messages[-1], NotSent.QUOTA)


def test_closing_is_harmless_twice_and_before_opening(tls: Path):
    link = MqttLink(line_to(9, tls))
    link.close()
    link.close()
    link.send(Outgoing("roadside/1/batch/T0001", b""))
    opened = MqttLink(line_to(9, tls))
    opened.open(lambda _: None)
    opened.close()
    opened.close()


@pytest.mark.parametrize("missing", ["authority", "certificate", "key"])
def test_a_missing_identity_is_a_state_with_its_own_text(tls: Path, tmp_path: Path, missing: str):
    paths: dict[str, Any] = {missing: tmp_path / "none"}
    assert type(first_fault(replace(line_to(9, tls), **paths))) is LinkIdentityFault


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700])
def test_a_key_that_others_may_read_is_refused_by_its_mode(tls: Path, tmp_path: Path, mode: int):
    key = tmp_path / "key"
    key.write_bytes((tls / "T0001.key").read_bytes())
    key.chmod(mode)
    fault = first_fault(replace(line_to(9, tls), key=key))
    assert type(fault) is LinkIdentityFault
    assert fault.detail == f"{key}: mode {mode:04o} is wider than 0600; chmod 600 it first"
    key.chmod(0o600)
    assert type(first_fault(replace(line_to(9, tls), key=key))) is LinkFault


def test_an_encrypted_key_is_opened_by_its_passphrase_alone(tls: Path, tmp_path: Path):
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_bytes(
        certificates.load(tls, "T0001").key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    line = replace(line_to(9, tls), key=key)
    assert type(first_fault(line)) is LinkIdentityFault
    assert type(first_fault(replace(line, passphrase=b"other"))) is LinkIdentityFault
    assert type(first_fault(replace(line, passphrase=b"secret"))) is LinkFault  # nobody listens there


def test_a_certificate_that_is_none_or_another_key_s_is_an_identity_fault(tls: Path, tmp_path: Path):
    (tmp_path / "damaged").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert type(first_fault(replace(line_to(9, tls), certificate=tmp_path / "damaged"))) is LinkIdentityFault
    assert type(first_fault(replace(line_to(9, tls), key=tls / "server.key"))) is LinkIdentityFault


@pytest.mark.parametrize(
    ("identity", "why"),
    [
        ("past", "expired"),
        ("future", "not yet valid"),
        ("other", "IP address mismatch"),
        ("T0001", "purpose"),
    ],
)
def test_a_server_whose_certificate_proves_nothing_is_not_trusted(tls: Path, identity: str, why: str):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / f"{identity}.crt", tls / f"{identity}.key")

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True):
            pass

    with listening(serve) as port:
        fault = first_fault(line_to(port, tls))
    assert isinstance(fault, LinkUntrusted)
    assert why in fault.detail


def test_a_server_before_tls_1_3_is_not_spoken_to(tls: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls / "server.crt", tls / "server.key")

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True):
            pass

    with listening(serve) as port:
        fault = first_fault(line_to(port, tls))
    assert fault is not None
    assert fault.detail.startswith("TLS: ")


def test_a_server_without_tls_or_one_that_hangs_up_is_a_network_that_does_not_work(tls: Path):
    for serve in (lambda connection: connection.sendall(b"\x20\x03\x00\x00\x00"), None):
        with listening(serve) as port:
            assert type(first_fault(line_to(port, tls))) is LinkFault


def test_no_detail_of_a_fault_names_a_file(tls: Path, tmp_path: Path):
    fault = first_fault(replace(line_to(9, tls), key=tmp_path / "none"))
    assert fault is not None
    assert str(tmp_path) not in fault.detail


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_pause_doubles_up_to_its_limit_and_never_falls_below_half(attempt: int, chance: float):
    whole_s = pause_s(attempt, 0)
    assert FIRST_PAUSE_S <= whole_s <= LONGEST_PAUSE_S
    assert whole_s / 2 <= pause_s(attempt, chance) <= whole_s
    assert pause_s(attempt + 1, 0) == min(LONGEST_PAUSE_S, 2 * whole_s)


@pytest.mark.parametrize(
    ("packet", "name", "fault"),
    [
        (PacketTypes.CONNACK, "Not authorized", LinkRefused),
        (PacketTypes.CONNACK, "Banned", LinkRefused),
        (PacketTypes.CONNACK, "Server busy", LinkFault),
        (PacketTypes.DISCONNECT, "Session taken over", LinkTakenOver),
        (PacketTypes.DISCONNECT, "Server shutting down", LinkFault),
    ],
)
def test_each_reason_of_the_broker_has_its_fault(packet: int, name: str, fault: type[LinkFault]):
    assert type(link_faults.fault_of_reason(ReasonCode(packet, name))) is fault


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Success", None),
        ("No matching subscribers", NotSent.UNROUTED),
        ("Not authorized", NotSent.DENIED),
        ("Quota exceeded", NotSent.QUOTA),
        ("Unspecified error", NotSent.REFUSED),
    ],
)
def test_each_acknowledgement_is_read(name: str, why: NotSent | None):
    message = Outgoing("roadside/1/batch/T0001", b"")
    assert link_faults.why_not(ReasonCode(PacketTypes.PUBACK, name), message) is why


CONNACK, PUBACK_OF_UP = b"\x20\x03\x00\x00\x00", b"\x40\x02\x00\x02"


@pytest.mark.parametrize("says", [(), (CONNACK,), (CONNACK, PUBACK_OF_UP)])
def test_a_broker_that_takes_all_and_acknowledges_nothing_more_is_left_before_the_keepalive(
    tls: Path, says: tuple[bytes, ...]
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "server.crt", tls / "server.key")

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as channel:
            for packet in says:
                channel.recv(4096)
                channel.sendall(packet)
            while channel.recv(4096):
                pass

    heard: queue.Queue[LinkMessage] = queue.Queue()
    with listening(serve) as port:
        # The link's clock runs fast, and a pause of half a day follows, so a single connection is made.
        link = MqttLink(line_to(port, tls), monotonic_s=lambda: 20 * time.monotonic(), chance=lambda: -1e6)
        with closing(link):
            link.send(Outgoing("roadside/1/batch/T0001", b"records"))
            link.open(heard.put)
            told = heard.get(timeout=DEADLINE_S)
            if PUBACK_OF_UP in says:
                assert told == LinkState(None)
                told = heard.get(timeout=DEADLINE_S)
    assert isinstance(told, LinkState)
    assert told.fault is not None
    assert told.fault.detail == "the broker does not acknowledge"
