"""Diagnostics for the technician: facts about the device, and none about vehicles or officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.screens.values import LastSeen, Status

FACTS = 9
"""Facts on a page."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: the key of its name, `diagnostics_NAME`, and its value, which is the same in both languages."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The facts, one page at a time."""

    status: Status
    facts: tuple[Fact, ...] = ()
    """Empty until they are told."""
    page: int = 0
    """Page number, from 0."""
    seen: LastSeen | None = None

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-len(self.facts) // FACTS))

    @property
    def shown(self) -> tuple[Fact, ...]:
        """The facts on this page."""
        return self.facts[self.page * FACTS : (self.page + 1) * FACTS]


@dataclass(frozen=True, slots=True)
class DiagnosticsTold:
    """The facts as of now."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LoadDiagnostics:
    """Collect the facts; answered with DiagnosticsTold."""
