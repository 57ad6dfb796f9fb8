"""Faults that stop nothing and are shown beside the work."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.errors import Fault


@dataclass(slots=True)
class Notices:
    """The newest fault of each code, in the order in which the codes first came."""

    _faults: dict[str, Fault] = field(default_factory=dict, init=False)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults to show, one of a code."""
        return tuple(self._faults.values())

    def add(self, fault: Fault) -> None:
        """Show a fault, in place of an earlier one of its code."""
        self._faults[fault.code] = fault

    def clear(self, *codes: str) -> None:
        """Withdraw the faults of these codes, where there are any."""
        for code in codes:
            self._faults.pop(code, None)

    @contextmanager
    def noting(self, *kinds: type[Fault]) -> Iterator[None]:
        """Add a fault of one of `kinds` that ends the block; any other exception passes."""
        try:
            yield
        except kinds as fault:
            self.add(fault)
