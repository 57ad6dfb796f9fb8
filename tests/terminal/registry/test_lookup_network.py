"""On any network each question has one result, and only its own answer is shown."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from terminal.credential.verify import Moment
from terminal.limits import RECENT_CHECK_S
from terminal.ports import Incoming
from terminal.registry import codec
from terminal.registry.dropped import Dropped
from terminal.registry.lookup import (
    Busy,
    Drop,
    Late,
    LookupSession,
    LookupSpec,
    NoAnswer,
    Received,
)
from terminal.registry.messages import LookupAnswer, LookupResult, PlateQuestion, Purpose
from tests.terminal.registry.message_strategies import (
    ANSWER,
    HEAD,
    NOW_MS,
    OTHER_SIGNER,
    PUBLIC_KEY,
    RECORD,
    SIGNER,
    TERMINAL,
    TOPIC,
)

NOW = Moment(NOW_MS / 1e3)
INQUIRY = LookupSpec(question=PlateQuestion(""), why=Purpose.CHECK, officer="098765", head=HEAD, wait_s=1)


class Network(RuleBasedStateMachine):
    """A network that delays, duplicates, loses and reorders questions and answers."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.lookup = LookupSession(TERMINAL, OTHER_SIGNER, [PUBLIC_KEY])
        self.now_s = 1000.0
        self.asked: dict[bytes, tuple[str, float, float]] = {}
        self.shown: dict[bytes, str] = {}
        self.told: set[bytes] = set()
        self.silent: set[bytes] = set()
        self.received = 0
        self.kept = 0

    @rule(
        target=sent,
        number=st.sampled_from(["苏A00001", "苏A00002"]),
        wait_s=st.floats(0.1, 8),
        letters=st.sampled_from(["A", "C", "E", "Q"]),
        result=st.sampled_from([LookupResult.FOUND] * 3 + [LookupResult.NOT_FOUND, LookupResult.REFUSED]),
    )
    def ask(
        self, number: str, wait_s: float, letters: str, result: LookupResult
    ) -> tuple[bytes, LookupAnswer]:
        request_id = len(self.asked).to_bytes(16, "big")
        inquiry = replace(INQUIRY, question=PlateQuestion(number, "02"), wait_s=wait_s)
        out = self.lookup.ask(inquiry, request_id=request_id, moment=NOW, monotonic_s=self.now_s)
        assert out is not None
        self.asked[request_id] = (number, self.now_s, self.now_s + wait_s)
        found = replace(RECORD, number=number, letters=letters) if result is LookupResult.FOUND else None
        return request_id, replace(ANSWER, id=request_id, result=result, record=found)

    @rule(seconds=st.floats(0, 3) | st.sampled_from([300.0, RECENT_CHECK_S]))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule(answer=sent)
    def deliver(self, answer: tuple[bytes, LookupAnswer]) -> None:
        request_id, said = answer
        self.hear(request_id, said)

    @rule(one=sent, other=sent)
    def mix_up(self, one: tuple[bytes, LookupAnswer], other: tuple[bytes, LookupAnswer]) -> None:
        if one[0] != other[0]:
            assert isinstance(self.hear(one[0], other[1]), Dropped)
            wrong = replace(other[1], id=one[0])
            if wrong.record and wrong.record.number != self.asked[one[0]][0]:
                assert isinstance(self.hear(one[0], wrong), Dropped)

    @rule(answer=sent, place=st.integers(0, 10**6), change=st.integers(1, 255))
    def damage(self, answer: tuple[bytes, LookupAnswer], place: int, change: int) -> None:
        sent = bytearray(codec.sign(answer[1], SIGNER))
        sent[place % len(sent)] ^= change
        heard = self.receive(answer[0], bytes(sent))
        assert heard == Dropped(Drop.UNSIGNED)

    def receive(self, correlation: bytes, payload: bytes) -> Received:
        self.received += 1
        incoming = Incoming(TOPIC, payload, correlation)
        return self.lookup.receive(incoming, moment=NOW, monotonic_s=self.now_s)

    def hear(self, correlation: bytes, said: LookupAnswer) -> object:
        heard = self.receive(correlation, codec.sign(said, SIGNER))
        if isinstance(heard, Dropped):
            return heard
        assert not isinstance(heard, Busy)  # this registry never says so
        self.kept += 1
        assert heard.request.id == correlation == said.id
        number, asked_s, until_s = self.asked[correlation]
        in_time = self.now_s < until_s and correlation not in self.silent
        assert isinstance(heard, Late) is not in_time
        alarm = said.record is not None and said.record.letters in ("C", "E")
        assert self.now_s - asked_s <= RECENT_CHECK_S or in_time or alarm
        if isinstance(heard, NoAnswer):
            self.silent.add(correlation)
            return heard
        assert correlation not in self.shown, "answered twice"
        assert heard.answer == said
        assert said.record is None or said.record.number == number
        self.shown[correlation] = "live" if in_time else "late"
        return heard

    @rule()
    def expire(self) -> None:
        for request in self.lookup.expire(self.now_s):
            assert request.id not in self.told | self.silent
            assert self.shown.get(request.id) != "live"
            assert self.now_s >= self.asked[request.id][2]
            self.told.add(request.id)

    @invariant()
    def everything_is_counted(self) -> None:
        assert self.lookup.dropped.total() == self.received - self.kept

    def teardown(self) -> None:
        """Every question has exactly one result, whatever the network did."""
        self.now_s += 10
        self.expire()
        ended = [self.told, self.silent, {one for one, how in self.shown.items() if how == "live"}]
        assert set[bytes]().union(*ended) == set(self.asked)
        assert sum(map(len, ended)) == len(self.asked)


TestNetwork = Network.TestCase
TestNetwork.settings = settings(deadline=None, max_examples=100, stateful_step_count=40)
