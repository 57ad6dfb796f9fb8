"""The broker refuses a terminal all subscriptions but its own three, and a withdrawn one everything."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import certificates, lab, revocations
from scripts.registry import access, laboratory_keys
from scripts.registry.__main__ import main
from scripts.registry.access import CONTROL, RESPONSE
from scripts.registry.access_command import disconnect, synchronize
from scripts.registry.broker import CONFIGURATION, Broker, BrokerError
from scripts.registry.faults import BrokerFault
from terminal.errors import InputFault, LinkFault
from terminal.ports import Incoming, LinkState, NotSent, Outgoing, Sent, Unsent
from terminal.registry import topics
from tests.scripts.registry.conftest import TERMINALS
from tests.scripts.registry.link_clients import HOTLISTS, SHARES, Bare, Ear, Ends
from tests.scripts.registry.request_fixtures import T0001, T0002, listed

OWN = (topics.answer("T0002"), topics.order("T0002"), HOTLISTS)
SHARED = (
    *SHARES.lookup_filters(),  # a leaked name
    *SHARES.upload_filters(),
    "$share/registry/roadside/1/lookup/+",
    "$share/mine/roadside/1/lookup/+",
    "$share/mine/roadside/1/lookup/#",
    "$share/mine/#",
    "$share/mine/+/+/+/T0001",
    "$share/mine/roadside/1/answer/T0002",
    "$queue/roadside/1/lookup/+",
)
FOREIGN = (
    "#",
    "+/#",
    "roadside/#",
    "roadside/1/+/T0002",
    "roadside/1/+/+",
    topics.every("answer"),
    topics.every("lookup"),
    topics.answer("T0001"),
    topics.lookup("T0002"),
    topics.hotlist("苏"),
    "roadside/1/hotlist/#",
    "$SYS/#",
    RESPONSE,
    "$CONTROL/#",
)


def terminal(broker: Broker, ends: Ends, name: str = "T0002", *, clean_start: bool = True) -> Bare:
    """Connect a client with a terminal's certificate that breaks the rules."""
    bare = ends.bare(broker, name, name, clean_start=clean_start)
    bare.next("connack")
    return bare


@pytest.mark.parametrize("subscription", [*SHARED, *FOREIGN])
def test_a_terminal_is_refused_every_subscription_but_its_own_three(
    broker: Broker, ends: Ends, subscription: str
):
    attacker = terminal(broker, ends)
    assert attacker.subscribe(subscription).is_failure
    for own in OWN:
        assert not attacker.subscribe(own).is_failure


def test_a_terminal_that_asks_for_a_share_takes_no_lookup_from_the_workers(broker: Broker, ends: Ends):
    worker = ends.worker(broker)
    attacker = terminal(broker, ends)
    for subscription in SHARED:
        attacker.subscribe(subscription)
    honest = ends.link(ends.line(broker, "T0001"))
    honest.up()
    for number in range(8):
        if number == 4:
            ends.hang_up(attacker)  # its session stays
        asked = Outgoing(topics.lookup("T0001"), bytes([number]))
        assert honest.send(asked) == Sent(asked)
        assert worker.next(Incoming).payload == asked.payload


def test_an_acl_file_alone_lets_a_terminal_take_lookups_from_the_workers(
    make_broker: Callable[..., Broker], ends: Ends, tmp_path: Path
):
    """The reason for the plugin: with an ACL file, the broker grants the share, then delivers to nobody."""
    may = "pattern write roadside/1/lookup/%u", "user W0001", f"topic read {topics.every('lookup')}"
    (tmp_path / "roadside.acl").write_text("\n".join(may), encoding="utf-8")
    plugin = "plugin mosquitto_dynamic_security.so\nplugin_opt_config_file data/access.json\n"
    broker = make_broker(lambda text: text.replace(plugin, f"acl_file {tmp_path}/roadside.acl\n"))
    for name in ("W0001", "T0002"):
        assert not terminal(broker, ends, name).subscribe(*SHARES.lookup_filters()).is_failure
    worker = terminal(broker, ends, "W0001")
    worker.subscribe(*SHARES.lookup_filters())
    asker = terminal(broker, ends, "T0001")
    for number in range(4):
        asker.publish(topics.lookup("T0001"), bytes([number]))
    assert worker.next("message").payload[0] + 2 == worker.next("message").payload[0]


