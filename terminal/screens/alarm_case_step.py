"""Transitions of an alarm's case: a screen and a press or touch give the next screen and effects. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from terminal.journal.notes import AlarmResult, Control, ResultKey
from terminal.model import POINTS
from terminal.ports import Button
from terminal.screens.alarm_case import (
    ERASE,
    MOST_TEXT,
    RECEIVERS,
    TEXT_KEYS,
    AlarmEffect,
    AlarmLife,
    CarCheck,
    CardTurned,
    CaseField,
    CaseForm,
    CasePick,
    CasePicked,
    CaseScreen,
    CaseText,
    CaseTouch,
    CaseTyped,
    CloseAlarm,
    ControlSaid,
    FieldOpened,
    RadioCard,
    RecordControl,
    RecordFits,
    RecordVin,
    VinCheck,
)
from terminal.screens.comparing import ANSWERS, Fitted

if TYPE_CHECKING:
    from terminal.model import Fit
    from terminal.screens.open_alarm import OpenAlarm

CaseTransition: TypeAlias = tuple[CaseScreen | None, tuple[AlarmEffect, ...]]
"""The next screen of the case, None if it is left, and the effects."""


def opened(life: AlarmLife, alarm: OpenAlarm | None = None) -> RadioCard | None:
    """Return the card of an open alarm, by default the newest; None if there is none."""
    newest_first = life.open[::-1]
    if not newest_first:
        return None
    place = newest_first.index(alarm) if alarm in newest_first else 0
    return RadioCard(newest_first[place], place, len(newest_first))


def touched(life: AlarmLife, touch: CaseTouch | Fitted) -> CaseTransition:
    """Handle a touch on a screen of the case; one that is not on it changes nothing."""
    screen, effects = life.case, tuple[AlarmEffect, ...]()
    after: CaseScreen | None = screen
    match screen, touch:
        case RadioCard(place=place), CardTurned():
            after = opened(life, life.open[::-1][(place + 1) % len(life.open)])
        case RadioCard(alarm=alarm), ControlSaid(word) if word is not alarm.control:
            effects = (RecordControl(alarm, word),)
        case CarCheck() | VinCheck(), Fitted(fit):
            after, effects = _compared(life, screen, fit)
        case CasePick(), CasePicked(key) if key in screen.options:
            after = _picked(screen, key)
        case CaseForm(), FieldOpened(wanted) if wanted in screen.fields:
            after = _field(screen.alarm, screen.draft, wanted)
        case CaseText(), CaseTyped(text):
            after = _typed(screen, text)
        case _:
            pass
    return after, effects


def pressed(life: AlarmLife, button: Button) -> CaseTransition:
    """Handle a button. BACK leads to the form from its fields, and out of the case from anywhere else."""
    screen = life.case
    match screen:
        case RadioCard():
            return _pressed_at_card(screen, button)
        case CarCheck() | VinCheck():
            fit = ANSWERS.get(button)
            return (screen, ()) if fit is None else _compared(life, screen, fit)
        case CasePick():
            return _pressed_at_pick(life, screen, button)
        case CaseForm():
            return _pressed_at_form(life, screen, button)
        case CaseText():
            return CaseForm(
                screen.alarm, _with_text(screen) if button is Button.CONFIRM else screen.draft
            ), ()
        case None:
            return None, ()
        case _:
            assert_never(screen)


def _with_text(screen: CaseText) -> AlarmResult:
    said = screen.text.strip() or None
    if screen.wanted is CaseField.DOCUMENT:
        return replace(screen.draft, document=said)
    return replace(screen.draft, handed_to=said)


def _pressed_at_card(screen: RadioCard, button: Button) -> CaseTransition:
    match button:
        case Button.BACK:
            return None, ()
        case Button.TRIGGER:
            return _comparison(screen), ()
        case Button.CONFIRM:
            return begun(screen.alarm), ()
        case _:
            assert_never(button)


def _comparison(screen: RadioCard) -> CaseScreen:
    """Return the comparison that is due: of the car before the stop, then of its VIN if it is known."""
    alarm = screen.alarm
    if not alarm.fits:
        return CarCheck(alarm)
    return screen if alarm.described.vin_tail is None else VinCheck(alarm)


def begun(alarm: OpenAlarm) -> CasePick:
    """Return the first choice of a result; what the control room has excluded needs its reason alone."""
    if alarm.control is Control.DENIED:
        return CasePick(alarm, AlarmResult(ResultKey.NOT_THIS_VEHICLE), CaseField.REASON)
    return CasePick(alarm, None)


def _compared(life: AlarmLife, screen: CarCheck | VinCheck, fit: Fit) -> CaseTransition:
    card = opened(life, screen.alarm)
    if isinstance(screen, VinCheck):
        return card, (RecordVin(screen.alarm, fit),)
    fits = (*screen.fits, fit)
    if len(fits) < len(POINTS):
        return replace(screen, fits=fits), ()
    return card, (RecordFits(screen.alarm, fits),)


def _pressed_at_pick(life: AlarmLife, screen: CasePick, button: Button) -> CaseTransition:
    match button:
        case Button.BACK if screen.draft is not None and screen.has_form:
            return CaseForm(screen.alarm, screen.draft), ()
        case Button.BACK:
            return opened(life, screen.alarm), ()
        case Button.TRIGGER:
            return replace(screen, marked=_following(screen.marked, len(screen.options))), ()
        case Button.CONFIRM if screen.marked is not None:
            return _picked(screen, screen.options[screen.marked]), ()
        case Button.CONFIRM if screen.wanted is CaseField.DISPOSALS and screen.draft is not None:
            return CaseForm(screen.alarm, screen.draft), ()
        case Button.CONFIRM:
            return screen, ()
        case _:
            assert_never(button)


def _following(marked: int | None, count: int) -> int | None:
    """Return the next place to mark; after the last comes none."""
    place = 0 if marked is None else marked + 1
    return place if place < count else None


def _picked(screen: CasePick, key: str) -> CaseScreen:
    """Return the next choice that the result needs, or the form."""
    alarm, draft = screen.alarm, screen.draft
    if screen.wanted is CaseField.RESULT:
        result = ResultKey(key)
        draft = draft if draft is not None and draft.result is result else AlarmResult(result)
        following = CaseField.DISPOSALS if result is ResultKey.CONFIRMED else CaseField.REASON
        return CasePick(alarm, draft, following)
    if draft is None:
        return screen
    if screen.wanted is CaseField.REASON:
        return CaseForm(alarm, replace(draft, reason=key))
    chosen = (*draft.disposals, key) if key not in draft.disposals else _without(draft.disposals, key)
    return replace(screen, draft=replace(draft, disposals=chosen))


def _without(disposals: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(one for one in disposals if one != key)


def _field(alarm: OpenAlarm, draft: AlarmResult, wanted: CaseField) -> CaseScreen:
    match wanted:
        case CaseField.DOCUMENT:
            return CaseText(alarm, draft, wanted, draft.document or "")
        case CaseField.HANDED_TO:
            return CaseText(alarm, draft, wanted, draft.handed_to or "")
        case _:
            return CasePick(alarm, draft, wanted)


def _pressed_at_form(life: AlarmLife, screen: CaseForm, button: Button) -> CaseTransition:
    match button:
        case Button.BACK:
            return opened(life, screen.alarm), ()
        case Button.TRIGGER:
            return replace(screen, marked=_following(screen.marked, len(screen.fields))), ()
        case Button.CONFIRM if screen.marked is not None:
            return _field(screen.alarm, screen.draft, screen.fields[screen.marked]), ()
        case Button.CONFIRM if (lacks := screen.missing) is not None:
            return _field(screen.alarm, screen.draft, lacks), ()
        case Button.CONFIRM:
            return screen, (CloseAlarm(screen.alarm, screen.draft),)
        case _:
            assert_never(button)


def _typed(screen: CaseText, text: str) -> CaseText:
    """Add a key's character; a receiver's word replaces the receiver that was there."""
    if text == ERASE:
        shorter = "" if screen.text.strip() in RECEIVERS else screen.text[:-1]
        return replace(screen, text=shorter)
    if text in RECEIVERS and screen.wanted is CaseField.HANDED_TO:
        return replace(screen, text=f"{text} ")
    if text not in TEXT_KEYS or len(screen.text) >= MOST_TEXT:
        return screen
    return replace(screen, text=screen.text + text)
