"""Decides when the trust set is updated, and keeps what the last update failed at.

1. An update is started at the start, at every interval after the last one ended, when the link comes up, and
   on request (an order `refresh`, wire format section 5).
2. One at a time: a request during an update starts another one when it has ended.
3. The link may come and go many times a minute; it starts no more than one update in LINK_PAUSE_S.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import TrustFault
from terminal.ports import UpdateResult

if TYPE_CHECKING:
    from terminal.ports import Clock, TrustUpdater

LINK_PAUSE_S = 60.0


@dataclass(slots=True)
class TrustUpdates:
    """The updates of a terminal's trust set."""

    updater: TrustUpdater
    clock: Clock
    interval_s: float
    failure: UpdateResult | None = field(default=None, init=False)
    """Result of the last update if it failed."""
    _requested: bool = field(default=True, init=False)
    _started_s: float = field(default=0.0, init=False)
    _ended_s: float = field(default=0.0, init=False)
    _online: bool | None = field(default=None, init=False)

    def request_update(self) -> None:
        """Have an update start now, or as soon as the one that runs has ended."""
        self._requested = True

    def poll(self, *, online: bool | None) -> None:
        """Take the result of an update that ended, and start one if it is time.

        `online`: the registry can be reached; None on a terminal without a link.
        """
        now_s = self.clock.monotonic_s()
        result = self.updater.result()
        if result is not None:
            self.failure = result if result.failure is not None else None
            self._ended_s = now_s
        came_up = online is True and self._online is False and now_s - self._started_s >= LINK_PAUSE_S
        self._online = online
        due = not self.updater.running and now_s - self._ended_s >= self.interval_s
        self._requested |= came_up or due
        if self._requested and not self.updater.running:
            self._start(now_s)

    def close(self) -> None:
        """End an update that runs."""
        self.updater.close()

    def _start(self, now_s: float) -> None:
        self._requested, self._started_s = False, now_s
        try:
            self.updater.start()
        except TrustFault as fault:
            self.failure, self._ended_s = UpdateResult(fault.detail), now_s
