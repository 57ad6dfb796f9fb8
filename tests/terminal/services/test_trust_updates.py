"""When the trust set is updated: at the start, by the interval, when the link comes up, and on request."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from drivers.clock import ManualClock
from terminal.errors import TrustFault
from terminal.ports import UpdateResult
from terminal.services.trust_updates import LINK_PAUSE_S, TrustUpdates

INTERVAL_S = 900.0


@dataclass
class Updater:
    """An updater whose updates end when the test says so."""

    running: bool = False
    started: int = 0
    fault: TrustFault | None = None
    _result: UpdateResult | None = None

    def start(self) -> None:
        if self.fault is not None:
            raise self.fault
        assert not self.running
        self.running, self.started = True, self.started + 1

    def end(self, result: UpdateResult) -> None:
        self._result = result

    def result(self) -> UpdateResult | None:
        found, self._result = self._result, None
        self.running = self.running and found is None
        return found

    def close(self) -> None:
        self.running = False


@dataclass
class Desk:
    """The updates of a terminal."""

    updater: Updater = field(default_factory=Updater)
    clock: ManualClock = field(default_factory=lambda: ManualClock(1_790_000_000))
    updates: TrustUpdates = field(init=False)

    def __post_init__(self) -> None:
        self.updates = TrustUpdates(self.updater, self.clock, INTERVAL_S)

    def after(self, seconds: float, *, online: bool | None = True) -> int:
        self.clock.advance(seconds)
        self.updates.poll(online=online)
        return self.updater.started


@pytest.fixture
def desk() -> Desk:
    """A terminal whose first update has succeeded."""
    made = Desk()
    assert made.after(0) == 1
    made.updater.end(UpdateResult())
    assert made.after(0) == 1
    return made


def test_the_next_one_starts_an_interval_after_the_last_one_ended(desk: Desk):
    assert desk.after(INTERVAL_S - 1) == 1
    assert desk.after(1) == 2
    assert desk.after(5 * INTERVAL_S) == 2, "it still runs"
    desk.updater.end(UpdateResult())
    assert desk.after(0) == 2
    assert desk.after(INTERVAL_S) == 3


def test_one_starts_when_the_link_comes_up(desk: Desk):
    assert desk.after(LINK_PAUSE_S, online=False) == 1
    assert desk.after(0, online=True) == 2


def test_a_link_that_flaps_starts_no_more_than_one_in_a_while(desk: Desk):
    for _ in range(20):
        desk.after(1, online=False)
        assert desk.after(1, online=True) == 1


def test_a_request_starts_one_at_once(desk: Desk):
    desk.updates.request_update()
    assert desk.after(0, online=False) == 2


def test_a_request_during_an_update_starts_another_one(desk: Desk):
    desk.updates.request_update()
    assert desk.after(0) == 2
    desk.updates.request_update()
    assert desk.after(0) == 2
    desk.updater.end(UpdateResult())
    assert desk.after(0) == 3


def test_a_failure_is_kept_until_an_update_succeeds(desk: Desk):
    desk.after(INTERVAL_S)
    desk.updater.end(UpdateResult("refused"))
    desk.after(0)
    assert desk.updates.failure == UpdateResult("refused")
    desk.after(INTERVAL_S)
    assert desk.updates.failure == UpdateResult("refused")
    desk.updater.end(UpdateResult())
    desk.after(0)
    assert desk.updates.failure is None


def test_a_process_that_cannot_be_started_is_a_failure_and_is_tried_again(desk: Desk):
    desk.updater.fault = TrustFault("no memory")
    assert desk.after(INTERVAL_S) == 1
    assert desk.updates.failure == UpdateResult("no memory")
    desk.updater.fault = None
    assert desk.after(INTERVAL_S) == 2
