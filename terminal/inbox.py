"""One inbox for everything that happens; the latest frame wins, and dropping frames is the back-pressure."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.errors import Fault
    from terminal.model import KeyEdge, Luma, Scan
    from terminal.ports import LinkMessage

FRAMES_WAITING = 2


@dataclass(frozen=True, slots=True)
class Looked:
    """A frame was looked at; `scan` is None where it shows no code."""

    scan: Scan | None
    preview: Luma
    """The frame at half its size, a copy: the camera may fill its buffer again at any time. One taken with
    other light than was metered is evened out.
    """
    captured_s: float
    """When the frame was captured (monotonic)."""
    decode_ms: float
    luma: Luma | None = None
    """A copy of the whole frame, where it shows a code: it may be evidence."""


@dataclass(frozen=True, slots=True)
class TorchWished:
    """The camera wishes for the torch, or no longer does."""

    on: bool


@dataclass(frozen=True, slots=True)
class CameraFailed:
    """The camera gives no frames, and why."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class FromRegistry:
    """The link says something."""

    message: LinkMessage


Message: TypeAlias = "Looked | TorchWished | KeyEdge | CameraFailed | FromRegistry"


class Inbox:
    """Filled from any thread, emptied by the main one."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, message: Message) -> None:
        """Add what must not be lost."""
        self._queue.put(message)

    def offer(self, message: Looked) -> bool:
        """Add a frame, unless the main thread is behind; whether it was added."""
        if self._queue.qsize() >= FRAMES_WAITING:
            return False
        self._queue.put(message)
        return True

    def take(self, timeout_s: float) -> list[Message]:
        """Everything that waits; where nothing does, what comes first within `timeout_s`."""
        messages: list[Message] = []
        try:
            messages.append(self._queue.get(timeout=timeout_s))
            while True:
                messages.append(self._queue.get_nowait())
        except queue.Empty:
            return messages
