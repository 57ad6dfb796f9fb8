"""Codes in a frame: their texts, their places, and which are inspection marks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

Corners: TypeAlias = tuple[tuple[float, float], ...]
"""The corners of a code, as shares of its frame's width and height; empty without a code."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code in a frame: its text and place."""

    text: str
    corners: tuple[tuple[int, int], ...]
    """Four corners in pixels of the frame."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The codes in a frame: the chosen one's text and place, and the others."""

    text: str
    corners: tuple[tuple[int, int], ...]
    """Four corners in pixels of the frame."""
    others: tuple[Code, ...] = ()
    """Further codes in view, each text once."""

    @property
    def codes(self) -> tuple[Code, ...]:
        """Every code in view, the chosen one first."""
        return (Code(self.text, self.corners), *self.others)


class ScanProblem(StrEnum):
    """Measured reason why a code in view is not read."""

    DARK = "dark"
    GLARE = "glare"
    FAR = "far"
    MOTION = "motion"


PREFIX = "VI1:"
"""Begins the text of every inspection mark (wire format, section 3)."""


def is_ours(text: str) -> bool:
    """Return True if a code's text claims to be an inspection mark (wire format, section 3)."""
    return text.startswith(PREFIX)


def ours(scan: Scan) -> tuple[Code, ...]:
    """Return the inspection marks in view, the reader's preferred one first; other codes are left out."""
    return tuple(code for code in scan.codes if is_ours(code.text))


@lru_cache(maxsize=8)  # a screen asks again for each of its parts
def in_order(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    """Sort codes from left to right, or from top to bottom if they extend further vertically."""
    across, down = (_spread([_middle(code)[axis] for code in codes]) for axis in (0, 1))
    return tuple(sorted(codes, key=lambda code: _middle(code)[0 if across >= down else 1]))


def _middle(code: Code) -> tuple[float, float]:
    x, y = (sum(corner[axis] for corner in code.corners) / len(code.corners) for axis in (0, 1))
    return x, y


def _spread(places: list[float]) -> float:
    return max(places, default=0.0) - min(places, default=0.0)
