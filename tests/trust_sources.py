"""Trust of terminals in tests: the laboratory's own store, which tests must not change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from keys import lab
from terminal import config
from terminal.rigs import trust_source
from terminal.services.trust_service import access

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.credential.trust_source import TrustInForce, TrustSource
    from terminal.errors import TrustFault
    from terminal.services.trust_service import TrustAccess


def source_of(laboratory: Path) -> Callable[[], TrustSource]:
    """Opens the store of a laboratory's terminal, whatever state folder a test uses."""
    return partial(trust_source, config.read(laboratory / lab.CONFIG))


def access_of(laboratory: Path) -> TrustAccess:
    """The trust set in force in a laboratory."""
    return access(source_of(laboratory)())


@dataclass
class ChangingTrust:
    """A source whose set in force is the test's to change."""

    first: TrustInForce
    next: TrustInForce | None = None
    fault: TrustFault | None = None
    """Raised by the next call, once."""

    @classmethod
    def of(cls, laboratory: Path) -> ChangingTrust:
        """Begin with the laboratory's set, which comes first."""
        first = access_of(laboratory).first
        return cls(first, first)

    def put(self, **changes: object) -> None:
        """Bring the set with these changes in force."""
        generation = f"{self.first.generation}+"
        changed = replace(self.first, generation=generation, **changes)  # type: ignore[arg-type]  # fields by name
        self.first = self.next = changed

    def opened(self) -> ChangingTrust:
        """This source as another run opens it."""
        self.next = self.first
        return self

    @property
    def laboratory(self) -> bool:
        """See `terminal.credential.trust_source.TrustSource`."""
        return self.first.laboratory

    def poll(self) -> TrustInForce | None:
        """See `terminal.credential.trust_source.TrustSource`."""
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        found, self.next = self.next, None
        return found