def test_a_terminal_cannot_change_the_access_list_and_a_stranger_can_do_nothing(broker: Broker, ends: Ends):
    attacker = terminal(broker, ends)
    command = b'{"commands": [{"command": "deleteClient", "username": "T0001"}]}'
    assert attacker.publish(CONTROL, command).is_failure
    stranger = terminal(broker, ends, "T0009")
    assert stranger.subscribe(topics.answer("T0009")).is_failure
    assert stranger.subscribe(HOTLISTS).is_failure
    assert stranger.publish(topics.lookup("T0009"), b"question").is_failure


def change(broker: Broker, ends: Ends, *wanted: str) -> tuple[int, int]:
    """Change the terminals of a running broker; return how many were added and removed."""
    return synchronize(("127.0.0.1", broker.port), ends.tls, wanted)


def test_a_withdrawn_terminal_is_disconnected_and_neither_says_nor_hears_anything_more(
    broker: Broker, ends: Ends
):
    worker = ends.worker(broker)
    lost, other = terminal(broker, ends, clean_start=False), terminal(broker, ends, "T0001")
    assert not lost.subscribe(topics.answer("T0002")).is_failure
    assert change(broker, ends, "T0001") == (0, 1)
    assert lost.next("disconnect").is_failure
    ends.hang_up(lost)
    back = terminal(broker, ends, clean_start=False)
    for own in OWN:
        assert back.subscribe(own).is_failure
    assert back.publish(topics.lookup("T0002"), b"question").is_failure
    worker.send(Outgoing(topics.answer("T0002"), b"while it was withdrawn"))
    assert not other.publish(topics.lookup("T0001"), b"question").is_failure
    ends.hang_up(back)

    assert change(broker, ends, *TERMINALS) == (1, 0)
    again = terminal(broker, ends, clean_start=False)
    assert not again.subscribe(topics.answer("T0002")).is_failure
    worker.send(Outgoing(topics.answer("T0002"), b"later"))
    assert again.next("message").payload == b"later"


def test_a_terminal_that_is_enrolled_later_is_let_in_while_the_broker_runs(broker: Broker, ends: Ends):
    assert terminal(broker, ends, "T0009").subscribe(topics.answer("T0009")).is_failure
    assert change(broker, ends, *TERMINALS, "T0009") == (1, 0)
    assert change(broker, ends, *TERMINALS, "T0009") == (0, 0)
    late = terminal(broker, ends, "T0009")
    assert not late.subscribe(topics.answer("T0009")).is_failure
    assert late.subscribe(*SHARES.lookup_filters()).is_failure
    broker.stop()
    broker.start()
    assert not terminal(broker, ends, "T0009").subscribe(topics.answer("T0009")).is_failure


@pytest.fixture
def authority(tls: Path) -> Iterator[certificates.TlsIdentity]:
    """The authority of all identities, whose list of withdrawn certificates is empty again afterwards."""
    before = (tls / revocations.NAME).read_bytes()
    yield certificates.load(tls, "ca")
    (tls / revocations.NAME).write_bytes(before)


def reload(broker: Broker) -> None:
    """Have the broker read its list of withdrawn certificates, as `systemctl reload` does."""
    since = broker.lines
    os.kill(broker.pid, signal.SIGHUP)
    broker.wait_for("Reloading config", since=since)


def is_connected(terminal: Ear) -> bool:
    """Tell whether a link has been up ever since, and the broker still acknowledges what it sends."""
    states = [state for state in terminal.heard.queue if isinstance(state, LinkState)]
    question = Outgoing(topics.lookup("T0001"), b"question")
    return states == [] and terminal.send(question) == Unsent(question, NotSent.UNROUTED)


def test_a_withdrawn_certificate_loses_its_session_and_cannot_come_back_and_an_honest_one_stays(
    broker: Broker, ends: Ends, authority: certificates.TlsIdentity
):
    stolen, honest = (ends.link(ends.line(broker, name)) for name in ("T0002", "T0001"))
    for link in (stolen, honest):
        link.up()
    since = broker.lines
    serial = certificates.load(ends.tls, "T0002").certificate.serial_number
    revocations.withdraw(ends.tls, authority, [serial], int(time.time()))
    reload(broker)
    disconnect(("127.0.0.1", broker.port), ends.tls, ["T0002"])
    states = [stolen.next(LinkState), stolen.next(LinkState)]
    assert not any(state.up for state in states)
    assert isinstance(states[-1].fault, LinkFault)
    broker.wait_for("certificate verify failed", since=since)
    assert is_connected(honest)

    # Its terminal still has its rights, and connects with a certificate that was issued since.
    again = certificates.issue_client("T0002", authority, int(time.time()), 30)
    certificates.save(again, ends.tls, "T0002-again")
    try:
        ends.link(ends.line(broker, "T0002", identity="T0002-again")).up()
    finally:
        for suffix in ("crt", "key"):
            (ends.tls / f"T0002-again.{suffix}").unlink()


