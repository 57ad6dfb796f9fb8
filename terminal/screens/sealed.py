"""Screens of a credential's sealed claims: the choice of a reason, and the claims (wire format, section 3).

They are opened from the notes on a check, by a second press and a reason. What is shown is recorded first,
and hidden by itself after SHOWN_S.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.check import Result

if TYPE_CHECKING:
    from terminal.model import RecordedCheck, SealedClaims
    from terminal.screens.shift import LogEntry
    from terminal.screens.values import LastSeen, Status

SHOWN_S = 60.0
"""Time, s, after which opened claims are hidden."""


@dataclass(frozen=True, slots=True)
class SealedReasons:
    """The reasons for which the officer may open the sealed claims of a check's credential."""

    status: Status
    judged: RecordedCheck
    back: LogEntry
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class SealedView:
    """Opened claims; None if they could not be opened, which changes no finding."""

    status: Status
    judged: RecordedCheck
    claims: SealedClaims | None
    back: LogEntry
    opened_s: float
    """Monotonic time, s."""
    seen: LastSeen | None = None

    @property
    def expired(self) -> bool:
        """True if the claims have been shown for long enough."""
        return self.status.clock.monotonic_s - self.opened_s > SHOWN_S


SealedScreen: TypeAlias = SealedReasons | SealedView


@dataclass(frozen=True, slots=True)
class ReasonPicked:
    """The officer picked a reason: one of `journal.notes.OPENING_REASONS`."""

    reason: str


@dataclass(frozen=True, slots=True)
class SealedOpened:
    """That the claims of record `seq` were opened is on disk; without claims nothing was opened."""

    seq: int
    claims: SealedClaims | None


@dataclass(frozen=True, slots=True)
class OpenSealed:
    """Open the sealed claims of a check and record why; answered with SealedOpened or Failed."""

    judged: RecordedCheck
    reason: str


def offered(entry: LogEntry) -> RecordedCheck | None:
    """Return the check whose sealed claims may be opened from its notes; None if there are none to open.

    Its record is on disk, and this terminal has the key of the claims' province and epoch.
    """
    if not isinstance(entry.back, Result) or not entry.back.judged.recorded:
        return None
    judged, held = entry.back.judged, entry.status.trust.enforcement
    credential = judged.verdict.finding.credential
    if credential is None or credential.sealed is None or credential.issuer[0] != held.province:
        return None
    return judged if credential.sealed.epoch in held.epochs else None
