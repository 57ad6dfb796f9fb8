"""Transitions of the sign-in screens.

Digits are touched on the pad; with wet gloves TRIGGER steps through the keys, CONFIRM presses the marked one
and BACK erases.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from terminal.officers.roster import is_number, is_pin
from terminal.ports import Button
from terminal.screens.sign_in import (
    BUTTON_KEYS,
    ENTER,
    ERASE,
    Blocked,
    CheckPin,
    Locked,
    PadEntry,
    PadTouched,
    Released,
    SignIn,
    SignInEffect,
    SignInRefusal,
    SignInRefused,
    SignInScreen,
)

if TYPE_CHECKING:
    from terminal.screens.values import SignedInOfficer

SignInTransition: TypeAlias = "tuple[SignInScreen | None, tuple[SignInEffect, ...]]"
"""None uncovers the screen of work below: nobody is signed in there, or a handover was called off."""


def pressed(screen: SignInScreen, button: Button) -> SignInTransition:
    """Handle a button. Pure and total."""
    match screen:
        case Locked(officer=officer):
            return _pressed_when_locked(screen, officer, button), ()
        case Blocked():
            return _pressed_when_blocked(screen, button), ()
        case SignIn():
            return (screen, ()) if screen.checking else _pressed_at_pad(screen, button)


def touched(screen: SignInScreen, touch: PadTouched) -> SignInTransition:
    """Handle a key of the pad. Pure and total."""
    if not isinstance(screen, SignIn) or screen.checking:
        return screen, ()
    return _key(replace(screen, marked=None), touch.key)


def answered(screen: SignInScreen, event: SignInRefused | Released) -> SignInScreen:
    """Handle what came of a check. Pure and total."""
    if not isinstance(screen, SignIn) or not screen.checking:
        return screen
    match event:
        case Released(number):
            handover = screen.handover
            return SignIn(
                number, entry=PadEntry.PIN, officer=screen.officer, released=True, handover=handover
            )
        case SignInRefused(SignInRefusal.BLOCKED):
            return Blocked(screen.number, screen.officer)
        case SignInRefused(refusal, opens_s):
            return replace(screen, checking=False, pin="", refusal=refusal, opens_s=opens_s)


def _pressed_when_locked(screen: Locked, officer: SignedInOfficer, button: Button) -> SignInScreen:
    match button:
        case Button.CONFIRM:
            return SignIn(officer.number, entry=PadEntry.PIN, officer=officer)
        case Button.BACK:
            return SignIn(officer=officer)
        case Button.TRIGGER:
            return screen
        case _:
            assert_never(button)


def _pressed_when_blocked(screen: Blocked, button: Button) -> SignInScreen:
    match button:
        case Button.CONFIRM:
            return SignIn(officer=screen.officer, release=screen.number)
        case Button.BACK:
            return SignIn(officer=screen.officer)
        case Button.TRIGGER:
            return screen
        case _:
            assert_never(button)


def _pressed_at_pad(screen: SignIn, button: Button) -> SignInTransition:
    match button:
        case Button.TRIGGER:
            place = -1 if screen.marked is None else BUTTON_KEYS.index(screen.marked)
            return replace(screen, marked=BUTTON_KEYS[(place + 1) % len(BUTTON_KEYS)]), ()
        case Button.CONFIRM:
            return _key(screen, screen.marked or ENTER)
        case Button.BACK:
            return _key(screen, ERASE) if screen.text else (_back(screen), ())
        case _:
            assert_never(button)


def _key(screen: SignIn, key: str) -> SignInTransition:
    if key == ENTER:
        return _entered(screen)
    after = replace(screen, refusal=None, released=False)
    if key == ERASE:
        return _with_text(after, screen.text[:-1]), ()
    if len(key) != 1 or key not in "0123456789" or screen.is_full:
        return screen, ()
    return _with_text(after, screen.text + key), ()


def _with_text(screen: SignIn, text: str) -> SignIn:
    return replace(screen, number=text) if screen.entry is PadEntry.NUMBER else replace(screen, pin=text)


def _entered(screen: SignIn) -> SignInTransition:
    """The number leads to the PIN, and the PIN to its check; neither is taken while it is too short."""
    if screen.entry is PadEntry.NUMBER:
        if not is_number(screen.number):
            return screen, ()
        if screen.handover and screen.officer is not None and screen.number == screen.officer.number:
            return replace(screen, refusal=SignInRefusal.SAME_OFFICER, opens_s=0.0), ()
        return replace(screen, entry=PadEntry.PIN, pin="", marked=None, refusal=None), ()
    if not is_pin(screen.pin):
        return screen, ()
    asked = CheckPin(screen.number, screen.pin, screen.release)
    return replace(screen, pin="", marked=None, checking=True, refusal=None, released=False), (asked,)


def _back(screen: SignIn) -> SignInScreen | None:
    """From an empty pad: PIN to number, number to where the pad was opened.

    None uncovers the screen below: nobody is signed in, or a handover is called off.
    """
    officer = screen.officer
    if officer is not None and screen.entry is PadEntry.PIN and screen.number == officer.number:
        return Locked(officer)
    if screen.entry is PadEntry.PIN:
        return replace(screen, entry=PadEntry.NUMBER, marked=None, refusal=None, released=False)
    if screen.release:
        return Blocked(screen.release, officer)
    return None if officer is None or screen.handover else Locked(officer)