def test_a_list_that_cannot_be_read_never_reaches_the_broker(
    ends: Ends, authority: certificates.TlsIdentity, tmp_path: Path
):
    """Mosquitto 2.0 lets withdrawn certificates in again after it was told to read such a list."""
    unit = (CONFIGURATION / "roadside-drop-in.conf").read_text(encoding="utf-8")
    reset, check, reload_it = re.findall("(?m)^ExecReload=(.*)$", unit)
    assert (reset, reload_it) == ("", "/bin/kill -HUP $MAINPID")
    revocations.withdraw(ends.tls, authority, [7], int(time.time()))
    (tmp_path / "tls").symlink_to(ends.tls)
    command = shlex.split(check)
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    for content in (b"", b"nonsense", (ends.tls / revocations.NAME).read_bytes()[:-100]):
        (ends.tls / revocations.NAME).write_bytes(content)
        assert subprocess.run(command, cwd=tmp_path, check=False).returncode != 0


@pytest.mark.usefixtures("authority")
def test_a_broker_does_not_start_without_the_list(make_broker: Callable[..., Broker], tls: Path):
    (tls / revocations.NAME).unlink()
    with pytest.raises(BrokerError):
        make_broker()


def test_nobody_but_the_administrator_changes_the_access_list(
    make_broker: Callable[..., Broker], ends: Ends, tmp_path: Path
):
    for suffix in ("crt", "key"):
        (tmp_path / f"administrator.{suffix}").symlink_to(ends.tls / f"T0001.{suffix}")
    (tmp_path / "ca.crt").symlink_to(ends.tls / "ca.crt")
    broker = make_broker()
    with pytest.raises(BrokerFault, match="administrator"):
        synchronize(("127.0.0.1", broker.port), tmp_path, [])
    broker.stop()
    with pytest.raises(BrokerFault):
        synchronize(("127.0.0.1", broker.port), ends.tls, [])


@pytest.mark.parametrize("twice", ["T0001", "W0001", "W0001-uploads", "administrator"])
def test_no_two_clients_of_the_broker_have_one_name(twice: str):
    with pytest.raises(InputFault):
        access.state_file(["T0001", twice], ["W0001"], SHARES)


def test_the_workers_shares_are_drawn_once_and_only_their_owner_reads_them(tmp_path: Path):
    (tmp_path / "private").mkdir()
    drawn = laboratory_keys.shares(tmp_path)
    assert laboratory_keys.shares(tmp_path) == drawn
    assert len({*drawn, "registry"}) == 3
    assert stat.S_IMODE((tmp_path / laboratory_keys.SHARES).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "private").iterdir()] == ["shares.json"]
    (tmp_path / laboratory_keys.SHARES).write_text('{"lookups": "x", "uploads": "x"}', encoding="ascii")
    with pytest.raises(InputFault):
        laboratory_keys.shares(tmp_path)


def test_the_command_writes_the_access_list_of_the_active_terminals_and_changes_a_running_broker(
    broker: Broker, ends: Ends, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "lab"
    lab.make(folder, int(time.time()), random_bytes)
    lost = replace(T0002, state="withdrawn")
    (folder / "trust" / "terminals.cbor").write_bytes(listed(T0001, lost))
    out = tmp_path / "access.json"
    command = ["--lab", str(folder), "access"]
    assert main([*command, "--out", str(out)]) == 0
    assert "1 terminals" in capsys.readouterr().out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert topics.answer("T0001") in out.read_text(encoding="utf-8")
    assert topics.answer("T0002") not in out.read_text(encoding="utf-8")
    assert main(command) == 1

    shutil.rmtree(folder / lab.TLS)
    (folder / lab.TLS).symlink_to(ends.tls)
    assert main([*command, "--broker", f"127.0.0.1:{broker.port}"]) == 0
    assert "0 terminals were given access, 1 were withdrawn" in capsys.readouterr().out
