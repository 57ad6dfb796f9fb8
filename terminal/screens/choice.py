"""Choice between several inspection marks in view, identified by place and by proven content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from terminal.codes import in_order, ours

if TYPE_CHECKING:
    from terminal.codes import Code, Scan
    from terminal.model import Credential, RecordedCheck
    from terminal.screens.values import LastSeen, Status

MOST = 4
"""Most codes offered at once, so that they stay distinguishable and large enough to touch."""


def offered(scan: Scan) -> tuple[Code, ...]:
    """Return the marks that the officer may pick from, in order of place."""
    return in_order(ours(scan)[:MOST])


@dataclass(frozen=True, slots=True)
class OtherCode:
    """A code in view during a verdict that was not checked."""

    ours: bool
    """True if any of the codes is an inspection mark, which the officer may pick."""
    scan: Scan = field(compare=False)
    """The frame that shows most codes; not drawn, so excluded from comparison."""
    taken_s: float = field(compare=False)
    """Monotonic time of that frame, s."""
    last_s: float = field(compare=False)
    """Monotonic time at which any was last in view, s."""


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """Choice between several marks of one frame, which is kept; none is checked until one is picked."""

    status: Status
    scan: Scan
    proven: tuple[Credential | None, ...] | None = None
    """Content proven by each of `codes`, None if there is none; None altogether until it has arrived."""
    frame: tuple[int, int] = (0, 0)
    """Width and height of the frame, px."""
    marked: int | None = None
    """Index in `codes` that CONFIRM picks; None at first, so that no code is picked by accident."""
    after: RecordedCheck | None = None
    """Verdict that the choice was opened from, and that BACK shows again."""
    seen: LastSeen | None = None

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes to pick from, in the order of their numbers."""
        return offered(self.scan)

    @property
    def more(self) -> int:
        """Number of marks in view that are not offered."""
        return len(ours(self.scan)) - len(self.codes)


@dataclass(frozen=True, slots=True)
class OthersWanted:
    """The officer wants to pick another of the codes in view during the verdict."""


@dataclass(frozen=True, slots=True)
class CodeChosen:
    """The officer picked a code; `place` is its index in the choice."""

    place: int


@dataclass(frozen=True, slots=True)
class Identified:
    """Proven content of each code of a choice, None if there is none, and the frame's size."""

    proven: tuple[Credential | None, ...]
    frame: tuple[int, int]
    """Width and height, px."""


@dataclass(frozen=True, slots=True)
class Identify:
    """Keep the frame of this scan and verify each code offered; answered with Identified.

    Nothing is recorded or looked up, because no verdict is given.
    """

    scan: Scan


ChoiceTouch: TypeAlias = OthersWanted | CodeChosen
ChoiceEvent: TypeAlias = ChoiceTouch | Identified
