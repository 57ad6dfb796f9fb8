"""Orders are carried out once, by the terminal they are for, and acknowledged once that is on disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys import files
from keys.key_store import open_store
from terminal.errors import OrdersFault
from terminal.journal.entry import Event, EventKind
from terminal.ports import Incoming
from terminal.registry import codec, topics
from terminal.registry.messages import Command, Order
from terminal.registry.orders import OrderRefusal
from terminal.services.assembly import open_services
from terminal.services.orders import FILE, load_state
from terminal.services.status import faults_of
from terminal.services.trust_service import access
from terminal.wire import cose, signed
from tests.terminal.services.terminal_fixture import Work, work_of


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal at work."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.services.close()


def is_locked(work: Work) -> bool:
    """Tell whether an order locks the terminal."""
    return work.services.orders.locked


def order(
    work: Work, command: Command, number: int = 1, key: str = "order", kid: bytes | None = None
) -> Incoming:
    """An order to the terminal, as its link opened it; `number` draws the id and the millisecond."""
    own = files.load_public(work.settings.paths.identity / "terminal.key.pub")
    said = Order(
        terminal="T0001",
        kid=cose.key_id(own) if kid is None else kid,
        id=number.to_bytes(16, "big"),
        made_ms=int(1e3 * work.clock.now_s()) + number,
        command=command,
    )
    signer = signed.signer(files.load_seed(work.laboratory / f"private/{key}.key"))
    return Incoming(topics.order("T0001"), codec.sign(said, signer), delivery=(1, number))


def test_a_lock_is_on_disk_before_it_is_acknowledged_and_outlasts_a_restart(work: Work):
    lock = order(work, Command.LOCK)
    assert work.services.receive(lock) == ()
    assert is_locked(work)
    assert work.link.acknowledged == [lock]
    assert load_state(work.settings.paths.state).locked
    assert [one.body for one in work.entries()] == [
        Event(EventKind.TRUST, f"order {bytes(15).hex()}01 was carried out: lock")
    ]
    work.services.close()
    work.services = open_services(
        work.settings, work.clock, work.link, open_store, access(work.trust.opened())
    )
    assert is_locked(work)
    work.services.receive(order(work, Command.UNLOCK, 2))
    assert not is_locked(work)
    assert not load_state(work.settings.paths.state).locked


def test_a_supervisor_ends_a_lock_and_the_same_order_does_not_lock_again(work: Work):
    lock = order(work, Command.LOCK)
    work.services.receive(lock)
    work.services.orders.unlock()
    assert not load_state(work.settings.paths.state).locked
    work.services.receive(lock)
    assert not is_locked(work)
    assert work.services.orders.refused == {OrderRefusal.REPEATED: 1}


def test_replayed_and_foreign_orders_do_nothing_and_are_counted_and_acknowledged(work: Work):
    seen = order(work, Command.REFRESH)
    foreign = [
        seen,
        order(work, Command.WIPE, 2, key="answer"),
        order(work, Command.WIPE, 3, kid=bytes(8)),
        Incoming(topics.order("T0001"), b""),
    ]
    work.services.receive(seen)
    before = len(work.entries())
    for message in foreign:
        assert work.services.receive(message) == ()
    assert work.services.orders.refused == {
        OrderRefusal.REPEATED: 1,
        OrderRefusal.UNSIGNED: 2,
        OrderRefusal.OTHER_IDENTITY: 1,
    }
    assert work.link.acknowledged == [seen, *foreign]
    assert (work.services.orders.locked, work.services.orders.wiping) == (False, False)
    assert len(work.entries()) == before


def test_a_refresh_asks_for_an_update_once(work: Work):
    asked: list[str] = []
    work.services.orders.request_update = lambda: asked.append("now")
    for _ in range(2):
        work.services.receive(order(work, Command.REFRESH))
    assert asked == ["now"]


def test_an_order_that_cannot_be_kept_is_not_acknowledged_and_tried_again(work: Work):
    state = work.settings.paths.state
    (state / f".{FILE}").mkdir()  # nothing can be written there
    lock = order(work, Command.LOCK)
    work.services.receive(lock)
    assert work.link.acknowledged == []
    assert not is_locked(work)
    assert OrdersFault.code in [fault.code for fault in faults_of(work.services)]
    work.services.poll()
    assert work.link.acknowledged == []
    (state / f".{FILE}").rmdir()
    work.services.poll()
    assert is_locked(work)
    assert OrdersFault.code not in [fault.code for fault in faults_of(work.services)]
    assert work.link.acknowledged == [lock]


def test_a_terminal_that_cannot_read_its_orders_is_locked_and_obeys_none_of_the_past(work: Work):
    before = order(work, Command.UNLOCK)
    work.services.close()
    (work.settings.paths.state / FILE).write_bytes(b"nonsense")
    work.clock.advance(10)
    work.services = open_services(
        work.settings, work.clock, work.link, open_store, access(work.trust.opened())
    )
    assert is_locked(work)
    assert OrdersFault.code in [fault.code for fault in faults_of(work.services)]
    work.services.receive(before)
    assert is_locked(work)
    work.services.receive(order(work, Command.UNLOCK, 2))
    assert not is_locked(work)


def test_the_file_of_orders_is_private(work: Work):
    work.services.receive(order(work, Command.LOCK))
    assert (work.settings.paths.state / FILE).stat().st_mode & 0o777 == 0o600
