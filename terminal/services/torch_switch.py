"""Switches the torch: the officer's choice for the shift, otherwise the camera control's request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.camera.torch import should_be_lit
from terminal.errors import PanelFault

if TYPE_CHECKING:
    from terminal.ports import Panel


@dataclass(slots=True)
class TorchSwitch:
    """The panel's torch. It is switched by `apply` alone; everything else only notes what is wanted."""

    panel: Panel
    lit: bool = field(default=False, init=False)
    """The actual state of the torch."""
    requested: bool = False
    """The camera control requests light."""
    _by_hand: bool | None = field(default=None, init=False)
    """The officer's choice; None leaves the torch to the camera control."""

    def toggle(self) -> None:
        """Note that the officer wants the torch switched over, until `reset`."""
        self._by_hand = not self.lit

    def reset(self) -> None:
        """Leave the torch to the camera control again, as when a shift is over."""
        self._by_hand = None

    def apply(self, *, looking: bool) -> None:
        """Switch the torch if it is not as it should be; `looking` is True while codes are looked for.

        Raises PanelFault, after which the torch is not tried again until the next `toggle` or `reset`.
        """
        on = should_be_lit(hand=self._by_hand, wished=self.requested, looking=looking)
        if on == self.lit:
            return
        try:
            self.panel.torch(on=on)
        except PanelFault:
            self._by_hand = self.lit
            raise
        self.lit = on
