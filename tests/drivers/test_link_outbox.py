"""The outbox returns each message once, urgent ones first, and none after it expired."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.link_outbox import CAPACITY, TRIES, Outbox
from terminal.ports import NotSent, Outgoing, Sent, Unsent

LATER = Outgoing("batch", b"")


class Model(RuleBasedStateMachine):
    """Compares an outbox with a plain list of waiting messages: (message, until_s, tries)."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.now_s = 0.0
        self.number = 0
        self.waiting: list[tuple[Outgoing, float | None, int]] = []
        self.flying: tuple[Outgoing, float | None, int] | None = None

    @rule(urgent=st.booleans(), expiry_s=st.none() | st.integers(0, 5))
    def add(self, *, urgent: bool, expiry_s: int | None) -> None:
        self.number += 1
        message = Outgoing("topic", self.number.to_bytes(2), expiry_s=expiry_s, urgent=urgent)
        assert self.outbox.add(message, self.now_s) is None
        self.waiting.append((message, None if expiry_s is None else self.now_s + expiry_s, 0))

    @rule()
    def take(self) -> None:
        taken = self.outbox.take()
        if self.flying is not None or not self.waiting:
            assert taken is None
            return
        first = next((one for one in self.waiting if one[0].urgent), self.waiting[0])
        assert taken is not None
        assert taken.message is first[0]
        self.waiting.remove(first)
        self.flying = (first[0], first[1], first[2] + 1)

    @precondition(lambda self: self.flying)
    @rule(why=st.sampled_from([None, *NotSent]))
    def settle(self, why: NotSent | None) -> None:
        assert self.flying is not None
        message = self.flying[0]
        assert self.outbox.acknowledge(why) == (Sent(message) if why is None else Unsent(message, why))
        self.flying = None

    @rule()
    def lose(self) -> None:
        told = self.outbox.requeue()
        if self.flying is not None and self.flying[2] == TRIES:
            assert told == Unsent(self.flying[0], NotSent.LOST)
        else:
            assert told is None
            if self.flying is not None:
                self.waiting.insert(0, self.flying)
        self.flying = None

    @rule(seconds=st.integers(0, 3))
    def pass_time(self, seconds: int) -> None:
        self.now_s += seconds
        over = [one for one in self.waiting if one[1] is not None and one[1] <= self.now_s]
        told = self.outbox.expire(self.now_s)
        assert {one.message.payload for one in told} == {one[0].payload for one in over}
        assert all(one.why is NotSent.EXPIRED for one in told)
        self.waiting = [one for one in self.waiting if one not in over]

    @invariant()
    def the_next_expiry_is_known(self) -> None:
        times = [one[1] for one in self.waiting if one[1] is not None]
        assert self.outbox.next_expiry_s() == min(times, default=None)


TestModel = Model.TestCase
TestModel.settings = settings(deadline=None, max_examples=60, stateful_step_count=30)


def test_a_full_outbox_takes_no_more():
    outbox = Outbox()
    assert all(outbox.add(LATER, 0) is None for _ in range(CAPACITY))
    assert outbox.add(LATER, 0) == Unsent(LATER, NotSent.QUOTA)


@pytest.mark.parametrize(("left_s", "whole_s"), [(4.2, 5), (5, 5), (0.1, 1), (-1, 1)])
def test_the_broker_is_told_the_seconds_that_are_left(left_s: float, whole_s: int):
    outbox = Outbox()
    outbox.add(Outgoing("lookup", b"", expiry_s=10), 100)
    taken = outbox.take()
    assert taken is not None
    assert taken.expiry_s(110 - left_s) == whole_s


def test_nothing_is_settled_that_is_not_in_flight():
    with pytest.raises(LookupError):
        Outbox().acknowledge(None)
