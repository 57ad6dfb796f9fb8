"""A real broker accepts the certificate of an enrolled terminal, and a renewed one, until it is withdrawn."""

from __future__ import annotations

import os
import queue
import signal
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from keys.enrolment import device
from scripts.registry.access import Shares, state_file
from scripts.registry.broker import Broker
from terminal import config
from terminal.errors import LinkFault
from terminal.ports import LinkMessage, LinkState
from terminal.rigs import link_of
from tests.keys.enrolment.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE_S = 20


@contextmanager
def running(broker: Broker) -> Iterator[None]:
    broker.start()
    yield
    broker.stop()


def first_state(desk: Desk, port: int) -> LinkFault | None:
    """Connect as `roadside run` does; return the first fault, or None if the link came up."""
    file = desk.folder.parent / "roadside.toml"
    file.write_text(
        '[terminal]\n[paths]\nstate = "state"\nidentity = "identity"\n'
        f'[registry]\nhost = "127.0.0.1"\nport = {port}\n',
        encoding="utf-8",
    )
    link = link_of(config.read(file))
    assert link is not None
    heard: queue.Queue[LinkMessage] = queue.Queue()
    with closing(link):
        link.open(heard.put)
        state = heard.get(timeout=DEADLINE_S)
    assert isinstance(state, LinkState)
    return state.fault


def test_an_enrolled_terminal_is_let_in_until_it_is_withdrawn(desk: Desk, tmp_path: Path):
    desk.enrol()
    access = state_file(["T0007"], ["W0001"], Shares("1" * 32, "2" * 32))
    broker = Broker(tmp_path / "broker", desk.authority.folder, access)
    with running(broker):
        assert first_state(desk, broker.port) is None
        later_s = desk.now_s + 60
        answer = desk.authority.answer(device.renewal_request(desk.folder, later_s), later_s)
        device.apply_renewal(desk.folder, answer)
        assert first_state(desk, broker.port) is None
        desk.authority.withdraw("T0007", desk.now_s)
        since = broker.lines
        os.kill(broker.pid, signal.SIGHUP)
        broker.wait_for("Reloading config", since=since)
        assert isinstance(first_state(desk, broker.port), LinkFault)
