"""Transitions of plate entry and of the choice of a kind.

Plate entry advises and refuses only an impossible number: one that fits no table is looked up after one more
press.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.model import Plate, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry, Ready, Result
from terminal.screens.events import AskKinds, Enter, KeyboardSwitched, Picked, Report, Typed
from terminal.screens.state import Screen, Transition, subject_of
from terminal.vehicle import plate as plates
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from terminal.model import Candidate, RecordedCheck


_ALARMS = frozenset({VehicleFinding.ALARM, VehicleFinding.CACHED_ALARM, VehicleFinding.OFF_ROAD})


def entry(screen: Ready | Result, after: RecordedCheck | None) -> PlateEntry | KindChoice:
    """Open plate entry with the last plate's province, or the choice of a vehicle if a code may be about
    several.
    """
    several = after.several if after is not None else None
    if several is not None:
        kinds = tuple(one.kind for one in several.found)
        return KindChoice(
            screen.status, several.number, kinds, KindSource.REGISTRY, after, screen.seen, several.found
        )
    province = screen.status.province
    keys = Keys.SYMBOLS if province else Keys.PROVINCES
    return PlateEntry(screen.status, province, keys, after=after, seen=screen.seen)


def pressed(screen: PlateEntry | KindChoice, button: Button) -> Screen:
    """Handle a button; return the next screen."""
    if isinstance(screen, KindChoice):
        return _pressed_at_kinds(screen, button)
    match button:
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen)
        case Button.BACK:
            return _with_number(screen, _erased(screen.number)) if screen.number else _left(screen)
        case Button.CONFIRM:
            return _finished(screen)
        case _:
            assert_never(button)


def entered(screen: Screen, event: Typed | KeyboardSwitched | Picked) -> Transition:
    """Handle a touch on a key or a kind."""
    match screen, event:
        case PlateEntry(), Typed(text):
            fits = len(screen.number) + len(text) <= plates.LONGEST and text in plates.SYMBOLS
            return (_with_number(screen, screen.number + text) if fits else screen), ()
        case PlateEntry(), KeyboardSwitched():
            other = Keys.SYMBOLS if screen.keys is Keys.PROVINCES else Keys.PROVINCES
            return replace(screen, keys=other), ()
        case KindChoice(kinds=kinds), Picked(str() as kind) if kind in kinds:
            return screen, (Enter(Plate(screen.number, kind), screen.after),)
        case KindChoice(may_ask=True), Picked(None):
            return replace(screen, listing=KindSource.ASKING), (AskKinds(screen.number),)
        case _:
            return screen, ()


def listed(screen: Screen, number: str, found: tuple[Candidate, ...] | None) -> Transition:
    """Handle the registry's list of vehicles with this number, in time or late; None if it gave no answer.

    Several are shown, gravest first, and the officer picks; a single one is taken (wire format, section 5).
    """
    waiting = isinstance(screen, KindChoice) and screen.listing in (KindSource.ASKING, KindSource.NO_ANSWER)
    if not isinstance(screen, KindChoice) or not waiting or screen.number != number:
        return screen, unasked(screen, number, found or ())
    if found is None:
        return replace(screen, listing=KindSource.NO_ANSWER), ()
    if not found:
        return replace(screen, listing=KindSource.NONE), ()
    kinds = tuple(one.kind for one in found)
    shown = replace(screen, kinds=kinds, found=found, listing=KindSource.REGISTRY)
    return shown, (Enter(Plate(number, kinds[0]), screen.after),) if len(kinds) == 1 else ()


def unasked(screen: Screen, number: str, found: tuple[Candidate, ...]) -> tuple[Report, ...]:
    """Report an alarm on the only vehicle of a number although the officer has moved on."""
    if len(found) != 1 or found[0].status.finding not in _ALARMS:
        return ()
    plate, shown = Plate(number, found[0].kind), subject_of(screen)
    return () if shown is not None and shown.plate == plate else (Report(plate),)


def _left(screen: PlateEntry) -> Screen:
    if screen.after is None:
        return Ready(screen.status, screen.seen)
    return Result(screen.status, screen.after, screen.seen)


def _finished(screen: PlateEntry) -> Screen:
    """Return the choice of a kind; for a number that fits no pattern only after one more press."""
    if not screen.number:
        return screen
    if not plates.can_be(screen.number):
        return replace(screen, advice=Advice.IMPOSSIBLE)
    if not plates.fits_a_pattern(screen.number) and screen.advice is not Advice.UNUSUAL:
        return replace(screen, advice=Advice.UNUSUAL)
    kinds = plates.kinds_offered(screen.number)
    return KindChoice(screen.status, screen.number, kinds, after=screen.after, seen=screen.seen)


def _pressed_at_kinds(screen: KindChoice, button: Button) -> Screen:
    match button:
        case Button.BACK:
            return PlateEntry(
                screen.status, screen.number, Keys.SYMBOLS, after=screen.after, seen=screen.seen
            )
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen)
        case Button.CONFIRM:
            return screen
        case _:
            assert_never(button)


def _erased(number: str) -> str:
    """Return the number without the last symbol; 应急 and 民航 are one symbol each."""
    word = next((word for word in plates.WORDS if number.endswith(word)), number[-1])
    return number.removesuffix(word)


def _with_number(screen: PlateEntry, number: str) -> PlateEntry:
    """Return the entry with this number and the keyboard for its next symbol: provinces first."""
    following = plates.symbols_after(number)
    provinces = not number or (following and following <= PROVINCES.keys())
    keys = Keys.PROVINCES if provinces else Keys.SYMBOLS
    return replace(screen, number=number, keys=keys, advice=None)
