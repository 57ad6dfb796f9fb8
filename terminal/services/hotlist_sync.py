"""Keeps the hot list complete: takes its changes, and asks for what is missing (wire format, section 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.wire.signed import by_kid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from terminal.credential.verify import Moment
    from terminal.ports import Incoming
    from terminal.registry.messages import HotlistQuestion, LookupAnswer
    from terminal.services.lists import Lists

HOTLIST_REST_S = 60.0
"""Pause after a question that brought nothing before the next question, s."""
HOTLIST_BUSY_S = 5.0
"""First pause after the registry was too busy for a question, s; it doubles up to HOTLIST_REST_S."""


@dataclass(slots=True)
class HotlistSync:
    """Asks one question at a time, with rests. Times `now_s` are monotonic, s."""

    lists: Lists
    keys: Iterable[bytes]
    """Public keys (Ed25519, 32 bytes each) whose changes count."""
    _is_asking: bool = field(default=False, init=False)
    _rest_until_s: float = field(default=0.0, init=False)
    _busy_pause_s: float = field(default=HOTLIST_BUSY_S, init=False)
    _turn: int = field(default=0, init=False)
    _unheard: frozenset[str] = field(default=frozenset(), init=False)
    """Provinces whose lists were asked for after a silence, and are silent still."""

    @property
    def is_silent(self) -> bool:
        """True if a province's list stays silent although it was asked for."""
        return bool(self._unheard)

    def apply_change(self, incoming: Incoming) -> None:
        """Take a message of a hot-list topic; one that does not count changes nothing."""
        self.lists.apply_change(incoming, by_kid(self.keys))

    def refresh(self, now_s: float, moment: Moment) -> None:
        """Note which lists were heard of, and take lists that were put in place since."""
        self.lists.refresh(now_s)
        self._unheard &= self.lists.silent_provinces(moment)

    def due(self, now_s: float, moment: Moment) -> HotlistQuestion | None:
        """Return the question to ask now, if any.

        After a rest another province has its turn, so that one that brings nothing does not keep all waiting.
        """
        if self._is_asking or now_s < self._rest_until_s:
            return None
        wanted = self._wanted(moment)
        return wanted[self._turn % len(wanted)] if wanted else None

    def asked(self) -> None:
        """Note that the question was sent: there is no other until it is concluded."""
        self._is_asking = True

    def conclude(
        self, question: HotlistQuestion, answer: LookupAnswer | None, now_s: float, moment: Moment
    ) -> None:
        """Take the answer to a question; None if the registry refused."""
        if answer is not None:
            self.lists.apply_answer(question, answer)
        self._is_asking = False
        self._busy_pause_s = HOTLIST_BUSY_S
        self.lists.refresh(now_s)
        if question in self._wanted(moment):
            self.rest(question, now_s)

    def put_off(self, question: HotlistQuestion, now_s: float) -> None:
        """Pause after the registry was too busy for a question: shortly, then longer each time in a row."""
        self._unheard |= {question.province}
        self._is_asking = False
        self._rest_until_s = now_s + self._busy_pause_s
        self._busy_pause_s = min(2 * self._busy_pause_s, HOTLIST_REST_S)

    def rest(self, question: HotlistQuestion, now_s: float) -> None:
        """Pause after a question that brought nothing, or whose wait is over."""
        self._unheard |= {question.province}
        self._is_asking = False
        self._turn += 1
        self._rest_until_s = now_s + HOTLIST_REST_S

    def _wanted(self, moment: Moment) -> tuple[HotlistQuestion, ...]:
        hotlist = self.lists.hotlist
        return () if hotlist is None else hotlist.wanted(self.lists.silent_provinces(moment))
