"""Decides which presses and touches count: none that began before the officer can have seen the screen.

Wire format, section 5: "Any other press counts where the key went down 500 ms or more after a screen that
changed by itself was drawn". A screen that the officer opened counts as soon as it is drawn. An alarm is
acknowledged by holding CONFIRM, and the hold must begin after the alarm was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.alarm_case import CarCheck, CaseForm, CasePick, CaseText, RadioCard, VinCheck
from terminal.screens.alarms import Alarm
from terminal.screens.check import KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.day import DayScreen
from terminal.screens.diagnostics import Diagnostics
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import SealedReasons, SealedView, offered
from terminal.screens.self_test import SelfTest
from terminal.screens.settings import SettingsScreen
from terminal.screens.shift import LogEntry, ShiftLog, Uploading
from terminal.screens.sign_in import Blocked, Locked, SignIn
from terminal.screens.state import FaultScreen
from terminal.screens.values import Status, UploadProgress
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote

if TYPE_CHECKING:
    from terminal.ports import Button
    from terminal.screens.sign_in import SignInScreen
    from terminal.screens.state import Shown, Touch

SETTLE_S = 0.5
"""Time, s, for which a screen that changed by itself must be shown before a press counts."""
HOLD_S = 1.0
"""Time, s, for which CONFIRM is held to acknowledge an alarm."""
BOUNCE_S = 0.05
"""A contact that opens for less than this, s, bounced and was not released."""
_ANY = Status()


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A button, or its place on the display, went down; `at_s` is the earliest monotonic time, s, that is
    possible.
    """

    button: Button
    at_s: float
    bounce: bool = False
    """True if the contact bounced, which is no new press."""


@dataclass(frozen=True, slots=True)
class KeyUp:
    """A button was released at a monotonic time, s."""

    button: Button
    at_s: float


