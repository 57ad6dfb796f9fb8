"""Positions in a province's hot list: which changes are known, and which must be requested (wire format,
section 5).

Changes are ordered by epoch and number. A change that arrives early counts at once, since no missing one
before it can be newer; but the list's age is that of its complete part. This module stores nothing:
`hotlist_store` keeps each vehicle's letters with the change that set them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.registry import codec, topics
from terminal.registry.messages import HotlistChange, HotlistQuestion
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.ports import Incoming
    from terminal.registry.messages import LookupAnswer


@dataclass(frozen=True, slots=True)
class Position:
    """The known part of a province's list."""

    epoch: int = 0
    seq: int = 0
    """All changes of the epoch up to this number are applied."""
    heard: int = 0
    """Highest number received; if it is above `seq`, changes may be missing."""
    renewing: bool = True
    """True until the epoch is complete: entries of the previous epoch are kept meanwhile."""
    at_ms: int | None = None
    """Unix time, ms, at which the list was last complete; None if it never was."""

    def age_s(self, now_s: float) -> int | None:
        """Return the seconds since the list was last complete; None if it never was."""
        return None if self.at_ms is None else max(0, int(now_s - self.at_ms / 1e3))


class ChangeResult(StrEnum):
    """Result of receiving a change."""

    IN_ORDER = "in_order"
    AHEAD = "ahead"
    """Applied, although an earlier change is missing."""
    OLD = "old"
    """Already known or superseded."""
    NOT_TAKEN = "not_taken"
    """For a province that this terminal does not take."""
    OTHER_PROVINCE = "other_province"
    """Received on another province's topic."""
    UNSIGNED = "unsigned"
    """Not signed by a hot-list key, or for another context."""
    MALFORMED = "malformed"
    """Signed, but not in the listed format."""

    @property
    def counts(self) -> bool:
        """True if the change's vehicles are added to the list."""
        return self in (ChangeResult.IN_ORDER, ChangeResult.AHEAD)


def read_change(incoming: Incoming, keys: Mapping[bytes, bytes]) -> HotlistChange | ChangeResult:
    """Parse a received change, signed by one of the hot-list `keys` (by kid); otherwise return the reason."""
    try:
        change = codec.open_signed(HotlistChange, incoming.payload, keys)
    except Malformed:
        return ChangeResult.MALFORMED
    if change is None:
        return ChangeResult.UNSIGNED
    return change if _is_of(change.province, incoming.topic) else ChangeResult.OTHER_PROVINCE


def _is_of(province: str, topic: str) -> bool:
    try:
        return topics.hotlist(province) == topic
    except ValueError:
        return False


def read_snapshot(province: str, content: bytes) -> HotlistChange | None:
    """Parse the target `hotlist/<province>.cbor`; None if it is not the province's list."""
    try:
        snapshot = codec.read(HotlistChange, content)
    except Malformed:
        return None
    return snapshot if snapshot.province == province else None


def place(position: Position, change: HotlistChange) -> tuple[Position, ChangeResult]:
    """Return the position after a change of this province, and the result."""
    if (change.epoch, change.seq) <= (position.epoch, position.seq):
        return position, ChangeResult.OLD
    if change.epoch > position.epoch:
        position = Position(change.epoch, at_ms=position.at_ms)
    heard = max(position.heard, change.seq)
    if change.seq != position.seq + 1:
        return replace(position, heard=heard), ChangeResult.AHEAD
    at_ms = position.at_ms if position.renewing else change.at_ms
    return replace(position, seq=change.seq, heard=heard, at_ms=at_ms), ChangeResult.IN_ORDER


def conclude(position: Position, question: HotlistQuestion, answer: LookupAnswer) -> Position:
    """Return the position after all changes of an answer: complete as of the answer if no more follow.

    It is not complete if the answer left a gap or concerns an epoch that was superseded meanwhile.
    """
    if answer.changes is None or answer.more:
        return position
    last = (answer.changes[-1].epoch, answer.changes[-1].seq) if answer.changes else (question.epoch, 0)
    if last[0] != position.epoch or last[1] > position.seq:
        return position
    return replace(position, renewing=False, at_ms=max(position.at_ms or 0, answer.answered_ms))


def place_snapshot(position: Position, snapshot: HotlistChange) -> Position | None:
    """Return the position after a snapshot replaced everything it covers; None if it brings nothing new."""
    if snapshot.epoch > position.epoch:
        return Position(snapshot.epoch, snapshot.seq, snapshot.seq, renewing=False, at_ms=snapshot.at_ms)
    if snapshot.epoch < position.epoch or (snapshot.seq <= position.seq and not position.renewing):
        return None
    seq = max(snapshot.seq, position.seq)
    return Position(snapshot.epoch, seq, max(seq, position.heard), renewing=False, at_ms=snapshot.at_ms)


def wanted(province: str, position: Position, *, silent: bool = False) -> HotlistQuestion | None:
    """Return the question for the first change that may be missing; None while the list is complete.

    After a silence anything may be missing.
    """
    if silent or position.renewing or position.heard > position.seq:
        return HotlistQuestion(province, position.epoch, position.seq + 1)
    return None
