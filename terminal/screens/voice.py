"""A spoken note on a check: recording begins at the touch that opens the screen, and CONFIRM keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.device_ports import CLIP_S, Heard

if TYPE_CHECKING:
    from terminal.screens.shift import LogEntry
    from terminal.screens.values import LastSeen, Status

NOTHING_HEARD = Heard(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class VoiceNote:
    """A clip is being recorded for a check; it is kept by CONFIRM, or when it is CLIP_S long."""

    status: Status
    entry: LogEntry
    """The check that it belongs to, and the screen that follows."""
    heard: Heard = NOTHING_HEARD
    """Length and loudness of what is recorded so far."""
    kept: bool = False
    """True once the clip is to be kept, until it is."""
    seen: LastSeen | None = None

    @property
    def is_full(self) -> bool:
        """True if the clip has its greatest length."""
        return self.heard.seconds >= CLIP_S


@dataclass(frozen=True, slots=True)
class VoiceWanted:
    """The key of a spoken note was touched."""


@dataclass(frozen=True, slots=True)
class ClipHeard:
    """State of the clip that is being recorded."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class StartClip:
    """Begin to record; a clip that was not kept is gone. Answered with ClipHeard or Failed."""


@dataclass(frozen=True, slots=True)
class KeepClip:
    """End the recording and keep the clip as evidence of the check of record `seq`; answered with Annotated
    or Failed.
    """

    seq: int


@dataclass(frozen=True, slots=True)
class DropClip:
    """End the recording and keep nothing; not answered."""
