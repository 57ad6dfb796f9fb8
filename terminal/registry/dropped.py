"""Messages from the registry that do not count, with the reason; sessions count them by it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Reason = TypeVar("Reason", bound=StrEnum)
"""Enumeration of the reasons: one for answers, one for receipts."""


@dataclass(frozen=True, slots=True)
class Dropped(Generic[Reason]):
    """A message that changes nothing and is never shown."""

    why: Reason
