"""Limits on the load that one terminal may cause (wire format, section 5, "What a worker bounds"); pure.

Each worker counts for itself. Times are Unix ms; a clock that steps back earns no tokens.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from terminal.limits import DAY_S
from terminal.registry.messages import HotlistQuestion, Purpose

if TYPE_CHECKING:
    from terminal.registry.messages import LookupRequest

CHECKS_PER_S, CHECKS_BURST = 2.0, 20.0
"""Limits on a terminal's checks and queries."""
REFRESHES_PER_S, REFRESHES_BURST = 1.0, 40.0
"""Limits on a terminal's hot-list questions and rechecks together."""
LOOKUPS_PER_S, LOOKUPS_BURST = 10.0, 200.0
"""Limits on a terminal's messages on `lookup`. Excess ones are dropped unread, because refusing each would
cost as much as answering it.
"""
PICTURES_BYTES = 64 << 20
"""Bytes of pictures a terminal may send in `PICTURES_SPAN_MS`."""
PICTURES_SPAN_MS = 1000 * DAY_S
MOST_PIECES = 4
"""Pieces in one message."""
REPORT_MS = 60_000
"""Shortest time between two log lines about one terminal, topic and reason, ms; each gives the count."""


@dataclass(slots=True)
class Bucket:
    """Token bucket: `burst` at once, and `per_s` after that."""

    per_s: float
    burst: float
    tokens: float = field(init=False)
    at_ms: int = 0

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, now_ms: int) -> bool:
        """Take one token; False if there is none."""
        gained = max(0, now_ms - self.at_ms) * self.per_s / 1000
        self.tokens, self.at_ms = min(self.burst, self.tokens + gained), now_ms
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class _Usage:
    """Usage of one terminal."""

    lookups: Bucket = field(default_factory=lambda: Bucket(LOOKUPS_PER_S, LOOKUPS_BURST))
    checks: Bucket = field(default_factory=lambda: Bucket(CHECKS_PER_S, CHECKS_BURST))
    refreshes: Bucket = field(default_factory=lambda: Bucket(REFRESHES_PER_S, REFRESHES_BURST))
    pictures_since_ms: int = 0
    pictures_bytes: int = 0


class Refused(NamedTuple):
    """Key of counted refusals: terminal, topic and reason."""

    terminal: str
    topic: str
    reason: str


class Bounds:
    """Usage and refusals of each terminal.

    Only terminals listed in the trust set are counted, so that memory does not grow with what others send.
    """

    def __init__(self) -> None:
        self.refused: Counter[Refused] = Counter()
        self._usage: dict[str, _Usage] = {}
        self._reported: dict[Refused, tuple[int, int]] = {}

    def admits_lookup(self, terminal: str, now_ms: int) -> bool:
        """Count a message on the topic `lookup`; False if it is to be dropped unread."""
        return self._of(terminal).lookups.take(now_ms)

    def admits(self, request: LookupRequest, now_ms: int) -> bool:
        """Count a request; False if it is to be refused as busy."""
        usage = self._of(request.terminal)
        refresh = isinstance(request.question, HotlistQuestion) or request.why is Purpose.RECHECK
        return (usage.refreshes if refresh else usage.checks).take(now_ms)

    def pictures_wait_s(self, terminal: str, size: int, now_ms: int) -> int | None:
        """Count `size` bytes of pictures; None if they are accepted, else the seconds until they would be."""
        usage = self._of(terminal)
        if now_ms - usage.pictures_since_ms >= PICTURES_SPAN_MS:
            usage.pictures_since_ms, usage.pictures_bytes = now_ms, 0
        usage.pictures_since_ms = min(usage.pictures_since_ms, now_ms)
        if usage.pictures_bytes + size > PICTURES_BYTES:
            return 1 + (usage.pictures_since_ms + PICTURES_SPAN_MS - now_ms) // 1000
        usage.pictures_bytes += size
        return None

    def refuse(self, what: Refused, now_ms: int) -> int | None:
        """Count a refusal; return the number since the last report if one is due, else None."""
        self.refused[what] += 1
        at_ms, reported = self._reported.get(what, (0, 0))
        if reported and 0 <= now_ms - at_ms < REPORT_MS:
            return None
        self._reported[what] = now_ms, self.refused[what]
        return self.refused[what] - reported

    def _of(self, terminal: str) -> _Usage:
        return self._usage.setdefault(terminal, _Usage())
