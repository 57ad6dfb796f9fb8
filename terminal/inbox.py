"""The app's event queue. Frames beyond FRAMES_WAITING are dropped, as back-pressure on the scanner."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.codes import Scan, ScanProblem
    from terminal.errors import Fault
    from terminal.model import Luma
    from terminal.ports import KeyEdge, LinkMessage

FRAMES_WAITING = 2


@dataclass(frozen=True, slots=True)
class FrameScanned:
    """Result of scanning a frame; `scan` is None if it shows no code."""

    scan: Scan | None
    preview: Luma
    """A copy of the frame at half size, since the camera may reuse its buffer; exposure corrected."""
    captured_s: float
    """Monotonic time of capture, s."""
    decode_ms: float
    luma: Luma | None = None
    """A copy of the whole frame if it shows a code: it may become evidence."""
    problem: ScanProblem | None = None
    """Reason why the recent frames were not read; None if none is known."""


@dataclass(frozen=True, slots=True)
class TorchRequested:
    """The camera control requests the torch, or no longer does."""

    on: bool


@dataclass(frozen=True, slots=True)
class CameraFailed:
    """The camera gives no frames; `fault` is the reason."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class FromRegistry:
    """A message from the link."""

    message: LinkMessage


InboxMessage: TypeAlias = "FrameScanned | TorchRequested | KeyEdge | CameraFailed | FromRegistry"


class Inbox:
    """Filled by any thread, emptied by the main thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[InboxMessage] = queue.SimpleQueue()

    def put(self, message: InboxMessage) -> None:
        """Add a message that must not be lost."""
        self._queue.put(message)

    def put_if_room(self, message: FrameScanned) -> bool:
        """Add a frame unless the main thread is behind; True if it was added."""
        if self._queue.qsize() >= FRAMES_WAITING:
            return False
        self._queue.put(message)
        return True

    def drain(self, timeout_s: float) -> list[InboxMessage]:
        """Return all waiting messages; if there are none, wait up to `timeout_s` for one."""
        messages: list[InboxMessage] = []
        try:
            messages.append(self._queue.get(timeout=timeout_s))
            while True:
                messages.append(self._queue.get_nowait())
        except queue.Empty:
            return messages
