"""Grades of a trust set by age (wire format, section 4)."""

from __future__ import annotations

from enum import StrEnum

from terminal.credential import trust

AHEAD_S = 300
"""A set made later than this after the trusted time is graded stale: the time or the set is wrong."""


class Grade(StrEnum):
    """Grade of a trust set."""

    FRESH = "fresh"
    USABLE = "usable"
    """Codes are verified, and the age is shown."""
    STALE = "stale"
    """Genuine codes cannot be verified; a wrong signature is still reported."""


def grade(
    made_s: float, now_s: float, *, fresh_s: float = trust.FRESH_S, usable_s: float = trust.USABLE_S
) -> Grade:
    """Grade a set by the time it was made (`set.cbor`) and the trusted time, both Unix time, s.

    `fresh_s` and `usable_s` are the greatest ages, s, of a fresh and of a usable set.
    """
    age_s = now_s - made_s
    if not -AHEAD_S <= age_s <= usable_s:
        return Grade.STALE
    return Grade.FRESH if age_s <= fresh_s else Grade.USABLE
