"""On any network no published alarm is lost, and a complete list equals the registry's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from terminal.model import Plate
from terminal.ports import Incoming
from terminal.registry import codec
from terminal.registry.hotlist_store import HotList
from terminal.registry.messages import HotlistChange, HotlistEntry, HotlistQuestion, LookupAnswer
from tests.terminal.registry.message_strategies import ANSWER, KEYS, SIGNER

PLATES = [Plate(f"苏A0000{n}", "02") for n in range(4)]
PROVINCE = "苏"
lines = st.lists(st.tuples(st.sampled_from(PLATES), st.sampled_from(["", "C", "N", "GE"])), max_size=2)


class Registry:
    """The true list, and everything ever published."""

    def __init__(self) -> None:
        self.epoch, self.now_s = 1, 1000
        self.listed: dict[Plate, str] = {}
        self.changes: list[HotlistChange] = []
        self.said: list[HotlistChange] = []

    def change(self, vehicles: dict[Plate, str]) -> None:
        self.now_s += 1
        self.listed |= vehicles
        self.listed = {plate: letters for plate, letters in self.listed.items() if letters}
        self.changes.append(self.message(len(self.changes) + 1, vehicles))
        self.said.append(self.changes[-1])

    def begin_anew(self) -> None:
        self.epoch += 1
        self.changes = []
        self.change(dict(self.listed))

    def snapshot(self) -> HotlistChange:
        return self.message(len(self.changes), self.listed)

    def answer(self, question: HotlistQuestion, most: int) -> LookupAnswer:
        self.now_s += 1
        first = question.first if question.epoch == self.epoch else 1
        found = self.changes[first - 1 :]
        return replace(
            ANSWER,
            record=None,
            changes=tuple(found[:most]),
            more=len(found) > most,
            answered_ms=1000 * self.now_s,
        )

    def message(self, seq: int, vehicles: dict[Plate, str]) -> HotlistChange:
        told = tuple(HotlistEntry(plate, letters) for plate, letters in vehicles.items())
        return HotlistChange(
            province=PROVINCE, epoch=self.epoch, seq=seq, at_ms=1000 * self.now_s, vehicles=told
        )


class Network(RuleBasedStateMachine):
    """Changes, answers and snapshots are delayed, duplicated, lost and reordered; the terminal restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "hotlist.db"
        self.hot = HotList.open(self.path, [PROVINCE])
        self.kept: list[HotlistChange] = []
        self.waiting: list[tuple[HotlistQuestion, LookupAnswer]] = []
        self.told: list[HotlistChange] = []

    @rule(vehicles=lines)
    def change(self, vehicles: list[tuple[Plate, str]]) -> None:
        self.registry.change(dict(vehicles))

    @rule()
    def begin_anew(self) -> None:
        self.registry.begin_anew()

    @precondition(lambda self: self.registry.said)
    @rule(which=st.integers(0, 50), recent=st.booleans())
    def deliver(self, *, which: int, recent: bool) -> None:
        said = self.registry.said
        change = said[-1 - which % min(3, len(said))] if recent else said[which % len(said)]
        self.hot.receive(Incoming(f"roadside/1/hotlist/{PROVINCE}", codec.sign(change, SIGNER)), KEYS)
        self.told.append(change)

    @rule(most=st.integers(1, 4), at_once=st.booleans())
    def ask(self, *, most: int, at_once: bool) -> None:
        for question in self.hot.wanted():
            self.waiting.append((question, self.registry.answer(question, most)))
            if at_once:
                self.hear(len(self.waiting) - 1)

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 50))
    def hear(self, which: int) -> None:
        question, answer = self.waiting.pop(which % len(self.waiting))
        self.hot.conclude(question, answer)
        self.told.extend(answer.changes or ())

    @rule()
    def make_snapshot(self) -> None:
        self.kept.append(self.registry.snapshot())

    @precondition(lambda self: self.kept)
    @rule(which=st.integers(0, 50))
    def take_snapshot(self, which: int) -> None:
        snapshot = self.kept[which % len(self.kept)]
        if self.hot.take_snapshot(PROVINCE, codec.write(snapshot)):
            self.told.append(snapshot)

    @rule()
    def restart(self) -> None:
        before = self.hot.position(PROVINCE)
        self.hot.close()
        self.hot = HotList.open(self.path, [PROVINCE])
        assert self.hot.position(PROVINCE) == before
        assert not self.hot.damaged

    def listed(self) -> dict[Plate, str]:
        hits = {plate: self.hot.hit(plate, self.registry.now_s) for plate in PLATES}
        return {plate: hit.letters for plate, hit in hits.items() if hit}

    @invariant()
    def no_alarm_is_lost_that_was_told(self) -> None:
        newest = {line.plate: change for change in self.registry.said for line in change.vehicles}
        for plate, change in newest.items():
            letters = {line.plate: line.letters for line in change.vehicles}[plate]
            if letters and change in self.told:
                assert self.listed().get(plate) == letters

    @invariant()
    def nothing_is_listed_that_was_never_told(self) -> None:
        told = {(line.plate, line.letters) for change in self.told for line in change.vehicles}
        assert self.listed().items() <= told

    @invariant()
    def a_list_that_misses_nothing_is_the_registry_s(self) -> None:
        at = self.hot.position(PROVINCE)
        if not self.hot.wanted() and (at.epoch, at.seq) == (
            self.registry.epoch,
            len(self.registry.changes),
        ):
            assert self.listed() == self.registry.listed

    @invariant()
    def the_age_is_that_of_a_whole_list(self) -> None:
        at = self.hot.position(PROVINCE)
        if at.epoch == self.registry.epoch and not at.renewing and at.at_ms is not None:
            covered = [change.seq for change in self.registry.changes if change.at_ms <= at.at_ms]
            assert max(covered, default=0) <= at.seq

    def teardown(self) -> None:
        """Requests alone complete the list, whatever happened before."""
        self.registry.change({})
        self.hot.apply(self.registry.changes[-1])
        for _ in range(len(self.registry.changes) + 1):
            for question in self.hot.wanted():
                self.hot.conclude(question, self.registry.answer(question, 2))
        assert self.hot.wanted() == ()
        assert self.listed() == self.registry.listed
        self.hot.close()
        self.folder.cleanup()


TestNetwork = Network.TestCase
TestNetwork.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)
