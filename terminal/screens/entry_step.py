"""Transitions of plate entry and of the choice of a kind.

Plate entry advises and refuses only an impossible number: one that fits no table is looked up after one more
press. Its keys erase; BACK leaves and keeps what was typed, so that BACK always leads home.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.model import Plate, VehicleFinding
from terminal.ports import Button
from terminal.screens import offers
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry, Ready, Result
from terminal.screens.entry import Draft, EntryPurpose, Erased
from terminal.screens.events import AskKinds, Enter, KeyboardSwitched, Picked, Report, StopSignal, Typed
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
    return _opened(screen, EntryPurpose.PLATE, after, screen.status.province)


def corrected(screen: Result) -> Transition:
    """Open plate entry with the number that the officer typed, to correct it.

    A code's check stays the same check, whose code is verified against the corrected plate. A plate that was
    looked up without a code keeps its record: the corrected one is a new check, which belongs to it.
    """
    plate, text = screen.judged.plate, screen.judged.text
    if plate is None or not offers.corrects(screen):
        return screen, ()
    purpose = EntryPurpose.CORRECTION if text is None else EntryPurpose.PLATE
    return _opened(screen, purpose, screen.judged, plate.number), (StopSignal(),)


def coupled(screen: Result) -> Transition:
    """Open plate entry for the trailer of a result's vehicle, or for the tractor of its trailer."""
    purpose = offers.partner(screen)
    if purpose is None:
        return screen, ()
    return _opened(screen, purpose, screen.judged, screen.status.province), (StopSignal(),)


def near_picked(screen: Result, plate: Plate) -> Transition:
    """Check a number that is offered where nothing was found, as a check that belongs to that one."""
    if plate not in offers.near(screen):
        return screen, ()
    return screen, (Enter(plate, None, _record(screen.judged)),)


def _opened(
    screen: Ready | Result, purpose: EntryPurpose, after: RecordedCheck | None, number: str
) -> PlateEntry:
    """Open plate entry with a number, or with what it was left with just now."""
    status, draft = screen.status, screen.draft
    if draft is not None and draft.purpose is purpose and draft.stands(status.clock.monotonic_s):
        blank = PlateEntry(status, after=after, seen=screen.seen, purpose=purpose, vin=draft.vin)
        return _with_number(blank, draft.number)
    keys = Keys.SYMBOLS if number else Keys.PROVINCES
    return PlateEntry(status, number, keys, after=after, seen=screen.seen, purpose=purpose)


def pressed(screen: PlateEntry | KindChoice, button: Button) -> Transition:
    """Handle a button."""
    if isinstance(screen, KindChoice):
        return _pressed_at_kinds(screen, button), ()
    match button:
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen, draft=_draft(screen)), ()
        case Button.BACK:
            return _left(screen), ()
        case Button.CONFIRM:
            return _finished(screen)
        case _:
            assert_never(button)


def entered(screen: Screen, event: Typed | KeyboardSwitched | Picked | Erased) -> Transition:
    """Handle a touch on a key or a kind."""
    match screen, event:
        case PlateEntry(), Typed(text):
            fits = len(screen.number) + len(text) <= plates.LONGEST and text in plates.SYMBOLS
            return (_with_tail(_with_number(screen, screen.number + text)) if fits else screen), ()
        case PlateEntry(number=number), Erased() if number:
            return _with_number(screen, _erased(number)), ()
        case PlateEntry(), KeyboardSwitched():
            other = Keys.SYMBOLS if screen.keys is Keys.PROVINCES else Keys.PROVINCES
            return replace(screen, keys=other), ()
        case KindChoice(kinds=kinds), Picked(str() as kind) if kind in kinds:
            return screen, (_enter(screen, kind),)
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
    return shown, (_enter(shown, kinds[0]),) if len(kinds) == 1 else ()


def unasked(screen: Screen, number: str, found: tuple[Candidate, ...]) -> tuple[Report, ...]:
    """Report an alarm on the only vehicle of a number although the officer has moved on."""
    if len(found) != 1 or found[0].status.finding not in _ALARMS:
        return ()
    plate, shown = Plate(number, found[0].kind), subject_of(screen)
    return () if shown is not None and shown.plate == plate else (Report(plate),)


def _enter(screen: PlateEntry | KindChoice, kind: str) -> Enter:
    """Return the effect for a number whose kind is known, as a check of its own if the purpose says so."""
    plate, after = Plate(screen.number, kind), screen.after
    if after is None or not screen.purpose.joins:
        return Enter(plate, after)
    return Enter(plate, None, _record(after))


def _record(judged: RecordedCheck) -> int | None:
    """Return the number of a check's record that others can belong to; None if it is not written yet."""
    return judged.seq if judged.recorded else None


def _draft(screen: PlateEntry) -> Draft:
    return Draft(screen.number, screen.status.clock.monotonic_s, screen.vin, screen.purpose)


def _left(screen: PlateEntry) -> Screen:
    """Leave, and keep what was typed in case that was a mistake."""
    draft = _draft(screen)
    if screen.after is None:
        return Ready(screen.status, screen.seen, draft=draft)
    return Result(screen.status, screen.after, screen.seen, returned=True, draft=draft)


def _finished(screen: PlateEntry) -> Transition:
    """Return the choice of a kind, which a trailer's number does not need.

    For a number that fits no pattern, or is shorter than any, only after one more press.
    """
    number = screen.number
    if not number:
        return screen, ()
    advice = _advice(number)
    if advice is not None and (advice is not screen.advice or not plates.can_be(number)):
        return replace(screen, advice=advice), ()
    if screen.purpose is EntryPurpose.TRAILER and plates.fits(Plate(number, plates.TRAILER)):
        return screen, (_enter(screen, plates.TRAILER),)
    kinds = plates.kinds_offered(number)
    return KindChoice(
        screen.status, number, kinds, after=screen.after, seen=screen.seen, purpose=screen.purpose
    ), ()


def _advice(number: str) -> Advice | None:
    if plates.missing(number):
        return Advice.INCOMPLETE
    if not plates.can_be(number):
        return Advice.IMPOSSIBLE
    return None if plates.fits_a_pattern(number) else Advice.UNUSUAL


def _pressed_at_kinds(screen: KindChoice, button: Button) -> Screen:
    match button:
        case Button.BACK:
            return PlateEntry(
                screen.status,
                screen.number,
                Keys.SYMBOLS,
                after=screen.after,
                seen=screen.seen,
                purpose=screen.purpose,
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


def _with_tail(screen: PlateEntry) -> PlateEntry:
    """Return the entry of a trailer with its last character, once everything before it was typed."""
    number = screen.number + plates.TRAILER_TAIL
    if screen.purpose is not EntryPurpose.TRAILER or not plates.fits(Plate(number, plates.TRAILER)):
        return screen
    return _with_number(screen, number)


def _with_number(screen: PlateEntry, number: str) -> PlateEntry:
    """Return the entry with this number and the keyboard for its next symbol: provinces first."""
    following = plates.symbols_after(number)
    provinces = not number or (following and following <= PROVINCES.keys())
    keys = Keys.PROVINCES if provinces else Keys.SYMBOLS
    return replace(screen, number=number, keys=keys, advice=None)
