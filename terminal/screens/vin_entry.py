"""Entry of a vehicle identification number, for a vehicle without a plate or with one that may be a clone's.

BACK returns to the screen that it was opened from, which keeps what was typed. A check character that does
not fit is a ground to read the number again; one more press looks it up all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from terminal.ports import Button
from terminal.screens.check import PlateEntry, Ready, Result
from terminal.screens.entry import Draft, Erased
from terminal.vehicle.vin import CHARACTERS, CHECK_PLACE, VIN_LENGTH, check_character

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.events import Typed
    from terminal.screens.values import LastSeen, Status


class VinAdvice(StrEnum):
    """Advice on a VIN that was entered; only `SHORT` refuses it."""

    SHORT = "short"
    CHECK = "check"
    """Its check character does not fit; one more press looks it up all the same."""


@dataclass(frozen=True, slots=True)
class VinEntry:
    """Entry of a VIN."""

    status: Status
    back: PlateEntry | Result
    """Screen that it was opened from."""
    vin: str = ""
    advice: VinAdvice | None = None
    seen: LastSeen | None = None

    @property
    def after(self) -> RecordedCheck | None:
        """The check of the vehicle whose VIN is entered; None for a new check."""
        return self.back.judged if isinstance(self.back, Result) else self.back.after


@dataclass(frozen=True, slots=True)
class LookUpVin:
    """Check a vehicle by its VIN, as a check that belongs to `after` if there is one: record it and ask the
    registry; answered with Recorded or Failed.
    """

    vin: str = field(repr=False)
    after: RecordedCheck | None


VinTransition = tuple["VinEntry | PlateEntry | Ready | Result", tuple[LookUpVin, ...]]


def opened(screen: PlateEntry | Result) -> VinEntry:
    """Open the entry, with what was typed before."""
    if isinstance(screen, PlateEntry):
        return VinEntry(screen.status, screen, screen.vin, seen=screen.seen)
    draft, now_s = screen.draft, screen.status.clock.monotonic_s
    vin = draft.vin if draft is not None and draft.stands(now_s) else ""
    return VinEntry(screen.status, screen, vin, seen=screen.seen)


def touched(screen: VinEntry, event: Typed | Erased) -> VinEntry:
    """Handle a touch on a key."""
    if isinstance(event, Erased):
        return replace(screen, vin=screen.vin[:-1], advice=None)
    if event.text not in CHARACTERS or len(event.text) != 1 or len(screen.vin) >= VIN_LENGTH:
        return screen
    return replace(screen, vin=screen.vin + event.text, advice=None)


def pressed(screen: VinEntry, button: Button) -> VinTransition:
    """Handle a button: CONFIRM looks the VIN up, BACK leaves, TRIGGER leads to the next check."""
    match button:
        case Button.CONFIRM:
            return _finished(screen)
        case Button.BACK:
            return _left(screen), ()
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen), ()
        case _:
            assert_never(button)


def _finished(screen: VinEntry) -> VinTransition:
    if len(screen.vin) < VIN_LENGTH:
        return replace(screen, advice=VinAdvice.SHORT), ()
    fits = screen.vin[CHECK_PLACE] == check_character(screen.vin)
    if not fits and screen.advice is not VinAdvice.CHECK:
        return replace(screen, advice=VinAdvice.CHECK), ()
    return screen, (LookUpVin(screen.vin, screen.after),)


def _left(screen: VinEntry) -> PlateEntry | Result:
    status, seen = screen.status, screen.seen
    if isinstance(screen.back, PlateEntry):
        return replace(screen.back, status=status, vin=screen.vin, seen=seen)
    draft = Draft("", status.clock.monotonic_s, screen.vin)
    return replace(screen.back, status=status, seen=seen, draft=draft, returned=True)
