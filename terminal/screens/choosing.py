"""Of several codes of ours in view the officer picks one, by its place and by what it proves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from terminal.credential.verify import PREFIX

if TYPE_CHECKING:
    from terminal.model import Code, Credential, Scan
    from terminal.screens.facts import Judged, Sighting, Status

MOST = 4
"""Codes that are offered at once: as many as can be told apart and touched."""


def is_ours(text: str) -> bool:
    """Whether a code's text claims to be an inspection mark's (wire format, section 3)."""
    return text.startswith(PREFIX)


def ours(scan: Scan) -> tuple[Code, ...]:
    """The codes of ours in view, the reader's choice first; a foreign one beside them is never offered."""
    return tuple(code for code in scan.codes if is_ours(code.text))


def offered(scan: Scan) -> tuple[Code, ...]:
    """Those that the officer may pick from, as they lie."""
    return in_order(ours(scan)[:MOST])


def in_order(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    """Codes as they lie: from the left, or from above where they reach further down than across."""
    across, down = (_spread([_middle(code)[axis] for code in codes]) for axis in (0, 1))
    return tuple(sorted(codes, key=lambda code: _middle(code)[0 if across >= down else 1]))


def _middle(code: Code) -> tuple[float, float]:
    x, y = (sum(corner[axis] for corner in code.corners) / len(code.corners) for axis in (0, 1))
    return x, y


def _spread(places: list[float]) -> float:
    return max(places, default=0.0) - min(places, default=0.0)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A code in view behind a verdict, which was not checked."""

    ours: bool
    """Whether it is, or one of several is, an inspection mark's, which the officer may pick."""
    scan: Scan = field(compare=False)
    """The frame that shows most of them. It is not drawn here, so it is no part of equality."""
    taken_s: float = field(compare=False)
    """When that frame was seen (monotonic s)."""
    last_s: float = field(compare=False)
    """When any was last in view."""


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """Several codes of ours were in one frame, which stays as it was; none is checked until one is picked."""

    status: Status
    scan: Scan
    proven: tuple[Credential | None, ...] | None = None
    """What each of `codes` proves, None where that is nothing; None altogether until it was told."""
    frame: tuple[int, int] = (0, 0)
    """Width and height of the frame, pixels."""
    marked: int | None = None
    """The place in `codes` that CONFIRM picks; none at first, so that no press picks unread."""
    after: Judged | None = None
    """The verdict that it was opened from, and that BACK shows again."""
    seen: Sighting | None = None

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes to pick from, in the order of their numbers."""
        return offered(self.scan)

    @property
    def more(self) -> int:
        """How many of ours are in view and not offered."""
        return len(ours(self.scan)) - len(self.codes)


@dataclass(frozen=True, slots=True)
class OthersWanted:
    """The officer wants to pick another of the codes behind the verdict."""


@dataclass(frozen=True, slots=True)
class CodeChosen:
    """The officer picked a code: its place in the choice, from 0."""

    place: int


@dataclass(frozen=True, slots=True)
class Identified:
    """What each code of a choice proves, None where that is nothing; and the frame's width and height."""

    proven: tuple[Credential | None, ...]
    frame: tuple[int, int]
    """Pixels."""


@dataclass(frozen=True, slots=True)
class Identify:
    """Keep the frame of this scan, and say with Identified what each of the codes offered proves. Nothing is
    recorded or asked: no verdict is given.
    """

    scan: Scan


ChoiceTouch: TypeAlias = OthersWanted | CodeChosen
ChoiceEvent: TypeAlias = ChoiceTouch | Identified
