"""Upload of sealed pictures in pieces; each continues where the registry's receipt says.

Wire format, section 6. A picture without a receipt, or postponed by the registry, is moved behind the others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import Fault, JournalFault, UploadFault
from terminal.registry.messages import Chunk, Receipt, Reception
from terminal.registry.upload_batches import (
    IN_VAIN,
    PIECE_BYTES,
    Accepted,
    Pictures,
    ReceiptRefusal,
    seconds_to_wait,
)
from terminal.registry.upload_turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.ports import Outgoing

_SENT_IN_VAIN = 4
"""Greatest number of times that a piece is sent in one run without a receipt."""
_NOT_NOW_IN_A_ROW = 2
"""Number of successively postponed pictures after which none is sent: a quota for all is used up."""

_REFUSED = "the registry refuses a picture for good"


@dataclass(slots=True)
class _Run:
    """State of one run."""

    left_out: set[bytes] = field(default_factory=set)
    """Names of the pictures that cannot go on."""
    at: dict[bytes, int] = field(default_factory=dict)
    """By picture: offset of the next piece."""
    in_vain: Counter[bytes] = field(default_factory=Counter)
    """By picture: number of receipts without progress."""
    not_now: int = 0
    """Number of successive pictures that the registry postponed."""


class PictureQueue:
    """Pictures of one terminal without a receipt."""

    def __init__(self, pictures: Pictures | None, tell: Callable[[Fault], None]) -> None:
        """`tell` is called with each fault that stops a picture; without `pictures` there are none."""
        self.turns = Turns[Chunk]()
        self._pictures, self._tell = pictures, tell
        self._refused: set[bytes] = set()
        self._not_before_s = 0.0
        self._run = _Run()

    def begin(self) -> None:
        """Begin a run; pictures left out are tried again, unless the registry refused them for good.

        Raises JournalFault.
        """
        self.turns.forget()
        self._run = _Run()
        self._refused.intersection_update(self.names())
        self._run.left_out |= self._refused
        if self._refused:
            self._tell(UploadFault(_REFUSED))

    def pending_bytes(self) -> int:
        """Return the size of all pictures without a receipt. Raises JournalFault."""
        return sum(size for _, size in self._pictures.pending()) if self._pictures else 0

    def names(self) -> list[bytes]:
        """Return the names of the pictures to send in this run. Raises JournalFault."""
        return [name for name, _ in self._pending()]

    def put_off_s(self, now_s: float) -> float | None:
        """Return the seconds until a picture may be sent, if all were postponed; else None."""
        names = self.names()
        if names and now_s < self._not_before_s:
            return self._not_before_s - now_s
        return self.turns.put_off_s(names, now_s)

    def send(self, now_s: float, post: Callable[[Chunk], Outgoing]) -> Outgoing | None:
        """Return the next message, made by `post`; None while all pictures must wait. Raises JournalFault."""
        if self._pictures is None or self.turns.waits(now_s) or now_s < self._not_before_s:
            return None
        sizes = dict(self._pending())
        while (name := self.turns.next(list(sizes), now_s)) is not None:
            out = self.turns.out(name)
            if out is not None and out.sent < _SENT_IN_VAIN:
                return self.turns.again(out, now_s)
            piece = None if out is not None else self._piece(self._pictures, name, sizes[name])
            if piece is not None:
                return self.turns.send(name, post(piece), piece, now_s)
            self._run.left_out.add(name)
            del sizes[name]
        return None

    def settle(self, receipt: Receipt, piece: Chunk, now_s: float) -> Accepted | ReceiptRefusal:
        """Apply the receipt of a piece. Raises JournalFault."""
        name, run = piece.sha256, self._run
        held = next((one.size for one in receipt.held or () if one.sha256 == name), None)
        later = receipt.result in (Reception.NOT_NOW, Reception.REFUSED)
        if (held is None and not later) or (held is not None and held > piece.total):
            return ReceiptRefusal.WRONG
        self.turns.settle(name)
        self.take(receipt)
        if held == piece.total:
            run.not_now = 0
        elif receipt.result is Reception.NOT_NOW:
            self._put_off(name, now_s + seconds_to_wait(receipt))
        elif receipt.result is Reception.REFUSED:
            self._refused.add(name)
            self._leave_out(name, _REFUSED)
        elif held is not None:
            run.not_now = 0
            self._count(piece, held)
        return Accepted(receipt)

    def take(self, receipt: Receipt) -> None:
        """Note the pictures that the registry holds whole by a receipt, whatever it answers.

        Raises JournalFault.
        """
        if self._pictures is None or not receipt.held:
            return
        sizes = dict(self._pictures.pending())
        for one in receipt.held:
            if sizes.get(one.sha256) == one.size:
                self._pictures.mark_receipted(one.sha256, receipt.received_ms)
                self.turns.settle(one.sha256)

    def _pending(self) -> list[tuple[bytes, int]]:
        found = self._pictures.pending() if self._pictures else []
        return [(name, size) for name, size in found if name not in self._run.left_out]

    def _piece(self, pictures: Pictures, name: bytes, total: int) -> Chunk | None:
        """Return the next piece of a picture; None if it is damaged or cannot be read, which is reported."""
        run = self._run
        try:
            if name not in run.at and not pictures.is_whole(name):
                self._tell(UploadFault("a picture is damaged, and was set aside"))
                return None
            at = run.at.setdefault(name, 0)
            content = pictures.read(name, at, PIECE_BYTES)
        except JournalFault as fault:
            self._tell(UploadFault(f"a picture cannot be read: {fault.detail}"))
            return None
        return Chunk(name, at, total, content) if content else None

    def _count(self, piece: Chunk, held: int) -> None:
        """Continue after the bytes held; leave a picture out after IN_VAIN receipts without progress."""
        self._run.at[piece.sha256] = held
        if held <= piece.offset:
            self._run.in_vain[piece.sha256] += 1
            if self._run.in_vain[piece.sha256] > IN_VAIN:
                self._leave_out(piece.sha256, "the registry does not keep a picture")

    def _put_off(self, name: bytes, until_s: float) -> None:
        self.turns.put_off(name, until_s)
        self._run.not_now += 1
        if self._run.not_now >= _NOT_NOW_IN_A_ROW:
            self._run.not_now, self._not_before_s = 0, until_s

    def _leave_out(self, name: bytes, why: str) -> None:
        self._run.left_out.add(name)
        self._tell(UploadFault(why))