@dataclass(frozen=True, slots=True)
class Touched:
    """A cell of the display, which means `meant`, was touched; `at_s` is the earliest monotonic time, s,
    possible.
    """

    meant: Touch
    at_s: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The current screen has been drawn."""


Input: TypeAlias = KeyDown | KeyUp | Touched


@dataclass(frozen=True, slots=True)
class Hold:
    """A button held since the monotonic time `since_s`, at which the press was noticed: CONFIRM on an alarm,
    or BACK on any screen.
    """

    button: Button
    since_s: float
    up_s: float | None = None
    """Monotonic time, s, at which the contact opened, perhaps only bouncing; None while it is closed."""
    face: object = None
    """For BACK, `key_face` of the screen that the press counted on, and acts on once the button is let go;
    None if it did not count.
    """

    def over(self, now_s: float) -> bool:
        """Return True if the button was released, rather than the contact having bounced."""
        return self.up_s is not None and now_s - self.up_s >= BOUNCE_S

    def done(self, now_s: float) -> bool:
        """Return True if the button has been down for HOLD_S."""
        return self.up_s is None and now_s - self.since_s >= HOLD_S


def resumed(hold: Hold | None, down: KeyDown) -> Hold | None:
    """Return a hold whose contact bounced: the button was not let go."""
    if hold is None or hold.button is not down.button or hold.over(down.at_s):
        return hold
    return replace(hold, up_s=None)


@dataclass(frozen=True, slots=True)
class ScreenView:
    """The part of a screen that decides what a press or touch means, and since when it can be seen."""

    face: object = None
    drawn_s: float | None = None
    """Monotonic time, s, at which it was first drawn; None if it was not drawn yet."""
    by_itself: bool = True
    """False if the officer opened it."""

    def of(self, face: object, *, by_itself: bool) -> ScreenView:
        """Return the view for the current `face`: this one if it is unchanged, else a new one that is not
        drawn yet.
        """
        return self if face == self.face else ScreenView(face, None, by_itself)

    def drawn(self, now_s: float) -> ScreenView:
        """Return the view after it was drawn at `now_s`."""
        return self if self.drawn_s is not None else replace(self, drawn_s=now_s)

    @property
    def opens_s(self) -> float | None:
        """Monotonic time, s, from which a press counts; None if this was not drawn yet."""
        if self.drawn_s is None:
            return None
        return self.drawn_s + (SETTLE_S if self.by_itself else 0.0)

    def counts(self, at_s: float) -> bool:
        """Return True if a press at monotonic time `at_s` counts, because the officer could see this."""
        return self.opens_s is not None and at_s >= self.opens_s

    def begins_hold(self, at_s: float) -> bool:
        """Return True if a hold from monotonic time `at_s` began after this was drawn."""
        return self.drawn_s is not None and at_s >= self.drawn_s


def key_face(screen: Shown) -> object:
    """Return the part of a screen that decides what the buttons mean.

    The bar, the codes in view and an upload's progress are left out: they change all the time, and no
    button's meaning with them.
    """
    face: object
    match screen:
        case Alarm():
            face = replace(screen, status=_ANY, more=0, held=False)
        case Result(hidden=hidden, reopened=reopened):
            face = replace(screen, status=_ANY, seen=None, other=None, log=None), hidden, reopened
        case PlateEntry() | KindChoice() | CodeChoice():
            face = replace(screen, status=_ANY, seen=None, after=None)
        case Comparison(judged=judged, fits=fits):
            face = Comparison, judged, fits
        case FaultScreen(notice=notice):
            face = FaultScreen, notice
        case ShiftLog(page=page, told=told):
            face = ShiftLog, page, told
        case LogEntry(logged=logged):
            face = LogEntry, logged.seq, offered(screen) is not None
        case SealedReasons(judged=judged) | SealedView(judged=judged):
            face = type(screen), judged.seq
        case _:
            face = _other_face(screen)
    return face


def _other_face(screen: Shown) -> object:
    if isinstance(screen, DayScreen):
        return _day_face(screen)
    face: object
    match screen:
        case Locked() | SignIn() | Blocked():
            face = _sign_in_face(screen)
        case Ready():
            face = Ready
        case Uploading():
            face = replace(screen, status=_ANY, seen=None, progress=UploadProgress())
        case Alarm() | RadioCard() | CarCheck() | VinCheck() | CasePick() | CaseForm():
            face = replace(screen, status=_ANY)
        case CaseText() | VinEntry() | NoteChange():
            face = _typed_face(screen)
        case _:
            face = replace(screen, status=_ANY, seen=None)
    return face


def _banner(screen: Shown) -> object:
    """Return what a touch of the banner opens."""
    held = screen.status.alarms
    return held.banners, None if held.newest is None else held.newest.plate


def _day_face(screen: DayScreen) -> object:
    """Leave out what is measured or told while the officer looks: states, values, facts, the clip so far."""
    match screen:
        case SelfTest(on_duty=on_duty):
            return SelfTest, on_duty
        case SettingsScreen(marked=marked):
            return SettingsScreen, marked
        case Diagnostics(page=page):
            return Diagnostics, page
        case VoiceNote(entry=entry, kept=kept):
            return VoiceNote, entry.logged.seq, kept


def _typed_face(screen: CaseText | VinEntry | NoteChange) -> object:
    """Leave out what was typed, so that characters may follow one another faster than they are drawn."""
    match screen:
        case CaseText(wanted=wanted):
            return CaseText, wanted
        case VinEntry(advice=advice):
            return VinEntry, advice
        case NoteChange(note=note, replaced=replaced):
            return NoteChange, note, replaced


def _sign_in_face(screen: SignInScreen) -> object:
    """Leave out what was entered, so that digits may follow one another faster than they are drawn."""
    if isinstance(screen, SignIn):
        return SignIn, screen.entry, screen.checking, screen.marked
    return replace(screen, status=_ANY)


def touch_face(screen: Shown) -> object:
    """Return the part of a screen that decides what a touch means: `key_face`, and all cells that can be
    touched.
    """
    face = key_face(screen)
    match screen:
        case SignIn():
            return _sign_in_face(replace(screen, marked=None))
        case Ready(known=known):
            return face, _banner(screen), None if known is None else known.seq
        case Result(has_other_code=offers):
            return face, _banner(screen), offers
        case ShiftLog(log=log):
            return face, _banner(screen), [one.seq for one in log]
        case LogEntry(notes=notes):
            return face, _banner(screen), notes
        case _:
            return face, _banner(screen)
