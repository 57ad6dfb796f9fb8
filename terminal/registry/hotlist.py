"""A province's hot list is the latest word on each vehicle; what is missing of it is known and asked for.

Wire format, section 5. Changes are ordered by epoch and number. One that comes early counts at once, since
nothing that is missing before it can be later; but the list is only as old as what is whole. Nothing is kept
here: `hotlist_store` keeps each vehicle's letters with the place of the change that said them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.credential.cbor import Malformed
from terminal.registry import form, topics
from terminal.registry.messages import HotlistChange, HotlistQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.model import Incoming
    from terminal.registry.messages import LookupAnswer


@dataclass(frozen=True, slots=True)
class Position:
    """How far a province's list is known."""

    epoch: int = 0
    seq: int = 0
    """All changes of the epoch up to this number are in the list."""
    heard: int = 0
    """The highest number heard of; above `seq`, something may be missing between."""
    renewing: bool = True
    """The epoch is not yet whole: what an earlier one listed still stands beside it."""
    at_ms: int | None = None
    """The list is whole as of this Unix time; None where it never was."""

    def age_s(self, now_s: float) -> int | None:
        """Seconds since the list was last known to be whole; None where it never was."""
        return None if self.at_ms is None else max(0, int(now_s - self.at_ms / 1e3))


class Heard(StrEnum):
    """What a change amounts to."""

    IN_ORDER = "in_order"
    AHEAD = "ahead"
    """It counts, and something before it is missing."""
    OLD = "old"
    """Known already, or overtaken."""
    NOT_TAKEN = "not_taken"
    """Of a province that this terminal does not take."""
    OTHER_PROVINCE = "other_province"
    """On another province's topic."""
    UNSIGNED = "unsigned"
    """Not signed by a hot-list key, for a hot-list change."""
    MALFORMED = "malformed"
    """Signed, and not of the listed form."""

    @property
    def counts(self) -> bool:
        """Whether the change's vehicles go into the list."""
        return self in (Heard.IN_ORDER, Heard.AHEAD)


def read_change(incoming: Incoming, keys: Mapping[bytes, bytes]) -> HotlistChange | Heard:
    """The change that came in, signed by one of the hot-list `keys` (by kid); or why it is none."""
    try:
        change = form.open_signed(HotlistChange, incoming.payload, keys)
    except Malformed:
        return Heard.MALFORMED
    if change is None:
        return Heard.UNSIGNED
    return change if _is_of(change.province, incoming.topic) else Heard.OTHER_PROVINCE


def _is_of(province: str, topic: str) -> bool:
    try:
        return topics.hotlist(province) == topic
    except ValueError:
        return False


def read_snapshot(province: str, content: bytes) -> HotlistChange | None:
    """The whole list in target `hotlist/<province>.cbor`; None where it is not the province's list."""
    try:
        snapshot = form.read(HotlistChange, content)
    except Malformed:
        return None
    return snapshot if snapshot.province == province else None


def place(position: Position, change: HotlistChange) -> tuple[Position, Heard]:
    """The position once a change of this province was heard, and what the change amounts to."""
    if (change.epoch, change.seq) <= (position.epoch, position.seq):
        return position, Heard.OLD
    if change.epoch > position.epoch:
        position = Position(change.epoch, at_ms=position.at_ms)
    heard = max(position.heard, change.seq)
    if change.seq != position.seq + 1:
        return replace(position, heard=heard), Heard.AHEAD
    at_ms = position.at_ms if position.renewing else change.at_ms
    return replace(position, seq=change.seq, heard=heard, at_ms=at_ms), Heard.IN_ORDER


def conclude(position: Position, question: HotlistQuestion, answer: LookupAnswer) -> Position:
    """The position once all changes of an answer were heard: where no more follow, whole as of the answer.

    Not so where the answer itself left a gap, or is about an epoch that was overtaken in the meantime.
    """
    if answer.changes is None or answer.more:
        return position
    last = (answer.changes[-1].epoch, answer.changes[-1].seq) if answer.changes else (question.epoch, 0)
    if last[0] != position.epoch or last[1] > position.seq:
        return position
    return replace(position, renewing=False, at_ms=max(position.at_ms or 0, answer.answered_ms))


def place_snapshot(position: Position, snapshot: HotlistChange) -> Position | None:
    """The position once a snapshot took the place of all that it covers; None where it brings nothing."""
    if snapshot.epoch > position.epoch:
        return Position(snapshot.epoch, snapshot.seq, snapshot.seq, renewing=False, at_ms=snapshot.at_ms)
    if snapshot.epoch < position.epoch or (snapshot.seq <= position.seq and not position.renewing):
        return None
    seq = max(snapshot.seq, position.seq)
    return Position(snapshot.epoch, seq, max(seq, position.heard), renewing=False, at_ms=snapshot.at_ms)


def wanted(province: str, position: Position) -> HotlistQuestion | None:
    """What to ask for: the first change that may be missing; None while the list is whole."""
    if position.renewing or position.heard > position.seq:
        return HotlistQuestion(province, position.epoch, position.seq + 1)
    return None
