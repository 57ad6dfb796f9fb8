"""The roster in force on this terminal: opened from its target, and the last good one kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import RosterFault
from terminal.officers import roster
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.officers.roster import Roster


@dataclass(slots=True)
class RosterSource:
    """Opens `roster/<unit>.sealed` with this terminal's key.

    A target that cannot be used changes nothing and is shown as a fault; without a target there is no roster.
    """

    unit: str
    running_number: int
    open_sealed: Callable[[bytes], bytes | None]
    """Opens a sealed box to this terminal; None if it is not one."""
    roster: Roster | None = field(default=None, init=False)
    """The roster in force."""
    fault: RosterFault | None = field(default=RosterFault("no roster"), init=False)
    _target: bytes | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """Name of the target."""
        return roster.target_of(self.unit)

    def load(self, target: bytes | None) -> None:
        """Put the roster of a target in force; None takes the roster away."""
        if target is not None and target == self._target:
            return
        self._target = target
        if target is None:
            self.roster, self.fault = None, RosterFault("no roster")
            return
        try:
            self.roster, self.fault = self._open(target), None
        except Malformed as error:
            self.fault = RosterFault(f"{self.name}: {error}")

    def _open(self, target: bytes) -> Roster:
        box = roster.box_for(target, self.running_number)
        opened = None if box is None else self.open_sealed(box)
        if opened is None:
            raise Malformed("not sealed to this terminal")
        found = roster.read(opened)
        if found.unit != self.unit:
            raise Malformed("of another unit")
        return found
