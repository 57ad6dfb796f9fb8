"""What to try next is a pure function of what the last frames showed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last frames of a series showed."""

    frames: int = 0
    """How many have been looked at since something was read."""


START = Memory()
"""Before the first frame."""
