"""Every record reaches the registry once, in order, or its journal is set aside, whatever the receipts.

The registry stores batches in part, is busy, loses records, holds a fork, refuses records and pictures for
good, and sends no receipts; messages and receipts are lost, duplicated and reordered; the terminal restarts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from terminal.errors import RecordRefused, UploadFault
from terminal.journal import record
from terminal.journal.entry import Event, EventKind
from terminal.journal.evidence import Evidence
from terminal.journal.set_aside import set_aside
from terminal.ports import Incoming, Outgoing
from terminal.registry.upload_batches import LONGEST_PAUSE_S, PIECE_BYTES, RecordSource
from tests.terminal.journal.journals import REGISTRY, STAMP, open_journal, opened
from tests.terminal.registry.upload_fixtures import Registry, fill, finish, uploader

SEALING = bytes(REGISTRY.public_key)
SIZES = st.lists(st.sampled_from([0, 10, 9_000, 40_000]), min_size=1, max_size=4)


class Upload(RuleBasedStateMachine):
    """One terminal's upload, a registry, and the network between them."""

    @initialize()
    def begin(self) -> None:
        self.state = Path(tempfile.mkdtemp())
        self.registry, self.now_s = Registry(), 0.0
        self.up, self.down = list[Outgoing](), list[Incoming]()
        self.pictures = set[bytes]()
        self.made: dict[bytes, list[bytes]] = {}
        """By journal: every record."""
        self.forked = set[bytes]()
        self.stored: Counter[bytes] = Counter()
        """By journal: the greatest number of records that the registry ever held."""
        self._open()

    def _open(self) -> None:
        self.journal = open_journal(self.state)
        self.evidence = Evidence(self.state, SEALING)
        self.before = set_aside(self.state, self.journal)
        self.upload = uploader(self._sources(), self.evidence)
        self._note()

    def _close(self) -> None:
        for one in self.before:
            one.close()
        self.journal.close()

    def _sources(self) -> list[RecordSource]:
        return [*self.before, self.journal]

    def _note(self) -> None:
        self.made[self.journal.head.journal_id] = list(self.journal.records())

    @rule(sizes=SIZES)
    def record(self, sizes: list[int]) -> None:
        fill(self.journal, sizes)
        self._note()

    @rule(
        size=st.sampled_from([0, 100, 2 * PIECE_BYTES]), fate=st.sampled_from(["", "", "refused", "unheard"])
    )
    def picture(self, size: int, fate: str) -> None:
        name = self.evidence.keep(os.urandom(size))
        self.pictures.add(name)
        if fate == "refused":
            self.registry.unsound.add(name)
        if fate == "unheard":
            self.registry.unheard.add(name)

    @rule(most=st.sampled_from([None, 1, 2]))
    def store_in_part(self, most: int | None) -> None:
        self.registry.most = most

    @rule(wait_s=st.sampled_from([None, None, 0, 8, 300, 2**40]))
    def be_busy(self, wait_s: int | None) -> None:
        self.registry.wait_s = wait_s

    @rule(ahead=st.integers(1, 3))
    def refuse_a_record(self, ahead: int) -> None:
        journal_id = self.journal.head.journal_id
        self.registry.unsound.add((journal_id, len(self.registry.journals[journal_id]) + ahead))

    @rule(keep=st.integers(0, 3))
    def lose_what_was_stored(self, keep: int) -> None:
        self._see_what_is_stored()
        del self.registry.journals[self.journal.head.journal_id][keep:]

    @precondition(lambda self: not self.forked)
    @rule()
    def hold_other_records(self) -> None:
        journal_id = self.journal.head.journal_id
        self.forked.add(journal_id)
        self.registry.journals[journal_id] = [record.write(record.Record(1, bytes(32), b"other"))]

    @rule(passing_s=st.sampled_from([0.0, 1.0, 500.0]))
    def poll(self, passing_s: float) -> None:
        self.now_s += passing_s
        if not self.upload.active:
            self.upload.start(self.now_s, os.urandom)
        message = self.upload.poll(self.now_s)
        if message is not None:
            self.up.append(message)

    @rule(draw=st.data(), again=st.booleans())
    def arrive(self, draw: st.DataObject, again: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        if self.up:
            place = draw.draw(st.integers(0, len(self.up) - 1))
            message = self.up[place] if again else self.up.pop(place)
            if self.registry.hears(message):
                self.down.append(self.registry.receipt(message))

    @rule(draw=st.data(), again=st.booleans())
    def hear(self, draw: st.DataObject, again: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        if self.down:
            place = draw.draw(st.integers(0, len(self.down) - 1))
            heard = self.upload.receive(self.down[place] if again else self.down.pop(place), self.now_s)
            assert heard is not None

    @rule()
    def lose_all(self) -> None:
        self.up.clear()
        self.down.clear()

    @rule()
    def restart(self) -> None:
        self._close()
        self._open()

    @rule()
    def renew(self) -> None:
        """End the shift, so that a journal with a refused record may be set aside."""
        if self.journal.renew(STAMP) is not None:
            for one in self.before:
                one.close()
            self.before = set_aside(self.state, self.journal)
            self.upload.replace_sources(self._sources())
            self._note()

    @invariant()
    def stored_once_in_order_and_receipted_only_if_stored_once(self) -> None:
        if not hasattr(self, "journal"):
            return
        for journal_id, made in self.made.items():
            stored = self.registry.journals[journal_id]
            assert journal_id in self.forked or stored == made[: len(stored)]
        self._see_what_is_stored()
        for source in self._sources():
            assert source.receipted <= self.stored[source.head.journal_id]

    @invariant()
    def no_record_is_lost_on_the_terminal(self) -> None:
        if hasattr(self, "journal"):
            kept = {source.head.journal_id: source for source in self._sources()}
            assert kept.keys() == self.made.keys()
            assert list(self.journal.records()) == self.made[self.journal.head.journal_id]

    def teardown(self) -> None:
        if not hasattr(self, "journal"):
            return
        registry = self.registry
        registry.wait_s, self.now_s = None, self.now_s + 2 * LONGEST_PAUSE_S
        self.upload.start(self.now_s, os.urandom)
        while True:
            sent = finish(self.upload, registry, self.now_s)
            self._records_before_pictures(sent)
            if self.journal.refused is None or self.journal.renew(STAMP) is None:
                break
            for one in self.before:
                one.close()
            self.before = set_aside(self.state, self.journal)
            self.upload.replace_sources(self._sources())
            self._note()
            self.upload.start(self.now_s, os.urandom)
        self._everything_came()
        self._close()
        shutil.rmtree(self.state)

    def _records_before_pictures(self, sent: list[Outgoing]) -> None:
        topics = [message.topic for message in sent]
        first_piece = next((at for at, topic in enumerate(topics) if "pieces" in topic), len(topics))
        assert not any("batch" in topic for topic in topics[first_piece:])

    def _everything_came(self) -> None:
        registry, current = self.registry, self.journal.head.journal_id
        for journal_id, made in self.made.items():
            stored = registry.journals[journal_id]
            refused = {seq for other, seq in self._unsound() if other == journal_id}
            if journal_id in self.forked:
                kept = next(one for one in self._sources() if one.head.journal_id == journal_id)
                assert kept.receipted == len(made) or self.upload.faults
            elif stored != made:
                assert len(stored) + 1 in refused
                assert journal_id != current or len(stored) == 0
                assert RecordRefused.code in self.upload.faults
        self._first_entries_name_the_journal_before()
        wanted = self.pictures - registry.unheard - registry.unsound
        assert registry.pictures() >= wanted
        assert {name for name, _ in self.evidence.pending()} == self.pictures - wanted
        assert bool(self.pictures & registry.unsound) <= (UploadFault.code in self.upload.faults)

    def _see_what_is_stored(self) -> None:
        for journal_id, stored in self.registry.journals.items():
            self.stored[journal_id] = max(self.stored[journal_id], len(stored))

    def _unsound(self) -> list[tuple[bytes, int]]:
        return [one for one in self.registry.unsound if isinstance(one, tuple)]

    def _first_entries_name_the_journal_before(self) -> None:
        order = list(self.made)
        for before, journal_id in pairwise(order):
            body = opened(self.made[journal_id][:1])[0].body
            assert isinstance(body, Event)
            assert body.kind is EventKind.JOURNAL
            last = self.made[before]
            assert f"{before.hex()} seq {len(last)} hash {sha256(last[-1]).hexdigest()}" in body.text


TestUpload = Upload.TestCase
TestUpload.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
