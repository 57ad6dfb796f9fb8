"""Transitions for touches on what a result or an entry offers, and on the erase key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.screens import entry_step, offers, vin_entry
from terminal.screens.check import PlateEntry, Result
from terminal.screens.entry import Erased, NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import StopSignal
from terminal.screens.vin_entry import VinEntry

if TYPE_CHECKING:
    from terminal.ports import Button
    from terminal.screens.check import KindChoice
    from terminal.screens.entry import EntryTouch
    from terminal.screens.state import Screen, Transition


def touched(screen: Screen, event: EntryTouch) -> Transition:
    """Handle a touch; on any other screen it does nothing."""
    match screen, event:
        case Result(), _:
            return _at_result(screen, event)
        case PlateEntry(), VinWanted() if offers.takes_vin(screen):
            return vin_entry.opened(screen), ()
        case PlateEntry(), Erased():
            return entry_step.entered(screen, event)
        case VinEntry(), Erased():
            return vin_entry.touched(screen, event), ()
        case _:
            return screen, ()


def pressed(screen: PlateEntry | KindChoice | VinEntry, button: Button) -> Transition:
    """Handle a button where a plate, its kind or a VIN is entered."""
    if isinstance(screen, VinEntry):
        return vin_entry.pressed(screen, button)
    return entry_step.pressed(screen, button)


def _at_result(screen: Result, event: EntryTouch) -> Transition:
    match event:
        case NumberWanted():
            return entry_step.corrected(screen)
        case PartnerWanted():
            return entry_step.coupled(screen)
        case NearPicked(plate):
            return entry_step.near_picked(screen, plate)
        case VinWanted() if offers.by_vin(screen):
            return vin_entry.opened(screen), (StopSignal(),)
        case _:
            return screen, ()
